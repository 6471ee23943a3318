"""What entrants object to in a published ranking, and what the organiser answers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestInvalid, ContestUnknown
from caunoi.contests.models import Appeal, AppealOutcome
from caunoi.contests.permissions import check_may_enter, check_may_organise
from caunoi.contests.rules.life import Step
from caunoi.moments import VIETNAM, local_date
from caunoi.vietnamese_text import clean

LONGEST = 4_000


@transaction.atomic
def make_appeal(contest_id: int, blind: int, *, what: str, by: User, at: datetime) -> Appeal:
    """By the entrant's unit or, of what came on paper, the organiser."""
    contest = lock_contest(contest_id, Step.APPEAL)
    entry = contest.entries.filter(blind=blind, withdrawn_at=None).select_related("entrant").first()
    if entry is None:
        raise ContestUnknown
    check_may_enter(by, contest, entry.entrant.org_unit_id, local_date(at))
    assert contest.appeals_until is not None, "set when it was published"
    if at >= contest.appeals_until:
        until = f"{contest.appeals_until.astimezone(VIETNAM):%H:%M, %d/%m/%Y}"
        raise ContestInvalid(_("Đã hết hạn khiếu nại (%(until)s).") % {"until": until})
    made = Appeal.objects.create(
        contest=contest, entry=entry, what=_read(what, _("Hãy ghi nội dung khiếu nại, nhiều nhất 4.000 ký tự.")),
        made_by_name=str(by), made_at=at,
    )  # fmt: skip
    write_line("contest.appeal", contest.subject, {"appeal": made.pk, "entry": blind}, by=by.actor, at=at)
    return made


@transaction.atomic
def answer_appeal(contest_id: int, appeal_id: int, *, outcome: str, answer: str, by: User, at: datetime) -> Appeal:
    """With the outcome `remark` the judges may change the entry's marks, until the ranking is made again."""
    contest = lock_contest(contest_id, Step.APPEAL)
    check_may_organise(by, contest, local_date(at))
    appeal = contest.appeals.filter(pk=appeal_id).first()
    if appeal is None:
        raise ContestUnknown
    if appeal.answered_at is not None:
        raise ContestInvalid(_("Khiếu nại này đã được trả lời. Hãy tải lại trang để xem."))
    if outcome not in AppealOutcome.values:
        raise ContestInvalid(_("Hãy chọn giữ nguyên điểm hay chấm lại."))
    appeal.answer = _read(answer, _("Hãy ghi trả lời và lý do, nhiều nhất 4.000 ký tự."))
    appeal.outcome, appeal.answered_by_name, appeal.answered_at = outcome, str(by), at
    appeal.save()
    detail = {"appeal": appeal.pk, "outcome": outcome}
    write_line("contest.answer", contest.subject, detail, by=by.actor, at=at)
    return appeal


def _read(text: str, otherwise: str) -> str:
    text = clean(text)
    if not text or len(text) > LONGEST:
        raise ContestInvalid(otherwise)
    return text
