"""Keeping, changing and deleting views and dashboards. Each action is one transaction with one audit line."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.boards.errors import BoardTooLong, ViewMalformed
from caunoi.boards.models import Dashboard, FirstPage, Page, SavedView, Tile
from caunoi.boards.permissions import check_may_share, check_owns
from caunoi.boards.rules import MOST_LETTERS, keep_query, move
from caunoi.moments import local_date
from caunoi.places.models import OrgUnit
from caunoi.vietnamese_text import clean

MOST_TILES = 24


@transaction.atomic
def save_view(
    *,
    owner: User,
    name: str,
    page: str,
    query: str,
    by: Actor,
    at: datetime,
    period: str = "",
    own_place: bool = False,
    shared_with: OrgUnit | None = None,
    shared_role: str = "",
) -> SavedView:
    """`query`: the page's address after the question mark, as the person sees it; what is no question is left out."""
    if page not in Page.values or len(query) > MOST_LETTERS:
        raise ViewMalformed(_("Không lưu được bảng xem này. Hãy mở trang số liệu, chọn lại rồi lưu."))
    check_may_share(owner, shared_with, local_date(at))
    view = SavedView.objects.create(
        owner=owner, name=clean(name), page=page, query=keep_query(page, query), period=period, own_place=own_place,
        shared_with=shared_with, shared_role=shared_role if shared_with else "", made_at=at,
    )  # fmt: skip
    write_line("view.save", f"view:{view.pk}", {"name": view.name, "page": page, **_sharing(view)}, by=by, at=at)
    return view


@transaction.atomic
def change_view(
    view: SavedView,
    *,
    user: User,
    name: str,
    period: str,
    own_place: bool,
    shared_with: OrgUnit | None,
    shared_role: str,
    by: Actor,
    at: datetime,
) -> None:
    check_owns(user, view)
    check_may_share(user, shared_with, local_date(at))
    before = {"name": view.name, **_sharing(view)}
    view.name, view.period, view.own_place = clean(name), period, own_place
    view.shared_with, view.shared_role = shared_with, shared_role if shared_with else ""
    view.save()
    now = {"name": view.name, **_sharing(view)}
    write_line("view.change", f"view:{view.pk}", {"changes": changes_of(before, now)}, by=by, at=at)


@transaction.atomic
def make_dashboard(
    *, owner: User, name: str, by: Actor, at: datetime, shared_with: OrgUnit | None = None, shared_role: str = ""
) -> Dashboard:
    check_may_share(owner, shared_with, local_date(at))
    made = Dashboard.objects.create(
        owner=owner, name=clean(name), shared_with=shared_with, shared_role=shared_role if shared_with else "",
        made_at=at,
    )  # fmt: skip
    write_line("dashboard.make", f"dashboard:{made.pk}", {"name": made.name, **_sharing(made)}, by=by, at=at)
    return made


@transaction.atomic
def change_dashboard(
    dashboard: Dashboard,
    *,
    user: User,
    name: str,
    shared_with: OrgUnit | None,
    shared_role: str,
    by: Actor,
    at: datetime,
) -> None:
    check_owns(user, dashboard)
    check_may_share(user, shared_with, local_date(at))
    before = {"name": dashboard.name, **_sharing(dashboard)}
    dashboard.name, dashboard.shared_with = clean(name), shared_with
    dashboard.shared_role = shared_role if shared_with else ""
    dashboard.save()
    now = {"name": dashboard.name, **_sharing(dashboard)}
    write_line("dashboard.change", f"dashboard:{dashboard.pk}", {"changes": changes_of(before, now)}, by=by, at=at)


@transaction.atomic
def put_on_first_page(dashboard: Dashboard, *, user: User, by: Actor, at: datetime) -> None:
    """Instead of the one that was there. `dashboard` must be one the user may read."""
    FirstPage.objects.update_or_create(user=user, defaults={"dashboard": dashboard})
    write_line("dashboard.put-first", f"dashboard:{dashboard.pk}", {"name": dashboard.name}, by=by, at=at)


@transaction.atomic
def take_off_first_page(dashboard: Dashboard, *, user: User, by: Actor, at: datetime) -> None:
    if FirstPage.objects.filter(user=user, dashboard=dashboard).delete()[0]:
        write_line("dashboard.take-off-first", f"dashboard:{dashboard.pk}", {"name": dashboard.name}, by=by, at=at)


@transaction.atomic
def delete(thing: SavedView | Dashboard, *, user: User, by: Actor, at: datetime) -> None:
    """A mark: `restore` takes it back. Deleting twice changes nothing."""
    check_owns(user, thing)
    if thing.deleted_at is None:
        thing.deleted_at = at
        thing.save(update_fields=["deleted_at"])
        write_line(f"{_kind(thing)}.delete", f"{_kind(thing)}:{thing.pk}", {"name": thing.name}, by=by, at=at)


@transaction.atomic
def restore(thing: SavedView | Dashboard, *, user: User, by: Actor, at: datetime) -> None:
    check_owns(user, thing)
    if thing.deleted_at is not None:
        thing.deleted_at = None
        thing.save(update_fields=["deleted_at"])
        write_line(f"{_kind(thing)}.restore", f"{_kind(thing)}:{thing.pk}", {"name": thing.name}, by=by, at=at)


@transaction.atomic
def add_tile(
    dashboard: Dashboard,
    *,
    user: User,
    view: SavedView | None,
    by: Actor,
    at: datetime,
    show: str = Tile.Show.NUMBER,
    size: str = Tile.Size.HALF,
    title: str = "",
    note: str = "",
) -> Tile:
    """At the end. `view` must be one the user may read; its readers ask it as themselves."""
    check_owns(user, dashboard)
    # Two windows adding at once would give two tiles one position.
    tiles = list(Tile.objects.select_for_update().filter(dashboard=dashboard))
    if len(tiles) >= MOST_TILES:
        raise BoardTooLong(MOST_TILES)
    tile = Tile.objects.create(
        dashboard=dashboard, position=max((one.position for one in tiles), default=0) + 1, view=view, show=show,
        size=size, title=clean(title), note=note.strip(),
    )  # fmt: skip
    _tell(dashboard, "add", tile, by, at)
    return tile


@transaction.atomic
def change_tile(
    tile: Tile, *, user: User, show: str, size: str, title: str, note: str, by: Actor, at: datetime
) -> None:
    check_owns(user, tile.dashboard)
    tile.show, tile.size, tile.title, tile.note = show, size, clean(title), note.strip()
    tile.save()
    _tell(tile.dashboard, "change", tile, by, at)


@transaction.atomic
def move_tile(tile: Tile, *, user: User, by_places: int, by: Actor, at: datetime) -> None:
    """Forward or back by so many places; at an end it stays."""
    check_owns(user, tile.dashboard)
    tiles = list(Tile.objects.select_for_update().filter(dashboard=tile.dashboard))
    at_index = next(index for index, one in enumerate(tiles) if one.pk == tile.pk)
    for position, one in enumerate(move(tiles, at_index, by_places), start=1):
        one.position = position
        one.save(update_fields=["position"])
    _tell(tile.dashboard, "move", tile, by, at)


@transaction.atomic
def remove_tile(tile: Tile, *, user: User, by: Actor, at: datetime) -> None:
    check_owns(user, tile.dashboard)
    _tell(tile.dashboard, "remove", tile, by, at)
    tile.delete()


def _tell(dashboard: Dashboard, what: str, tile: Tile, by: Actor, at: datetime) -> None:
    write_line(
        f"dashboard.tile-{what}", f"dashboard:{dashboard.pk}", {"tile": tile.pk, "shows": str(tile)}, by=by, at=at
    )


def _kind(thing: SavedView | Dashboard) -> str:
    return "view" if isinstance(thing, SavedView) else "dashboard"


def _sharing(thing: SavedView | Dashboard) -> dict[str, str]:
    unit = thing.shared_with
    return {"shared_with": unit.key if unit else "", "shared_role": thing.shared_role}
