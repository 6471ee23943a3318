"""The end of a contest: its prizes by the ranking that holds, and the record that counts it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestInvalid
from caunoi.contests.models import AppealOutcome, Contest
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import find_ranking, read_counts, read_ranking, terms_of
from caunoi.contests.rules.filling import WORDS
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.ranking import give_prizes
from caunoi.forms.queries import list_assignments
from caunoi.forms.rules.filling import DAY
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import fill_record
from caunoi.vietnamese_text import clean, fold

LONGEST_DECISION = 80


@transaction.atomic
def close_contest(
    contest_id: int, *, decision: str, day: date, asked: Mapping[str, int] | None = None, by: User, at: datetime
) -> Contest:
    """Gives the prizes by the newest ranking, under the decision's number, and sends the record that counts them.
    `asked`: answers of the form that only the officer knows. Raises what the door refuses; nothing is written then."""
    contest = lock_contest(contest_id, Step.CLOSE)
    check_may_organise(by, contest, local_date(at))
    contest.decision = clean(decision)
    if not 1 <= len(contest.decision) <= LONGEST_DECISION:
        raise ContestInvalid(_("Hãy ghi số quyết định trao giải, ví dụ 125/QĐ-UBND."))
    if day > local_date(at):
        raise ContestInvalid(_("Ngày quyết định không được ở tương lai."))
    if contest.appeals_until is not None and at < contest.appeals_until:
        raise ContestInvalid(_("Chưa hết hạn khiếu nại nên chưa kết thúc được."))
    if contest.appeals.filter(answered_at=None).exists():
        raise ContestInvalid(_("Còn khiếu nại chưa trả lời."))
    if contest.appeals.filter(outcome=AppealOutcome.REMARK, remarked=False).exists():
        raise ContestInvalid(_("Còn bài chấm lại mà chưa xếp hạng lại."))
    version = find_ranking(contest, contest.round)
    assert version is not None, "what was published has a ranking"
    prizes = give_prizes(read_ranking(version).rows, terms_of(contest).prizes)
    for blind, prize in prizes.items():
        contest.entries.filter(blind=blind).update(prize=prize)
    contest.decided_on, contest.asked = day, dict(asked or {})
    contest.folded = fold(f"{contest.title} {contest.decision}")[:600]
    contest.save()
    detail = {"decision": contest.decision, "day": day.isoformat(), "ranking": version.number, "prizes": len(prizes)}
    write_line("contest.close", contest.subject, detail, by=by.actor, at=at)
    if owes_record(contest):
        answers = WORDS.fill(contest.answers, read_counts(contest), {DAY: contest.day_to}, contest.asked)
        fill_record(contest, contest.form_code, answers, action="contest.record", by=by, at=at)
    return contest


def owes_record(contest: Contest) -> bool:
    """Whether units of its level send its kind's form on its day; others count nothing."""
    level = get_snapshot().units[contest.org_unit_id].level
    return bool(contest.form_code) and level in {
        one.level for one in list_assignments(contest.form_code, on=contest.day_to)
    }
