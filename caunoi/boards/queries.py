from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from caunoi.accounts.models import User
from caunoi.accounts.queries import list_grants
from caunoi.boards.errors import DashboardUnknown, ViewUnknown
from caunoi.boards.models import Dashboard, FirstPage, SavedView, Shared, Tile
from caunoi.places.queries import get_snapshot

S = TypeVar("S", bound=Shared)


def list_views(user: User, on: date) -> QuerySet[SavedView]:
    """The user's own and those shared with them on that day, by name; without the deleted ones."""
    return _readable(SavedView.objects.all(), user, on)


def list_dashboards(user: User, on: date) -> QuerySet[Dashboard]:
    return _readable(Dashboard.objects.all(), user, on)


def get_view(pk: int, user: User, on: date) -> SavedView:
    """Raises ViewUnknown for one that isn't the user's to read; who deleted one still finds it, to undo that."""
    found = _find(SavedView.objects.all(), pk, user, on)
    if found is None:
        raise ViewUnknown
    return found


def get_dashboard(pk: int, user: User, on: date) -> Dashboard:
    found = _find(Dashboard.objects.all(), pk, user, on)
    if found is None:
        raise DashboardUnknown
    return found


def find_first_page(user: User, on: date) -> Dashboard | None:
    """The dashboard the user put on their first page, while it is theirs to read and not deleted."""
    chosen = FirstPage.objects.filter(user=user).values_list("dashboard_id", flat=True).first()
    return _readable(Dashboard.objects.all(), user, on).filter(pk=chosen).first() if chosen is not None else None


def list_tiles(dashboard: Dashboard) -> list[Tile]:
    """In their order, each with its view."""
    return list(dashboard.tiles.select_related("view", "view__owner"))


def get_tile(dashboard: Dashboard, pk: int) -> Tile:
    found = dashboard.tiles.select_related("view").filter(pk=pk).first()
    if found is None:
        raise DashboardUnknown
    return found


def _readable(things: QuerySet[S], user: User, on: date) -> QuerySet[S]:
    condition = Q(owner=user)
    for role, units in _list_addressed(user, on).items():
        condition |= Q(shared_with__in=units) & (Q(shared_role="") | Q(shared_role=role))
    return (
        things.filter(condition, deleted_at__isnull=True).select_related("owner", "shared_with").order_by("name", "pk")
    )


def _find(things: QuerySet[S], pk: int, user: User, on: date) -> S | None:
    return (
        _readable(things, user, on).filter(pk=pk).first()
        or things.filter(pk=pk, owner=user).select_related("owner", "shared_with").first()
    )


def _list_addressed(user: User, on: date) -> dict[str, set[int]]:
    """Role held on that day -> the units whose sharing reaches it: the unit of the role, all above it, and what any of
    these came from, so that a view shared before a merger is still found after it."""
    places = get_snapshot()
    found: dict[str, set[int]] = {}
    for grant in list_grants(user, on):
        if grant.org_unit_id not in places.units:
            continue
        units = found.setdefault(grant.role, set())
        open_ = [grant.org_unit_id, *(mapped.unit for mapped in places.map_unit(grant.org_unit_id, on))]
        while open_:
            unit = open_.pop()
            if unit not in units:
                units.add(unit)
                open_ += [*places.ancestors_on(unit, on), *(step.old for step in places.predecessors(unit))]
    return found
