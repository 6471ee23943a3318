"""What a meeting counts, and how its matters stand on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from caunoi.documents.rules.answering import DONE, DONE_LATE, LATE, OPEN, State

Way = Literal["on-site", "online", "both"]


@dataclass(frozen=True)
class SiteCount:
    """`stated`: by hand, None if nobody did; `turns`: counted at the door."""

    online: bool
    stated: int | None
    turns: int

    @property
    def attendance(self) -> int:
        """What somebody stated goes over the door's count: not everybody has a phone."""
        return self.turns if self.stated is None else self.stated


@dataclass(frozen=True)
class MatterCount:
    sort: str
    due_on: date
    done_on: date | None


@dataclass(frozen=True)
class Standing:
    """Of matters of one sort: all, answered (done), of them on time, and open ones past their day."""

    all: int
    answered: int
    on_time: int
    late: int


@dataclass(frozen=True)
class Counts:
    sites: int
    online_sites: int
    attendances: int
    contributions: int
    topics: int
    conclusions: Standing
    requests: Standing
    questions: Standing
    way: Way


def find_state(due_on: date, done_on: date | None, today: date) -> State:
    """On time includes the day itself."""
    if done_on is not None:
        return DONE_LATE if done_on > due_on else DONE
    return LATE if due_on < today else OPEN


def compute_standing(matters: Iterable[MatterCount], sort: str, today: date) -> Standing:
    states = [find_state(one.due_on, one.done_on, today) for one in matters if one.sort == sort]
    return Standing(
        len(states), sum(state in (DONE, DONE_LATE) for state in states), states.count(DONE), states.count(LATE)
    )


def compute_counts(
    sites: Sequence[SiteCount], contributions: Sequence[int], matters: Sequence[MatterCount], today: date
) -> Counts:
    """`contributions`: of each topic."""
    online = sum(site.online for site in sites)
    way: Way = "on-site" if not online else "online" if online == len(sites) else "both"
    return Counts(
        sites=len(sites),
        online_sites=online,
        attendances=sum(site.attendance for site in sites),
        contributions=sum(contributions),
        topics=len(contributions),
        conclusions=compute_standing(matters, "conclusion", today),
        requests=compute_standing(matters, "request", today),
        questions=compute_standing(matters, "question", today),
        way=way,
    )
