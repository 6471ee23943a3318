"""Roles on units that have ended: what became of them, told to whoever still holds one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from caunoi.accounts.models import RoleGrant
from caunoi.desk.templatetags.caunoi import day_
from caunoi.desk.units import list_reached
from caunoi.places.queries import get_snapshot

# That a role now reaches the merged commune need not be said for ever.
TOLD_FOR = timedelta(days=90)


@dataclass(frozen=True)
class EndedUnit:
    """`on`: the first day without it. `now`: what the role reaches instead, by name; nothing where no unit follows."""

    name: str
    on: date
    now: tuple[str, ...]

    @property
    def sentence(self) -> str:
        said = {"unit": self.name, "day": day_(self.on), "now": "; ".join(self.now)}
        if self.now:
            return _("“%(unit)s” đã kết thúc ngày %(day)s; vai trò của bạn ở đó nay là ở %(now)s.") % said
        return (
            _(
                "“%(unit)s” đã kết thúc ngày %(day)s và không có đơn vị kế tục: bạn không ghi thêm được gì ở đó, bản"
                " ghi cũ vẫn xem được. Hãy nhờ người quản trị giao vai trò ở đơn vị khác."
            )
            % said
        )


def find_ended(grants: Iterable[RoleGrant], on: date) -> dict[int, EndedUnit]:
    """Of the units these roles stand on, those that have ended by that day: unit -> what became of it."""
    places, found = get_snapshot(), dict[int, EndedUnit]()
    for grant in grants:
        unit = places.units.get(grant.org_unit_id)
        if unit is None or unit.ends_on is None or unit.ends_on > on or unit.id in found:
            continue
        now = [places.path_name(reached, on) for reached in list_reached(unit.id, on)]
        found[unit.id] = EndedUnit(places.path_name(unit.id, unit.ends_on - timedelta(days=1)), unit.ends_on, (*now,))
    return found


def list_ended_to_tell(grants: Iterable[RoleGrant], on: date) -> list[EndedUnit]:
    """Of the units these roles stand on: those without a successor, and those that ended lately."""
    found = find_ended(grants, on).values()
    return [one for one in found if not one.now or on < one.on + TOLD_FOR]
