"""Stretches of days and the named periods of administrative calendars.

Two calendars exist. With cut-off 1 a month is the calendar month. With cut-off 15 the month named January 2023 runs
from 15 December 2022 to 14 January 2023, and quarters, half-years and years are made of such named months
(source: State Bank circular of 2019 restating Decree 09/2019/NĐ-CP; docs: domain facts, section b).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

PeriodType = Literal["month", "quarter", "half-year", "year"]
CutOff = Literal[1, 15]

MONTHS_IN: dict[PeriodType, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}

# Not the calendar module's: those follow the machine's locale.
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The oldest day the product counts with: units whose start is unknown exist since this day.
BEGINNING = date(1900, 1, 1)
# No question reaches further; a typo such as 20230 is caught before it costs memory.
END = date(2200, 1, 1)


@dataclass(frozen=True, order=True)
class Days:
    """A stretch of days, both ends included. `first <= last` always holds."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the stretch of days ends before it begins")

    def holds(self, other: Days) -> bool:
        return self.first <= other.first and other.last <= self.last

    def touches(self, other: Days) -> bool:
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, order=True)
class Period:
    """A named period: `month_first` and `month_last` are (year, month) of its first and last named month."""

    type: PeriodType
    month_first: tuple[int, int]
    cut_off: CutOff = 1

    @property
    def month_last(self) -> tuple[int, int]:
        return add_months(self.month_first, MONTHS_IN[self.type] - 1)

    @property
    def days(self) -> Days:
        return Days(first_day(self.month_first, self.cut_off), last_day(self.month_last, self.cut_off))

    @property
    def named_days(self) -> Days:
        """The calendar days of the named months, whatever the cut-off."""
        return Days(first_day(self.month_first, 1), last_day(self.month_last, 1))

    @property
    def key(self) -> str:
        """`2023-01`, `2023-Q1`, `2023-H1`, `2023`: stable, sortable within a type."""
        year, month = self.month_first
        match self.type:
            case "month":
                return f"{year:04d}-{month:02d}"
            case "quarter":
                return f"{year:04d}-Q{(month - 1) // 3 + 1}"
            case "half-year":
                return f"{year:04d}-H{(month - 1) // 6 + 1}"
            case "year":
                return f"{year:04d}"

    def before(self) -> Period:
        """The period of the same type just before this one."""
        return Period(self.type, add_months(self.month_first, -MONTHS_IN[self.type]), self.cut_off)

    def after(self) -> Period:
        return Period(self.type, add_months(self.month_first, MONTHS_IN[self.type]), self.cut_off)


def add_months(month: tuple[int, int], count: int) -> tuple[int, int]:
    index = month[0] * 12 + month[1] - 1 + count
    return index // 12, index % 12 + 1


def first_day(month: tuple[int, int], cut_off: CutOff) -> date:
    if cut_off == 1:
        return date(month[0], month[1], 1)
    year, number = add_months(month, -1)
    return date(year, number, 15)


def last_day(month: tuple[int, int], cut_off: CutOff) -> date:
    if cut_off == 1:
        return date(month[0], month[1], calendar.monthrange(month[0], month[1])[1])
    return date(month[0], month[1], 14)


def month_named(day: date, cut_off: CutOff) -> tuple[int, int]:
    """The named month a day belongs to: 15 December 2022 is in January 2023 under cut-off 15."""
    month = (day.year, day.month)
    return month if cut_off == 1 or day.day < 15 else add_months(month, 1)


def period_of(day: date, type: PeriodType, cut_off: CutOff = 1) -> Period:
    """The named period that holds the day."""
    year, month = month_named(day, cut_off)
    size = MONTHS_IN[type]
    return Period(type, (year, (month - 1) // size * size + 1), cut_off)


def period_from_key(key: str, type: PeriodType, cut_off: CutOff = 1) -> Period:
    """Inverse of `Period.key`. Raises ValueError with the key when it is not one of this type."""
    year_text, _, rest = key.partition("-")
    size = MONTHS_IN[type]
    try:
        year = int(year_text)
        number = int(rest.lstrip("QH")) if rest else 1
    except ValueError:
        raise ValueError(key) from None
    found = Period(type, (year, (number - 1) * size + 1), cut_off)
    if not 1900 <= year < 2200 or not 1 <= number <= 12 // size or found.key != key:
        raise ValueError(key)
    return found


def period_starting(first: date, type: PeriodType, cut_off: CutOff = 1) -> Period | None:
    """The period whose first *named* month begins on this calendar day, or None if none does."""
    found = period_of(first, type, 1)
    return Period(type, found.month_first, cut_off) if found.named_days.first == first else None


def list_periods(days: Days, type: PeriodType, cut_off: CutOff = 1) -> list[Period]:
    """All named periods that lie wholly inside the days, in order."""
    return [period for period in _from(days.first, type, cut_off, days.last) if days.holds(period.days)]


def list_touching(days: Days, type: PeriodType, cut_off: CutOff = 1) -> list[Period]:
    """All named periods that share at least one day with the days, in order."""
    return list(_from(days.first, type, cut_off, days.last))


def _from(first: date, type: PeriodType, cut_off: CutOff, last: date) -> Iterator[Period]:
    period = period_of(first, type, cut_off)
    while period.days.first <= last:
        yield period
        period = period.after()


def is_whole_months(days: Days) -> bool:
    """Whether the days run from a calendar month's first to a calendar month's last day."""
    return days.first.day == 1 and (days.last + timedelta(days=1)).day == 1


def split_days(days: Days, by: PeriodType | None, cut_off: CutOff = 1) -> list[Days]:
    """The days cut into named periods of a type; the first and last piece may be shorter.

    With `by` None the days themselves are the only piece.
    """
    if by is None:
        return [days]
    return [Days(max(days.first, p.days.first), min(days.last, p.days.last)) for p in list_touching(days, by, cut_off)]


def describe_period_vi(period: Period) -> str:
    """`tháng 01/2023`, `quý I/2023`, `6 tháng đầu năm 2023`, `năm 2023`."""
    year, month = period.month_first
    match period.type:
        case "month":
            return f"tháng {month:02d}/{year}"
        case "quarter":
            return f"quý {('I', 'II', 'III', 'IV')[(month - 1) // 3]}/{year}"
        case "half-year":
            return f"6 tháng {'đầu' if month == 1 else 'cuối'} năm {year}"
        case "year":
            return f"năm {year}"


def describe_period_en(period: Period) -> str:
    """`January 2023`, `Q1 2023`, `first half of 2023`, `2023`."""
    year, month = period.month_first
    match period.type:
        case "month":
            return f"{MONTHS_EN[month - 1]} {year}"
        case "quarter":
            return f"Q{(month - 1) // 3 + 1} {year}"
        case "half-year":
            return f"{'first' if month == 1 else 'second'} half of {year}"
        case "year":
            return str(year)
