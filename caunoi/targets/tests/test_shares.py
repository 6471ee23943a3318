"""Targets of shares: each unit's own, never added up; how far the share lies from it, and whether that is enough."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.clock import current_number
from caunoi.facts.explanation import explain
from caunoi.facts.ledger import check_ledger
from caunoi.facts.questions import ask, make_question
from caunoi.places.models import OrgUnit
from caunoi.targets.actions import break_down, settle_ended
from caunoi.targets.attainment import Attained, ask_attained, explain_target
from caunoi.targets.errors import EndedUndecided, NoHeirNamed, PartOutsideForm
from caunoi.targets.queries import Breakdown, find_source
from caunoi.targets.tests.builders import (
    AT,
    DECISION,
    YEAR,
    merged_commune,
    parts,
    see,
    store_programme,
    store_province,
    store_target_of_a_share,
    vote,
)

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def see_share(province: OrgUnit) -> Breakdown:
    return see(province, "ty_le_giao")


def attained(
    place: str, first: date = FIRST, last: date = LAST, *, level: str | None = None, as_known: int | None = None
) -> dict[str, Attained]:
    question = make_question(["ty_le"], place, first, last, level=level, as_known=as_known)
    return {key: one for (_code, key, _first), one in ask_attained(question, EVERYTHING).items()}


def said(place: str, first: date = FIRST, last: date = LAST, *, level: str | None = None) -> list[str]:
    return [one.say() for one in attained(place, first, last, level=level).values()]


def test_the_level_and_each_unit_have_their_own_target_and_no_sum_is_made_of_them() -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, two, three), officer = store_province()
    vote(one, date(2026, 2, 1), 85, 100)
    vote(two, date(2026, 2, 1), 190, 200)

    given = parts((one, 90), (two, "92.5"))
    saved = break_down(see_share(province), Decimal(90), given, DECISION, by=officer, at=AT)

    assert (saved.written, saved.waiting, saved.allotment.whole) == (3, 0, 90)
    assert said("Tỉnh Thử") == ["đạt chỉ tiêu 90%, vượt 1,7 điểm %"]
    assert sorted(said("Tỉnh Thử", level="commune")) == [
        "chưa đạt chỉ tiêu 90%, kém 5 điểm %", "đạt chỉ tiêu 92,5%, vượt 2,5 điểm %",
    ]  # fmt: skip
    assert see_share(province).whole == 90 and not see_share(province).target.adds_up
    assert list(check_ledger()) == []
    # What is shown of the target is explained: both sides, and the decision it rests on.
    figure = ask(make_question(["ty_le"], "Xã Ái", FIRST, LAST), EVERYTHING)[0]
    target = explain_target(figure, EVERYTHING)
    assert target is not None and target.source == saved.allotment
    explained = explain(target.attained.figure.ref, EVERYTHING)
    assert (explained.figure.value, explained.figure.unit) == (-5, "điểm %")
    assert explained.figure.fraction is None  # its sides are no numerator and denominator
    assert [(side.words, side.figure.value) for side in explained.sides] == [
        ("kết quả đến cuối kỳ", 85), ("chỉ tiêu phấn đấu", 90),
    ]  # fmt: skip
    assert {evidence.code for evidence in explained.evidence} == {"dat", "tong", "ty_le_giao"}
    assert [one.words for one in explain(explained.sides[1].figure.ref, EVERYTHING).related] == [
        "là chỉ tiêu phấn đấu của"
    ]
    assert find_source("ty_le_giao", three.pk, YEAR.days, current_number()) == saved.allotment


@pytest.mark.parametrize(
    ("direction", "reached", "words"),
    [
        ("up", 90, "đạt chỉ tiêu 90%"),
        ("down", 90, "đạt chỉ tiêu 90%"),
        ("", 90, "đạt chỉ tiêu 90%"),
        ("up", 88, "chưa đạt chỉ tiêu 90%, kém 2 điểm %"),
        ("up", 91, "đạt chỉ tiêu 90%, vượt 1 điểm %"),
        ("down", 88, "đạt chỉ tiêu không quá 90%, thấp hơn 2 điểm %"),
        ("down", 91, "chưa đạt chỉ tiêu không quá 90%, cao hơn 1 điểm %"),
        ("", 88, "thấp hơn chỉ tiêu 90% là 2 điểm %"),
        ("", 91, "cao hơn chỉ tiêu 90% là 1 điểm %"),
    ],
)
def test_the_direction_of_the_indicator_says_what_is_enough(direction: str, reached: int, words: str) -> None:
    store_programme()
    store_target_of_a_share(direction)
    province, (one, *_others), officer = store_province()
    vote(one, date(2026, 2, 1), reached, 100)
    break_down(see_share(province), Decimal(90), {}, DECISION, by=officer, at=AT)

    assert said("Tỉnh Thử") == [words]
    assert said("Xã Ái") == []  # nobody gave it one


def test_what_is_short_by_less_than_is_printed_is_short() -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, *_others), officer = store_province()
    vote(one, date(2026, 2, 1), 8996, 10000)
    break_down(see_share(province), Decimal(90), {}, DECISION, by=officer, at=AT)

    (found,) = attained("Tỉnh Thử").values()

    assert (found.result, found.reached) == (90, False)
    assert found.say() == "chưa đạt chỉ tiêu 90%, kém 0,04 điểm %"


def test_a_year_s_target_is_held_against_the_year_so_far_whatever_days_are_asked() -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, *_others), officer = store_province()
    vote(one, date(2025, 6, 1), 50, 100)
    vote(one, date(2026, 2, 1), 85, 100)
    break_down(see_share(province), Decimal(90), {}, DECISION, by=officer, at=AT)

    assert said("Tỉnh Thử", date(2025, 1, 1), date(2026, 3, 31)) == ["chưa đạt chỉ tiêu 90%, kém 5 điểm %"]
    assert said("Tỉnh Thử", date(2025, 1, 1), date(2025, 12, 31)) == []
    vote(one, date(2026, 3, 1), 95, 100)
    (march,) = attained("Tỉnh Thử", date(2026, 3, 1), date(2026, 3, 31)).values()
    (february,) = ask(make_question(["ty_le"], "Tỉnh Thử", date(2026, 2, 1), date(2026, 2, 28)), EVERYTHING)
    assert march.say(february) == "đạt chỉ tiêu 90%, vượt 5 điểm % (từ đầu kỳ của chỉ tiêu: 95%)"


def test_a_revision_holds_from_when_it_was_known_and_an_emptied_target_is_taken_back() -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, two, _three), officer = store_province()
    vote(one, date(2026, 2, 1), 85, 100)
    break_down(see_share(province), Decimal(80), parts((one, 80), (two, 80)), DECISION, by=officer, at=AT)
    before = current_number()

    revised = break_down(see_share(province), Decimal(80), parts((one, 86)), DECISION, by=officer, at=AT)

    assert revised.written == 2
    assert [one.reached for one in attained("Xã Ái").values()] == [False]
    assert [one.reached for one in attained("Xã Ái", as_known=before).values()] == [True]
    assert attained("Xã Bình") == {}
    assert [one.target for one in attained("Xã Bình", as_known=before).values()] == [80]
    assert list(check_ledger()) == []


@pytest.mark.parametrize("value", ["100.5", "-1"])
def test_a_target_that_the_form_doesn_t_allow_is_refused_and_nothing_is_written(value: str) -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, *_others), officer = store_province()

    with pytest.raises(PartOutsideForm, match="Xã Ái"):
        break_down(see_share(province), Decimal(90), parts((one, value)), DECISION, by=officer, at=AT)

    assert not see_share(province).stands


def test_the_target_of_a_unit_that_ended_is_not_divided_a_person_says_what_the_heir_s_is() -> None:
    store_programme()
    store_target_of_a_share()
    province, (one, two, three), officer = store_province()
    given = parts((one, 85), (two, 90), (three, 70))
    break_down(see_share(province), Decimal(90), given, DECISION, by=officer, at=AT)
    new = merged_commune(province, [one, two])
    later = AT + timedelta(days=150)

    with pytest.raises(EndedUndecided, match="Xã Ái"):
        break_down(see_share(province), Decimal(95), {}, DECISION, by=officer, at=later)
    first, second = see_share(province).ended
    assert [(heir.name, heir.suggested) for heir in first.heirs] == [("Xã Mới", 85)]
    with pytest.raises(NoHeirNamed):
        settle_ended(see_share(province), first, {}, reason="Sáp nhập", by=officer, at=later)

    settle_ended(see_share(province), first, {new.pk: Decimal(88)}, reason="Sáp nhập", by=officer, at=later)
    # What the heir has by now is proposed, not another sum.
    (again,) = see_share(province).ended
    assert (again.unit, again.heirs[0].suggested) == (second.unit, 88)
    settle_ended(see_share(province), again, {}, drop=True, reason="Sáp nhập", by=officer, at=later)

    assert see_share(province).ended == ()
    shown = {name: [one.target for one in attained(name).values()] for name in ("Xã Mới", "Xã Cao", "Tỉnh Thử")}
    assert shown == {"Xã Mới": [88], "Xã Cao": [70], "Tỉnh Thử": [90]}
    assert list(check_ledger()) == []
