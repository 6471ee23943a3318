"""What a stored version states, as further checks want to hear it."""

from __future__ import annotations

from caunoi.forms.queries import checker_of
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.records.checks import Statement
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
    )
