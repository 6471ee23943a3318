"""Which unit the reader works for just now: chosen on the page, kept in the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

SESSION_KEY = "working-unit"


@dataclass(frozen=True)
class WorkingUnit:
    """A unit that a role of the reader stands on; `path` names it up to the district or commune."""

    id: int
    key: str
    level: str
    name: str
    path: str


def list_working_units(user: User, roles: Iterable[Role], on: date) -> list[WorkingUnit]:
    """Units the roles were given on, by name. A unit that has ended is replaced by its successors; where it has none,
    the role reaches nothing any more, whatever its figures passed to."""
    wanted, snapshot = set(roles), get_snapshot()
    found: dict[int, WorkingUnit] = {}
    for grant in list_grants(user, on):
        if grant.role not in wanted or grant.org_unit_id not in snapshot.units:
            continue
        for unit in list_reached(grant.org_unit_id, on):
            if unit not in found:
                found[unit] = describe_working_unit(unit, on)
    return sorted(found.values(), key=lambda unit: snapshot.order_key(unit.id, on))


def list_reached(unit: int, on: date) -> list[int]:
    """Where a role on the unit stands on that day: there, or after its end on all that followed it; never on what lay
    above it."""
    snapshot = get_snapshot()
    found: dict[int, None] = {}
    open_ = [unit]
    while open_:
        one = open_.pop(0)
        if snapshot.exists_on(one, on):
            found[one] = None
        elif (ended := snapshot.units[one].ends_on) is not None and ended <= on:
            open_ += [step.new for step in snapshot.successors(one) if step.new not in found]
    return list(found)


def describe_working_unit(unit: int, on: date) -> WorkingUnit:
    snapshot = get_snapshot()
    one = snapshot.units[unit]
    return WorkingUnit(unit, one.key, one.level, snapshot.distinct_name_on(unit, on), snapshot.path_name(unit, on))


def choose_working_unit(request: HttpRequest, units: list[WorkingUnit]) -> WorkingUnit | None:
    """The one asked for by `?unit=KEY`, else the one chosen before, else the first; None if there are none."""
    by_key = {unit.key: unit for unit in units}
    asked = request.GET.get("unit", "")
    if asked in by_key:
        request.session[SESSION_KEY] = asked
        return by_key[asked]
    return by_key.get(str(request.session.get(SESSION_KEY, "")), units[0] if units else None)


def pick_unit(request: HttpRequest, units: list[WorkingUnit], refusal: Callable[[str], Refusal]) -> WorkingUnit:
    """Of those for which the reader may write something new: the one asked for by `?unit=KEY`, the first if none is.
    Raises the refusal of any other."""
    asked = request.GET.get("unit", "")
    found = next((one for one in units if one.key == asked), None) or (units[0] if units and not asked else None)
    if found is None:
        raise refusal(_("đơn vị này"))
    return found
