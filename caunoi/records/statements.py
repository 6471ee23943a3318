"""A stored version as others want to hear of it: what it states to further checks, its arrival to the books."""

from __future__ import annotations

from caunoi.forms.queries import checker_of
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.checks import Statement
from caunoi.records.events import Arrived
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.rules.occasions import Occasion


def statement_of(submission: Submission, version: SubmissionVersion) -> Statement:
    """Of the newest version. It takes the place of what its own submission has in the books."""
    occasion = Occasion(
        submission.period_key,
        Days(submission.day_from, submission.day_to),
        Days(submission.named_from, submission.named_to),
        submission.due_on or submission.day_to,
    )
    return Statement(
        submission.form.code,
        submission.org_unit_id,
        get_snapshot().units[submission.org_unit_id].level,
        occasion,
        version.answers,
        checker_of(version.form_version).by_name,
        corrects=version.instance_id,
        instance=version.instance_id,
    )


def arrived_of(
    submission: Submission, version: SubmissionVersion, level: str, previous_version_id: int | None = None
) -> Arrived:
    """What later rooms need of a stored version to post it. `level`: of the submission's unit."""
    return Arrived(
        submission_id=submission.pk,
        version_id=version.pk,
        form_code=submission.form.code,
        form_version_id=version.form_version_id,
        org_unit_id=submission.org_unit_id,
        org_unit_level=level,
        day_from=submission.day_from,
        day_to=submission.day_to,
        named_from=submission.named_from,
        named_to=submission.named_to,
        answers=version.answers,
        previous_version_id=previous_version_id,
    )
