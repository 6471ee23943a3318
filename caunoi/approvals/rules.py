"""The one transition table of approval: when a step is possible. Who may take it stands in `permissions.py`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    LOCKED = "locked"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    SUBMIT = "submit"
    RETURN = "return"
    ENDORSE = "endorse"
    APPROVE = "approve"
    CORRECT = "correct"
    LOCK = "lock"
    UNLOCK = "unlock"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Step.RETURN): State.RETURNED,
    # Approved by one level, waiting for the next; only the last level's approval is the step `approve`.
    (State.SUBMITTED, Step.ENDORSE): State.SUBMITTED,
    (State.SUBMITTED, Step.APPROVE): State.APPROVED,
    (State.SUBMITTED, Step.CORRECT): State.SUBMITTED,
    (State.SUBMITTED, Step.WITHDRAW): State.WITHDRAWN,
    (State.RETURNED, Step.CORRECT): State.SUBMITTED,
    (State.RETURNED, Step.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Step.CORRECT): State.SUBMITTED,
    (State.APPROVED, Step.RETURN): State.RETURNED,
    (State.APPROVED, Step.LOCK): State.LOCKED,
    (State.APPROVED, Step.WITHDRAW): State.WITHDRAWN,
    (State.LOCKED, Step.UNLOCK): State.APPROVED,
}

# These say why: a return without a comment helps nobody, a withdrawal or unlocking must be explained a year later.
NEEDS_COMMENT = frozenset({Step.RETURN, Step.WITHDRAW, Step.UNLOCK})


def find_next(state: State, step: Step) -> State | None:
    """The state after the step, or None if it is not possible now."""
    return TRANSITIONS.get((state, step))


def awaited_level(levels: Sequence[str], steps_done: int) -> str:
    """The level whose turn it is; the last one's once all are done, or if there are fewer now than were done.

    `levels` in the order of deciding; empty (no approval needed): blank, any level.
    """
    return levels[min(steps_done, len(levels) - 1)] if levels else ""


def is_last_step(levels: Sequence[str], steps_done: int) -> bool:
    """Whether the next approval is the one that puts the figures into the approved book."""
    return steps_done + 1 >= len(levels)
