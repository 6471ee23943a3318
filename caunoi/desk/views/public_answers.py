"""Without an account: questions of residents and what was answered, as far as it was published. No name anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi.meetings.queries import list_published
from caunoi.places.queries import get_snapshot

PAGE = 20
LONGEST = 100


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
    page = Paginator(list_published(text), PAGE).get_page(request.GET.get("page"))
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
    return render(request, "desk/meetings/public_answers.html", {"answers": answers, "page": page, "q": text})
