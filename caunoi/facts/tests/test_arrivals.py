"""Coverage counts from a copy in memory. It must say what the tables say, whatever happened to the records since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from caunoi.accounts.models import Role
from caunoi.approvals.rules import State
from caunoi.facts.coverage import list_form_coverage
from caunoi.facts.projection import forget_projections
from caunoi.facts.rules.question import BookName
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records import actions
from caunoi.records.models import Submission
from caunoi.records.tests.builders import publish, report, send, unit, user

MONTHS = ["2023-01", "2023-02", "2023-03"]
FIRST, LAST = date(2023, 1, 1), date(2023, 3, 31)
BOOKS: tuple[BookName, ...] = ("reported", "approved")


class Places:
    """A commune with three villages, each owing the monthly report by the fifth day after."""

    def __init__(self) -> None:
        self.district = unit("Huyện Bát Xát", "district")
        self.commune = unit("Xã Bản Qua", "commune", self.district)
        self.villages = [unit(f"Thôn {number}", "village", self.commune) for number in range(3)]
        publish("bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", due_days=5))
        self.officer = user("lan", (Role.APPROVER, self.commune))
        self.chief = user("minh", (Role.PROGRAMME_MANAGER, self.district))


def counted(places: Places, book: BookName) -> tuple[int, int]:
    (line,) = list_form_coverage(places.commune.key, FIRST, LAST, book=book)
    return line.coverage.reported, line.coverage.on_time


def in_the_tables(book: BookName) -> tuple[int, int]:
    rows = Submission.objects.exclude(state__in=[State.DRAFT, State.WITHDRAWN])
    if book == "approved":
        rows = rows.exclude(approved_number=None)
    due = [(row.first_received_at, row.due_on) for row in rows]
    return len(due), sum(day is None or at < local_moment(day + timedelta(days=1)) for at, day in due)


STEP = st.tuples(
    st.sampled_from(["send", "correct", "approve", "return", "withdraw", "lock", "unlock", "ask"]),
    st.integers(0, 2),
    st.sampled_from(MONTHS),
    st.integers(0, 12),
    st.booleans(),
)


def take(step: str, places: Places, village: int, month: str, day: int) -> None:
    """The step on the village's record of the month, where it can be taken."""
    at = local_moment(date(2023, 4, 1) + timedelta(days=day))
    found = Submission.objects.filter(org_unit=places.villages[village], period_key=month).exclude(state="withdrawn")
    record = found.first()
    if step in ("send", "correct"):
        if (record is None) == (step == "send") and (record is None or record.state != State.LOCKED):
            send(report(places.villages[village], month, at=at, so_cuoc_hop=str(day)), at=at)
        return
    wanted = {
        "approve": (State.SUBMITTED,), "return": (State.SUBMITTED,), "withdraw": (State.SUBMITTED, State.APPROVED),
        "lock": (State.APPROVED,), "unlock": (State.LOCKED,),
    }  # fmt: skip
    if record is None or record.state not in wanted.get(step, ()):
        return
    if step == "approve":
        actions.approve(record.pk, by=places.officer, at=at)
    elif step == "return":
        actions.return_(record.pk, by=places.officer, at=at, comment="xem lại")
    else:
        by = places.chief if step == "unlock" else places.officer
        getattr(actions, step)(record.pk, by=by, at=at, comment="vì lý do")


class Undone(Exception):
    pass


@pytest.mark.database
class TheCopySaysWhatTheTablesSay(TransactionTestCase):
    @given(st.lists(STEP, min_size=20, max_size=40))
    @settings(max_examples=3, deadline=None)
    def test_after_any_steps_some_of_which_are_undone(self, steps: list[tuple[str, int, str, int, bool]]) -> None:
        forget_projections()
        places = Places()
        for step, village, month, day, undone in steps:
            try:
                with transaction.atomic():
                    take(step, places, village, month, day)
                    if undone:
                        # Asked in the middle of what will not have been: it must count here, and nowhere else.
                        for book in BOOKS:
                            assert counted(places, book) == in_the_tables(book)
                        raise Undone
            except Undone:
                pass
            for book in BOOKS:
                assert counted(places, book) == in_the_tables(book)


@pytest.fixture
def changes() -> Iterator[list[int]]:
    numbers: list[int] = []
    yield numbers
    assert numbers == sorted(set(numbers)), "each step takes a later number"


@pytest.mark.django_db
def test_every_step_of_a_record_takes_a_number_from_which_copies_read_on(changes: list[int]) -> None:
    places = Places()
    for step in ("send", "correct", "return", "correct", "approve", "lock", "unlock", "withdraw"):
        take(step, places, 0, "2023-01", len(changes))
        changes.append(Submission.objects.values_list("changed", flat=True).get())
