"""Coverage as known at a past moment: of the assignments of then, and of what had arrived, approved or withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING
from caunoi.approvals.rules import State
from caunoi.audit.clock import current_number
from caunoi.audit.models import PastRow
from caunoi.facts.coverage import list_form_coverage
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import forget_catalogues
from caunoi.facts.questions import ask, make_question
from caunoi.facts.reporting_rates import list_period_coverage
from caunoi.facts.rules.question import BookName, Coverage
from caunoi.facts.tests.test_arrivals import FIRST, LAST, MONTHS, Places
from caunoi.facts.tests.test_checking import counted as counted_element
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_date, local_moment
from caunoi.places.queries import forget_snapshots
from caunoi.records import actions
from caunoi.records.models import Submission
from caunoi.records.tests.builders import BY, report, send

pytestmark = pytest.mark.django_db

FORM = "bao_cao_thang_thon"
BOOKS: tuple[BookName, ...] = ("reported", "approved")
OWED = {
    "early": [AssignmentRow("village", "month", approval_level="commune", due_days=5)],
    "late": [AssignmentRow("village", "month", approval_level="commune", due_days=60)],
    "from February": [AssignmentRow("village", "month", approval_level="commune", from_day=date(2023, 2, 1))],
    "nobody": [],
}


def at_day(number: int) -> datetime:
    return local_moment(date(2023, 4, 2) + timedelta(days=number))


def coverage(places: Places, book: BookName, as_known: int | None = None) -> Coverage:
    lines = list_form_coverage(places.commune.key, FIRST, LAST, book=book, as_known=as_known)
    return lines[0].coverage if lines else Coverage(0, 0, 0)


@pytest.fixture
def places() -> Places:
    forget_snapshots()
    forget_catalogues()
    forget_projections()
    return Places()


def test_what_arrived_later_does_not_count_as_known_before(places: Places) -> None:
    send(report(places.villages[0], "2023-01", at=at_day(0)), at=at_day(0))
    before = current_number()
    record = Submission.objects.get()
    actions.approve(record.pk, by=places.officer, at=at_day(1))
    approved = current_number()
    actions.withdraw(record.pk, by=places.officer, at=at_day(2), comment="ghi nhầm thôn")

    assert [coverage(places, book).reported for book in BOOKS] == [0, 0]
    assert [coverage(places, book, approved).reported for book in BOOKS] == [1, 1]
    assert [coverage(places, book, before).reported for book in BOOKS] == [1, 0]
    assert coverage(places, "reported", (record.known_from or 0) - 1).reported == 0


def test_who_owed_a_report_is_asked_of_the_assignments_of_then(places: Places) -> None:
    before = current_number()
    set_assignments(FORM, OWED["nobody"], by=BY, at=at_day(1))

    assert coverage(places, "reported").expected == 0
    assert coverage(places, "reported", before).expected == 9
    assert list_period_coverage(places.commune.key, FIRST, LAST) == []
    assert len({one.period_key for one in list_period_coverage(places.commune.key, FIRST, LAST, as_known=before)}) == 3


def test_only_periods_that_had_ended_then_were_expected(places: Places) -> None:
    year = (places.commune.key, FIRST, date(2023, 12, 31))
    send(report(places.villages[0], "2023-01", at=at_day(0)), at=at_day(0))
    then = current_number()  # the form was given out on 20/06/2023, and nothing is written before that
    send(report(places.villages[1], "2023-01", at=at_day(1)), at=at_day(1))

    assert list_form_coverage(*year, as_known=then)[0].coverage == Coverage(3 * 5, 1, 0)
    assert list_form_coverage(*year)[0].coverage == Coverage(3 * 12, 2, 0)


def test_a_figure_s_coverage_is_that_of_its_moment(places: Places) -> None:
    counted_element("turns", "${so_luot_du}")
    send(report(places.villages[0], "2023-01", at=at_day(0)), at=at_day(0))
    question = make_question(["turns"], places.commune.key, FIRST, LAST, book="reported")
    before = ask(question, EVERYTHING)

    send(report(places.villages[1], "2023-01", at=at_day(1)), at=at_day(1))
    set_assignments(FORM, OWED["from February"], by=BY, at=at_day(2))

    assert before[0].coverage == Coverage(9, 1, 0)
    assert ask(question, EVERYTHING) == before
    now = ask(make_question(["turns"], places.commune.key, FIRST, LAST, book="reported"), EVERYTHING)
    assert now[0].coverage == Coverage(6, 0, 0)


def test_assignments_that_stay_keep_no_past(places: Places) -> None:
    set_assignments(FORM, OWED["late"], by=BY, at=at_day(0))
    kept = PastRow.objects.count()

    set_assignments(FORM, OWED["late"], by=BY, at=at_day(1))

    assert PastRow.objects.count() == kept == 1


class _Undo(Exception):
    """Rolls back what one generated example did."""


STEPS = st.tuples(
    st.sampled_from(["send", "send", "approve", "withdraw", "owe"]),
    st.integers(0, 1),
    st.sampled_from(MONTHS),
    st.sampled_from(sorted(OWED)),
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=4
)
@given(st.lists(STEPS, min_size=6, max_size=14))
def test_coverage_as_known_at_a_number_is_what_was_said_then(steps: list[tuple[str, int, str, str]]) -> None:
    with pytest.raises(_Undo), transaction.atomic():
        forget_snapshots()
        forget_catalogues()
        forget_projections()
        places = Places()
        owed = "early"
        on_time: dict[tuple[int, str], bool] = {}
        approved: set[tuple[int, str]] = set()
        said: dict[int, list[Coverage]] = {}
        for day, (step, village, month, assignments) in enumerate(steps):
            at, key = at_day(day), (village, month)
            record = Submission.objects.filter(org_unit=places.villages[village], period_key=month).exclude(
                state=State.WITHDRAWN
            )
            found = record.first()
            if step == "owe":
                set_assignments(FORM, OWED[assignments], by=BY, at=at)
                owed = assignments
            elif step == "send" and _owes(owed, month):
                send(report(places.villages[village], month, at=at, so_cuoc_hop=str(day)), at=at)
                on_time.setdefault(key, local_date(at) <= _due(owed, month))
            elif step == "approve" and found is not None and found.state == State.SUBMITTED and _owes(owed, month):
                actions.approve(found.pk, by=places.officer, at=at)
                approved.add(key)
            elif step == "withdraw" and found is not None and _owes(owed, month):
                actions.withdraw(found.pk, by=places.officer, at=at, comment="vì lý do")
                on_time.pop(key)
                approved.discard(key)
            expected = [
                _reference(owed, on_time),
                _reference(owed, {one: in_time for one, in_time in on_time.items() if one in approved}),
            ]
            assert [coverage(places, book) for book in BOOKS] == expected
            said[current_number()] = expected

        for number, expected in said.items():
            assert [coverage(places, book, number) for book in BOOKS] == expected
        raise _Undo


def _owes(owed: str, month: str) -> bool:
    return owed != "nobody" and (owed != "from February" or month >= "2023-02")


def _due(owed: str, month: str) -> date:
    first_of_next = date(2023, int(month[5:]) + 1, 1)
    return first_of_next - timedelta(days=1) + timedelta(days=60 if owed == "late" else 5)


def _reference(owed: str, on_time: dict[tuple[int, str], bool]) -> Coverage:
    months = [month for month in MONTHS if _owes(owed, month)]
    counted = [in_time for (_village, month), in_time in on_time.items() if month in months]
    return Coverage(3 * len(months), len(counted), sum(counted))
