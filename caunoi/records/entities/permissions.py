"""Who may change things by hand: who edits or approves the unit's records."""

from __future__ import annotations

from datetime import datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can_as_heir
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.errors import EntityEditNotAllowed

MAY_EDIT = frozenset({Role.EDITOR, Role.APPROVER})


def may_edit(user: User, org_unit_id: int, at: datetime) -> bool:
    """For the things of a unit that ended: also where the roles reach what became of it."""
    return can_as_heir(user, MAY_EDIT, org_unit_id, local_date(at))


def check_may_edit(user: User, org_unit_id: int, at: datetime) -> None:
    """Raises EntityEditNotAllowed."""
    if not may_edit(user, org_unit_id, at):
        raise EntityEditNotAllowed(get_snapshot().path_name(org_unit_id, local_date(at)))
