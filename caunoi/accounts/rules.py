"""How far a role reaches, from the history of places alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from caunoi.accounts.scope import ONE_DAY, Window, join_windows
from caunoi.places.rules.snapshot import PlaceSnapshot

Reach = Mapping[int, tuple[Window, ...]]


@dataclass(frozen=True)
class PlaceHistory:
    """`existed`: unit -> the days it existed. `children`: parent -> (child, days under this parent).
    `became`: old unit -> (day, new unit)."""

    existed: Mapping[int, Window]
    children: Mapping[int, Sequence[tuple[int, Window]]]
    became: Mapping[int, Sequence[tuple[date, int]]]


def read_history(places: PlaceSnapshot) -> PlaceHistory:
    children: dict[int, list[tuple[int, Window]]] = defaultdict(list)
    for unit, spells in places.spells.items():
        for spell in spells:
            if spell.parent is not None:
                children[spell.parent].append((unit, _days(spell.from_day, spell.to_day)))
    became: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for step in places.steps:
        became[step.old].append((step.day, step.new))
    existed = {unit.id: _days(unit.starts_on, unit.ends_on) for unit in places.units.values()}
    return PlaceHistory(existed, children, became)


def compute_reach(units: Iterable[int], confirmed: Iterable[tuple[int, int]], history: PlaceHistory) -> Reach:
    """Unit -> days that roles on `units` reach.

    A role reaches its unit and, day by day, whatever lies in its subtree on that day; after the unit ended, its
    successors and their subtrees from the succession's day, and so on. What came into the subtree by a succession was
    another office's before. Those days are reached only where `confirmed` holds (successor, predecessor), and never
    lead forward to the predecessor's other successors. A unit confirmed with itself came by a transfer.
    """
    roots: dict[int, tuple[Window, ...]] = {}
    following = [(unit, history.existed[unit]) for unit in units if unit in history.existed]
    while following:
        unit, days = following.pop()
        before = roots.get(unit, ())
        roots[unit] = join_windows((*before, days))
        if roots[unit] == before:
            continue
        for day, new in history.became.get(unit, ()):
            if (after := history.existed[new].cut(Window(day, None))) is not None:
                following.append((new, after))
    reach = _spread(roots, history)
    waiting = set(confirmed)
    while opened := {pair for pair in waiting if pair[0] in reach}:
        waiting -= opened
        for _successor, predecessor in opened:
            roots[predecessor] = join_windows((*roots.get(predecessor, ()), history.existed[predecessor]))
        reach = _spread(roots, history)
    return reach


def _spread(roots: Mapping[int, tuple[Window, ...]], history: PlaceHistory) -> Reach:
    """The roots' subtrees: a child is reached on the days its parent is reached and it lies under that parent."""
    reach: dict[int, tuple[Window, ...]] = {}
    queue = [(unit, history.existed[unit], windows) for unit, windows in roots.items()]
    while queue:
        unit, existed, windows = queue.pop()
        before = reach.get(unit, ())
        inside = [part for window in windows if (part := window.cut(existed)) is not None]
        after = join_windows((*before, *inside))
        if after == before:
            continue
        reach[unit] = after
        for child, under in history.children.get(unit, ()):
            parts = [part for window in after if (part := window.cut(under)) is not None]
            if parts:
                queue.append((child, history.existed[child], tuple(parts)))
    return reach


def open_ends(reach: Reach, history: PlaceHistory) -> Reach:
    """The windows for the last days of records: without end on the side where the unit's own life ends.

    No record begins or ends before or after its unit's life under another office. Some do: a year's report of a unit
    that was founded in July, a month's report of one whose merger was entered afterwards.
    """
    opened: dict[int, tuple[Window, ...]] = {}
    for unit, windows in reach.items():
        existed = history.existed[unit]
        opened[unit] = tuple(
            Window(
                date.min if window.first == existed.first else window.first,
                None if window.last == existed.last else window.last,
            )
            for window in windows
        )
    return opened


def clamp(day: date, existed: Window) -> date:
    """The day, or the nearest one on which the unit existed: who decides about a unit that ended is asked of its last
    day."""
    if existed.last is not None and day > existed.last:
        return existed.last
    return max(day, existed.first)


def _days(from_day: date, to_day: date | None) -> Window:
    return Window(from_day, None if to_day is None else to_day - ONE_DAY)
