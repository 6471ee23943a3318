from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet

from caunoi.accounts.models import User
from caunoi.accounts.queries import list_grants
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.awards.rules.life import DossierState
from caunoi.contests.errors import ContestUnknown, NotAJudge
from caunoi.contests.models import Contest, ContestKind, ContestState, Entry, EntryMark, Judge, RankingVersion
from caunoi.contests.rules.counts import Counts, compute_counts
from caunoi.contests.rules.life import PUBLISHED, State, Step, find_next
from caunoi.contests.rules.published import name_lacking
from caunoi.contests.rules.ranking import Mark, Ranking, rank_entries
from caunoi.contests.rules.terms import ContestTerms, RoundTerms, read_terms
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import fold

SORTS = {"day": "day_to", "title": "title", "state": "state"}


@dataclass(frozen=True)
class Filters:
    text: str = ""
    state: str = ""
    year: int | None = None


def filter_contests(contests: QuerySet[Contest], user: User, scope: Scope, today: date) -> QuerySet[Contest]:
    """The one place where contests are filtered: those of the reader's units, and those of units above these, which may
    be entered, once they take entries."""
    if scope.everything or scope.whole:
        return contests
    places = get_snapshot()
    own = {grant.org_unit_id for grant in list_grants(user, today)}
    above = {unit for one in own if one in places.units for unit in places.ancestors_on(one, today)}
    offered = Q(org_unit_id__in=ids_in_sql(sorted(above))) & ~Q(state=ContestState.PLANNED)
    return contests.filter(scope.condition() | offered)


def list_contests(user: User, scope: Scope, filters: Filters, today: date, sort: str = "-day") -> QuerySet[Contest]:
    """`entry_count`: of entries not withdrawn."""
    found = filter_contests(Contest.objects.all(), user, scope, today)
    if filters.state in ContestState.values:
        found = found.filter(state=filters.state)
    if filters.year is not None:
        found = found.filter(day_to__year=filters.year)
    for word in fold(filters.text).split():
        found = found.filter(folded__contains=word)
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    counted = found.annotate(entry_count=Count("entries", filter=Q(entries__withdrawn_at=None)))
    return counted.select_related("kind").order_by(f"{sign}{SORTS.get(name, 'day_to')}", f"{sign}pk")


def get_contest(contest_id: int, user: User, scope: Scope, today: date) -> Contest:
    """Raises ContestUnknown also for one the reader may not see."""
    found = filter_contests(Contest.objects.filter(pk=contest_id), user, scope, today).select_related("kind").first()
    if found is None:
        raise ContestUnknown
    return found


def get_published(contest_id: int) -> Contest:
    """For anybody. Raises ContestUnknown for one that is not published."""
    found = Contest.objects.filter(pk=contest_id, state__in=PUBLISHED).select_related("kind").first()
    if found is None:
        raise ContestUnknown
    return found


def list_kinds(level: str = "") -> list[ContestKind]:
    """Those a unit of the level holds; all of them without one."""
    return [kind for kind in ContestKind.objects.all() if not level or level in kind.levels]


# -- Terms ------------------------------------------------------------------------------------------------------------


def terms_of(contest: Contest) -> ContestTerms:
    return read_terms(contest.terms)


def round_of(contest: Contest) -> RoundTerms:
    return terms_of(contest).rounds[contest.round]


def is_last_round(contest: Contest) -> bool:
    return contest.round == len(terms_of(contest).rounds) - 1


def count_fixed_rounds(contest: Contest) -> int:
    """How many of its rounds, from the first, have a mark, so that their criteria stay; where there is one, scale, ties
    and prizes stay too."""
    marked = EntryMark.objects.filter(judge__contest=contest, judge__round=contest.round).exists()
    return contest.round + marked


def may_declare(contest: Contest) -> bool:
    """Whether something of its terms can be changed yet."""
    possible = find_next(State(contest.state), Step.DECLARE) is not None
    return possible and count_fixed_rounds(contest) < len(terms_of(contest).rounds)


# -- Judging ----------------------------------------------------------------------------------------------------------


def list_judging(user: User) -> list[Judge]:
    """Where the account marks now: rounds being judged, and those where an entry is marked again after an appeal."""
    found = Judge.objects.filter(user=user, dismissed_because="", contest__state__in=["judging", "appeals"])
    several = found.select_related("contest", "contest__kind").order_by("contest__judging_until", "pk")
    mine = [one for one in several if one.round == one.contest.round]
    reopened = list_reopened([one.contest_id for one in mine if one.contest.state == State.APPEALS.value])
    return [one for one in mine if one.contest.state == State.JUDGING.value or reopened.get(one.contest_id)]


def is_appointed(user: User) -> bool:
    """Whether the account judges a contest that is not over, now or in a round to come."""
    mine = Judge.objects.filter(user=user, dismissed_because="", round__gte=F("contest__round"))
    return mine.exclude(contest__state__in=[State.CLOSED.value, State.CANCELLED.value]).exists()


def count_to_mark(judge: Judge) -> int:
    """Entries of one of `list_judging` that lack a mark of theirs; after an appeal, those that may be marked again."""
    if judge.contest.state == State.APPEALS.value:
        return len(list_entries_to_mark(judge.contest))
    return list_marked_entries(judge.contest).count() - count_marked(judge.contest).get(judge.pk, 0)


def list_reopened(contest_ids: Iterable[int]) -> dict[int, set[int]]:
    """Contest -> entries whose marks may be changed after an appeal."""
    found: dict[int, set[int]] = {}
    rows = Entry.objects.filter(
        contest_id__in=list(contest_ids), appeals__outcome="remark", appeals__remarked=False
    ).values_list("contest_id", "pk")
    for contest, entry in rows:
        found.setdefault(contest, set()).add(entry)
    return found


def get_judge(contest_id: int, user: User) -> Judge:
    """The account as judge of the round the contest is in, if there is something to mark. Raises NotAJudge."""
    found = next((one for one in list_judging(user) if one.contest_id == contest_id), None)
    if found is None:
        raise NotAJudge
    return found


def list_marked_entries(contest: Contest) -> QuerySet[Entry]:
    """Those in the contest's round, by blind number."""
    return Entry.objects.filter(
        contest=contest, withdrawn_at=None, last_round__gte=contest.round, blind__isnull=False
    ).order_by("blind")


def filter_entries_to_mark(contest: Contest) -> QuerySet[Entry]:
    """Those whose marks may be changed now."""
    found = list_marked_entries(contest)
    if contest.state == State.APPEALS.value:
        found = found.filter(pk__in=list_reopened([contest.pk]).get(contest.pk, set()))
    return found


def list_entries_to_mark(contest: Contest) -> list[Entry]:
    """With their files."""
    return list(filter_entries_to_mark(contest).prefetch_related("files"))


def list_judges(contest: Contest) -> dict[int, int]:
    """Judge's id -> the number they are published under, of those who judge the round: 1, 2, ... without gaps."""
    ids = Judge.objects.filter(contest=contest, round=contest.round, dismissed_because="").order_by("number")
    return {pk: number for number, pk in enumerate(ids.values_list("pk", flat=True), start=1)}


def list_marks(contest: Contest) -> list[Mark]:
    """Of the round, by blind number and the judges' published numbers."""
    judges = list_judges(contest)
    rows = EntryMark.objects.filter(judge_id__in=list(judges), entry__in=list_marked_entries(contest).order_by())
    return [
        Mark(blind, judges[judge], criterion, value)
        for blind, judge, criterion, value in rows.values_list("entry__blind", "judge_id", "criterion", "value")
        if blind is not None
    ]


def compute_ranking(contest: Contest) -> Ranking:
    """As the marks of its round stand now."""
    blinds = [one for one in list_marked_entries(contest).values_list("blind", flat=True) if one is not None]
    return rank_entries(round_of(contest).terms, blinds, list_judges(contest).values(), list_marks(contest))


def name_lacking_marks(contest: Contest, ranking: Ranking) -> str:
    """In the reader's language; blank if every mark is there."""
    names = {one.code: in_reader_language(one.name_vi, one.name_en) for one in round_of(contest).names}
    return name_lacking(ranking.lacking, names)


def count_marked(contest: Contest) -> dict[int, int]:
    """Judge's id -> how many entries of the round have all of that judge's marks."""
    wanted = len(round_of(contest).terms.criteria)
    rows = EntryMark.objects.filter(judge__contest=contest, judge__round=contest.round, entry__withdrawn_at=None)
    per_entry = rows.values_list("judge_id", "entry_id").annotate(Count("pk")).order_by()
    found: dict[int, int] = {}
    for judge, _entry, count in per_entry:
        found[judge] = found.get(judge, 0) + (count >= wanted)
    return found


# -- Rankings ---------------------------------------------------------------------------------------------------------


def find_ranking(contest: Contest, round_: int, number: int | None = None) -> RankingVersion | None:
    """The newest of the round, or the one of that number."""
    found = contest.rankings.filter(round=round_)
    return (found if number is None else found.filter(number=number)).order_by("-number").first()


def read_marks(version: RankingVersion) -> list[Mark]:
    return [Mark(entry, judge, criterion, Decimal(value)) for entry, judge, criterion, value in version.marks]


def read_ranking(version: RankingVersion) -> Ranking:
    """Computed again from the marks it was made of."""
    marks = read_marks(version)
    terms = terms_of(version.contest).rounds[version.round].terms
    entries = [entry for entry, _rank, _score in version.rows]
    return rank_entries(terms, entries, {one.judge for one in marks}, marks)


def read_titles(version: RankingVersion) -> Mapping[int, str]:
    return {int(entry): title for entry, title in version.titles.items()}


def list_prizes(contest: Contest) -> dict[int, str]:
    """Blind number -> code of the prize it was given."""
    rows = contest.entries.exclude(prize="").values_list("blind", "prize")
    return {blind: prize for blind, prize in rows if blind is not None}


def list_dossiers(contest: Contest) -> dict[str, int]:
    """Code of a prize -> the dossier of awards that stands for it; one that was dropped does not."""
    rows = contest.prize_dossiers.exclude(dossier__state=DossierState.DROPPED.value)
    return dict(rows.values_list("prize", "dossier_id"))


def read_counts(contest: Contest) -> Counts:
    rows = contest.entries.filter(withdrawn_at=None).values_list("entrant_id", "entrant__kind", "prize")
    return compute_counts((entrant, kind, bool(prize)) for entrant, kind, prize in rows)
