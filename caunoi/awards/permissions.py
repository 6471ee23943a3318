"""Who keeps dossiers of awards, who decides, and who reads the names of people in them."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can
from caunoi.awards.errors import AwardsNotYours
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.records.sealed import MAY_ERASE, MAY_READ

MAY_KEEP = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
MAY_DECIDE = frozenset({Role.APPROVER, Role.PROGRAMME_MANAGER})
KEEPING_LEVELS = frozenset({Level.COUNTRY, Level.PROVINCE, Level.DISTRICT, Level.COMMUNE})
__all__ = ["KEEPING_LEVELS", "MAY_DECIDE", "MAY_ERASE", "MAY_KEEP", "MAY_READ"]


def may_keep(user: User, org_unit_id: int, on: date) -> bool:
    return get_snapshot().units[org_unit_id].level in KEEPING_LEVELS and can(user, MAY_KEEP, org_unit_id, on)


def may_decide(user: User, org_unit_id: int, on: date) -> bool:
    return get_snapshot().units[org_unit_id].level in KEEPING_LEVELS and can(user, MAY_DECIDE, org_unit_id, on)


def may_erase(user: User, org_unit_id: int, on: date) -> bool:
    return can(user, MAY_ERASE, org_unit_id, on)


def check_may_keep(user: User, org_unit_id: int, on: date) -> None:
    if not may_keep(user, org_unit_id, on):
        raise AwardsNotYours(get_snapshot().path_name(org_unit_id, on))


def check_may_decide(user: User, org_unit_id: int, on: date) -> None:
    if not may_decide(user, org_unit_id, on):
        raise AwardsNotYours(get_snapshot().path_name(org_unit_id, on))
