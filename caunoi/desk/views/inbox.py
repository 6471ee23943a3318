"""What waits for the officer, is missing or was decided, to look through; deciding about many is `deciding`."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS
from caunoi.desk.deciding import list_offered
from caunoi.desk.errors import CannotDecide
from caunoi.desk.inbox import (
    TABS,
    Filters,
    count_tabs,
    list_owed,
    list_sent,
    read_filters,
    read_sort,
    show_owed,
    show_sent,
    sort_owed,
    sort_sent,
)
from caunoi.desk.missing import group_missing
from caunoi.forms.queries import list_assignments, may_extend_anywhere
from caunoi.records.actions import lock_due_today
from caunoi.vietnamese_text import sort_key

PAGE = 50


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user, at = check_officer(request), moments.now()
    lock_due_today(at=at)
    today = moments.local_date(at)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else TABS[0]
    filters = read_filters(request.GET, today)
    sort = read_sort(request.GET.get("sort", ""), tab)
    context = {
        "tab": tab,
        "tabs": count_tabs(user, at, filters),
        "filters": filters,
        "sort": sort,
        "forms": list_form_choices(),
        "offered": list_offered(user, tab, today),
        "may_extend": tab == "missing" and may_extend_anywhere(user, today),
        **_read_page(tab, user, filters, sort, request.GET.get("page", "")),
    }
    return render(request, "desk/collect/inbox.html", context)


def check_officer(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not any(holds_anywhere(user, role, moments.today()) for role in DECIDERS):
        raise CannotDecide
    return user


def _read_page(tab: str, user: User, filters: Filters, sort: str, number: str) -> dict[str, object]:
    at = moments.now()
    if tab == "missing":
        found = list_owed(user, moments.local_date(at), filters)
        if len(found) > PAGE and not filters.place:
            groups = Paginator(group_missing(found, sort), PAGE).get_page(number)
            return {"page": groups, "groups": list(groups), "missing": len(found)}
        owed = Paginator(sort_owed(found, sort), PAGE).get_page(number)
        return {"page": owed, "rows": show_owed(list(owed), moments.local_date(at))}
    # The ids of the page, whatever the order came from; `show_sent` reads those fifty.
    sent = Paginator(sort_sent(list_sent(tab, user, at, filters), sort), PAGE).get_page(number)
    return {"page": sent, "rows": show_sent(tab, list(sent.object_list), scope_of(user, moments.local_date(at)))}


def list_form_choices() -> list[tuple[str, str]]:
    """(code, title) of forms that somebody sends, by title."""
    forms = {one.form.code: title_of(one.form) for one in list_assignments()}
    return sorted(forms.items(), key=lambda one: sort_key(one[1]))
