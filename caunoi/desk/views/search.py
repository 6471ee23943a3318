"""One search over everything the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants, scope_of
from caunoi.audit.actions import note_list_read
from caunoi.desk.reading import as_defined_now
from caunoi.desk.search.looking import SOURCES, labels, search
from caunoi.desk.search.sources import Found, Reader

A_KIND = 5
ONE_KIND = 50
LONGEST = 200


@dataclass(frozen=True)
class Group:
    """Hits of a kind; `more`: there are others than these."""

    kind: str
    label: str
    hits: list[Found]
    more: bool


@never_cache
@require_safe
@as_defined_now
def find(request: HttpRequest) -> HttpResponse:
    """`q`: what to look for; `kind`: one kind alone, with more of it."""
    user, today = cast(User, request.user), moments.today()
    text = request.GET.get("q", "").strip()[:LONGEST]
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in SOURCES else ""
    reader = Reader(user, scope_of(user, today), frozenset(Role(one.role) for one in list_grants(user, today)), today)
    limit = ONE_KIND if kind else A_KIND
    # One more than is shown tells whether there are more.
    found = search(text, reader, [kind] if kind else SOURCES, limit + 1) if text else {}
    named = labels()
    groups = [Group(one, named[one], hits[:limit], len(hits) > limit) for one, hits in found.items()]
    if request.method == "GET":
        people = [hit.account for group in groups for hit in group.hits if hit.account is not None]
        note_list_read("user", "search", people, by=user.actor, at=moments.now())
    context = {"q": text, "kind": kind, "kind_label": named.get(kind, ""), "groups": groups}
    return render(request, "desk/search.html", context)
