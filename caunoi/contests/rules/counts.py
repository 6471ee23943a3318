"""What a contest counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caunoi.contests.rules.terms import PERSON, UNIT


@dataclass(frozen=True)
class Counts:
    """`entrants`: all of them; `persons`, `units`, `collectives`: of which. Withdrawn entries, and entrants who
    withdrew all of theirs, are not counted."""

    entrants: int = 0
    persons: int = 0
    units: int = 0
    collectives: int = 0
    entries: int = 0
    prizes: int = 0


def compute_counts(entries: Iterable[tuple[int, str, bool]]) -> Counts:
    """Of (entrant, its kind, whether it was given a prize), one for each entry that stands."""
    rows = list(entries)
    kinds = {entrant: kind for entrant, kind, _prize in rows}
    several = list(kinds.values())
    persons, units = several.count(PERSON), several.count(UNIT)
    prizes = sum(1 for _entrant, _kind, prize in rows if prize)
    return Counts(len(several), persons, units, len(several) - persons - units, len(rows), prizes)
