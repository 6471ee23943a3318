from __future__ import annotations

from caunoi.approvals.models import ApprovalStep
from caunoi.personal.events import PersonErased
from caunoi.records.models import SubmissionVersion


def forget_person(event: PersonErased) -> None:
    """Names beside what was entered and decided; answers, states and figures stay as they are."""
    SubmissionVersion.objects.filter(entered_by_id=event.user_id).update(entered_by_name=event.instead)
    ApprovalStep.objects.filter(by_id=event.user_id).update(by_name=event.instead)
