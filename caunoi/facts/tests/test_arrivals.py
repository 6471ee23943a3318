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
from caunoi.facts.projection import forget_projections, get_projection
from caunoi.facts.rules.question import BookName
from caunoi.facts.tests.test_checking import counted as counted_element
from caunoi.facts.tests.test_checking import relate
from caunoi.forms.actions import publish_form, set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records import actions
from caunoi.records.models import Submission
from caunoi.records.tests.builders import AT, BY, publish, report, send, sending, unit, user

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


HOUSEHOLDS = """
| survey | | | | |
|  | type | name | label::Tiếng Việt (vi) | required |
|  | date | ky_bao_cao | Tháng | yes |
|  | integer | so_ho | Số hộ | yes |
| settings | | | | |
|  | form_id | form_title | version | default_language |
|  | so_ho_thang | Số hộ trong tháng | 1 | Tiếng Việt (vi) |
"""


@pytest.mark.django_db
def test_a_report_let_into_the_book_by_another_one_s_correction_is_read_anew() -> None:
    forget_projections()
    places = Places()
    village = places.villages[0]
    form = publish_form(
        content=HOUSEHOLDS.encode(), file_type="md", file_name="ho.md", pack="thu", by=BY, at=AT
    ).form  # fmt: skip
    set_assignments(form.code, [AssignmentRow("village", "month", approval_level="commune")], by=BY, at=AT)
    counted_element("turns", "${so_luot_du}")
    counted_element("households", "${so_ho}", form.code)
    relate("households", "not-greater-than", "turns")
    send(report(village, MONTHS[0], so_luot_du="10"))
    doubtful = send(sending(form.code, village, {"so_ho": "12"}, {}, AT, MONTHS[0]))
    assert doubtful.flags
    before = in_the_copy()

    correction = send(report(village, MONTHS[0], so_luot_du="15"))

    record = Submission.objects.get(pk=doubtful.submission_id)
    assert record.reported_number == 1
    assert record.changed > Submission.objects.get(pk=correction.submission_id).changed
    after = in_the_copy()
    assert after != before
    assert after == sorted(Submission.objects.values_list("pk", "changed"))


def in_the_copy() -> list[tuple[int, int]]:
    rows = get_projection().arrivals.cursor().execute("SELECT submission, changed FROM arrivals").fetchall()
    return sorted((submission, changed) for submission, changed in rows)
