"""From a round's marks to its ranking, kept as it was made; made again after an appeal, the one before it stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.contests.actions.planning import lock_contest, need_reason
from caunoi.contests.errors import ContestInvalid, MarksMissing
from caunoi.contests.models import Appeal, AppealOutcome, Contest, RankingVersion
from caunoi.contests.permissions import check_may_organise
from caunoi.contests.queries import (
    compute_ranking,
    list_judges,
    list_marked_entries,
    list_marks,
    name_lacking_marks,
    terms_of,
)
from caunoi.contests.rules.life import Step
from caunoi.contests.rules.terms import spell_mark
from caunoi.moments import local_date


@transaction.atomic
def rank_round(contest_id: int, *, by: User, at: datetime) -> RankingVersion:
    """Ends the judging. Raises MarksMissing, which names them; of two who end it at once the second is refused."""
    contest = lock_contest(contest_id, Step.RANK)
    check_may_organise(by, contest, local_date(at))
    version = _write(contest, "", by, at)
    contest.save()
    return version


@transaction.atomic
def rank_again(contest_id: int, *, because: str, by: User, at: datetime) -> RankingVersion:
    """With what was marked again after appeals."""
    contest = lock_contest(contest_id, Step.RERANK)
    check_may_organise(by, contest, local_date(at))
    because = need_reason(because, Step.RERANK)
    waiting = Appeal.objects.filter(contest=contest, outcome=AppealOutcome.REMARK, remarked=False)
    if not waiting.exists():
        raise ContestInvalid(_("Chưa có khiếu nại nào được chấm lại nên thứ hạng không có gì đổi."))
    version = _write(contest, because, by, at)
    waiting.update(remarked=True)
    contest.save()
    return version


def _write(contest: Contest, because: str, by: User, at: datetime) -> RankingVersion:
    if len(list_judges(contest)) < terms_of(contest).judges:
        raise ContestInvalid(_("Vòng này không còn đủ số giám khảo tối thiểu. Hãy mời thêm giám khảo."))
    entries = list(list_marked_entries(contest))
    ranking = compute_ranking(contest)
    if ranking.lacking:
        raise MarksMissing(len(ranking.lacking), name_lacking_marks(contest, ranking))
    if not ranking.rows:
        raise ContestInvalid(_("Không còn bài nào để xếp hạng."))
    version = RankingVersion.objects.create(
        contest=contest, round=contest.round, because=because, made_by_name=str(by), made_at=at,
        number=contest.rankings.filter(round=contest.round).count() + 1,
        marks=[[one.entry, one.judge, one.criterion, spell_mark(one.value)] for one in sorted(list_marks(contest))],
        rows=[[one.entry, one.rank, str(one.shown())] for one in ranking.rows],
        titles={str(one.blind): one.title for one in entries},
    )  # fmt: skip
    detail = {"round": contest.round, "version": version.number, "because": because, "rows": version.rows}
    write_line("contest.rank", contest.subject, detail, by=by.actor, at=at)
    return version
