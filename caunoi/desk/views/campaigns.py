"""Campaign days: the list, declaring one and putting it right, and the wall on which they are watched."""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.boards.campaigns import (
    CampaignFilters,
    change_campaign,
    choose_place,
    declare_campaign,
    get_campaign,
    list_campaigns,
    may_take_back,
    take_back_campaign,
)
from caunoi.boards.errors import CampaignMalformed
from caunoi.boards.permissions import check_may_declare
from caunoi.boards.wall import read_wall
from caunoi.desk.campaign_inputs import CampaignForm, DaysForm
from caunoi.desk.campaign_wall import may_see_targets, show_wall
from caunoi.desk.list_filters import AskedFor, read_text, read_year
from caunoi.desk.reading import as_defined_now
from caunoi.desk.table_files import send_table
from caunoi.facts.rules.question import BookName, text_of
from caunoi.languages import in_reader_language
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot
from caunoi.targets.attainment import TargetColumns

# While the days run, and a day longer for what comes late; afterwards hardly anything changes.
EVERY_MS, SELDOM_MS = 700, 15_000
PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaigns(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    posted = request.POST if request.method == "POST" else None
    form = CampaignForm(user, today, posted, initial={"first": today})
    if posted is not None and form.is_valid():
        typed = form.cleaned_data
        try:
            made = declare_campaign(
                user=user, name=typed["name"], form=form.forms[typed["form"]],
                org_unit=OrgUnit.objects.get(pk=typed["unit"]), first=typed["first"],
                last=typed["last"] or typed["first"], by=user.actor, at=at,
            )  # fmt: skip
        except CampaignMalformed as refusal:
            form.add_error(None, refusal.sentence)
        else:
            return redirect("campaign", made.pk)
    asked = AskedFor(CampaignFilters(text=read_text(request.GET), year=read_year(request.GET)))
    page = Paginator(list_campaigns(user, today, asked.filters), PAGE).get_page(request.GET.get("page"))
    places = get_snapshot()
    lines = [
        (
            one,
            places.path_name(one.org_unit_id, one.last),
            one.first <= today <= one.last,
            may_take_back(one, user, today),
        )
        for one in page
    ]
    shown = {"page": page, "campaigns": lines, "asked": asked, "form": form}
    return render(request, "desk/campaigns/campaigns.html", shown, status=400 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, at, found = cast(User, request.user), moments.now(), get_campaign(pk)
    choose_place(found, user, "", moments.local_date(at))
    check_may_declare(user, found.org_unit_id, moments.local_date(at))
    posted = request.POST if request.method == "POST" else None
    form = DaysForm(posted, initial={"name": found.name, "first": found.first, "last": found.last})
    if posted is not None and form.is_valid():
        typed = form.cleaned_data
        first, last = typed["first"], typed["last"] or typed["first"]
        try:
            change_campaign(found, user=user, name=typed["name"], first=first, last=last, by=user.actor, at=at)
        except CampaignMalformed as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã sửa đợt “%(name)s”.") % {"name": found.name})
            return redirect("campaign", pk)
    shown = {"campaign": found, "form": form}
    return render(request, "desk/campaigns/edit.html", shown, status=400 if form.errors else 200)


@never_cache
@require_safe
@as_defined_now
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    found = get_campaign(pk)
    place, theirs = choose_place(found, user, request.GET.get("place", ""), today)
    places, book = get_snapshot(), _read_book(request)
    way = [unit for unit in reversed(places.ancestors_on(place, found.last)) if _is_under(unit, theirs, found.last)]
    context = {
        "campaign": found,
        "shown": show_wall(found, place, book, user, today),
        "book": book,
        "place": places.units[place].key,
        "place_name": places.path_name(place, found.last),
        "way": [(places.units[unit].key, places.distinct_name_on(unit, found.last)) for unit in way],
        "others": [
            (places.units[unit].key, places.path_name(unit, found.last)) for unit in theirs if unit not in (place, *way)
        ],
        "every": EVERY_MS if found.first <= today <= found.last + timedelta(days=1) else SELDOM_MS,
    }
    return render(request, "desk/campaigns/campaign.html", context)


def _is_under(unit: int, theirs: list[int], day: date) -> bool:
    return bool({unit, *get_snapshot().ancestors_on(unit, day)} & set(theirs))


@require_safe
@as_defined_now
def campaign_now(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the wall that changes; 304 to who has it already."""
    user, today = cast(User, request.user), moments.today()
    found = get_campaign(pk)
    place, _theirs = choose_place(found, user, request.GET.get("place", ""), today)
    shown = show_wall(found, place, _read_book(request), user, today)
    answer = HttpResponse(shown.html, headers={"Cache-Control": "private, no-cache", "ETag": shown.etag})
    return cast(HttpResponse, get_conditional_response(request, etag=shown.etag, response=answer))


@never_cache
@require_safe
@as_defined_now
def campaign_export(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """What the wall shows now: all of the place, and each unit right under it. Numbers are exact, as in other files."""
    user, today = cast(User, request.user), moments.today()
    found = get_campaign(int(pk))
    place, _theirs = choose_place(found, user, request.GET.get("place", ""), today)
    wall = read_wall(found, place, _read_book(request))
    aims = may_see_targets(wall, found, user, today)
    columns = [TargetColumns([one.element.code] if aims else []) for one in wall.numbers]
    headings = [_("Đơn vị"), _("Phải gửi"), _("Đã gửi")]
    whole = [wall.place_name, str(wall.tally.expected), str(wall.tally.sent)]
    for one, further in zip(wall.numbers, columns, strict=True):
        name = in_reader_language(one.element.name_vi, one.element.name_en)
        headings += [f"{name} ({one.element.unit})", *(f"{name}: {title}" for title in further.titles)]
        whole += [text_of(one.value) or "", *further.cells(one.attained)]
    units = []
    for group in wall.groups:
        # Of its units a wall has the first number only.
        first = [text_of(group.amount) or "", *columns[0].cells(group.attained)] if columns else []
        cells = [group.name, str(group.tally.expected), str(group.tally.sent), *first]
        units.append([*cells, *[""] * (len(headings) - len(cells))])
    name = f"dot-ra-quan-{pk}-{today:%Y-%m-%d}.{kind}"
    return cast(HttpResponse, send_table(_("Đợt ra quân"), headings, [whole, *units], name, wide=1))


def _read_book(request: HttpRequest) -> BookName:
    return "approved" if request.GET.get("book") == "approved" else "reported"


@require_POST
def campaign_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_campaign(pk)
    choose_place(found, user, "", moments.local_date(at))
    take_back_campaign(found, user=user, by=user.actor, at=at)
    messages.success(request, _("Đã bỏ đợt “%(name)s”. Các bản ghi đã gửi vẫn còn nguyên.") % {"name": found.name})
    return redirect("campaigns")
