"""Who judges a round, and their marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.conflicts import check_can_judge
from caunoi.contests.actions.planning import lock_contest
from caunoi.contests.errors import ContestInvalid, ContestUnknown, MarkOutsideScale, NotAJudge
from caunoi.contests.models import Contest, Entry, EntryMark, Judge
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import filter_entries_to_mark, round_of, terms_of
from caunoi.contests.rules.life import State, Step
from caunoi.contests.rules.terms import spell_mark
from caunoi.moments import local_date
from caunoi.vietnamese_text import clean

MOST_JUDGES = 50


@transaction.atomic
def appoint_judge(contest_id: int, user: User, *, namesake_confirmed: bool = False, by: User, at: datetime) -> Judge:
    """For the round the contest is in. Raises JudgeOfOwn."""
    contest = lock_contest(contest_id, Step.APPOINT)
    check_may_organise(by, contest, local_date(at))
    judges = contest.judges.filter(round=contest.round)
    if judges.filter(user=user, dismissed_because="").exists():
        raise ContestInvalid(_("%(name)s đã là giám khảo vòng này.") % {"name": user})
    if judges.filter(user=user).exists():
        raise ContestInvalid(_("%(name)s đã thôi chấm vòng này nên không mời lại được.") % {"name": user})
    if judges.count() >= MOST_JUDGES:
        raise ContestInvalid(_("Mỗi vòng có nhiều nhất 50 giám khảo."))
    check_can_judge(contest, user, local_date(at), namesake_confirmed=namesake_confirmed)
    judge = Judge.objects.create(contest=contest, round=contest.round, user=user, number=judges.count() + 1)
    detail = {"round": round_of(contest).named.code, "judge": user.username, "namesake": namesake_confirmed}
    write_line("contest.appoint", contest.subject, detail, by=by.actor, at=at)
    return judge


@transaction.atomic
def dismiss_judge(contest_id: int, judge_id: int, *, because: str, by: User, at: datetime) -> None:
    """Their marks of this round count no more; they stay, and so does the reason."""
    contest = lock_contest(contest_id, Step.APPOINT)
    check_may_organise(by, contest, local_date(at))
    judge = contest.judges.filter(pk=judge_id, round=contest.round, dismissed_because="").first()
    if judge is None:
        raise ContestUnknown
    because = clean(because)
    if not because or len(because) > 500:
        raise ContestInvalid(_("Hãy ghi lý do, nhiều nhất 500 ký tự."))
    judge.dismissed_because = because
    judge.save(update_fields=["dismissed_because"])
    detail = {"judge": judge.number, "because": because}
    write_line("contest.dismiss", contest.subject, detail, by=by.actor, at=at)


@transaction.atomic
def put_marks(contest_id: int, blind: int, marks: Mapping[str, Decimal | None], *, by: User, at: datetime) -> Entry:
    """By criterion; None takes one back. They may change until the round is ranked or its time is over; after an
    appeal, those of its entry until the ranking is made again.

    Raises NotAJudge, MarkOutsideScale, JudgeOfOwn, ContestInvalid.
    """
    contest = lock_contest(contest_id, Step.MARK)
    judge = contest.judges.filter(user=by, round=contest.round, dismissed_because="").first()
    if judge is None:
        raise NotAJudge
    if contest.state == State.JUDGING.value and at >= contest.judging_until:
        raise ContestInvalid(_("Đã hết hạn chấm. Đơn vị tổ chức gia hạn được, có ghi lý do."))
    entry = filter_entries_to_mark(contest).filter(blind=blind).first()
    if entry is None:
        raise ContestUnknown
    # Roles may have come since the appointment.
    check_can_judge(contest, by, local_date(at), namesake_confirmed=True)
    _check(contest, marks)
    given = EntryMark.objects.filter(judge=judge, entry=entry)
    before = dict(given.values_list("criterion", "value"))
    different = {criterion: value for criterion, value in marks.items() if before.get(criterion) != value}
    changed = {
        criterion: [None if one is None else spell_mark(one) for one in (before.get(criterion), value)]
        for criterion, value in different.items()
    }
    if changed:
        given.filter(criterion__in=different).delete()
        EntryMark.objects.bulk_create(
            EntryMark(judge=judge, entry=entry, criterion=criterion, value=value)
            for criterion, value in different.items()
            if value is not None
        )
        detail = {"judge": judge.number, "entry": blind, "marks": changed}
        write_line("contest.mark", contest.subject, detail, by=by.actor, at=at)
    return entry


def _check(contest: Contest, marks: Mapping[str, Decimal | None]) -> None:
    scale = terms_of(contest).scale
    known = {one.code for one in round_of(contest).terms.criteria}
    for criterion, value in marks.items():
        if criterion not in known:
            raise ContestUnknown
        if value is not None and not scale.holds(value):
            raise MarkOutsideScale(*(_spell(one) for one in (value, scale.lowest, scale.highest, scale.step)))


def _spell(value: Decimal) -> str:
    return spell_mark(value).replace(".", ",")
