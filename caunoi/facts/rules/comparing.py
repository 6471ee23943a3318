"""Which days a figure is compared with: the period before, a year earlier, since a day, the periods of a target."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from django.utils.translation import gettext as _

from caunoi.facts.rules.formula_tree import Earlier, Since, Step
from caunoi.facts.rules.question import Slice
from caunoi.periods.rules import (
    BEGINNING,
    CutOff,
    Days,
    PeriodType,
    add_months,
    first_day,
    is_whole_months,
    list_touching,
    month_named,
)

ONE_DAY = timedelta(days=1)


def go(
    slice_: Slice, step: Step, cut_off: CutOff | None, target_type: PeriodType | None = None, *, of_state: bool = False
) -> Slice | str:
    """The days a step leads to, or why there are none, in a sentence.

    `cut_off` is the calendar asked for: None compares facts by their named months wherever whole months are asked.
    `target_type`: the periods a target is set for; None, where it is set for single days, are the asked days.
    `of_state`: it is a target of what is there on the last day, so that the targets of earlier periods are past: two
    years' targets of clubs are no target of clubs.
    """
    days = slice_.days
    calendar_: CutOff = cut_off or 1
    match step:
        case Earlier("year"):
            found = _move(days, -12)
        case Earlier():
            found = _before(days)
        case Since(None):
            found = (first_day((month_named(days.last, calendar_)[0], 1), calendar_), days.last)
        case Since(first):
            found = (first or days.first, days.last)
        case _ if target_type is None:
            return slice_
        case _:
            touched = list_touching(days, target_type, calendar_)
            touched = touched[-1:] if of_state else touched
            found = (touched[0].days.first, touched[-1].days.last if step.whole else days.last)
    if found[0] < BEGINNING:
        return _("Kỳ so sánh nằm trước ngày 01/01/1900.")
    if found[0] > found[1]:
        return _("Kỳ hỏi kết thúc trước ngày bắt đầu cộng dồn %(day)s.") % {"day": found[0].strftime("%d/%m/%Y")}
    moved = Days(*found)
    return Slice(moved, cut_off is None and is_whole_months(moved))


def _before(days: Days) -> tuple[date, date]:
    """Whole months (of any day to the day before it): as many months just before. From the first of a month to some
    other day: the same days as many months earlier as the stretch touches. Otherwise as many days just before."""
    after = days.last + ONE_DAY
    months = (after.year - days.first.year) * 12 + after.month - days.first.month
    if months and after.day == days.first.day:
        return _move_day(days.first, -months), days.first - ONE_DAY
    if days.first.day == 1:
        return _move(days, -((days.last.year - days.first.year) * 12 + days.last.month - days.first.month + 1))
    length = days.last - days.first
    return days.first - ONE_DAY - length, days.first - ONE_DAY


def _move(days: Days, months: int) -> tuple[date, date]:
    last = _move_day(days.last, months)
    if (days.last + ONE_DAY).day == 1:  # a month's last day stays one, in a leap year too
        last = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return _move_day(days.first, months), last


def _move_day(day: date, months: int) -> date:
    year, month = add_months((day.year, day.month), months)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
