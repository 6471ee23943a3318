"""Days and months inside a question: `báo cáo thôn 3 tháng 8/2026`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from caunoi.periods.rules import first_day, last_day
from caunoi.vietnamese_text import fold

YEARS = range(1900, 2200)
_DAY = re.compile(r"\b(?:ngay )?(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTH = re.compile(
    r"(?<![/\d])(?:thang )?(\d{1,2})[/-](\d{4})\b|\bthang (\d{1,2})(?: nam)? (\d{4})\b|\b(\d{4})-(\d{2})\b"
)
_QUARTER = re.compile(r"\bquy (iv|i{1,3}|[1-4])(?:/| nam | )(\d{4})\b")
_YEAR = re.compile(r"\bnam (\d{4})\b")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}


@dataclass(frozen=True)
class Occasion:
    """The days asked for, both ends included, and the text without them."""

    first: date
    last: date
    rest: str


def find_occasion(text: str) -> Occasion | None:
    """The first day, month, quarter or year written in the text; one that no calendar has counts as not written."""
    folded = fold(text)
    for pattern, read in ((_DAY, _read_day), (_MONTH, _read_month), (_QUARTER, _read_quarter), (_YEAR, _read_year)):
        if (match := pattern.search(folded)) and (days := read([one for one in match.groups() if one])):
            return Occasion(*days, f"{folded[: match.start()]} {folded[match.end() :]}".strip())
    return None


def _read_day(parts: list[str]) -> tuple[date, date] | None:
    day, month, year = (int(part) for part in parts)
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return (found, found)


def _read_month(parts: list[str]) -> tuple[date, date] | None:
    month, year = sorted(int(part) for part in parts)
    if not 1 <= month <= 12 or year not in YEARS:
        return None
    return first_day((year, month), 1), last_day((year, month), 1)


def _read_quarter(parts: list[str]) -> tuple[date, date] | None:
    quarter, year = _ROMAN.get(parts[0]) or int(parts[0]), int(parts[1])
    if year not in YEARS:
        return None
    return first_day((year, quarter * 3 - 2), 1), last_day((year, quarter * 3), 1)


def _read_year(parts: list[str]) -> tuple[date, date] | None:
    year = int(parts[0])
    return (date(year, 1, 1), date(year, 12, 31)) if year in YEARS else None
