"""Who must fill a form, when: an assignment as plain values, and which one holds for a unit on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


class Holds(Protocol):
    """Anything with a level and the days (both included, None = open) it holds for."""

    @property
    def level(self) -> str: ...
    @property
    def from_day(self) -> date | None: ...
    @property
    def to_day(self) -> date | None: ...


H = TypeVar("H", bound=Holds)


@dataclass(frozen=True)
class AssignmentRow:
    """One row of assignments.csv for a form. `approval_level` blank: approved on arrival; `further_levels` decide after
    it, in turn. Days count from the period's last day; `closes_days` and `locks_days` None: never by itself."""

    level: str
    period_kind: str
    cut_off: int = 1
    due_days: int = 5
    approval_level: str = ""
    self_approval_allowed: bool = False
    covers: tuple[str, ...] = ()
    from_day: date | None = None
    to_day: date | None = None
    closes_days: int | None = None
    locks_days: int | None = None
    further_levels: tuple[str, ...] = ()


def holds_on(assignment: Holds, day: date) -> bool:
    return (assignment.from_day is None or assignment.from_day <= day) and (
        assignment.to_day is None or day <= assignment.to_day
    )


def find_assignment(assignments: Iterable[H], level: str, day: date) -> H | None:
    """The one that holds for the level on the day; None if units of the level need (and may) not send the form then."""
    return next((one for one in assignments if one.level == level and holds_on(one, day)), None)


def find_overlap(rows: Iterable[H]) -> tuple[H, H] | None:
    """Two rows for the same level that share a day: nobody could say which one holds then."""
    seen: list[H] = []
    for row in rows:
        for other in seen:
            if row.level == other.level and _touch(row, other):
                return other, row
        seen.append(row)
    return None


def _touch(one: Holds, other: Holds) -> bool:
    return (one.to_day is None or other.from_day is None or other.from_day <= one.to_day) and (
        other.to_day is None or one.from_day is None or one.from_day <= other.to_day
    )
