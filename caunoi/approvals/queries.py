from __future__ import annotations

from caunoi.approvals.models import ApprovalStep


def list_steps(subject: str) -> list[ApprovalStep]:
    """All steps taken on the subject, oldest first."""
    return list(ApprovalStep.objects.filter(subject=subject).order_by("id"))
