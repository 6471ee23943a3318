"""How long what was said about a person is kept."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Keeping:
    """So many months and days; one of them is 0."""

    months: int
    days: int

    def ends(self, counted_from: date) -> date:
        """The first day on which it is no longer kept. A month from 31 January ends on the last day of February."""
        month = counted_from.month - 1 + self.months
        year, month = counted_from.year + month // 12, month % 12 + 1
        day = min(counted_from.day, calendar.monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)


def counted_until(keeping: Keeping, today: date) -> date:
    """The last day whose keeping is over today: what was counted from it or earlier is due."""
    # The end never comes earlier for a later beginning, and at most three days lie between the months' lengths.
    day = today - timedelta(days=keeping.days)
    month = day.month - 1 - keeping.months
    year, month = day.year + month // 12, month % 12 + 1
    first = date(year, month, min(day.day, calendar.monthrange(year, month)[1])) + timedelta(days=4)
    while keeping.ends(first) > today:
        first -= timedelta(days=1)
    return first
