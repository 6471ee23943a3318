"""Two versions of a report, or two reports, held against each other figure by figure. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caunoi.reports.rules.manifest import Line, Manifest


class Difference(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ONLY_FIRST = "only-first"
    ONLY_SECOND = "only-second"


@dataclass(frozen=True)
class Pair:
    """One figure in both: how the first and the second print it, None where it isn't printed."""

    first: Line | None
    second: Line | None

    @property
    def line(self) -> Line:
        line = self.second or self.first
        assert line is not None, "a pair has at least one of the two"
        return line

    @property
    def kind(self) -> Difference:
        if self.first is None:
            return Difference.ONLY_SECOND
        if self.second is None:
            return Difference.ONLY_FIRST
        return Difference.SAME if self.first.answer == self.second.answer else Difference.CHANGED

    @property
    def difference(self) -> Decimal | None:
        """Second minus first, exact; None where one of them has no value."""
        if self.first is None or self.second is None or self.first.value is None or self.second.value is None:
            return None
        return Decimal(self.second.value) - Decimal(self.first.value)


def compare(first: Manifest, second: Manifest) -> list[Pair]:
    """In the order of the second, then what only the first has. A figure printed several times counts once.

    Of the same days a figure is its code, place and days; of other days (this quarter and the last) its code and place.
    """
    same_days = (first.first, first.last) == (second.first, second.last)
    ours, theirs = _by_figure(first.figures, same_days), _by_figure(second.figures, same_days)
    pairs = [Pair(ours.get(key), line) for key, line in theirs.items()]
    return pairs + [Pair(line, None) for key, line in ours.items() if key not in theirs]


def _by_figure(lines: Sequence[Line], same_days: bool) -> dict[tuple[str, ...], Line]:
    found: dict[tuple[str, ...], Line] = {}
    for line in lines:
        found.setdefault((line.code, line.place, *((line.first, line.last) if same_days else ())), line)
    return found
