"""A contest, held by the actions of its room, each step in its own time; whoever looks may still appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from caunoi.accounts.models import User
from caunoi.contests.actions import (
    ContestDraft,
    add_entry,
    appoint_judge,
    begin_judging,
    open_contest,
    plan_contest,
    publish_contest,
    put_marks,
    rank_round,
)
from caunoi.contests.models import Contest
from caunoi.contests.queries import round_of
from caunoi.demo.turns import Turn
from caunoi.moments import local_moment
from caunoi.places.queries import get_snapshot

CLOSES_AT = 17


@dataclass(frozen=True)
class PlannedEntry:
    """`marks`: of each judge in their order, in the order of the criteria. `by` blank: who organises."""

    kind: str
    name: str
    unit: str
    title: str
    marks: Sequence[Sequence[str]]
    by: str = ""


@dataclass(frozen=True)
class PlannedContest:
    unit: str
    kind: str
    title: str
    day: date
    by: str
    planned_on: date
    entries_until: date
    judged_on: date
    judging_until: date
    published_on: date
    appeals_until: date
    judges: Sequence[str]
    entries: tuple[PlannedEntry, ...]


def plan_contests(told: Mapping[str, Any]) -> tuple[PlannedContest, ...]:
    """`told`: demo/contests.toml."""
    return tuple(
        PlannedContest(
            **{name: value for name, value in one.items() if name != "entry"},
            entries=tuple(PlannedEntry(**entry) for entry in one["entry"]),
        )
        for one in told["contest"]
    )


def list_turns(planned: Sequence[PlannedContest], users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known, turns = get_snapshot().by_key, []
    for one in planned:
        if one.unit in known and {one.by, *one.judges} <= users.keys():
            one = replace(one, entries=tuple(entry for entry in one.entries if entry.unit in known))
            turns += [
                Turn(local_moment(one.planned_on, 9), partial(_announce, one, users)),
                Turn(local_moment(one.judged_on, 9), partial(_judge, one, users)),
                Turn(local_moment(one.published_on, 9), partial(_publish, one, users)),
            ]
    return turns


def _announce(one: PlannedContest, users: Mapping[str, User], at: datetime) -> None:
    """With its judges and all that is entered."""
    by_key, by = get_snapshot().by_key, users[one.by]
    until = local_moment(one.entries_until, CLOSES_AT), local_moment(one.judging_until, CLOSES_AT)
    draft = ContestDraft(one.kind, one.title, one.day, *until)
    made = plan_contest(org_unit_id=by_key[one.unit].id, draft=draft, by=by, at=at)
    open_contest(made.pk, by=by, at=at)
    for entry in one.entries:
        add_entry(
            made.pk, kind=entry.kind, org_unit_id=by_key[entry.unit].id, name=entry.name, title=entry.title,
            by=users[entry.by or one.by], at=at,
        )  # fmt: skip
    for judge in one.judges:
        appoint_judge(made.pk, users[judge], by=by, at=at)


def _judge(one: PlannedContest, users: Mapping[str, User], at: datetime) -> None:
    contest = begin_judging(_find(one).pk, by=users[one.by], at=at)
    criteria = [criterion.code for criterion in round_of(contest).terms.criteria]
    blinds = {title: blind or 0 for title, blind in contest.entries.values_list("title", "blind")}
    for entry in one.entries:
        for judge, given in zip(one.judges, entry.marks, strict=True):
            marks = {code: Decimal(mark) for code, mark in zip(criteria, given, strict=True)}
            put_marks(contest.pk, blinds[entry.title], marks, by=users[judge], at=at)


def _publish(one: PlannedContest, users: Mapping[str, User], at: datetime) -> None:
    contest, by = _find(one), users[one.by]
    rank_round(contest.pk, by=by, at=at)
    publish_contest(contest.pk, appeals_until=local_moment(one.appeals_until, CLOSES_AT), by=by, at=at)


def _find(one: PlannedContest) -> Contest:
    return Contest.objects.get(org_unit=get_snapshot().by_key[one.unit].id, title=one.title)
