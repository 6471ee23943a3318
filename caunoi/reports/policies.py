"""When a step is possible on one report: its state, the comment, and that nobody approves what they submitted."""

from __future__ import annotations

from caunoi.refusals import Refusal
from caunoi.reports.errors import OwnReport, ReportCommentMissing, ReportStepDone, ReportStepImpossible
from caunoi.reports.rules.life import NEEDS_COMMENT, TRANSITIONS, ReportState, ReportStep, find_next


def find_obstacle(state: ReportState, step: ReportStep, *, comment: str = "", is_own: bool = False) -> Refusal | None:
    """Why the step cannot be taken now, or None. `is_own`: the actor submitted what is to be approved."""
    if find_next(state, step) is None:
        is_there = state in {to for (_from, one), to in TRANSITIONS.items() if one is step}
        return ReportStepDone(state) if is_there else ReportStepImpossible(state, step)
    if step in NEEDS_COMMENT and not comment.strip():
        return ReportCommentMissing()
    if step is ReportStep.APPROVE and is_own:
        return OwnReport()
    return None
