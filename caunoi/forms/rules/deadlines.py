"""Until when a form is accepted for a period and is on time, and from when it is locked: days in, days out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from caunoi.periods.rules import Period


class Deadlines(Protocol):
    """Days after the period's last day; `closes_days` and `locks_days` None: never by itself."""

    @property
    def due_days(self) -> int: ...
    @property
    def closes_days(self) -> int | None: ...
    @property
    def locks_days(self) -> int | None: ...


def opening_day(period: Period) -> date:
    """The first day on which the period's report is accepted."""
    return period.days.first


def due_day(assignment: Deadlines, last_day: date, until: date | None = None) -> date:
    """The last day on which it is on time. `until`: an extension's day; it never shortens what everybody has."""
    due = last_day + timedelta(days=assignment.due_days)
    return due if until is None else max(due, until)


def closing_day(assignment: Deadlines, last_day: date, until: date | None = None) -> date | None:
    """The last day on which it is accepted; None if it never closes. Never before the due day: who is on time is heard.

    `last_day`: the period's last day, cut-off included. `until`: an extension's day.
    """
    if assignment.closes_days is None:
        return None
    closing = last_day + timedelta(days=assignment.closes_days)
    return max(closing, due_day(assignment, last_day, until))


def is_open_on(assignment: Deadlines, period: Period, extension_until: date | None, day: date) -> bool:
    """Whether a first report for the period is accepted on that day."""
    closing = closing_day(assignment, period.days.last, extension_until)
    return opening_day(period) <= day and (closing is None or day <= closing)


def is_locked_on(assignment: Deadlines, last_day: date, day: date) -> bool:
    """Whether an approved report of the period that ended on `last_day` locks by itself by that day."""
    return assignment.locks_days is not None and day > last_day + timedelta(days=assignment.locks_days)
