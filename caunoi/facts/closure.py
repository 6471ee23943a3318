"""For one day's boundaries: which units each unit counts under, with its share. Materialised once per day asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caunoi.facts.arrow import tabulate
from caunoi.places.rules.snapshot import ONE, Mapped, PlaceSnapshot


@dataclass(frozen=True)
class Closure:
    """`under(unit)`: the unit of that day and everything above it. Built from a snapshot for one boundary day."""

    places: PlaceSnapshot
    day: date
    _above: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _homes: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def under(self, unit: int) -> tuple[int, ...]:
        """The unit itself (it must exist on the day) and its ancestors, nearest first."""
        found = self._above.get(unit)
        if found is None:
            found = self._above[unit] = (unit, *self.places.ancestors_on(unit, self.day))
        return found

    def shares(self, mapped: Sequence[Mapped]) -> Mapping[int, tuple[int, frozenset[str]]]:
        """Ancestor (or unit) -> (parts, bases of shares that are not whole for it)."""
        parts: dict[int, int] = defaultdict(int)
        bases: dict[int, frozenset[str]] = defaultdict(frozenset)
        for share in mapped:
            for ancestor in self.under(share.unit):
                parts[ancestor] += share.parts
                bases[ancestor] |= share.bases
        return {unit: (parts[unit], bases[unit] if parts[unit] != ONE else frozenset()) for unit in parts}

    def above_home(self, unit: int) -> tuple[int, ...]:
        """The unit that counts it whole, and everything above that."""
        found = self._homes.get(unit)
        if found is None:
            found = self._homes[unit] = self.under(self.home(unit))
        return found

    def home(self, unit: int) -> int:
        """The one unit of the day that holds the most of it (the first by number on a tie): what is never divided."""
        return max(self.places.map_unit(unit, self.day), key=lambda share: (share.parts, -share.unit)).unit

    def table(self) -> Any:
        """All units' shares as a pyarrow table (unit, ancestor, parts, bases)."""
        import pyarrow as pa  # noqa: PLC0415 - only questions need it

        rows = [
            (unit, ancestor, share, ";".join(sorted(grounds)))
            for unit in self.places.units
            for ancestor, (share, grounds) in self.shares(self.places.map_unit(unit, self.day)).items()
        ]
        return tabulate(rows, {"unit": pa.int32(), "ancestor": pa.int32(), "parts": pa.int64(), "bases": pa.string()})

    @property
    def key(self) -> tuple[object, ...]:
        return self.places.known, len(self.places.units), id(self.places), self.day


_closures: dict[tuple[int, date], Closure] = {}


def get_closure(places: PlaceSnapshot, day: date) -> Closure:
    """Kept for the boundary days asked lately. A kept closure holds its snapshot, so no other can take its `id`."""
    key = (id(places), day)
    found = _closures.get(key)
    if found is None:
        if len(_closures) >= 24:
            _closures.clear()
        found = _closures[key] = Closure(places, day)
    return found


def split_bases(texts: Collection[str | None]) -> tuple[str, ...]:
    if not texts:
        return ()
    return tuple(sorted({basis for text in texts if text for basis in text.split(";") if basis}))
