"""Without an account: questions of residents and what was answered, as far as it was published. No name anywhere."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.meetings.queries import list_published
from caunoi.places.queries import get_snapshot

PAGE = 20
LONGEST = 100


@dataclass(frozen=True)
class UnitWithAnswers:
    """`held_by`: the units whose meetings it stands for today."""

    key: str
    name: str
    held_by: Set[int]


@dataclass(frozen=True)
class PublishedAnswer:
    """`where`: the unit that held the dialogue; `answered_by`: the unit that answers."""

    question: str
    answer: str
    where: str
    held_on: date
    answered_by: str
    published_on: date


@never_cache
@login_not_required
@require_safe
def public_answers(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:LONGEST]
    units = _list_units()
    chosen = request.GET.get("unit", "")
    chosen = chosen if chosen in units else ""
    held_by = units[chosen].held_by if chosen else None
    page = Paginator(list_published(text, held_by), PAGE).get_page(request.GET.get("page"))
    places = get_snapshot()
    answers = []
    for one in page.object_list:
        assert one.published_on is not None, "only those are listed"
        held = one.meeting
        answers.append(
            PublishedAnswer(
                one.what, one.answer, places.path_name(held.org_unit_id, held.day_to), held.day_to,
                places.path_name(one.org_unit_id, held.day_to), one.published_on,
            )
        )  # fmt: skip
    shown = {"answers": answers, "page": page, "q": text, "units": units.values(), "unit": chosen}
    return render(request, "desk/meetings/public_answers.html", shown)


def _list_units() -> dict[str, UnitWithAnswers]:
    """By key, in reading order: the commune of each published answer as it is called today, so that whoever lives in a
    merged one finds the answers given before; of what a province held, the province."""
    places, today = get_snapshot(), moments.today()
    found: dict[int, set[int]] = {}
    for held in set(list_published().order_by().values_list("meeting__org_unit_id", flat=True)):
        for mapped in places.map_unit(held, today):
            above = (mapped.unit, *places.ancestors_on(mapped.unit, today))
            commune = next((one for one in above if places.units[one].level == "commune"), mapped.unit)
            found.setdefault(commune, set()).add(held)
    return {
        places.units[one].key: UnitWithAnswers(places.units[one].key, places.path_name(one, today), found[one])
        for one in sorted(found, key=lambda one: places.order_key(one, today))
    }
