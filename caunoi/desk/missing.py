"""What nobody sent, counted by form and commune: nobody reads a province's thousands of missing reports one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.queries import LATE, Due
from caunoi.vietnamese_text import sort_key


@dataclass(frozen=True)
class MissingGroup:
    """One form's missing reports of one commune and its villages. `late`: those of them whose due day is over."""

    place: str
    unit_name: str
    above_name: str
    form_code: str
    form_title: str
    count: int
    late: int
    oldest_due: date


def group_unit(due: Due, places: PlaceSnapshot) -> int:
    """The commune of a village on the report's last day; any other unit stands for itself."""
    if places.units[due.org_unit_id].level != Level.VILLAGE:
        return due.org_unit_id
    return places.parent_on(due.org_unit_id, due.last_day) or due.org_unit_id


def group_missing(found: Sequence[Due], sort: str) -> list[MissingGroup]:
    """By `count` (the most first), `unit`, `form` or `due`; `-` turns round, but for the count."""
    places = get_snapshot()
    several: dict[tuple[int, str], list[Due]] = defaultdict(list)
    for due in found:
        several[group_unit(due, places), due.form_code].append(due)
    groups = []
    for (unit, code), dues in several.items():
        newest = max(due.last_day for due in dues)
        name, _comma, above = places.path_name(unit, newest).partition(", ")
        title = (get_language() == "en" and dues[0].title_en) or dues[0].title
        groups.append(
            MissingGroup(
                place=places.units[unit].key,
                unit_name=name,
                above_name=above,
                form_code=code,
                form_title=title,
                count=len(dues),
                late=sum(due.state == LATE for due in dues),
                oldest_due=min(due.due_on for due in dues),
            )
        )
    field = sort.removeprefix("-")
    groups.sort(key=lambda one: (-one.count, sort_key(one.unit_name), one.form_title))
    orders: dict[str, Callable[[MissingGroup], Any]] = {
        "unit": lambda one: sort_key(f"{one.above_name}, {one.unit_name}"),
        "form": lambda one: sort_key(one.form_title),
        "due": lambda one: one.oldest_due,
    }
    return sorted(groups, key=orders[field], reverse=sort.startswith("-")) if field in orders else groups
