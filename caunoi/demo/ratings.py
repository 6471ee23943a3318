"""The rounds of rating that the demonstration tells of: opened, scored, reviewed and closed in their own time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import cast

from caunoi.accounts.models import User
from caunoi.assessments.actions import Typed, close_round, open_round, refresh_figures, review_rating, score_rating
from caunoi.assessments.actions.rounds import fingerprint_of
from caunoi.assessments.models import Rating, RatingRound
from caunoi.assessments.queries import get_sheet
from caunoi.assessments.rules.scoring import read_lines
from caunoi.demo.rules.drafts import fixed_answers
from caunoi.demo.rules.villages import Row
from caunoi.demo.turns import Turn
from caunoi.moments import local_moment
from caunoi.periods.rules import Period, PeriodType, period_of
from caunoi.places.queries import get_place, get_snapshot


@dataclass(frozen=True)
class PlannedRound:
    """A row of ratings.csv. `closed_on` None: still running. `left_open`, `scored`: keys of units; the first have still
    to score, the others score themselves and of a running round are not reviewed yet."""

    series: str
    place: str
    day: date
    opened_on: date
    scored_on: date
    closed_on: date | None
    opened_by: str
    scored_by: str
    reviewed_by: str
    left_open: frozenset[str]
    scored: frozenset[str]
    points: str
    evidence: str


def plan_rounds(rows: Iterable[Row], *, small: bool) -> tuple[PlannedRound, ...]:
    return tuple(
        PlannedRound(
            series=row["series"],
            place=row["place"],
            day=date.fromisoformat(row["day"]),
            opened_on=date.fromisoformat(row["opened_on"]),
            scored_on=date.fromisoformat(row["scored_on"]),
            closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
            opened_by=row["opened_by"],
            scored_by=row["scored_by"],
            reviewed_by=row["reviewed_by"],
            left_open=frozenset(row["left_open"].split(";")),
            scored=frozenset(row["scored"].split(";")),
            points=row["points"],
            evidence=row["evidence"],
        )
        for row in rows
        if row["small"] or not small
    )


def list_turns(rounds: Sequence[PlannedRound], users: Mapping[str, User]) -> list[Turn]:
    turns = []
    for one in rounds:
        turns.append(Turn(local_moment(one.opened_on, 8), partial(_open, one, users)))
        turns.append(Turn(local_moment(one.scored_on, 9), partial(_score, one, users)))
        if one.closed_on is not None:
            turns.append(Turn(local_moment(one.closed_on, 15), partial(_close, one, users)))
    return turns


def _open(one: PlannedRound, users: Mapping[str, User], at: datetime) -> None:
    place = get_place(one.place, one.day, get_snapshot())
    open_round(series=one.series, org_unit_id=place, period=_period(one), by=users[one.opened_by], at=at)


def _period(one: PlannedRound) -> Period:
    sheet = get_sheet(one.series, one.day)
    return period_of(one.day, cast(PeriodType, sheet.period_type), 15 if sheet.cut_off == 15 else 1)


def _score(one: PlannedRound, users: Mapping[str, User], at: datetime) -> None:
    round_ = _find(one)
    refresh_figures(round_id=round_.pk, by=users[one.opened_by], at=at)
    for number, rating in enumerate(round_.ratings.select_related("org_unit").order_by("pk")):
        own = rating.org_unit.key in one.scored
        if rating.org_unit.key in one.left_open:
            continue
        if own:
            points = _points(one, rating, number, one.evidence)
            score_rating(rating_id=rating.pk, points=points, send=True, by=users[one.scored_by], at=at)
        if not own or one.closed_on is not None:
            points = {} if own else _points(one, rating, number, "")
            review_rating(rating_id=rating.pk, points=points, by=users[one.reviewed_by], at=at)


def _close(one: PlannedRound, users: Mapping[str, User], at: datetime) -> None:
    round_, by = _find(one), users[one.opened_by]
    refresh_figures(round_id=round_.pk, by=by, at=at)
    seen = fingerprint_of(list(round_.ratings.all()))
    close_round(round_id=round_.pk, seen=seen, exception_reason="", by=by, at=at)


def _find(one: PlannedRound) -> RatingRound:
    place = get_place(one.place, one.day, get_snapshot())
    return RatingRound.objects.get(series=one.series, org_unit=place, period_key=_period(one).key)


def _points(one: PlannedRound, rating: Rating, number: int, evidence: str) -> dict[str, Typed]:
    """Of the lines that no figure scores."""
    given = fixed_answers(one.points, number)
    return {
        line.code: Typed(Decimal(given[line.code]), evidence) for line in read_lines(rating.lines) if not line.by_rule
    }
