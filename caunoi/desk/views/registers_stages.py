"""A thing goes on to its next stage; and how many reached which stage in which year."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.errors import PageUnknown
from caunoi.desk.register_inputs import StageInput
from caunoi.desk.register_stages import ThingStory, count_stages, title_of
from caunoi.desk.registers import address_of, list_choice_filters, list_unit_choices, read_filters
from caunoi.desk.typed_numbers import read_number
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions import reach_stage
from caunoi.records.entities.queries import (
    columns_of,
    get_entity,
    get_register,
    list_history,
    list_properties,
    read_rules_of,
)
from caunoi.records.entities.stages import find_stage_form, stages_of
from caunoi.refusals import Refusal


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entity_stage(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    scope = scope_of(user, today)
    found = get_entity(code, uuid, scope, today)
    stages, form = stages_of(found.entity_list), find_stage_form(found.entity_list)
    story = ThingStory(found, list_history(found), read_rules_of(found), stages, scope)
    at_stage = story.reached[-1].stage if story.reached else ""
    transition = stages.find(at_stage, request.POST.get("to", request.GET.get("to", "")))
    if transition is None or form is None:
        raise PageUnknown
    typed = StageInput(
        form, transition, found.entity_list.refers_to, get_language() or "vi", request.POST or None,
        request.FILES or None, initial={"day": today}, scope=scope, today=today,
    )  # fmt: skip
    number = found.current_number
    if request.method == "POST":
        seen = read_number(request.POST.get("number"))
        number = -1 if seen is None else seen
        if typed.is_valid():
            try:
                reach_stage(
                    found.pk, transition.after, typed.cleaned_data["day"], typed.answers, typed.photos,
                    number=number, by=user, at=at,
                )  # fmt: skip
            except Refusal as refusal:
                typed.add_error(None, refusal.sentence)
            else:
                words = {"label": found.label, "stage": story.show(transition.after)}
                messages.success(request, _("“%(label)s” nay ở bước “%(stage)s”.") % words)
                return redirect(address_of(found))
    context = {
        "entity": found,
        "register": found.entity_list,
        "unit": get_snapshot().path_name(found.org_unit_id, today),
        "transition": transition,
        "title": title_of(transition),
        "before": story.show(at_stage) if at_stage else "",
        "after": story.show(transition.after),
        "since": story.reached[-1].day if story.reached else None,
        "form": typed,
        "number": number,
    }
    return render(request, "desk/registers/stage.html", context, status=422 if typed.errors else 200)


@never_cache
@require_safe
def register_stages(request: HttpRequest, code: str) -> HttpResponse:
    """Counts only: by stage, by a property with choices, by year."""
    user, today = cast(User, request.user), moments.today()
    register = get_register(code)
    stages = stages_of(register)
    if not stages.name:
        raise PageUnknown
    properties = {one.name: one for one in list_properties(register)}
    choices = list_choice_filters(register, get_language() or "vi", request.GET, without=stages.name)
    asked = read_filters(request.GET, today, choices, state="all")
    fields = (properties[name] for name in columns_of(register) if name in properties and name != stages.name)
    field = next((one for one in fields if one.question is not None and one.question.choices), None)
    counted = count_stages(register, stages, scope_of(user, today), asked.filters, field)
    context = {
        "register": register,
        "asked": asked,
        "choices": choices,
        "counted": counted,
        "units": list_unit_choices(user, today),
    }
    return render(request, "desk/registers/stages.html", context)
