"""When a step is possible on one subject: its state, the comment, and that nobody decides on their own."""

from __future__ import annotations

from caunoi.approvals.errors import AlreadyDone, CommentMissing, OwnApproval, StepImpossible
from caunoi.approvals.rules import NEEDS_COMMENT, TRANSITIONS, State, Step, find_next
from caunoi.refusals import Refusal


def find_obstacle(
    state: State, step: Step, *, comment: str = "", is_own: bool = False, self_approval_allowed: bool = False
) -> Refusal | None:
    """Why the step cannot be taken now, or None. `is_own`: the actor entered what is to be approved."""
    if find_next(state, step) is None:
        is_there = state in {to for (_from, one), to in TRANSITIONS.items() if one is step}
        return AlreadyDone(state, step) if is_there else StepImpossible(state, step)
    if step in NEEDS_COMMENT and not comment.strip():
        return CommentMissing(step)
    if step in (Step.ENDORSE, Step.APPROVE) and is_own and not self_approval_allowed:
        return OwnApproval()
    return None
