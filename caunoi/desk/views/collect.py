"""What is due."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import list_grants, units_with_role, windows_with_role
from caunoi.desk.collecting import list_due_cards, list_forms_to_fill, list_returned_cards, rank_all
from caunoi.desk.context import WRITERS
from caunoi.desk.ended_units import list_ended_to_tell
from caunoi.desk.units import choose_working_unit, list_working_units
from caunoi.places.queries import get_snapshot

PAGE = 30


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    units = list_working_units(user, WRITERS, today)
    unit = choose_working_unit(request, units)
    if unit is None:
        ended = list_ended_to_tell(list_grants(user, today), today)
        return render(request, "desk/collect/due.html", {"unit": None, "ended_units": ended})
    under = get_snapshot().subtree_on(unit.id, today) - {unit.id}
    below = request.GET.get("below") == "1"
    wanted = (under & units_with_role(user, WRITERS, today)) | {unit.id} if below else {unit.id}
    scope = windows_with_role(user, WRITERS, today)
    todo = [*list_returned_cards(scope, wanted, named=below), *list_due_cards(wanted, today, named=below)]
    todo.sort(key=rank_all)
    context = {
        "units": units,
        "unit": unit,
        "has_below": bool(under),
        "below": below,
        "page": Paginator(todo, PAGE).get_page(request.GET.get("page")),
        "event_forms": [form for form in list_forms_to_fill(user, today, unit.id) if form.is_event],
    }
    return render(request, "desk/collect/due.html", context)
