"""Which things of a register a figure counts or adds up, and what each of them states."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from caunoi.facts.models import Book, DataElement, Kind
from caunoi.facts.registers import list_counted
from caunoi.facts.rules.question import exact
from caunoi.facts.rules.registers import Spell
from caunoi.periods.rules import Days
from caunoi.records.models import Entity

MOST_SHOWN = 200


@dataclass(frozen=True)
class ThingLine:
    """`since`: from when on it states this. `value` None: it doesn't state its number."""

    register: str
    uuid: UUID
    name: str
    since: date
    value: Decimal | None


@dataclass(frozen=True)
class ThingsBehind:
    """Things behind the records of a page: the first of them, how many there are, how many state no number.

    `changed`: of some units the register says otherwise by now than at the moment of the figure; their things are left
    out, for they are not what the figure was made of.
    """

    lines: tuple[ThingLine, ...]
    total: int
    stating_none: int
    changed: bool


def list_things_behind(
    element: DataElement, book: Book, days: Days, posted: Mapping[tuple[int, date], int], units: Collection[int]
) -> ThingsBehind:
    """`posted`: what the ledger holds, by unit and day; `units`: whose things may be shown, stating a number or not."""
    is_flow = element.kind == Kind.FLOW
    # What the ledger says comes from one day of a unit, of a flow; of a stock it is the unit's on the last day.
    held: dict[tuple[int, date], int] = defaultdict(int)
    for (unit, day), amount in posted.items():
        held[unit, day if is_flow else days.last] += amount
    found: dict[tuple[int, date], list[tuple[Entity, Spell]]] = defaultdict(list)
    for thing, spell in list_counted(element, units, book):
        if is_flow and spell.begins and days.first <= spell.first <= days.last:
            found[thing.org_unit_id, spell.first].append((thing, spell))
        elif not is_flow and spell.has(days.last):
            found[thing.org_unit_id, days.last].append((thing, spell))
    lines: list[ThingLine] = []
    changed = False
    for key in sorted(found.keys() | held.keys()):
        stated = [spell.amount for _thing, spell in found[key] if spell.amount is not None]
        if stated and key not in held and is_flow:
            continue  # its record stands on another page
        # Where none states its number, the latest that was stated stands.
        if (stated or not found[key]) and sum(stated) != held.get(key, 0):
            changed = True
            continue
        lines += [
            ThingLine(
                element.register, thing.uuid, spell.name, spell.first,
                None if spell.amount is None else exact(spell.amount, element.decimals, parts=False),
            )
            for thing, spell in found[key]
        ]  # fmt: skip
    stating_none = sum(line.value is None for line in lines)
    return ThingsBehind(tuple(lines[:MOST_SHOWN]), len(lines), stating_none, changed)
