"""Tables of sensitive counts, released by an officer in their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from caunoi.accounts.models import User
from caunoi.demo.turns import Turn
from caunoi.facts.releasing import make_release, prepare_release
from caunoi.moments import local_moment
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class PlannedRelease:
    """`codes` empty: every table that the pack declares."""

    place: str
    first: date
    last: date
    codes: tuple[str, ...]
    by: str
    on: date


def plan_releases(told: Sequence[Mapping[str, Any]]) -> tuple[PlannedRelease, ...]:
    return tuple(PlannedRelease(**{**one, "codes": tuple(one["codes"])}) for one in told)


def list_turns(planned: Sequence[PlannedRelease], users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known = get_snapshot().by_key
    return [
        Turn(local_moment(one.on, 10), partial(_release, one, users[one.by]))
        for one in planned
        if one.place in known and one.by in users
    ]


def _release(one: PlannedRelease, by: User, at: datetime) -> None:
    draft = prepare_release(place=one.place, first=one.first, last=one.last, codes=one.codes)
    make_release(draft, by=by.actor, at=at)
