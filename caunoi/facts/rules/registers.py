"""How many things of a register there were, day by day: a stock that nobody has to report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from caunoi.records.entities.rules.states import Counts, Ended, Stretch, is_removed, tell_story
from caunoi.records.entities.rules.versions import Version

Matches = Callable[[Mapping[str, str]], bool]
"""Whether a thing with these properties (its name under `label`) is one of those counted."""


@dataclass(frozen=True)
class Step:
    """From the day on there are so many, until the next step. `source_id`: the submission version that said what
    changed on that day; None if an officer's decision did."""

    day: date
    count: int
    source_id: int | None


def count_steps(things: Iterable[tuple[Version, ...]], ended: Ended, matches: Matches, counts: Counts) -> list[Step]:
    """In the order of their days; a day without a change of the number has no step, except the first.

    `things`: the versions of each, oldest first, without those merged into another. `counts` picks the versions that
    count in the asked book; a thing that these remove is none. The first step is the first day on which anything is
    known of any of them, and may be zero. Nothing known: no steps, for missing is not zero.
    """
    changes: dict[date, int] = defaultdict(int)
    sources: dict[date, int] = {}
    for versions in things:
        if is_removed(versions, counts):
            continue
        for stretch in tell_story(versions, ended, counts):
            is_one = _is_one(stretch, matches)
            changes[stretch.first] += is_one
            if stretch.until is not None:
                changes[stretch.until] -= is_one
        for version in versions:
            if counts(version) and version.source_id is not None:
                sources[version.from_day] = max(version.source_id, sources.get(version.from_day, 0))
    steps: list[Step] = []
    count = 0
    for day, change in sorted(changes.items()):
        count += change
        if not steps or steps[-1].count != count:
            steps.append(Step(day, count, sources.get(day)))
    return steps


def _is_one(stretch: Stretch, matches: Matches) -> bool:
    return not stretch.ended and matches(stretch.values)
