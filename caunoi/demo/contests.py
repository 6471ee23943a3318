"""Contests, held by the actions of their room, each step in its own time. A told one ends while whoever looks may still
appeal; those that stand for planned records are closed by `rooms`."""

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
    begin_next_round,
    open_contest,
    plan_contest,
    publish_contest,
    put_marks,
    rank_round,
)
from caunoi.contests.models import Contest
from caunoi.contests.queries import is_last_round, list_marked_entries, round_of, terms_of
from caunoi.demo.turns import Turn
from caunoi.moments import local_moment
from caunoi.places.queries import get_snapshot

CLOSES_AT = 17


@dataclass(frozen=True)
class PlannedEntry:
    """`marks`: of each judge in turn, in the order of the criteria; empty: made up. `by` blank: who organises."""

    kind: str
    name: str
    unit: str
    title: str
    marks: Sequence[Sequence[str]] = ()
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
    """Round after round; the last one's ranking is made when it is published."""
    by = users[one.by]
    contest = begin_judging(find_contest(one).pk, by=by, at=at)
    _mark(one, contest, users, at)
    while not is_last_round(contest):
        rank_round(contest.pk, by=by, at=at)
        contest = begin_next_round(contest.pk, judging_until=local_moment(one.judging_until, CLOSES_AT), by=by, at=at)
        for judge in one.judges:
            appoint_judge(contest.pk, users[judge], by=by, at=at)
        _mark(one, contest, users, at)


def _mark(one: PlannedContest, contest: Contest, users: Mapping[str, User], at: datetime) -> None:
    criteria = [criterion.code for criterion in round_of(contest).terms.criteria]
    blinds = {entry.title: entry.blind for entry in list_marked_entries(contest)}
    for number, entry in enumerate(one.entries):
        blind = blinds.get(entry.title)
        if blind is None:  # it did not come into this round
            continue
        for order, judge in enumerate(one.judges):
            given = [Decimal(mark) for mark in entry.marks[order]] if entry.marks else _make_up(contest, number, order)
            put_marks(contest.pk, blind, dict(zip(criteria, given, strict=True)), by=users[judge], at=at)


def _make_up(contest: Contest, entry: int, judge: int) -> list[Decimal]:
    """In the upper half of the scale, by nothing but the numbers: the same marks every time."""
    scale = terms_of(contest).scale
    half = int((scale.highest - scale.lowest) / scale.step) // 2
    return [
        scale.highest - scale.step * ((7 * entry + 3 * judge + 5 * criterion + contest.round) % (half + 1))
        for criterion in range(len(round_of(contest).terms.criteria))
    ]


def _publish(one: PlannedContest, users: Mapping[str, User], at: datetime) -> None:
    contest, by = find_contest(one), users[one.by]
    rank_round(contest.pk, by=by, at=at)
    publish_contest(contest.pk, appeals_until=local_moment(one.appeals_until, CLOSES_AT), by=by, at=at)


def find_contest(one: PlannedContest) -> Contest:
    return Contest.objects.get(org_unit=get_snapshot().by_key[one.unit].id, title=one.title, day_to=one.day)
