"""When a step in the life of a report is possible. Who may take it stands in `reports/permissions.py`."""

from __future__ import annotations

from enum import StrEnum


class ReportState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    ISSUED = "issued"
    SUPERSEDED = "superseded"


class ReportStep(StrEnum):
    REVISE = "revise"
    """Another version: made again from the figures, or rewritten in Word and brought back."""
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    ISSUE = "issue"
    SUPERSEDE = "supersede"
    """Taken by the issue of the report that takes its place."""


TRANSITIONS: dict[tuple[ReportState, ReportStep], ReportState] = {
    (ReportState.DRAFT, ReportStep.REVISE): ReportState.DRAFT,
    (ReportState.DRAFT, ReportStep.SUBMIT): ReportState.SUBMITTED,
    (ReportState.SUBMITTED, ReportStep.RETURN): ReportState.RETURNED,
    (ReportState.SUBMITTED, ReportStep.APPROVE): ReportState.APPROVED,
    (ReportState.RETURNED, ReportStep.REVISE): ReportState.RETURNED,
    (ReportState.RETURNED, ReportStep.SUBMIT): ReportState.SUBMITTED,
    # A mistake seen by the clerk who is to number it.
    (ReportState.APPROVED, ReportStep.RETURN): ReportState.RETURNED,
    (ReportState.APPROVED, ReportStep.ISSUE): ReportState.ISSUED,
    (ReportState.ISSUED, ReportStep.SUPERSEDE): ReportState.SUPERSEDED,
}

NEEDS_COMMENT = frozenset({ReportStep.RETURN})
NUMBERED = frozenset({ReportState.ISSUED, ReportState.SUPERSEDED})
"""A document: its bytes never change again."""


def find_next(state: ReportState, step: ReportStep) -> ReportState | None:
    return TRANSITIONS.get((state, step))
