"""A few classes, opened, attended and marked by the actions of their room, each in its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from caunoi.accounts.models import User
from caunoi.demo.turns import Turn
from caunoi.moments import local_date, local_moment
from caunoi.places.queries import get_snapshot
from caunoi.training.actions import add_learners, mark_presences, open_class, set_marks, state_counts
from caunoi.training.models import TrainingClass
from caunoi.training.rules.drafts import ClassDraft, Person


@dataclass(frozen=True)
class PlannedLearner:
    """`absent`: from the sessions of these numbers, from 1; `mark` blank: none yet."""

    name: str
    unit: str
    absent: Sequence[int] = ()
    mark: str = ""


@dataclass(frozen=True)
class PlannedClass:
    """`counted`: how many learn, of a class without names. `held_on`: the day its attendance was written."""

    unit: str
    kind: str
    title: str
    first: date
    last: date
    place: str
    hours: int
    by: str
    opened_on: date
    held_on: date
    counted: int | None
    learners: tuple[PlannedLearner, ...]


def plan_classes(told: Mapping[str, Any]) -> tuple[PlannedClass, ...]:
    """`told`: demo/classes.toml."""
    return tuple(
        PlannedClass(
            unit=one["unit"], kind=one["kind"], title=one["title"], first=one["first"], last=one["last"],
            place=one["place"], hours=one["hours"], by=one["by"], opened_on=one["opened_on"], held_on=one["held_on"],
            counted=one.get("counted"),
            learners=tuple(PlannedLearner(**learner) for learner in one.get("learner", ())),
        )
        for one in told["class"]
    )  # fmt: skip


def list_turns(planned: Sequence[PlannedClass], users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known, turns = get_snapshot().by_key, []
    for one in planned:
        if one.unit in known and one.by in users:
            turns.append(Turn(local_moment(one.opened_on, 9), partial(_open, one, users[one.by])))
            turns.append(Turn(local_moment(one.held_on, 17), partial(_hold, one, users[one.by])))
    return turns


def _open(one: PlannedClass, by: User, at: datetime) -> None:
    draft = ClassDraft(one.kind, one.title, one.first, one.last, one.place, one.hours)
    by_key = get_snapshot().by_key
    made = open_class(org_unit_id=by_key[one.unit].id, draft=draft, by=by, at=at)
    people = [Person(by_key[learner.unit].id, learner.name) for learner in one.learners if learner.unit in by_key]
    if people:
        add_learners(made.pk, people, by=by, at=at)


def _hold(one: PlannedClass, by: User, at: datetime) -> None:
    by_key = get_snapshot().by_key
    found = TrainingClass.objects.get(org_unit=by_key[one.unit].id, title=one.title)
    sessions = list(found.sessions.filter(day__lte=local_date(at)))
    if one.counted is not None:
        present = {session.pk: one.counted - number for number, session in enumerate(sessions)}
        state_counts(found.pk, learners=one.counted, completed=None, present=present, by=by, at=at)
        return
    planned = [learner for learner in one.learners if learner.unit in by_key]
    learners = dict(zip(found.learners.values_list("pk", flat=True), planned, strict=True))
    there = {
        session.pk: {pk for pk, learner in learners.items() if number not in learner.absent}
        for number, session in enumerate(sessions, 1)
    }
    mark_presences(found.pk, there, learners=learners, by=by, at=at)
    marks: dict[int, Decimal | None] = {pk: Decimal(learner.mark) for pk, learner in learners.items() if learner.mark}
    if marks:
        set_marks(found.pk, marks, by=by, at=at)
