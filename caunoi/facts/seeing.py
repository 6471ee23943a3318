"""An officer looked at what a check said of a record, and the figure is right."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, scope_of
from caunoi.approvals.permissions import Relation, roles_for
from caunoi.approvals.rules import Step
from caunoi.audit.actions import write_line
from caunoi.facts.checks import find_findings
from caunoi.facts.errors import CannotMarkSeen, FindingGone, NoteMissing
from caunoi.facts.models import SeenFinding
from caunoi.moments import local_date
from caunoi.records.errors import VersionMoved
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.queries import get_submission
from caunoi.vietnamese_text import clean

# Those who answer for the figures: who may lock a record may say that it was looked at.
MAY_MARK: frozenset[Role] = roles_for(Step.LOCK, Relation.DECIDES)


def may_mark(user: User, submission: Submission, version: SubmissionVersion, at: datetime) -> bool:
    """Never who entered the figure: the second look is somebody else's."""
    return version.entered_by_id != user.pk and can(user, MAY_MARK, submission.org_unit_id, local_date(at))


def mark_seen(
    submission_id: int, kind: str, code: str, *, number: int, note: str, by: User, at: datetime
) -> SeenFinding:
    """Of the version the officer saw (`number`); a new version is looked over anew. Marking twice changes nothing.

    Raises SubmissionUnknown, VersionMoved, CannotMarkSeen, NoteMissing, FindingGone.
    """
    scope = scope_of(by, local_date(at))
    submission = get_submission(submission_id, scope)
    if number != submission.current_number:
        raise VersionMoved
    version = SubmissionVersion.objects.get(submission=submission, number=number)
    if not may_mark(by, submission, version, at):
        raise CannotMarkSeen
    if not (said := clean(note)[:500]):
        raise NoteMissing
    findings = find_findings([submission], scope).get(submission.pk, [])
    finding = next((one for one in findings if (one.kind.value, one.code) == (kind, code)), None)
    if finding is None:
        raise FindingGone
    with transaction.atomic():
        seen, is_new = SeenFinding.objects.get_or_create(
            version=version,
            kind=kind,
            code=code,
            defaults={"note": said, "by_id": by.pk, "by_name": by.actor.name, "at": at},
        )
        if is_new:
            detail = {"version": number, "kind": kind, "code": code, "note": said}
            write_line("submission.seen", str(submission), detail, by=by.actor, at=at)
    return seen
