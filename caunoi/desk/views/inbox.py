"""What waits for the officer: looked through, and approved by many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS
from caunoi.desk.errors import CannotDecide, NothingChosen
from caunoi.desk.inbox import (
    TABS,
    Filters,
    count_tabs,
    describe,
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
from caunoi.forms.queries import list_assignments
from caunoi.records.actions import approve_many
from caunoi.records.models import Submission
from caunoi.vietnamese_text import sort_key

PAGE = 50


@dataclass(frozen=True)
class Chosen:
    """A record picked for approval; `value` carries the version the reader saw in the list."""

    value: str
    name: str


@dataclass(frozen=True)
class NotApproved:
    id: int
    name: str
    sentence: str


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user, at = _officer(request), moments.now()
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
        "forms": _list_forms(),
        "may_approve": tab == "waiting" and holds_anywhere(user, Role.APPROVER, today),
        **_read_page(tab, user, filters, sort, request.GET.get("page", "")),
    }
    return render(request, "desk/collect/inbox.html", context)


def _officer(request: HttpRequest) -> User:
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
        return {"page": owed, "rows": show_owed(list(owed))}
    # The ids of the page, whatever the order came from; `show_sent` reads those fifty.
    sent = Paginator(sort_sent(list_sent(tab, user, at, filters), sort), PAGE).get_page(number)
    return {"page": sent, "rows": show_sent(tab, list(sent.object_list))}


def _list_forms() -> list[tuple[str, str]]:
    """(code, title) of forms that somebody sends, by title."""
    forms = {one.form.code: title_of(one.form) for one in list_assignments()}
    return sorted(forms.items(), key=lambda one: sort_key(one[1]))


@never_cache
@require_http_methods(["GET", "POST"])
def approve_chosen(request: HttpRequest) -> HttpResponse:
    """First asks once more, then approves what can be approved and names the rest with the reason."""
    if request.method != "POST":
        return redirect("inbox")
    user, at = _officer(request), moments.now()
    seen = _read_chosen(request.POST.getlist("on_page" if request.POST.get("all") else "id"))
    found = scope_of(user, moments.local_date(at)).filter_submissions(
        Submission.objects.select_related("form").filter(pk__in=list(seen))
    )
    records = {one.pk: one for one in found}
    if not records:
        raise NothingChosen
    context: dict[str, object] = {"back": _way_back(request.POST.get("back", ""))}
    if request.POST.get("confirmed") == "yes":
        context |= _approve(records, seen, user)
    else:
        chosen = [Chosen(f"{pk}:{seen[pk]}", describe(records[pk])) for pk in seen if pk in records]
        context |= {"chosen": chosen, "rest": len(chosen) - 20}
    return render(request, "desk/collect/approve_many.html", context)


def _approve(records: dict[int, Submission], seen: dict[int, int], user: User) -> dict[str, object]:
    result = approve_many(list(records), by=user, at=moments.now(), numbers=seen)
    refused = [NotApproved(pk, describe(records[pk]), sentence) for pk, sentence in result.refused]
    return {"done": True, "approved_count": len(result.approved), "refused": refused}


def _read_chosen(values: Sequence[str]) -> dict[int, int]:
    """Record -> the version that was listed; what is no pair of numbers was not sent by our page."""
    seen: dict[int, int] = {}
    for value in values:
        pk, _colon, number = value.partition(":")
        if pk.isdecimal() and number.isdecimal():
            seen[int(pk)] = int(number)
    return seen


def _way_back(asked: str) -> str:
    inbox_address = reverse("inbox")
    return asked if asked == inbox_address or asked.startswith(f"{inbox_address}?") else inbox_address
