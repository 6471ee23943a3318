"""Writes the difference between a draft of places and what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from caunoi import events
from caunoi.audit.clock import take_numbers
from caunoi.places.events import PlacesChanged
from caunoi.places.files import Point
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.places.rules.drafts import PlaceDraft
from caunoi.places.rules.snapshot import LEVELS, Spell
from caunoi.places.rules.successions import PlannedSuccession
from caunoi.vietnamese_text import fold

BATCH = 900


def write_draft(
    draft: PlaceDraft,
    successions: Sequence[PlannedSuccession],
    note: str = "",
    points: Mapping[str, Point] | None = None,
) -> list[Succession]:
    """Stores what changed under one knowledge number, inside the action's transaction.

    Also without a new unit the change needs a row that bears the number: readers notice new places by it.
    """
    number = take_numbers(1)[0]
    ids = {unit: unit for unit in draft.before.units}
    begun = sorted(
        (draft.units[unit] for unit in draft.touched if unit < 0),
        key=lambda unit: (LEVELS.index(unit.level), -unit.id),
    )
    rows = [
        OrgUnit(
            key=unit.key,
            level=unit.level,
            starts_on=unit.starts_on,
            ends_on=unit.ends_on,
            start_known=unit.start_known,
            known_from=number,
            synthetic=unit.synthetic,
            latitude=(points or {}).get(unit.key, (None, None))[0],
            longitude=(points or {}).get(unit.key, (None, None))[1],
        )
        for unit in begun
    ]
    OrgUnit.objects.bulk_create(rows, batch_size=BATCH)
    new_ids = {unit.id: row.pk for unit, row in zip(begun, rows, strict=True)}
    ids |= new_ids
    continuing = [unit for unit in draft.touched if unit > 0]
    ended = [
        OrgUnit(id=unit, ends_on=draft.units[unit].ends_on)
        for unit in continuing
        if draft.units[unit].ends_on != draft.before.units[unit].ends_on
    ]
    OrgUnit.objects.bulk_update(ended, ["ends_on"], batch_size=BATCH)
    changed = [unit for unit in continuing if draft.spells[unit] != list(draft.before.spells[unit])]
    for start in range(0, len(changed), BATCH):
        # Closed and not deleted: how places were known until now stays askable.
        OrgUnitSpell.objects.filter(org_unit_id__in=changed[start : start + BATCH]).update(known_until=number)
    _write_spells((spell for unit in [*changed, *new_ids] for spell in draft.spells[unit]), ids, number)
    written = _write_successions(successions, ids, number, note)
    events.announce(PlacesChanged(number))
    return written


def write_restored(spells: Iterable[Spell], number: int) -> None:
    """Spells of stored units as they were before, known again from that number on."""
    given = list(spells)
    _write_spells(given, {unit: unit for spell in given for unit in (spell.unit, spell.parent) if unit}, number)


def _write_spells(spells: Iterable[Spell], ids: dict[int, int], number: int) -> None:
    OrgUnitSpell.objects.bulk_create(
        [
            OrgUnitSpell(
                org_unit_id=ids[spell.unit],
                name=spell.name,
                short_name=spell.short_name or spell.name,
                search_name=fold(spell.name),
                code=spell.code,
                parent_id=None if spell.parent is None else ids[spell.parent],
                from_day=spell.from_day,
                to_day=spell.to_day,
                known_from=number,
            )
            for spell in spells
        ],
        batch_size=BATCH,
    )


def _write_successions(
    successions: Sequence[PlannedSuccession], ids: dict[int, int], number: int, note: str
) -> list[Succession]:
    rows = [Succession(day=planned.day, kind=planned.kind, note=note, known_from=number) for planned in successions]
    Succession.objects.bulk_create(rows, batch_size=BATCH)
    SuccessionShare.objects.bulk_create(
        [
            SuccessionShare(
                succession=row,
                old_id=ids[step.old],
                new_id=ids[step.new],
                old_parts=step.old_parts,
                new_parts=step.new_parts,
                basis=step.basis,
            )
            for planned, row in zip(successions, rows, strict=True)
            for step in planned.steps
        ],
        batch_size=BATCH,
    )
    return rows
