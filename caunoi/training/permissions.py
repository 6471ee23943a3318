"""Who opens, keeps and closes a unit's classes, and who reads the names and marks of learners in them."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import User
from caunoi.accounts.queries import can
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.sealed import MAY_ERASE, MAY_READ
from caunoi.training.errors import ClassNotYours

__all__ = ["MAY_ENTER", "MAY_ERASE", "MAY_READ"]


def _units(org_unit_id: int, on: date) -> set[int]:
    """The holder, and what became of it."""
    return {org_unit_id, *(mapped.unit for mapped in get_snapshot().map_unit(org_unit_id, on))}


def may_run(user: User, org_unit_id: int, on: date) -> bool:
    """Whoever enters records for the holder: closing a class sends one."""
    return any(can(user, MAY_ENTER, unit, on) for unit in _units(org_unit_id, on))


def may_read(user: User, org_unit_id: int, on: date) -> bool:
    return any(can(user, MAY_READ, unit, on) for unit in _units(org_unit_id, on))


def may_erase(user: User, org_unit_id: int, on: date) -> bool:
    return any(can(user, MAY_ERASE, unit, on) for unit in _units(org_unit_id, on))


def check_may_run(user: User, org_unit_id: int, on: date) -> None:
    """Raises ClassNotYours."""
    if not may_run(user, org_unit_id, on):
        raise ClassNotYours(get_snapshot().path_name(org_unit_id, on))


def check_may_read(user: User, org_unit_id: int, on: date) -> None:
    if not may_read(user, org_unit_id, on):
        raise ClassNotYours(get_snapshot().path_name(org_unit_id, on))


def check_may_erase(user: User, org_unit_id: int, on: date) -> None:
    if not may_erase(user, org_unit_id, on):
        raise ClassNotYours(get_snapshot().path_name(org_unit_id, on))
