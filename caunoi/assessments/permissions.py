"""Who may take which step of a rating, as data. When a step is possible stands in `rules/life.py`."""

from __future__ import annotations

from datetime import date
from enum import Enum

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import roles_on
from caunoi.assessments.rules.life import RatingStep
from caunoi.places.queries import get_snapshot

SCORERS = frozenset({Role.RECORDER, Role.EDITOR, Role.APPROVER})
DECIDERS = frozenset({Role.APPROVER, Role.PROGRAMME_MANAGER})


class Where(Enum):
    """On which unit the role must reach: the rated one, the one above it, the one that runs the round."""

    UNIT = "unit"
    ABOVE = "above"
    RUNNER = "runner"


PERMISSIONS: dict[RatingStep, tuple[frozenset[Role], Where]] = {
    RatingStep.SCORE: (SCORERS, Where.UNIT),
    RatingStep.SEND: (SCORERS, Where.UNIT),
    RatingStep.RETURN: (DECIDERS, Where.ABOVE),
    RatingStep.REVIEW: (DECIDERS, Where.ABOVE),
    RatingStep.DECIDE: (DECIDERS, Where.RUNNER),
    RatingStep.LEAVE_OUT: (DECIDERS, Where.RUNNER),
    RatingStep.TAKE_IN: (DECIDERS, Where.RUNNER),
    RatingStep.CLOSE: (DECIDERS, Where.RUNNER),
    RatingStep.APPEAL: (SCORERS, Where.UNIT),
    RatingStep.ANSWER: (DECIDERS, Where.RUNNER),
}


def may_take(step: RatingStep, *, user: User, unit: int, runner: int, day: date, on: date) -> bool:
    """`day`: the rating's last; the unit above is the one of that day."""
    roles, where = PERMISSIONS[step]
    above = get_snapshot().parent_on(unit, day)
    asked = {Where.UNIT: unit, Where.ABOVE: runner if above is None else above, Where.RUNNER: runner}[where]
    return bool(roles & roles_on(user, asked, on))


def may_run(user: User, org_unit_id: int, on: date) -> bool:
    """Opening rounds of a unit, and closing them."""
    return bool(DECIDERS & roles_on(user, org_unit_id, on))


def may_state(user: User, org_unit_id: int, on: date) -> bool:
    """Confirming criteria of a unit: who decides on the unit's records."""
    return bool(DECIDERS & roles_on(user, org_unit_id, on))


def may_group(user: User, org_unit_id: int, on: date) -> bool:
    """Putting a unit into a group is the level above's: thresholds hang on it."""
    above = get_snapshot().parent_on(org_unit_id, on)
    return bool(DECIDERS & roles_on(user, org_unit_id if above is None else above, on))
