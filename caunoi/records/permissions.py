"""Who may enter records for a unit, and who decides about one. `approvals.permissions` says what each step needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, windows_with_role
from caunoi.accounts.scope import Scope
from caunoi.approvals.permissions import Relation, deciding_levels, roles_for
from caunoi.approvals.rules import Step
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.errors import EnteringNotAllowed

MAY_ENTER: frozenset[Role] = roles_for(Step.SUBMIT, Relation.REACHES)


def may_enter(user: User, org_unit_id: int, at: datetime) -> bool:
    return can(user, MAY_ENTER, org_unit_id, local_date(at))


def check_may_enter(user: User, org_unit_id: int, at: datetime) -> None:
    """Raises EnteringNotAllowed."""
    if not may_enter(user, org_unit_id, at):
        places = get_snapshot()
        name = places.name_on(org_unit_id, local_date(at)) if org_unit_id in places.units else ""
        raise EnteringNotAllowed(name)


class Authority:
    """What one user may decide on that day: for each approval level, the records their roles reach from there."""

    def __init__(self, user: User, at: datetime) -> None:
        self._user, self._on = user, local_date(at)
        self._reaches: dict[tuple[Step, str], tuple[Scope, Scope]] = {}

    def scopes(self, step: Step, approval_level: str) -> Iterable[Scope]:
        """A record that any of them sees may be taken this step."""
        key = (step, approval_level)
        if key not in self._reaches:
            levels = deciding_levels(approval_level)
            self._reaches[key] = (
                windows_with_role(self._user, roles_for(step, Relation.DECIDES), self._on, levels),
                windows_with_role(self._user, roles_for(step, Relation.REACHES), self._on),
            )
        return self._reaches[key]
