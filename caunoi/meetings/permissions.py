"""Who plans, counts and closes a unit's meetings, and who says that something a meeting left to a unit is done."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import User
from caunoi.meetings.errors import MeetingNotYours
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run


def check_may_run(user: User, org_unit_id: int, on: date) -> None:
    """Raises MeetingNotYours."""
    if not may_run(user, org_unit_id, on):
        raise MeetingNotYours(get_snapshot().path_name(org_unit_id, on))
