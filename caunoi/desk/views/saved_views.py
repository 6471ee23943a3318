"""Saved views: keeping a page's question, the list, opening one as oneself, changing, deleting and undoing."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.boards.actions import change_view, delete, restore, save_view
from caunoi.boards.models import SavedView
from caunoi.boards.permissions import check_owns
from caunoi.boards.queries import get_view, list_views
from caunoi.desk.board_inputs import ViewForm
from caunoi.desk.tiles import open_address
from caunoi.desk.typed_numbers import read_number


@never_cache
@require_safe
def views(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    return render(
        request, "desk/boards/views.html", {"views": list_views(user, today), "deleted": find_deleted(request)}
    )


def find_deleted(request: HttpRequest) -> str:
    """The number of what was deleted just now, to offer its return."""
    number = read_number(request.GET.get("deleted"))
    return "" if number is None else str(number)


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    form = ViewForm(user, moments.local_date(at), request.POST)
    if not form.is_valid():
        return render(request, "desk/boards/view_change.html", {"form": form, "view": None}, status=400)
    typed = form.cleaned_data
    save_view(
        owner=user, page=typed["page"], query=typed["query"], by=user.actor, at=at, shared_with=form.unit(),
        **{name: typed[name] for name in ("name", "period", "own_place", "shared_role")},
    )  # fmt: skip
    return redirect("saved-views")


@require_safe
def view_open(request: HttpRequest, pk: int) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    return redirect(open_address(get_view(pk, user, today), user, today))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def view_change(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    view = get_view(pk, user, today)
    check_owns(user, view)
    posted = request.POST if request.method == "POST" else None
    form = ViewForm(user, today, posted, initial=_initial(view), shared_with=view.shared_with)
    if posted is None or not form.is_valid():
        status = 200 if posted is None else 400
        return render(request, "desk/boards/view_change.html", {"form": form, "view": view}, status=status)
    typed = {name: form.cleaned_data[name] for name in ("name", "period", "own_place", "shared_role")}
    change_view(view, user=user, shared_with=form.unit(), by=user.actor, at=at, **typed)
    return redirect("saved-views")


def _initial(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "period": view.period,
        "own_place": view.own_place,
        "shared_with": str(view.shared_with_id or ""),
        "shared_role": view.shared_role,
    }


@require_POST
def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    delete(get_view(pk, user, moments.local_date(at)), user=user, by=user.actor, at=at)
    return redirect(f"{reverse('saved-views')}?deleted={pk}")


@require_POST
def view_restore(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    restore(get_view(pk, user, moments.local_date(at)), user=user, by=user.actor, at=at)
    return redirect("saved-views")
