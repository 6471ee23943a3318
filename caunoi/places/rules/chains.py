"""What became of a unit, and what it came from: chains of successions as a tree, with shares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from caunoi.places.rules.snapshot import ONE, PlaceSnapshot

MOST = 300
"""Links shown of one unit; more than anybody reads."""


@dataclass(frozen=True)
class Link:
    """Forward: on `day`, `parts` of the unit before it in the chain went to `unit`. Backward: `parts` of the unit after
    it came from `unit`. `total`: the same counted from the unit the chain starts at; both in parts of `ONE`.

    `passed`: no succession, but the unit above takes what the unit had (a level that was abolished) or had before it.
    """

    unit: int
    day: date
    parts: int
    total: int
    basis: str
    passed: bool
    further: tuple[Link, ...]

    @property
    def is_estimated(self) -> bool:
        return self.total != ONE


def trace_forward(unit: int, places: PlaceSnapshot, day: date | None = None) -> tuple[Link, ...]:
    """What the unit became, in the order of days; empty while it goes on."""
    return tuple(_forward(unit, places, ONE, day, iter(range(MOST))))


def _forward(unit: int, places: PlaceSnapshot, total: int, day: date | None, room: Iterator[int]) -> Iterator[Link]:
    me = places.units[unit]
    if me.ends_on is None or (day is not None and me.ends_on < day):
        return
    steps = [step for step in places.successors(unit) if step.old_parts]
    routes = [(step.new, step.day, step.old_parts, step.basis, False) for step in steps]
    parent = places.parent_on(unit, me.ends_on - timedelta(days=1))
    if not routes and parent is not None:
        routes = [(parent, me.ends_on, ONE, "", True)]
    for other, on, parts, basis, passed in routes:
        if next(room, None) is None:
            return
        whole = total * parts // ONE
        yield Link(other, on, parts, whole, basis, passed, tuple(_forward(other, places, whole, on, room)))


def trace_backward(unit: int, places: PlaceSnapshot) -> tuple[Link, ...]:
    """What the unit came from, nearest first; empty where nobody knows, or it was there from the beginning."""
    return tuple(_backward(unit, places, ONE, iter(range(MOST))))


def _backward(unit: int, places: PlaceSnapshot, total: int, room: Iterator[int]) -> Iterator[Link]:
    for step in places.predecessors(unit):
        if not step.new_parts or next(room, None) is None:
            continue
        whole = total * step.new_parts // ONE
        further = tuple(_backward(step.old, places, whole, room))
        yield Link(step.old, step.day, step.new_parts, whole, step.basis, False, further)
