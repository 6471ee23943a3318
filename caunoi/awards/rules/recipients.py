"""Who is awarded, and when two of them are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from caunoi.vietnamese_text import fold


class RecipientKind(Enum):
    UNIT = "unit"
    THING = "thing"
    COLLECTIVE = "collective"
    PERSON = "person"


@dataclass(frozen=True)
class Recipient:
    """`org_unit`: itself, or where it belongs; `thing`: a row of a register, else None. `name` as it is printed."""

    kind: RecipientKind
    org_unit: int
    name: str
    thing: int | None = None

    @property
    def identity(self) -> tuple[str, int, str]:
        """Equal for what is the same: a unit and a thing by their number, others by name and place."""
        if self.kind == RecipientKind.UNIT:
            return self.kind.value, self.org_unit, ""
        if self.kind == RecipientKind.THING:
            return self.kind.value, self.thing or 0, ""
        return self.kind.value, self.org_unit, fold(self.name)

    @property
    def may_stand_twice(self) -> bool:
        """Two people of one village may bear one name; a unit is only one."""
        return self.kind in (RecipientKind.PERSON, RecipientKind.COLLECTIVE)


def split_new(
    wanted: Iterable[Recipient], standing: Collection[tuple[str, int, str]]
) -> tuple[list[Recipient], list[Recipient]]:
    """(new ones, those that stand already or come twice), each in the order given."""
    taken = set(standing)
    new: list[Recipient] = []
    twice: list[Recipient] = []
    for one in wanted:
        (twice if one.identity in taken else new).append(one)
        taken.add(one.identity)
    return new, twice


@dataclass(frozen=True)
class Counted:
    collectives: int = 0
    persons: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.collectives or self.persons)


def count_by_unit(recipients: Iterable[tuple[RecipientKind, int]], owing: Mapping[int, int]) -> dict[int, Counted]:
    """By the unit that owes the count. `owing`: recipient's unit -> that unit; who has none is counted nowhere."""
    several: Counter[tuple[int, bool]] = Counter()
    for kind, unit in recipients:
        if unit in owing:
            several[owing[unit], kind == RecipientKind.PERSON] += 1
    units = sorted({unit for unit, _person in several})
    return {unit: Counted(several[unit, False], several[unit, True]) for unit in units}


def list_names(text: str, most: int) -> Sequence[str] | None:
    """One a line, empty lines left out; None for more than `most`."""
    names = [line for line in text.splitlines() if line.strip()]
    return None if len(names) > most else names
