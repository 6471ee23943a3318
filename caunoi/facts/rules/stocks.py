"""Who holds a stock on a day: a unit's latest own value, or what its predecessors left until it has reported."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta

from caunoi.places.rules.snapshot import ONE, Mapped, PlaceSnapshot, compose


@dataclass(frozen=True)
class Holding:
    """Of one unit's own stock: its parts on the asked boundaries; `carried_over` if a successor holds it meanwhile."""

    mapped: tuple[Mapped, ...]
    carried_over: bool


def hold(unit: int, reported: Set[int], state_day: date, boundaries: date, places: PlaceSnapshot) -> Holding:
    """Where the unit's own latest value (of a day up to `state_day`) stands.

    `reported`: units that have an own value up to that day. The share that went to a successor which has reported
    since is superseded and dropped: the successor's own value counts, never both.
    """
    if places.exists_on(unit, state_day):
        return Holding(places.map_unit(unit, boundaries), False)
    shares = tuple(_holders(unit, reported, state_day, places))
    return Holding(compose(shares, lambda holder: places.map_unit(holder, boundaries)), True)


def _holders(unit: int, reported: Set[int], day: date, places: PlaceSnapshot) -> Iterator[Mapped]:
    me = places.units[unit]
    if me.exists_on(day) or me.ends_on is None or me.ends_on > day:
        yield Mapped(unit, ONE)
        return
    steps = places.successors(unit)
    if not steps:
        parent = places.parent_on(unit, me.ends_on - timedelta(days=1))
        if parent is not None:
            yield from _holders(parent, reported, day, places)
        return
    shares = [
        Mapped(step.new, step.old_parts, frozenset({step.basis} if step.old_parts != ONE and step.basis else ()))
        for step in steps
        if step.old_parts and step.new not in reported
    ]
    yield from compose(shares, lambda new: tuple(_holders(new, reported, day, places)))
