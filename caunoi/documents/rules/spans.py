"""The time a document makes plans for, as people write it: `2026`, `2021-2025`, `08/2026`, `Q3/2026`."""

from __future__ import annotations

import re
from datetime import date

from caunoi.periods.rules import Days, Period
from caunoi.vietnamese_text import fold

_YEARS = re.compile(r"(?:nam )?(\d{4})(?: ?[-–] ?(\d{4}))?")
_MONTH = re.compile(r"(?:thang )?(\d{1,2}) ?[/.-] ?(\d{4})")
_QUARTER = re.compile(r"(?:q|quy) ?([1-4]|iv|i{1,3}) ?[/.-]? ?(?:nam )?(\d{4})")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


def read_span(text: str) -> Days | None:
    """None for what cannot be read: no such month, years in the wrong order, anything else."""
    folded = fold(text)
    if found := _YEARS.fullmatch(folded):
        first, last = int(found[1]), int(found[2] or found[1])
        return Days(date(first, 1, 1), date(last, 12, 31)) if 1900 < first <= last < 2200 else None
    if found := _QUARTER.fullmatch(folded):
        quarter = _ROMAN.get(found[1]) or int(found[1])
        return _days(Period("quarter", (int(found[2]), quarter * 3 - 2)))
    if found := _MONTH.fullmatch(folded):
        month = int(found[1])
        return _days(Period("month", (int(found[2]), month))) if 1 <= month <= 12 else None
    return None


def _days(period: Period) -> Days | None:
    return period.days if 1900 < period.month_first[0] < 2200 else None


def write_span(days: Days) -> str:
    """As `read_span` reads it; days that are no whole months, quarters or years stand as days."""
    first, last = days.first, days.last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return f"{first.year}" if first.year == last.year else f"{first.year}-{last.year}"
    quarter = Period("quarter", (first.year, (first.month - 1) // 3 * 3 + 1))
    if quarter.days == days:
        return f"Q{(first.month - 1) // 3 + 1}/{first.year}"
    if Period("month", (first.year, first.month)).days == days:
        return f"{first.month:02d}/{first.year}"
    return f"{first:%d/%m/%Y}-{last:%d/%m/%Y}"
