"""What a reader may see: org units, each for stretches of days. Every query over records passes through here.

A figure is asked about days, and all of them must be the reader's. A record belongs to its last day, the day it falls
due with whoever has the unit then (decision 0011).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from caunoi.periods.rules import Days

M = TypeVar("M", bound=Model)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Days a unit may be seen, both ends included; `last` None: without end."""

    first: date
    last: date | None

    def holds(self, days: Days) -> bool:
        return self.first <= days.first and (self.last is None or days.last <= self.last)

    def has(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def cut(self, other: Window) -> Window | None:
        """The days in both, None if there are none."""
        first = max(self.first, other.first)
        last = min((day for day in (self.last, other.last) if day is not None), default=None)
        return None if last is not None and last < first else Window(first, last)


def join_windows(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same days in as few windows as possible, in order; neighbours (one ends the day before the next) are one."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda window: window.first):
        before = joined[-1] if joined else None
        if before is None or (before.last is not None and before.last + ONE_DAY < window.first):
            joined.append(window)
        elif before.last is not None and (window.last is None or window.last > before.last):
            joined[-1] = Window(before.first, window.last)
    return tuple(joined)


@dataclass(frozen=True)
class Scope:
    """`windows`: org unit id -> the days that may be seen. With `everything`, no filter at all (the operator).

    `record_windows`: org unit id -> the days on which a record that may be seen can end: the same days, without end
    where the unit's own life begins or ends (`accounts.rules.open_ends`). Not given: the windows.

    `whole`: these are all units on all days, so that no record needs to be looked at: naming a country's units takes
    longer than the rest of a page.
    """

    everything: bool
    windows: Mapping[int, tuple[Window, ...]]
    record_windows: Mapping[int, tuple[Window, ...]] | None = None
    whole: bool = False

    @property
    def unit_ids(self) -> frozenset[int]:
        """Units visible on any day (empty for `everything`: ask `sees_unit`)."""
        return frozenset(self.windows)

    def sees_unit(self, org_unit_id: int) -> bool:
        return self.everything or org_unit_id in self.windows

    def sees(self, org_unit_id: int, days: Days) -> bool:
        """Whether one window holds the whole stretch: for figures, which may rest on any day of it."""
        return self.everything or any(window.holds(days) for window in self.windows.get(org_unit_id, ()))

    def sees_record(self, org_unit_id: int, days: Days) -> bool:
        """Whether a window has the record's last day: what began under one office and fell due with another is the
        other's. A unit's records reach beyond its life at most by days that no other office had."""
        return self.everything or any(window.has(days.last) for window in self._of_records.get(org_unit_id, ()))

    @property
    def _of_records(self) -> Mapping[int, tuple[Window, ...]]:
        return self.windows if self.record_windows is None else self.record_windows

    @cached_property
    def _units_of(self) -> dict[Window, list[int]]:
        """A page asks a dozen times, and a province has a thousand units."""
        found: dict[Window, list[int]] = {}
        for unit, windows in self._of_records.items():
            for window in windows:
                found.setdefault(window, []).append(unit)
        return found

    def filter_submissions(self, submissions: QuerySet[M]) -> QuerySet[M]:
        """The one place where submissions are filtered by what the reader may see."""
        return submissions if self.everything or self.whole else submissions.filter(self.condition())

    def condition(self, prefix: str = "") -> Q:
        """The same filter for tables that point at submissions: `scope.condition("version__submission__")`."""
        if self.everything:
            return Q()
        if self.whole:
            # Not the empty Q: joined with `|` to another, that one would be all that is left.
            return Q(**{f"{prefix}org_unit_id__isnull": False})
        found = Q(pk__in=[])
        for window, units in self._units_of.items():
            part = Q(**{f"{prefix}org_unit_id__in": ids_in_sql(units)})
            if window.first > date.min:
                part &= Q(**{f"{prefix}day_to__gte": window.first})
            if window.last is not None:
                part &= Q(**{f"{prefix}day_to__lte": window.last})
            found |= part
        return found


def ids_in_sql(ids: Iterable[int]) -> RawSQL | list[int]:
    """Many ids as one parameter: databases limit the number of parameters, a country has more villages than that."""
    given: list[Any] = list(ids)
    if len(given) <= 50:
        return given
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(given)])
    return RawSQL("SELECT unnest(%s::bigint[])", [given])


ALWAYS = (Window(date.min, None),)


def is_whole(record_windows: Mapping[int, tuple[Window, ...]], unit_count: int) -> bool:
    """Whether they are all units there are, each without first or last day."""
    return len(record_windows) == unit_count > 0 and all(windows == ALWAYS for windows in record_windows.values())


EVERYTHING = Scope(True, {})
NOTHING = Scope(False, {})
