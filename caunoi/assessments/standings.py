"""Which level of a set of criteria units have reached on a day: told by the sets and levels that held on that day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.queries import groups_on, judge_units
from caunoi.assessments.rules.criteria import Judged, count_progress
from caunoi.assessments.rules.levels import NO_LEVELS, SetLevel, Standing, list_levels_on, read_levels, tell_standing


@dataclass(frozen=True)
class LevelOfSet:
    set: CriteriaSet
    level: SetLevel


def list_levels_of(set_: CriteriaSet, day: date) -> list[SetLevel]:
    """Of all groups on the day; none outside the days of the set."""
    first, last = set_.from_day, set_.to_day
    if (first is not None and day < first) or (last is not None and day > last):
        return []
    return [one for one in read_levels(set_.levels) if one.holds_on(day)]


def tell_standings(
    set_: CriteriaSet, units: Sequence[int], day: date, judged: Mapping[int, Sequence[Judged]]
) -> dict[int, Standing]:
    """`judged`: of these units on that day."""
    levels = list_levels_of(set_, day)
    if not levels:
        return dict.fromkeys(units, NO_LEVELS)
    groups = groups_on(set_, units, day)
    reached = {code: _tell_codes(code, units, day) for code in {one.requires[0] for one in levels if one.requires}}

    def tell(unit: int) -> Standing:
        mine = list_levels_on(levels, groups.get(unit, ""), day)
        met = count_progress(judged[unit]).met
        return tell_standing(mine, met, lambda required: required[1] in reached[required[0]][unit])

    return {unit: tell(unit) for unit in units}


def _tell_codes(set_code: str, units: Sequence[int], day: date) -> dict[int, frozenset[str]]:
    """All levels of another set that each unit has reached; packs refuse sets that wait for each other. A set that has
    run out tells what it told on its last day."""
    set_ = CriteriaSet.objects.filter(code=set_code).first()
    if set_ is None:
        return dict.fromkeys(units, frozenset())
    day = min(day, set_.to_day or day)
    levels, groups = list_levels_of(set_, day), groups_on(set_, units, day)
    standings = tell_standings(set_, units, day, judge_units(set_, units, day))
    found = {}
    for unit, standing in standings.items():
        least = 0 if standing.reached is None else standing.reached.least
        mine = list_levels_on(levels, groups.get(unit, ""), day)
        found[unit] = frozenset(one.code for one in mine if one.least <= least)
    return found


def list_required(standings: Iterable[Standing]) -> dict[tuple[str, str], LevelOfSet]:
    """By set and code the levels of other sets that the next levels wait for."""
    wanted = {
        one.next_level.requires
        for one in standings
        if one.next_level is not None and one.next_level.requires is not None and not one.has_required
    }
    sets = CriteriaSet.objects.filter(code__in={code for code, _level in wanted})
    return {
        (set_.code, level.code): LevelOfSet(set_, level)
        for set_ in sets
        for level in read_levels(set_.levels)
        if (set_.code, level.code) in wanted
    }


def list_above(set_: CriteriaSet, standing: Standing, day: date) -> list[LevelOfSet]:
    """Levels of other sets for which the one that was reached is required."""
    if standing.reached is None:
        return []
    reached = (set_.code, standing.reached.code)
    others = CriteriaSet.objects.exclude(code=set_.code).order_by("code")
    return [LevelOfSet(other, one) for other in others for one in list_levels_of(other, day) if one.requires == reached]
