"""Who keeps a unit's register of documents."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can_as_heir, roles_on
from caunoi.documents.errors import DocumentNotYours
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot

MAY_KEEP = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
# Villages are no administrative units: they issue no documents and keep no register.
KEEPING_LEVELS = frozenset({Level.COUNTRY, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE})


def may_keep(user: User, org_unit_id: int, on: date) -> bool:
    """For the register of a unit that ended: also where the roles reach what became of it."""
    keeps = get_snapshot().units[org_unit_id].level in KEEPING_LEVELS
    return keeps and can_as_heir(user, MAY_KEEP, org_unit_id, on)


def check_may_keep(user: User, org_unit_id: int, on: date) -> None:
    """Raises DocumentNotYours."""
    if not may_keep(user, org_unit_id, on):
        raise DocumentNotYours(get_snapshot().path_name(org_unit_id, on))


def may_answer(user: User, org_unit_id: int, on: date) -> bool:
    """Saying that a unit did what a document asks of it; of villages too."""
    places = get_snapshot()
    return any(roles_on(user, mapped.unit, on) & MAY_KEEP for mapped in places.map_unit(org_unit_id, on))
