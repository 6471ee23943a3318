"""Who looks after a work's contributions, who opens their list to everybody, and who writes that consent is gone."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can
from caunoi.contributions.errors import WorksNotYours
from caunoi.places.queries import get_snapshot

MAY_KEEP = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
MAY_DISCLOSE = frozenset({Role.APPROVER, Role.PROGRAMME_MANAGER})


def may_keep(user: User, org_unit_id: int, on: date) -> bool:
    return can(user, MAY_KEEP, org_unit_id, on)


def may_disclose(user: User, org_unit_id: int, on: date) -> bool:
    return can(user, MAY_DISCLOSE, org_unit_id, on)


def check_may_keep(user: User, org_unit_id: int, on: date) -> None:
    if not may_keep(user, org_unit_id, on):
        raise WorksNotYours(get_snapshot().path_name(org_unit_id, on))


def check_may_disclose(user: User, org_unit_id: int, on: date) -> None:
    if not may_disclose(user, org_unit_id, on):
        raise WorksNotYours(get_snapshot().path_name(org_unit_id, on))
