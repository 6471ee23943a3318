"""From marks to ranks, by nothing but what is published: criteria with weights, marks, and how ties are broken.

A judge's total of an entry is the mean of that judge's marks weighted by the criteria's weights, which are 100
together. An entry's score is the mean of its judges' totals. Entries of equal score are told apart by the declared
ties, one after the other; what is equal in all of them has the same rank, and the next rank is left out (1, 2, 2, 4).

Computed in fractions: nothing is rounded before it is shown, so the order of adding cannot matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from statistics import median

WHOLE = Decimal(100)
MEDIAN, HIGHEST, LOWEST = "median", "highest", "lowest"
BY_TOTALS = (MEDIAN, HIGHEST, LOWEST)
"""Ties told apart by the judges' totals of an entry: the one in the middle, the best, the worst; the higher is ahead.
Any other word is a criterion's code: the higher mean of its marks is ahead."""
DECIMALS = 4
LARGEST_MARK = 1_000_000


@dataclass(frozen=True)
class Criterion:
    code: str
    weight: Decimal


@dataclass(frozen=True)
class Terms:
    """What a round is ranked by."""

    criteria: tuple[Criterion, ...]
    ties: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Mark:
    """`entry`: its blind number; `judge`: 1, 2, ... as they are published."""

    entry: int
    judge: int
    criterion: str
    value: Decimal


@dataclass(frozen=True, order=True)
class Lacking:
    entry: int
    judge: int
    criterion: str


@dataclass(frozen=True)
class Ranked:
    """`score`: exact; `shown()` rounds it, half up, to four decimals."""

    entry: int
    rank: int
    score: Fraction

    def shown(self) -> Decimal:
        exact = Decimal(self.score.numerator) / Decimal(self.score.denominator)
        return exact.quantize(Decimal(1).scaleb(-DECIMALS), ROUND_HALF_UP)


@dataclass(frozen=True)
class Ranking:
    """`rows`: best first, of equal rank by blind number. `lacking`: marks that are not there; their entries have no
    rank."""

    rows: tuple[Ranked, ...]
    lacking: tuple[Lacking, ...]


def rank_entries(terms: Terms, entries: Iterable[int], judges: Iterable[int], marks: Iterable[Mark]) -> Ranking:
    """Every judge marks every entry by every criterion. Marks of other entries, judges or criteria don't count; of two
    for the same cell the caller has to know the later one (ValueError)."""
    judging = sorted(set(judges))
    cells = _read_cells(marks)
    scored: list[tuple[int, Fraction, tuple[Fraction, ...]]] = []
    lacking: list[Lacking] = []
    for entry in sorted(set(entries)):
        missing = [
            Lacking(entry, judge, one.code)
            for judge in judging
            for one in terms.criteria
            if (entry, judge, one.code) not in cells
        ]
        if missing or not judging:
            lacking += missing
            continue
        totals = [_total(terms, cells, entry, judge) for judge in judging]
        keys = tuple(_break_tie(tie, cells, entry, judging, totals) for tie in terms.ties)
        scored.append((entry, sum(totals, Fraction()) / len(totals), keys))
    return Ranking(_number(scored), tuple(sorted(lacking)))


def _read_cells(marks: Iterable[Mark]) -> dict[tuple[int, int, str], Fraction]:
    cells: dict[tuple[int, int, str], Fraction] = {}
    for mark in marks:
        cell = (mark.entry, mark.judge, mark.criterion)
        if cell in cells:
            raise ValueError(f"two marks for {cell}")
        cells[cell] = Fraction(mark.value)
    return cells


def _total(terms: Terms, cells: Mapping[tuple[int, int, str], Fraction], entry: int, judge: int) -> Fraction:
    return sum((cells[entry, judge, one.code] * Fraction(one.weight) for one in terms.criteria), Fraction()) / Fraction(
        WHOLE
    )


def _break_tie(
    tie: str,
    cells: Mapping[tuple[int, int, str], Fraction],
    entry: int,
    judges: Sequence[int],
    totals: Sequence[Fraction],
) -> Fraction:
    match tie:
        case "median":
            return median(totals)
        case "highest":
            return max(totals)
        case "lowest":
            return min(totals)
        case _:
            return sum((cells[entry, judge, tie] for judge in judges), Fraction()) / len(judges)


def _number(scored: list[tuple[int, Fraction, tuple[Fraction, ...]]]) -> tuple[Ranked, ...]:
    ordered = sorted(scored, key=lambda one: (*[-part for part in (one[1], *one[2])], one[0]))
    rows: list[Ranked] = []
    for position, (entry, score, keys) in enumerate(ordered, start=1):
        same = position > 1 and (score, keys) == ordered[position - 2][1:]
        rows.append(Ranked(entry, rows[-1].rank if same else position, score))
    return tuple(rows)


# -- What follows from ranks ------------------------------------------------------------------------------------------


def list_advancing(rows: Sequence[Ranked], most: int | None) -> list[int]:
    """Entries that go on to the next round: the first `most`, and all that are level with the last of them. None: all
    that were ranked."""
    return [one.entry for one in rows if most is None or one.rank <= most]


@dataclass(frozen=True)
class Prize:
    """`number`: how many are given."""

    code: str
    number: int


def give_prizes(rows: Sequence[Ranked], prizes: Sequence[Prize]) -> dict[int, str]:
    """Entry -> code of its prize. The first prizes go to the first places, and so on; entries of one rank get the same
    prize, the one that the rank's first place has, even where that gives more of it than declared."""
    bounds: list[tuple[int, str]] = []
    last = 0
    for prize in prizes:
        last += prize.number
        bounds.append((last, prize.code))
    found = {}
    for one in rows:
        code = next((code for bound, code in bounds if one.rank <= bound), None)
        if code is not None:
            found[one.entry] = code
    return found
