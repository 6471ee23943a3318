"""The seats of a register unit by unit, of the units a reader sees."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import visible_entities, visible_units
from caunoi.records.entities.rules.seats import Holder, Seats, count_seats, cycle_start
from caunoi.records.entities.rules.versions import CREATE, RESOLVE, RESTORE, UPDATE
from caunoi.records.models import EntityList, EntityVersion
from caunoi.vietnamese_text import fold

# Acts by which somebody looked at what the thing says.
_LOOKED = (CREATE, UPDATE, RESOLVE, RESTORE)


@dataclass(frozen=True)
class UnitSeats:
    org_unit_id: int
    seats: Seats


def has_seats(register: EntityList) -> bool:
    return bool(register.seats or register.review_from or register.term_until)


def list_unit_seats(
    register: EntityList, scope: Scope, today: date, *, unit_ids: frozenset[int] | None = None, open_only: bool = False
) -> list[UnitSeats]:
    """Every unit that exists today and has seats, and every other in which there is something; in the order of the
    units. `unit_ids`: only of these; `open_only`: where anything is empty, due or over."""
    places = get_snapshot()
    seen = visible_units(scope, today, places)
    holders = _read_holders(register, scope, today)
    since = cycle_start(register.review_from, today)
    found = []
    for unit in places.units.values():
        if not unit.exists_on(today) or not (unit.level in register.seats or unit.id in holders):
            continue
        if (seen is not None and unit.id not in seen) or (unit_ids is not None and unit.id not in unit_ids):
            continue
        seats = count_seats(register.seats.get(unit.level, {}), holders.get(unit.id, []), since, today)
        if not (open_only and seats.is_settled):
            found.append(UnitSeats(unit.id, seats))
    return sorted(found, key=lambda one: fold(places.path_name(one.org_unit_id, today)))


def _read_holders(register: EntityList, scope: Scope, today: date) -> dict[int, list[Holder]]:
    """Of things that are there today, by the unit that looks after them: what became of the one they were written for.
    A thing of a unit that was divided stays with the one that got its largest part."""
    live = visible_entities(scope, today).filter(entity_list=register, removed=False, merged_into=None, ended_on=None)
    rows = list(live.values_list("pk", "org_unit_id", "properties"))
    told = EntityVersion.objects.filter(entity_id__in=ids_in_sql([pk for pk, _unit, _values in rows]), act__in=_LOOKED)
    looked = dict(told.values("entity_id").order_by().annotate(last=Max("from_day")).values_list("entity_id", "last"))
    places = get_snapshot()
    found: dict[int, list[Holder]] = defaultdict(list)
    for pk, unit, values in rows:
        now = max(places.map_unit(unit, today), key=lambda one: one.parts, default=None)
        term = _day(values.get(register.term_until, "")) if register.term_until else None
        holder = Holder(values.get(register.seats_by, ""), looked[pk], term)
        found[now.unit if now is not None else unit].append(holder)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
