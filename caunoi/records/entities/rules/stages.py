"""The stages of a thing: which may follow which, and when it reached each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from caunoi.records.entities.rules.states import Stretch, find_state, tell_story
from caunoi.records.entities.rules.versions import CREATE, REMOVE, RESTATE, RESTORE, UNDO, UNMERGE, Version


@dataclass(frozen=True)
class Transition:
    """`before` blank: a thing may begin with it. `levels`: of units whose records may say so, `roles`: one of which who
    says so must have there; empty: any that may write in the register. `asks`: questions of the form that must be
    answered."""

    before: str
    after: str
    title_vi: str = ""
    title_en: str = ""
    levels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stages:
    """`name`: the property that says the stage; blank if the register has none."""

    name: str
    transitions: tuple[Transition, ...]

    def find(self, before: str, after: str) -> Transition | None:
        return next((one for one in self.transitions if (one.before, one.after) == (before, after)), None)

    def leading_from(self, stage: str) -> list[Transition]:
        return [one for one in self.transitions if one.before == stage]


NO_STAGES = Stages("", ())


def to_json(transitions: Iterable[Transition]) -> list[dict[str, Any]]:
    return [{name: list(v) if isinstance(v, tuple) else v for name, v in asdict(one).items()} for one in transitions]


def from_json(name: str, stored: Iterable[Mapping[str, Any]]) -> Stages:
    return Stages(name, tuple(_read(one) for one in stored))


def _read(stored: Mapping[str, Any]) -> Transition:
    return Transition(
        stored["before"],
        stored["after"],
        stored.get("title_vi", ""),
        stored.get("title_en", ""),
        tuple(stored.get("levels", ())),
        tuple(stored.get("roles", ())),
        tuple(stored.get("asks", ())),
    )


@dataclass(frozen=True)
class Reached:
    """That the thing was at the stage since the day. `said_by`: the record that says so (all its versions are one), or
    the version of a person's decision. `number`: of the first version that said so; of two on one day the later holds.
    `source_id`: of the version of the record that says so now."""

    stage: str
    day: date
    said_by: str
    number: int
    source_id: int | None = None


SaidBy = Callable[[Version], str]


def list_reached(versions: Sequence[Version], name: str, said_by: SaidBy) -> list[Reached]:
    """In the order of their days: what each record says in its newest version. What says again the stage that stood
    already is no step. Versions that only put later steps back behind a corrected one say nothing of their own."""
    standing: dict[str, Reached] = {}
    by_number = {one.number: one for one in versions}
    for one in versions:
        if one.act in (RESTATE, REMOVE):
            continue
        if one.act in (UNDO, UNMERGE):
            undone = by_number.get(one.base or 0)
            if undone is not None:
                standing.pop(said_by(undone), None)
            continue
        if one.act == RESTORE and name in one.changed:
            standing.clear()
        key, before = said_by(one), standing.get(said_by(one))
        if name in one.changed:
            stage = one.values.get(name, "")
            number = before.number if before else one.number
            standing[key] = Reached(stage, one.from_day, key, number, one.source_id)
        elif one.act == CREATE and before is not None:
            standing[key] = replace(before, day=one.from_day)  # the correction tells of another day only
    found: list[Reached] = []
    for reached in in_order(standing.values()):
        if reached.stage != (found[-1].stage if found else ""):
            found.append(reached)
    return found


def in_order(steps: Iterable[Reached]) -> list[Reached]:
    return sorted(steps, key=lambda one: (one.day, one.number))


def stage_on(reached: Sequence[Reached], day: date) -> str:
    """'' before the first."""
    return next((one.stage for one in reversed(reached) if one.day <= day), "")


# What stands against a step, in the order in which it is told.
Wrong = Literal["future", "early", "begin", "order", "ended", "after", "level", "role", "again", "twice"]


@dataclass(frozen=True)
class Obstacle:
    """`before`: the stage it would follow, or that would be said twice, by this record and another (*again*) or by two
    others that it no longer parts (*twice*). `day`: of the step it would have to come after (*early*) or before which
    it would have to fit (*after*); of the other record."""

    wrong: Wrong
    before: str = ""
    day: date | None = None


def find_obstacle(
    stages: Stages,
    others: Sequence[Reached],
    stage: str,
    day: date,
    today: date,
    *,
    level: str,
    has_role: Callable[[Sequence[str]], bool],
    corrects: bool = False,
) -> Obstacle | None:
    """Whether the thing may have reached the stage on that day. `others`: its steps without what this record said
    before; with `corrects` later ones may follow, if they may follow upon this one."""
    if day > today:
        return Obstacle("future")
    prior, later = [one for one in others if one.day <= day], [one for one in others if one.day > day]
    if later and not corrects:
        return Obstacle("early", later[-1].stage, later[-1].day)
    before = prior[-1].stage if prior else ""
    if before == stage:
        return None
    allowed = stages.find(before, stage)
    if allowed is None:
        leads_on = not before or bool(stages.leading_from(before))
        return Obstacle("begin" if not before else "order" if leads_on else "ended", before)
    if later and later[0].stage != stage and stages.find(stage, later[0].stage) is None:
        return Obstacle("after", later[0].stage, later[0].day)
    if allowed.levels and level not in allowed.levels:
        return Obstacle("level", before)
    if allowed.roles and not has_role(allowed.roles):
        return Obstacle("role", before)
    return None


def list_repeats(said: Sequence[Reached]) -> list[tuple[Reached, Reached]]:
    """`said`: by records, in the order of their days. Each that says again the stage that the one before it said, after
    that one. The thing takes no step by it, but what counts the records counts it."""
    return [(first, again) for first, again in pairwise(said) if first.stage == again.stage]


def find_repeat(before: Sequence[Reached], after: Sequence[Reached], said_by: str) -> Obstacle | None:
    """Whether a step would be counted twice because of this record. `before`, `after`: what the records say without and
    with its word, in the order of their days. What was so already is not of its making."""
    known = {again.said_by for _first, again in list_repeats(before)}
    for first, again in list_repeats(after):
        if again.said_by in known:
            continue
        if said_by not in (first.said_by, again.said_by):
            return Obstacle("twice", again.stage, again.day)
        return Obstacle("again", again.stage, (first if again.said_by == said_by else again).day)
    return None


def list_restatements(versions: Sequence[Version], name: str, said_by: SaidBy) -> list[Reached]:
    """What must be said again, in this order, so that on every day the newest version that holds names the stage that
    the records name in their order. `number` 0: the stage before the first of them, put back.

    A correction of an older step is newer than the steps after it, and would otherwise cover them.
    """
    story = tell_story(versions)
    if not story:
        return []
    reached = list_reached(versions, name, said_by)
    # A thing merged with an older one exists before it was written down, and was then what it was on that day.
    born = next(one.from_day for one in reversed(versions) if one.act in (CREATE, RESTORE))
    days = sorted({max(day, born) for day in [*(one.first for one in story), *(one.day for one in reached)]})
    first = next((day for day in days if _told(story, name, day) != stage_on(reached, day)), None)
    if first is None:
        return []
    standing = next((one for one in reversed(reached) if one.day <= first), None)
    at_first = replace(standing, day=first) if standing else Reached("", first, "", 0)
    return [at_first, *(one for one in reached if one.day > first)]


def _told(story: Sequence[Stretch], name: str, day: date) -> str:
    state = find_state(story, day)
    return state.values.get(name, "") if state else ""


def count_by_year(things: Iterable[Sequence[Reached]]) -> dict[str, dict[int, int]]:
    """Stage -> year -> how many reached it in that year; one that reached it twice counts twice."""
    found: dict[str, dict[int, int]] = {}
    for reached in things:
        for one in reached:
            years = found.setdefault(one.stage, {})
            years[one.day.year] = years.get(one.day.year, 0) + 1
    return found
