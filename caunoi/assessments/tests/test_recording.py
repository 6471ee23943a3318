"""A closed class is a figure like any other: a record through the one door, counted, explained, nobody's to type."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.assessments.actions import Typed, answer_appeal, appeal_rating, close_round, leave_out
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.errors import AppealTooLate
from caunoi.assessments.models import RatingRound
from caunoi.assessments.rules.classes import find_breaches
from caunoi.assessments.rules.sheet import Cap
from caunoi.assessments.tests.builders import (
    AT,
    CAP,
    SHEET,
    commune_officer,
    opened,
    province_officer,
    rating_of,
    reviewed,
    store_sheet,
    store_world,
    village_head,
)
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.explanation import explain
from caunoi.facts.models import DataElement
from caunoi.facts.questions import Figure, ask, make_question
from caunoi.facts.tests.builders import World
from caunoi.forms.actions import set_derived
from caunoi.forms.errors import FormDerived
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import Incoming
from caunoi.records.models import Submission
from caunoi.records.queries import list_due
from caunoi.records.tests.builders import BY, publish, send

D = Decimal
FORM = "xep_loai_to_thang"


@pytest.fixture
def world(db: None) -> World:
    made = store_world()
    made.state("so_hop", 3, date(2024, 1, 10), 6)
    made.state("so_hop", 4, date(2024, 1, 10), 3)
    publish(FORM, AssignmentRow("village", "month"), at=AT)
    set_derived("tuyen-van", {FORM}, by=BY, at=AT)
    DataElement.objects.create(
        code="loai_thon", name_vi="Xếp loại thôn", kind="category", decimals=0, levels=["village"], unit="thôn",
        form_code=FORM, expression="${xep_loai}", day="period", nature="result", pack="thu",
        classes=["xuat_sac", "tot", "yeu"], known_from=take_numbers(1)[0],
    )  # fmt: skip
    made.indicator("ty_le_tot", "share_at_least(loai_thon, 'tot')")
    store_sheet(replace(SHEET, form=FORM, question="xep_loai", due_days=5, appeal_days=10))
    return made


def closed(by: User, points: dict[int, int]) -> RatingRound:
    """Thôn 1 has 60 points by its figure, Thôn 2 has 30; what is not named is left out."""
    round_ = opened(by)
    for unit in (3, 4, 6):
        if unit in points:
            reviewed(round_, unit, by, points[unit])
        else:
            leave_out(rating_id=rating_of(round_, unit).pk, reason="Mới lập", by=by, at=AT)
    seen = fingerprint_of(list(round_.ratings.all()))
    return close_round(round_id=round_.pk, seen=seen, exception_reason="", by=by, at=AT)


def share(code: str = "ty_le_tot") -> Figure:
    (found,) = ask(make_question([code], "u1", date(2024, 1, 1), date(2024, 1, 31)))
    return found


def test_the_classes_of_a_closed_rating_are_figures_that_lead_to_its_lines(world: World) -> None:
    officer = province_officer()

    round_ = closed(officer, {3: 29, 4: 10})

    good = share()
    assert (good.numerator, good.denominator, good.book) == (1, 2, "approved")
    explanation = explain(good.ref, EVERYTHING)
    line = next(one for evidence in explanation.evidence for one in evidence.lines)
    assert line.submission_id in set(round_.ratings.values_list("submission_id", flat=True))
    assert line.approved_by == str(officer)
    page = signed_in(officer).get(f"/submissions/{rating_of(round_, 3).submission_id}/").content.decode()
    assert f"/ratings/{round_.pk}/u3/" in page


def test_a_unit_that_was_left_out_is_counted_nowhere(world: World) -> None:
    round_ = closed(province_officer(), {3: 10})

    assert share().denominator == 1
    assert rating_of(round_, 6).submission_id is None
    assert Submission.objects.filter(form__code=FORM).count() == 1


def test_an_appeal_that_changes_the_class_changes_the_figure_and_says_so(world: World) -> None:
    by, head = province_officer(), village_head(4)
    round_ = closed(by, {3: 29, 4: 10})
    rating = rating_of(round_, 4)

    appeal_rating(rating_id=rating.pk, appeal="Có biên bản", by=head, at=AT)
    points = {"phoi_hop": Typed(D(30))}
    answer_appeal(rating_id=rating.pk, answer="Chấp nhận", points=points, by=by, at=AT)

    assert share().numerator == 2
    record = rating_of(round_, 4).submission
    assert record is not None
    assert (record.pk, record.current_number, record.approved_number) == (rating.submission_id, 2, 2)


def test_an_appeal_after_its_time_is_refused_with_the_day(world: World) -> None:
    round_ = closed(province_officer(), {3: 29, 4: 10})

    with pytest.raises(AppealTooLate) as refused:
        late = local_moment(date(2024, 2, 16))
        appeal_rating(rating_id=rating_of(round_, 4).pk, appeal="Xin xét lại", by=village_head(4), at=late)

    assert round_.appeal_until == date(2024, 2, 15)
    assert "15/02/2024" in refused.value.sentence


def test_nobody_fills_by_hand_what_a_rating_records(world: World) -> None:
    head = village_head()

    with pytest.raises(FormDerived) as refused:
        send(Incoming(FORM, 3, AT, "2024-01", {"xep_loai": "xuat_sac"}, entered_by=head), at=AT)
    page = signed_in(head).get(f"/fill/{FORM}/u3/2024-01/")

    assert "Không ai điền tay" in refused.value.sentence
    assert page.status_code == 400 and "Không ai điền tay" in page.content.decode()
    assert FORM not in {due.form_code for due in list_due({3}, date(2024, 2, 5))}


def test_a_commune_sees_the_record_of_its_own_village_only(world: World) -> None:
    round_ = closed(province_officer(), {3: 29, 4: 10})
    stranger = signed_in(commune_officer(5, "xa5"))

    assert stranger.get(f"/submissions/{rating_of(round_, 3).submission_id}/").status_code == 404
    assert (
        signed_in(user("xa2", [(Role.APPROVER, 2), (Role.VIEWER, 2)]))
        .get(f"/submissions/{rating_of(round_, 3).submission_id}/")
        .status_code
        == 200
    )


@given(st.lists(st.sampled_from(["xuat_sac", "tot", "yeu"]), max_size=60), st.integers(1, 100))
def test_a_cap_is_never_exceeded_unless_the_data_allow_it(codes: list[str], percent: int) -> None:
    cap = Cap(CAP.class_code, CAP.of, D(percent), D(percent) + 5 if percent < 90 else None)
    best, counted = codes.count("xuat_sac"), len(codes) - codes.count("yeu")

    breaches = find_breaches([cap], codes)

    assert bool(breaches) == (best * 100 > percent * counted)
    if breaches and breaches[0].may_be_excepted:
        assert best * 100 <= (percent + 5) * counted
