"""Who sets targets. When it is possible stands in `actions.py`."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can

MAY_SET: frozenset[Role] = frozenset({Role.PROGRAMME_MANAGER, Role.EDITOR})


def may_set(user: User, org_unit_id: int, on: date) -> bool:
    """For the unit and all below it."""
    return can(user, MAY_SET, org_unit_id, on)
