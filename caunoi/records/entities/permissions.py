"""Who may change things by hand: who edits or approves the unit's records."""

from __future__ import annotations

from datetime import datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import roles_on
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.errors import EntityEditNotAllowed

MAY_EDIT = frozenset({Role.EDITOR, Role.APPROVER})


def may_edit(user: User, org_unit_id: int, at: datetime) -> bool:
    """For the things of a unit that ended: also where the roles reach what became of it."""
    day = local_date(at)
    units = {org_unit_id, *(mapped.unit for mapped in get_snapshot().map_unit(org_unit_id, day))}
    return any(roles_on(user, unit, day) & MAY_EDIT for unit in units)


def check_may_edit(user: User, org_unit_id: int, at: datetime) -> None:
    """Raises EntityEditNotAllowed."""
    if not may_edit(user, org_unit_id, at):
        raise EntityEditNotAllowed(get_snapshot().path_name(org_unit_id, local_date(at)))
