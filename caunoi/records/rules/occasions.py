"""The occasion a record tells of: a named period, or the day of an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from caunoi.periods.rules import CutOff, Days, Period, PeriodType, period_from_key, period_starting


@dataclass(frozen=True)
class Occasion:
    """`days` with the cut-off, `named` the calendar days of the named months (for events both are the day)."""

    period_key: str
    days: Days
    named: Days
    due_on: date


def occasion_of_period(period: Period, due_days: int) -> Occasion:
    return Occasion(period.key, period.days, period.named_days, period.days.last + timedelta(days=due_days))


def occasion_of_event(day: date, due_days: int) -> Occasion:
    return Occasion("", Days(day, day), Days(day, day), day + timedelta(days=due_days))


def find_period(text: str, type: PeriodType, cut_off: int) -> Period | None:
    """The period of a key (`2023-01`) or of the first day of its named months (`2023-01-01`); None if it is neither."""
    whole: CutOff = 15 if cut_off == 15 else 1
    try:
        return period_from_key(text, type, whole)
    except ValueError:
        pass
    try:
        return period_starting(date.fromisoformat(text), type, whole) if len(text) == 10 else None
    except ValueError:
        return None
