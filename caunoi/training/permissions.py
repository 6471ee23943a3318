"""Who opens, keeps and closes a unit's classes, and who reads the names and marks of learners in them."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import User
from caunoi.accounts.queries import can_as_heir
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import MAY_ENTER, may_run
from caunoi.records.sealed import MAY_ERASE, MAY_READ
from caunoi.training.errors import ClassNotYours

__all__ = ["MAY_ENTER", "MAY_ERASE", "MAY_READ"]


def may_read(user: User, org_unit_id: int, on: date) -> bool:
    return can_as_heir(user, MAY_READ, org_unit_id, on)


def may_erase(user: User, org_unit_id: int, on: date) -> bool:
    return can_as_heir(user, MAY_ERASE, org_unit_id, on)


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
