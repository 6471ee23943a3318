"""Who may read and who may change what officers keep. What a question then answers is decided where it is asked."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import units_with_role
from caunoi.boards.errors import CannotDeclareHere, CannotShareHere, NotTheOwner
from caunoi.boards.models import Dashboard, SavedView
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot

MAY_DECLARE = frozenset({Role.APPROVER, Role.EDITOR, Role.PROGRAMME_MANAGER})


def may_share_with(user: User, org_unit_id: int, on: date) -> bool:
    """With the units one reaches oneself: a commune's officer addresses the commune, not the province."""
    return org_unit_id in units_with_role(user, list(Role), on)


def check_may_share(user: User, unit: OrgUnit | None, on: date) -> None:
    if unit is not None and not may_share_with(user, unit.pk, on):
        raise CannotShareHere(get_snapshot().name_on(unit.pk, on))


def check_owns(user: User, thing: SavedView | Dashboard) -> None:
    if thing.owner_id != user.pk:
        raise NotTheOwner(str(thing.owner))


def check_may_declare(user: User, org_unit_id: int, on: date) -> None:
    """Campaign days are declared, and taken back, by those who decide about what the units send."""
    if org_unit_id not in units_with_role(user, MAY_DECLARE, on):
        raise CannotDeclareHere(get_snapshot().name_on(org_unit_id, on))
