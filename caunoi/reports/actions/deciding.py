"""Submitting a report, sending it back with comments, approving it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caunoi import events
from caunoi.accounts.models import User
from caunoi.documents.actions import read_bytes
from caunoi.reports.actions.versions import lock_for_step, take_step
from caunoi.reports.errors import DraftUnfinished
from caunoi.reports.events import ReportDecided, ReportSubmitted
from caunoi.reports.models import ReportRun
from caunoi.reports.rules.life import ReportStep
from caunoi.reports.word_file import WordFile
from caunoi.sentences import gettext as _
from caunoi.sentences import keep
from caunoi.tasks.actions import open_task


@transaction.atomic
def submit_report(*, report_id: int, by: User, at: datetime, number: int | None = None, comment: str = "") -> None:
    """Raises DraftUnfinished where tracked changes still wait in the file: whoever approves must see the words that
    will be issued. `number`: the version looked at."""
    run = lock_for_step(report_id, ReportStep.SUBMIT, by=by, at=at, number=number)
    if WordFile(read_bytes(run.file_id)).has_tracked_changes:
        raise DraftUnfinished(
            _(
                "Trong tệp còn sửa đổi được theo dõi (Track Changes) chưa được chấp nhận hay bỏ. Hãy mở tệp bằng Word,"
                " chấp nhận hoặc bỏ hết, nộp lại tệp rồi trình."
            )
        )
    run.submitted_by_id = by.pk
    take_step(run, ReportStep.SUBMIT, by=by.actor, at=at, comment=comment)
    _open("report-approve", run.org_unit_id, run.subject, _("Báo cáo chờ duyệt: %(title)s") % {"title": run.title}, at)
    events.announce(ReportSubmitted(run.pk, run.org_unit_id, comment.strip(), by, at))


@transaction.atomic
def return_report(*, report_id: int, by: User, at: datetime, comment: str, number: int | None = None) -> None:
    """Raises ReportCommentMissing for a blank comment."""
    run = lock_for_step(report_id, ReportStep.RETURN, by=by, at=at, number=number, comment=comment)
    take_step(run, ReportStep.RETURN, by=by.actor, at=at, comment=comment)
    _open("report-revise", run.org_unit_id, run.subject, comment.strip(), at)
    _tell_decided(run, approved=False, comment=comment, by=by, at=at)


@transaction.atomic
def approve_report(*, report_id: int, by: User, at: datetime, number: int | None = None, comment: str = "") -> None:
    run = lock_for_step(report_id, ReportStep.APPROVE, by=by, at=at, number=number)
    take_step(run, ReportStep.APPROVE, by=by.actor, at=at, comment=comment)
    _open("report-issue", run.org_unit_id, run.subject, _("Báo cáo chờ ban hành: %(title)s") % {"title": run.title}, at)
    _tell_decided(run, approved=True, comment=comment, by=by, at=at)


def _tell_decided(run: ReportRun, *, approved: bool, comment: str, by: User, at: datetime) -> None:
    people = frozenset(pk for pk in (run.made_by_id, run.submitted_by_id) if pk is not None)
    events.announce(ReportDecided(run.pk, approved, people, comment.strip(), by, at))


def _open(kind: str, org_unit_id: int, subject: str, note: str, at: datetime) -> None:
    open_task(kind, org_unit_id=org_unit_id, subject=subject, note=keep(note), at=at)
