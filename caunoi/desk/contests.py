"""What the pages of contests show: lines of lists, entries with or without names, rankings, judges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caunoi import moments
from caunoi.accounts.models import RoleGrant, User
from caunoi.accounts.queries import list_grants, scope_of
from caunoi.contests.actions.conflicts import list_conflicts
from caunoi.contests.models import Contest, ContestState, Entry, Judge, RankingVersion
from caunoi.contests.people import open_names
from caunoi.contests.permissions import is_judge, may_enter
from caunoi.contests.queries import (
    Filters,
    count_marked,
    get_contest,
    list_marked_entries,
    read_marks,
    round_of,
    terms_of,
)
from caunoi.contests.rules.ranking import Mark
from caunoi.contests.rules.terms import Named, RoundTerms
from caunoi.desk.list_filters import AskedFor, read_choice, read_text, read_year
from caunoi.desk.templatetags.caunoi import day_
from caunoi.desk.units import WorkingUnit, list_working_units
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import MAY_ENTER, may_run

# The badges of the house that look right for these.
CONTEST_BADGES = {
    "planned": "draft", "open": "submitted", "judging": "submitted", "ranked": "submitted", "appeals": "approved",
    "closed": "locked", "cancelled": "withdrawn",
}  # fmt: skip


def read_filters(typed: QueryDict) -> AskedFor[Filters]:
    return AskedFor(Filters(read_text(typed), read_choice(typed, "state", ContestState.values), read_year(typed)))


def list_holders(user: User, today: date) -> list[WorkingUnit]:
    """Units for which the user organises: those their roles stand on."""
    return list_working_units(user, MAY_ENTER, today)


def call(one: Named) -> str:
    return in_reader_language(one.name_vi, one.name_en)


def call_round(contest: Contest, round_: RoundTerms) -> str:
    """Its name, where there are several."""
    return call(round_.named) if len(terms_of(contest).rounds) > 1 else ""


def read_contest(request: HttpRequest, contest_id: int) -> tuple[Contest, User, datetime]:
    """Of those the reader may see, with the reader and the moment. Raises ContestUnknown."""
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    return get_contest(contest_id, user, scope_of(user, today), today), user, at


def may_enter_any(user: User, found: Contest, today: date) -> bool:
    """For one of the units that the user's roles stand on."""
    return any(may_enter(user, found, one.id, today) for one in list_holders(user, today))


@dataclass(frozen=True)
class Line:
    id: int
    title: str
    kind: str
    unit: str
    day: date
    state: str
    badge: str
    entries: int

    @property
    def when(self) -> str:
        return day_(self.day)

    @property
    def numbers(self) -> list[tuple[str, int | None]]:
        return [(_("Số bài"), self.entries)]


def show_lines(contests: Iterable[Contest]) -> list[Line]:
    """`contests` as `list_contests` counts their entries."""
    places = get_snapshot()
    return [
        Line(
            one.pk, one.title, in_reader_language(one.kind.name_vi, one.kind.name_en),
            places.name_on(one.org_unit_id, one.day_to), one.day_to, str(ContestState(one.state).label),
            CONTEST_BADGES[one.state], getattr(one, "entry_count", 0),
        )
        for one in contests
    ]  # fmt: skip


@dataclass(frozen=True)
class EntryLine:
    entry: Entry
    name: str
    unit: str
    files: Sequence[tuple[int, str]]
    prize: str


def show_entries(contest: Contest, user: User, today: date, *, organises: bool) -> list[EntryLine]:
    """With names: all for the organiser, those of their own units for others, none for others' units. Who judges is
    shown none, also where the kind lets judges mark what comes from their own unit."""
    if is_judge(user, contest):
        return []
    entries = list(contest.entries.select_related("entrant").prefetch_related("files"))
    if not organises:
        own = {unit for unit in {one.entrant.org_unit_id for one in entries} if may_run(user, unit, today)}
        entries = [one for one in entries if one.entrant.org_unit_id in own]
    names, places = open_names({one.entrant_id: one.entrant for one in entries}.values()), get_snapshot()
    prizes = terms_of(contest).prize_names
    return [
        EntryLine(
            one, names[one.entrant_id], places.name_on(one.entrant.org_unit_id, contest.day_to),
            [(file.pk, file.name) for file in one.files.all()], call(prizes[one.prize]) if one.prize in prizes else "",
        )
        for one in entries
    ]  # fmt: skip


@dataclass(frozen=True)
class JudgeLine:
    judge: Judge
    name: str
    done: int
    all: int


def show_judges(contest: Contest) -> list[JudgeLine]:
    """Of the round it is in, with how far each has come."""
    done, entries = count_marked(contest), list_marked_entries(contest).count()
    rows = contest.judges.filter(round=contest.round).select_related("user")
    return [JudgeLine(one, str(one.user), done.get(one.pk, 0), entries) for one in rows]


@dataclass(frozen=True)
class CandidateLine:
    """`cannot`: why not; empty where they can be asked."""

    user: User
    roles: Sequence[str]
    cannot: str


def show_candidates(contest: Contest, users: Sequence[User], today: date) -> list[CandidateLine]:
    conflicts = list_conflicts(contest, users, today)
    judging = set(contest.judges.filter(round=contest.round, dismissed_because="").values_list("user_id", flat=True))
    return [
        CandidateLine(
            one,
            # A unit and what it was before may bear one name.
            list(dict.fromkeys(_describe_grant(grant, today) for grant in list_grants(one, today))),
            _("Đã là giám khảo vòng này.") if one.pk in judging else conflicts.get(one.pk, ""),
        )
        for one in users
    ]


def _describe_grant(grant: RoleGrant, today: date) -> str:
    return f"{grant.get_role_display()}, {get_snapshot().distinct_name_on(grant.org_unit_id, today)}"


@dataclass(frozen=True)
class RankLine:
    """`totals`: of each judge, in the order they are published; `prize`: what the rank is given."""

    entry: int
    title: str
    rank: int
    score: Decimal
    totals: Sequence[Decimal]
    prize: str


def show_ranking(version: RankingVersion, titles: Mapping[int, str], prizes: Mapping[int, str]) -> list[RankLine]:
    marks = read_marks(version)
    weights = {one.code: one.weight for one in terms_of(version.contest).rounds[version.round].terms.criteria}
    judges = sorted({one.judge for one in marks})
    by_entry: dict[int, list[Mark]] = {}
    for one in marks:
        by_entry.setdefault(one.entry, []).append(one)
    names = terms_of(version.contest).prize_names
    return [
        RankLine(
            entry, titles.get(entry, ""), rank, Decimal(score),
            [_total(by_entry.get(entry, []), judge, weights) for judge in judges],
            call(names[prizes[entry]]) if entry in prizes else "",
        )
        for entry, rank, score in version.rows
    ]  # fmt: skip


def _total(marks: Iterable[Mark], judge: int, weights: Mapping[str, Decimal]) -> Decimal:
    return sum((one.value * weights[one.criterion] for one in marks if one.judge == judge), Decimal()) / 100


# Ways to tell entries of equal score apart that are no criterion.
TOTALS = {
    "median": gettext_lazy("tổng điểm ở giữa của các giám khảo"),
    "highest": gettext_lazy("tổng điểm cao nhất của một giám khảo"),
    "lowest": gettext_lazy("tổng điểm thấp nhất của một giám khảo"),
}


def describe_ties(found: Contest) -> str:
    """Of the round it is in."""
    names = {one.code: call(one) for one in round_of(found).names}
    return "; ".join(str(TOTALS[tie]) if tie in TOTALS else names.get(tie, tie) for tie in round_of(found).terms.ties)
