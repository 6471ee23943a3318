"""When a report opens, is due, closes and locks; and who may give a unit more time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.forms.rules.deadlines import closing_day, due_day, is_locked_on, is_open_on, opening_day
from caunoi.periods.rules import period_from_key

MAY = period_from_key("2023-05", "month")
MAY_15 = period_from_key("2023-05", "month", 15)
CLOSING = AssignmentRow("village", "month", due_days=5, closes_days=20, locks_days=40)
OPEN_END = AssignmentRow("village", "month", due_days=5)


def test_a_report_opens_with_its_period_also_where_months_begin_on_the_15th() -> None:
    assert opening_day(MAY) == date(2023, 5, 1)
    assert opening_day(MAY_15) == date(2023, 4, 15)


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        (date(2023, 4, 30), False),
        (date(2023, 5, 1), True),
        (date(2023, 6, 5), True),
        (date(2023, 6, 20), True),
        (date(2023, 6, 21), False),
    ],
)
def test_it_is_accepted_from_the_first_day_to_the_closing_day(day: date, is_open: bool) -> None:
    assert is_open_on(CLOSING, MAY, None, day) == is_open


def test_without_closing_days_it_never_closes() -> None:
    assert closing_day(OPEN_END, MAY.days.last) is None
    assert is_open_on(OPEN_END, MAY, None, date(2033, 1, 1))


def test_an_extension_opens_it_until_its_day_and_moves_the_due_day() -> None:
    until = date(2023, 7, 10)

    assert is_open_on(CLOSING, MAY, until, until)
    assert not is_open_on(CLOSING, MAY, until, until + timedelta(days=1))
    assert due_day(CLOSING, MAY.days.last, until) == until


def test_an_extension_never_takes_days_away() -> None:
    assert due_day(CLOSING, MAY.days.last, date(2023, 6, 1)) == date(2023, 6, 5)
    assert closing_day(CLOSING, MAY.days.last, date(2023, 6, 10)) == date(2023, 6, 20)


def test_it_locks_on_the_day_after_the_locking_days() -> None:
    assert not is_locked_on(CLOSING, MAY.days.last, date(2023, 7, 10))
    assert is_locked_on(CLOSING, MAY.days.last, date(2023, 7, 11))
    assert not is_locked_on(OPEN_END, MAY.days.last, date(2033, 1, 1))


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))


@given(
    due=st.integers(0, 60), closes=st.none() | st.integers(0, 60), until=st.none() | days, day=days
)  # fmt: skip
def test_whoever_is_on_time_is_heard(due: int, closes: int | None, until: date | None, day: date) -> None:
    row = AssignmentRow("village", "month", due_days=due, closes_days=closes)

    if MAY.days.first <= day <= due_day(row, MAY.days.last, until):
        assert is_open_on(row, MAY, until, day)
