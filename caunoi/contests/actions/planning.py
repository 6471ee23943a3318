"""A contest as a whole: planned, changed, and the steps of its life that need nothing but a reason."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.conflicts import check_judges
from caunoi.contests.errors import ContestInvalid, ContestStepImpossible, ContestUnknown
from caunoi.contests.models import Contest, ContestKind, ContestState
from caunoi.contests.permissions import check_may_organise, check_may_run
from caunoi.contests.queries import find_ranking, is_last_round, list_judges, read_ranking, round_of, terms_of
from caunoi.contests.rules.life import WITH_REASON, State, Step, find_next
from caunoi.contests.rules.ranking import list_advancing
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import clean, fold

LONGEST_TITLE = 300


@dataclass(frozen=True)
class ContestDraft:
    """`day`: when it is held or summed up. The two moments: the first after which nothing more is taken."""

    kind: str
    title: str
    day: date
    entries_until: datetime
    judging_until: datetime


def plan_contest(*, org_unit_id: int, draft: ContestDraft, by: User, at: datetime) -> Contest:
    """Raises ContestNotYours and ContestInvalid."""
    check_may_run(by, org_unit_id, local_date(at))
    kind = ContestKind.objects.filter(code=draft.kind).first()
    places = get_snapshot()
    if kind is None or places.units[org_unit_id].level not in kind.levels:
        raise ContestInvalid(_("Cấp này không tổ chức loại hội thi đã chọn. Hãy chọn loại khác."))
    if not places.exists_on(org_unit_id, draft.day):
        raise ContestInvalid(
            _("%(unit)s không tồn tại vào ngày tổ chức. Hãy chọn ngày khác.")
            % {"unit": places.path_name(org_unit_id, draft.day)}
        )
    with transaction.atomic():
        made = Contest(
            kind=kind, terms=kind.terms, form_code=kind.form_code, answers=kind.answers, org_unit_id=org_unit_id,
            made_by_name=str(by), made_at=at,
        )  # fmt: skip
        _put(made, draft)
        detail = {"unit": places.units[org_unit_id].key, "kind": kind.code, **_spell(made)}
        write_line("contest.plan", made.subject, detail, by=by.actor, at=at)
    return made


@transaction.atomic
def change_contest(contest_id: int, *, draft: ContestDraft, by: User, at: datetime) -> Contest:
    """Its title and dates, before it is announced; its kind stays."""
    contest = lock_contest(contest_id, Step.CHANGE)
    check_may_organise(by, contest, local_date(at))
    _put(contest, draft)
    write_line("contest.change", contest.subject, _spell(contest), by=by.actor, at=at)
    return contest


def lock_contest(contest_id: int, step: Step) -> Contest:
    """Its row until the transaction ends, with the state that follows; saving it is the caller's, and so is who may. Of
    two who take a step at once the second waits here, and is told."""
    found = Contest.objects.select_for_update(of=("self",)).select_related("kind").filter(pk=contest_id).first()
    if found is None:
        raise ContestUnknown
    after = find_next(State(found.state), step)
    if after is None:
        raise ContestStepImpossible(str(ContestState(found.state).label))
    found.state = after.value
    return found


@transaction.atomic
def open_contest(contest_id: int, *, by: User, at: datetime) -> Contest:
    """Announced: from now on units enter."""
    contest = lock_contest(contest_id, Step.OPEN)
    check_may_organise(by, contest, local_date(at))
    if contest.entries_until <= at:
        raise ContestInvalid(_("Hạn nộp bài đã qua. Hãy sửa hạn nộp bài trước khi mở."))
    contest.save()
    write_line("contest.open", contest.subject, {}, by=by.actor, at=at)
    return contest


@transaction.atomic
def extend(contest_id: int, *, what: str, until: datetime, because: str, by: User, at: datetime) -> Contest:
    """A later deadline for `entries` or for `judging`, with the reason that others will read."""
    contest = lock_contest(contest_id, Step.EXTEND)
    check_may_organise(by, contest, local_date(at))
    because = need_reason(because, Step.EXTEND)
    name = f"{what}_until"
    if name not in ("entries_until", "judging_until"):
        raise ContestUnknown
    if what == "entries" and contest.state != State.OPEN.value:
        raise ContestStepImpossible(str(ContestState(contest.state).label))
    before = getattr(contest, name)
    if until <= max(before, at):
        raise ContestInvalid(_("Hạn mới phải sau hạn cũ và sau lúc này."))
    setattr(contest, name, until)
    # Judges have at least a moment after the last entry.
    contest.judging_until = max(contest.judging_until, contest.entries_until)
    contest.save()
    detail = {"what": what, "old": before.isoformat(), "new": until.isoformat(), "because": because}
    write_line("contest.extend", contest.subject, detail, by=by.actor, at=at)
    return contest


@transaction.atomic
def begin_judging(contest_id: int, *, by: User, at: datetime) -> Contest:
    """Closes the entries and draws their blind numbers. Raises JudgeOfOwn where a judge was named before an entry came
    in that is their own."""
    contest = lock_contest(contest_id, Step.JUDGE)
    check_may_organise(by, contest, local_date(at))
    if contest.entries_until > at:
        raise ContestInvalid(_("Chưa hết hạn nộp bài nên chưa chấm được: đơn vị khác còn quyền nộp."))
    entries = list(contest.entries.filter(withdrawn_at=None))
    if not entries:
        raise ContestInvalid(_("Chưa có bài dự thi nào."))
    _check_enough_judges(contest)
    check_judges(contest, local_date(at))
    numbers = list(range(1, len(entries) + 1))
    # Drawn, so that a number tells neither who came first nor from where.
    secrets.SystemRandom().shuffle(numbers)
    for entry, number in zip(entries, numbers, strict=True):
        entry.blind = number
        entry.save(update_fields=["blind"])
    contest.save()
    write_line("contest.judge", contest.subject, {"entries": len(entries)}, by=by.actor, at=at)
    return contest


@transaction.atomic
def begin_next_round(contest_id: int, *, judging_until: datetime, by: User, at: datetime) -> Contest:
    """With those that go on from the ranking of this one. Its judges are appointed after."""
    contest = lock_contest(contest_id, Step.NEXT_ROUND)
    check_may_organise(by, contest, local_date(at))
    if is_last_round(contest):
        raise ContestStepImpossible(str(ContestState.RANKED.label))
    if judging_until <= at:
        raise ContestInvalid(_("Hạn mới phải sau hạn cũ và sau lúc này."))
    version = find_ranking(contest, contest.round)
    assert version is not None, "a ranked round has a ranking"
    going = list_advancing(read_ranking(version).rows, round_of(contest).advance)
    contest.round += 1
    contest.judging_until = judging_until
    contest.entries.filter(blind__in=going, withdrawn_at=None).update(last_round=contest.round)
    contest.save()
    detail = {"round": round_of(contest).named.code, "entries": sorted(going)}
    write_line("contest.next-round", contest.subject, detail, by=by.actor, at=at)
    return contest


@transaction.atomic
def publish_contest(contest_id: int, *, appeals_until: datetime, by: User, at: datetime) -> Contest:
    """The last round's ranking and all its marks, to anybody; appeals may come until then."""
    contest = lock_contest(contest_id, Step.PUBLISH)
    check_may_organise(by, contest, local_date(at))
    if not is_last_round(contest):
        raise ContestInvalid(_("Còn vòng sau chưa chấm. Hãy mở vòng sau."))
    if appeals_until <= at:
        raise ContestInvalid(_("Hạn nhận khiếu nại phải ở sau lúc này."))
    contest.appeals_until = appeals_until
    contest.save()
    write_line("contest.publish", contest.subject, {"until": appeals_until.isoformat()}, by=by.actor, at=at)
    return contest


@transaction.atomic
def cancel_contest(contest_id: int, *, because: str, by: User, at: datetime) -> Contest:
    contest = lock_contest(contest_id, Step.CANCEL)
    check_may_organise(by, contest, local_date(at))
    contest.because = need_reason(because, Step.CANCEL)
    contest.save()
    write_line("contest.cancel", contest.subject, {"because": contest.because}, by=by.actor, at=at)
    return contest


def need_reason(because: str, step: Step) -> str:
    """Cleaned. Raises ContestInvalid where the step needs one and it is missing or too long to keep."""
    because = clean(because)
    if step in WITH_REASON and not because:
        raise ContestInvalid(_("Hãy ghi lý do."))
    if len(because) > 500:
        raise ContestInvalid(_("Lý do dài quá 500 ký tự. Hãy ghi ngắn lại."))
    return because


def _check_enough_judges(contest: Contest) -> None:
    wanted, there = terms_of(contest).judges, len(list_judges(contest))
    if there < wanted:
        raise ContestInvalid(
            _("Vòng này cần ít nhất %(wanted)d giám khảo, mới có %(there)d. Hãy mời thêm giám khảo.")
            % {"wanted": wanted, "there": there}
        )


def _put(contest: Contest, draft: ContestDraft) -> None:
    title = clean(draft.title)
    if not title or len(title) > LONGEST_TITLE:
        raise ContestInvalid(_("Hãy ghi tên hội thi, nhiều nhất 300 ký tự."))
    if draft.judging_until <= draft.entries_until:
        raise ContestInvalid(_("Hạn chấm phải sau hạn nộp bài."))
    contest.title, contest.day_to, contest.folded = title, draft.day, fold(title)
    contest.entries_until, contest.judging_until = draft.entries_until, draft.judging_until
    contest.save()


def _spell(contest: Contest) -> dict[str, str]:
    return {
        "title": contest.title,
        "day": contest.day_to.isoformat(),
        "entries_until": contest.entries_until.isoformat(),
        "judging_until": contest.judging_until.isoformat(),
    }
