"""Undoes a reorganisation: places are again as they were before, and what was known in between stays askable."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.audit.actions import write_line
from caunoi.audit.clock import lock_clock, take_numbers
from caunoi.audit.rules import Actor
from caunoi.places.actions.writing import BATCH, write_restored
from caunoi.places.errors import ReorganisationRefused, UndoRefused
from caunoi.places.events import PlacesChanged, UnitsUnmade
from caunoi.places.models import OrgUnit, OrgUnitSpell, Reorganisation, Succession
from caunoi.places.undoing import describe_reference, list_obstacles, list_references, plan_undo


@transaction.atomic
def undo_reorganisation(pk: int, *, take_back: bool, by: Actor, at: datetime) -> Reorganisation:
    """Possible while nothing was recorded on the new units and no later change of places rests on it.

    `take_back`: roles, unused phones and things to do that were arranged for the new units go with them; without it
    they stand in the way. Refuses with everything that does.
    """
    # A record that arrives for a new unit takes a number too: it comes before this and is seen, or after and is
    # refused, because the unit is no longer there.
    lock_clock()
    row = Reorganisation.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.number is None:
        raise ReorganisationRefused([_("Việc sắp xếp này chưa được áp dụng, nên không có gì để hoàn tác.")])
    if row.undone_at is not None:
        raise ReorganisationRefused([_("Việc sắp xếp này đã được %(name)s hoàn tác.") % {"name": row.undone_by}])
    plan = plan_undo(row.number)
    successions = list(Succession.objects.filter(known_from=row.number).values_list("pk", flat=True))
    if obstacles := list_obstacles(row.number, plan):
        raise UndoRefused(obstacles)
    taken_back = list_references(plan.unmade) if take_back else []
    events.announce(UnitsUnmade(sorted(plan.unmade), successions, take_back, by, at))
    if left := list_references(plan.unmade):
        raise UndoRefused([describe_reference(reference, plan.now) for reference in left])
    number = take_numbers(1)[0]
    touched = [*plan.unmade, *plan.changed]
    for start in range(0, len(touched), BATCH):
        OrgUnitSpell.objects.filter(org_unit_id__in=touched[start : start + BATCH]).update(known_until=number)
    Succession.objects.filter(known_from=row.number).update(known_until=number)
    OrgUnit.objects.filter(known_from=row.number).update(known_until=number)
    ended = [OrgUnit(id=unit, ends_on=plan.restored.units[unit].ends_on) for unit in plan.changed]
    OrgUnit.objects.bulk_update(ended, ["ends_on"], batch_size=BATCH)
    write_restored((spell for unit in plan.changed for spell in plan.restored.spells[unit]), number)
    events.announce(PlacesChanged(number))
    row.undone_by, row.undone_at = by.name, at
    row.save()
    detail = {
        "title": row.title,
        "day": row.day.isoformat(),
        "number": row.number,
        "unmade": sorted(plan.now.units[unit].key for unit in plan.unmade),
        "taken_back": [[one.table, plan.now.units[one.unit].key, one.count] for one in taken_back],
    }
    write_line("reorganisation.undo", f"reorganisation:{row.pk}", detail, by=by, at=at)
    return row
