"""Marks on a scale, the classes of result they fall into, and who completed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Band:
    """From `at_least` up to but without `below`, which of the highest band is the scale's end and belongs to it.
    Holds from `first` to `last`, both included; None: without end."""

    code: str
    name_vi: str
    name_en: str
    at_least: Decimal
    below: Decimal
    first: date | None = None
    last: date | None = None
    source: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def overlaps(self, other: Band) -> bool:
        """On some day a mark would be in both."""
        marks = self.at_least < other.below and other.at_least < self.below
        days = (self.first is None or other.last is None or self.first <= other.last) and (
            other.first is None or self.last is None or other.first <= self.last
        )
        return marks and days


@dataclass(frozen=True)
class Scale:
    highest: Decimal
    decimals: int
    bands: tuple[Band, ...] = ()

    def has(self, mark: Decimal) -> bool:
        return 0 <= mark <= self.highest and mark == round(mark, self.decimals)

    def find_band(self, mark: Decimal, day: date) -> Band | None:
        """The class of result a mark had on that day; None where none was declared."""
        for band in self.bands:
            inside = band.at_least <= mark < band.below or mark == self.highest == band.below
            if inside and band.holds_on(day):
                return band
        return None


def read_band(row: Mapping[str, str]) -> Band:
    """As `MarkScale.bands` keeps it."""
    first, last = row.get("from", ""), row.get("to", "")
    return Band(
        row["code"], row["name_vi"], row["name_en"], Decimal(row["at_least"]), Decimal(row["below"]),
        date.fromisoformat(first) if first else None, date.fromisoformat(last) if last else None, row.get("source", ""),
    )  # fmt: skip


def find_overlaps(bands: Sequence[Band]) -> list[tuple[int, int]]:
    """Pairs of positions, the earlier one second."""
    return [(late, early) for late in range(len(bands)) for early in range(late) if bands[late].overlaps(bands[early])]


@dataclass(frozen=True)
class Demand:
    """What completes a class. `attendance`: % of the sessions; None: not asked."""

    attendance: Decimal | None = None
    mark: Decimal | None = None


def is_completed(demand: Demand, present: int, sessions: int, mark: Decimal | None) -> bool:
    """`present`: in how many of the sessions. A mark that is missing is not enough where one is asked; attendance
    cannot be enough in a class without sessions."""
    if demand.attendance is not None and (not sessions or present * HUNDRED < demand.attendance * sessions):
        return False
    return demand.mark is None or (mark is not None and mark >= demand.mark)


@dataclass(frozen=True)
class Attended:
    """One learner as a class counts them. `band`: code of the class of result, or empty."""

    present: int
    completed: bool
    band: str = ""


@dataclass(frozen=True)
class Counts:
    """`results`: by code of the class of result, of those who have a mark."""

    learners: int
    sessions: int
    days: int
    attendances: int
    completed: int
    hours: int
    results: Mapping[str, int]


def count_named(learners: Iterable[Attended], days: Sequence[date], hours: int) -> Counts:
    """`days`: of each session."""
    several = list(learners)
    results: dict[str, int] = {}
    for one in several:
        if one.band:
            results[one.band] = results.get(one.band, 0) + 1
    return Counts(
        len(several), len(days), len(set(days)), sum(one.present for one in several),
        sum(one.completed for one in several), hours, results,
    )  # fmt: skip


def count_stated(
    learners: int | None, completed: int | None, sessions: Sequence[tuple[date, int | None]], hours: int
) -> Counts:
    """Of a class without names: sessions with how many were there."""
    days = [day for day, _present in sessions]
    turns = sum(present or 0 for _day, present in sessions)
    return Counts(learners or 0, len(days), len(set(days)), turns, completed or 0, hours, {})
