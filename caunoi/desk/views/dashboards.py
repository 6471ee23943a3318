"""Dashboards: the list, one with its parts fetched after it, and changing it without a mouse."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.boards.actions import (
    add_tile,
    change_dashboard,
    change_tile,
    delete,
    make_dashboard,
    move_tile,
    put_on_first_page,
    remove_tile,
    restore,
    take_off_first_page,
)
from caunoi.boards.models import Dashboard, Tile
from caunoi.boards.permissions import check_owns
from caunoi.boards.queries import (
    find_first_page,
    get_dashboard,
    get_tile,
    get_view,
    list_dashboards,
    list_tiles,
    list_views,
)
from caunoi.desk.board_inputs import SharingForm, TileForm
from caunoi.desk.tiles import read_tile, title_of
from caunoi.desk.views.saved_views import find_deleted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dashboards(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    posted = request.POST if request.method == "POST" else None
    form = SharingForm(user, today, posted)
    if posted is not None and form.is_valid():
        typed = form.cleaned_data
        made = make_dashboard(
            owner=user, name=typed["name"], shared_with=form.unit(), shared_role=typed["shared_role"], by=user.actor,
            at=at,
        )  # fmt: skip
        return redirect("dashboard-change", made.pk)
    shown = {"dashboards": list_dashboards(user, today), "form": form, "deleted": find_deleted(request)}
    return render(request, "desk/boards/dashboards.html", shown, status=200 if posted is None else 400)


@never_cache
@require_safe
def dashboard(request: HttpRequest, pk: int) -> HttpResponse:
    """With `?whole=1` the parts stand in the page itself: for print, and without script."""
    user, today = cast(User, request.user), moments.today()
    found = get_dashboard(pk, user, today)
    whole = "whole" in request.GET
    tiles = [(tile, title_of(tile), read_tile(tile, user, today) if whole else None) for tile in list_tiles(found)]
    shown = {
        "dashboard": found, "tiles": tiles, "whole": whole, "own": found.owner_id == user.pk, "today": today,
        "is_first": find_first_page(user, today) == found,
    }  # fmt: skip
    return render(request, "desk/boards/dashboard.html", shown)


@never_cache
@require_safe
def tile_show(request: HttpRequest, pk: int, tile: int) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    shown = read_tile(get_tile(get_dashboard(pk, user, today), tile), user, today)
    return render(request, "desk/boards/tile.html", {"shown": shown})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_change(request: HttpRequest, pk: int) -> HttpResponse:
    """The name and whom it is shared with, its parts, and a form for another part."""
    user, at = cast(User, request.user), moments.now()
    found = get_dashboard(pk, user, moments.local_date(at))
    check_owns(user, found)
    posted = request.POST if request.method == "POST" else None
    initial = {
        "name": found.name,
        "shared_with": str(found.shared_with_id or ""),
        "shared_role": found.shared_role,
    }
    form = SharingForm(user, moments.local_date(at), posted, initial=initial, shared_with=found.shared_with)
    if posted is not None and form.is_valid():
        typed = form.cleaned_data
        change_dashboard(
            found, user=user, name=typed["name"], shared_with=form.unit(), shared_role=typed["shared_role"],
            by=user.actor, at=at,
        )  # fmt: skip
        return redirect("dashboard-change", pk)
    return _show_change(request, found, form=form, status=200 if posted is None else 400)


def _show_change(
    request: HttpRequest, found: Dashboard, *, form: SharingForm, adding: TileForm | None = None, status: int = 200
) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    tiles = list_tiles(found)
    shown: dict[str, Any] = {
        "dashboard": found,
        "form": form,
        "adding": adding or TileForm(list(list_views(user, today))),
        "tiles": [(tile, title_of(tile), _tile_form(tile)) for tile in tiles],
        "last": tiles[-1].pk if tiles else None,
    }
    return render(request, "desk/boards/dashboard_change.html", shown, status=status)


def _tile_form(tile: Tile) -> TileForm:
    initial = {"show": tile.show, "size": tile.size, "title": tile.title, "note": tile.note}
    return TileForm(None, initial=initial, auto_id=f"tile-{tile.pk}-%s")


@require_POST
def tile_add(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = get_dashboard(pk, user, today)
    form = TileForm(list(list_views(user, today)), request.POST)
    if not form.is_valid():
        initial = {"name": found.name, "shared_with": str(found.shared_with_id or ""), "shared_role": found.shared_role}
        sharing = SharingForm(user, today, initial=initial, shared_with=found.shared_with)
        return _show_change(request, found, form=sharing, adding=form, status=400)
    typed = form.cleaned_data
    view = get_view(int(typed["view"]), user, today) if typed["view"] else None
    add_tile(
        found, user=user, view=view, by=user.actor, at=at,
        **{name: typed[name] for name in ("show", "size", "title", "note")},
    )  # fmt: skip
    return redirect(f"{reverse('dashboard-change', args=[pk])}#tiles")


@require_POST
def tile_change(request: HttpRequest, pk: int, tile: int) -> HttpResponse:
    """`do`: `up`, `down`, `remove`, or else the fields are taken."""
    user, at = cast(User, request.user), moments.now()
    found = get_tile(get_dashboard(pk, user, moments.local_date(at)), tile)
    match request.POST.get("do"):
        case "up":
            move_tile(found, user=user, by_places=-1, by=user.actor, at=at)
        case "down":
            move_tile(found, user=user, by_places=1, by=user.actor, at=at)
        case "remove":
            remove_tile(found, user=user, by=user.actor, at=at)
        case _:
            form = TileForm(None, request.POST)
            if form.is_valid():
                typed = {name: form.cleaned_data[name] for name in ("show", "size", "title", "note")}
                change_tile(found, user=user, by=user.actor, at=at, **typed)
    return redirect(f"{reverse('dashboard-change', args=[pk])}#tile-{tile}")


@require_POST
def dashboard_first_page(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_dashboard(pk, user, moments.local_date(at))
    if "take-off" in request.POST:
        take_off_first_page(found, user=user, by=user.actor, at=at)
        return redirect("dashboard", pk)
    put_on_first_page(found, user=user, by=user.actor, at=at)
    return redirect("home")


@require_POST
def dashboard_delete(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    delete(get_dashboard(pk, user, moments.local_date(at)), user=user, by=user.actor, at=at)
    return redirect(f"{reverse('dashboards')}?deleted={pk}")


@require_POST
def dashboard_restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    restore(get_dashboard(pk, user, moments.local_date(at)), user=user, by=user.actor, at=at)
    return redirect("dashboards")
