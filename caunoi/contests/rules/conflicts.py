"""When somebody cannot judge: who knows whose an entry is, or has a part in one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from caunoi.vietnamese_text import fold


class Conflict(Enum):
    ORGANISES = "organises"
    ENTERED = "entered"
    NAMESAKE = "namesake"
    OWN_UNIT = "own-unit"


@dataclass(frozen=True)
class Candidate:
    """`units`: those that roles of theirs stand on."""

    user: int
    name: str
    units: frozenset[int]
    organises: bool


@dataclass(frozen=True)
class Standing:
    """An entry as conflicts see it. `line`: its unit, those above it up to the contest's unit (without that one), and
    those below it. `entered_by`: the account that wrote it in."""

    number: int
    entered_by: int | None
    person: str
    line: Collection[int]


def find_conflict(
    one: Candidate, entries: Iterable[Standing], *, own_unit: bool, namesake_confirmed: bool = False
) -> tuple[Conflict, int] | None:
    """The first, and the entry (0: none) it is about. `own_unit`: the kind lets judges mark their own unit's entries.
    That two people bear one name may be confirmed."""
    if one.organises:
        return Conflict.ORGANISES, 0
    for entry in entries:
        if entry.entered_by == one.user:
            return Conflict.ENTERED, entry.number
        if entry.person and not namesake_confirmed and fold(entry.person) == fold(one.name):
            return Conflict.NAMESAKE, entry.number
        if not own_unit and one.units & set(entry.line):
            return Conflict.OWN_UNIT, entry.number
    return None
