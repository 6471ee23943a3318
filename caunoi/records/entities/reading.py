"""Rows of things and versions as the rules take them."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import cast

from caunoi.accounts.scope import ids_in_sql
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.entities.rules.conditions import Condition, WrongCondition
from caunoi.records.entities.rules.versions import LABEL, ConflictKind, Version
from caunoi.records.models import EntityList, EntityVersion

_conditions: OrderedDict[str, Condition] = OrderedDict()


def as_rule(row: EntityVersion) -> Version:
    return Version(
        number=row.number,
        act=row.act,
        from_day=row.from_day,
        values={**row.properties, LABEL: row.label},
        changed=frozenset(row.changed),
        base=row.base_number,
        branch_id=row.branch_id,
        trunk=row.trunk_number,
        branch_base=row.branch_base_number,
        conflict=cast(ConflictKind, row.conflict),
        source_id=row.source_id,
    )


def read_versions(entity_ids: Iterable[int], until: datetime | None = None) -> dict[int, list[Version]]:
    """By thing, oldest first; with `until` only what was written before that moment."""
    found: dict[int, list[Version]] = defaultdict(list)
    rows = EntityVersion.objects.filter(entity_id__in=ids_in_sql(entity_ids)).order_by("entity_id", "number")
    for row in rows if until is None else rows.filter(at__lt=until):
        found[row.entity_id].append(as_rule(row))
    return found


def ended_condition(entity_list: EntityList) -> Condition:
    """Checked when the pack was loaded; one that an older version of the product accepted and this one doesn't never
    holds."""
    text = entity_list.ended_when
    if text not in _conditions:
        try:
            _conditions[text] = Condition(text)
        except WrongCondition:
            _conditions[text] = Condition("")
        while len(_conditions) > 200:
            _conditions.popitem(last=False)
    return _conditions[text]


def keepers_of(unit: int, day: date, places: PlaceSnapshot) -> set[int]:
    """Units that look after the things of this one on that day: what became of it, and everything above."""
    now = {mapped.unit for mapped in places.map_unit(unit, day)}
    return {unit, *now, *(above for one in now for above in places.ancestors_on(one, day))}


def units_kept_by(unit: int, day: date, places: PlaceSnapshot) -> set[int]:
    """Units whose things this one looks after: its own subtree on that day and what went into it."""
    found = places.subtree_on(unit, day) if unit in places.units else {unit}
    open_ = list(found)
    while open_:
        for step in places.predecessors(open_.pop()):
            if step.old not in found:
                found.add(step.old)
                open_.append(step.old)
    return found
