"""Who may take which step, as data. When a step is possible stands in `rules.py`; the two are never mixed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from caunoi.accounts.models import Role
from caunoi.approvals.rules import Step
from caunoi.places.rules.snapshot import LEVELS


class Relation(StrEnum):
    """How a role lies to the subject's unit. Who decides also reaches."""

    REACHES = "reaches"
    """The role stands on the unit or on one above it."""
    DECIDES = "decides"
    """It stands on such a unit of the level whose approver decides, or of a level above that."""


@dataclass(frozen=True, order=True)
class Held:
    role: Role
    relation: Relation


PERMISSIONS: dict[Step, frozenset[Held]] = {
    Step.SUBMIT: frozenset({Held(Role.RECORDER, Relation.REACHES), Held(Role.EDITOR, Relation.REACHES)}),
    Step.CORRECT: frozenset({Held(Role.RECORDER, Relation.REACHES), Held(Role.EDITOR, Relation.REACHES)}),
    Step.RETURN: frozenset({Held(Role.APPROVER, Relation.DECIDES)}),
    Step.ENDORSE: frozenset({Held(Role.APPROVER, Relation.DECIDES)}),
    Step.APPROVE: frozenset({Held(Role.APPROVER, Relation.DECIDES)}),
    # A wrong record is taken out by whoever answers for the figures, never by who wrote it alone.
    Step.WITHDRAW: frozenset({Held(Role.APPROVER, Relation.DECIDES), Held(Role.PROGRAMME_MANAGER, Relation.REACHES)}),
    Step.LOCK: frozenset({Held(Role.APPROVER, Relation.DECIDES), Held(Role.PROGRAMME_MANAGER, Relation.REACHES)}),
    # Opening what was closed touches published figures: not the approver's own to decide.
    Step.UNLOCK: frozenset({Held(Role.PROGRAMME_MANAGER, Relation.REACHES)}),
}


def may_take(step: Step, held: Iterable[Held]) -> bool:
    """Whether any of the roles, as they lie to the unit, may take the step."""
    allowed = PERMISSIONS[step]
    return any(
        one in allowed or (one.relation == Relation.DECIDES and Held(one.role, Relation.REACHES) in allowed)
        for one in held
    )


def roles_for(step: Step, relation: Relation) -> frozenset[Role]:
    """Roles that may take the step in this relation (deciding includes reaching)."""
    return frozenset(role for role in Role if may_take(step, [Held(role, relation)]))


def deciding_levels(approval_level: str) -> frozenset[str]:
    """The approval level and all wider ones; every level where no approval is needed (blank)."""
    if approval_level not in LEVELS:
        return frozenset(LEVELS)
    return frozenset(LEVELS[: LEVELS.index(approval_level) + 1])


def endorsing_levels(level: str, next_level: str) -> frozenset[str]:
    """Whose approver takes a step that is not the last: the level itself or one standing in for it from above, but not
    the next one, whose own turn comes."""
    return deciding_levels(level) - deciding_levels(next_level)
