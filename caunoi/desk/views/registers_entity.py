"""One thing of a register: its history, and what officers do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.errors import PageUnknown
from caunoi.desk.register_inputs import resolve_references
from caunoi.desk.register_stages import Reference, ThingStory, list_next, list_references, list_referring
from caunoi.desk.registers import (
    STATE_BADGES,
    Opened,
    address_of,
    conflict_label,
    list_editable_units,
    list_units_for_move,
    open_people,
    show_differences,
    show_history,
    show_value,
    state_label,
)
from caunoi.desk.typed_numbers import read_number
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions import (
    edit_entity,
    enter_entity,
    merge_entities,
    move_entity,
    remove_entity,
    resolve_conflict,
    restore_entity,
    unmerge_entity,
)
from caunoi.records.entities.actions.stepping import list_speakers
from caunoi.records.entities.errors import EntityMergeImpossible, EntityUnknown
from caunoi.records.entities.inputs import EntityForm, initial_of
from caunoi.records.entities.permissions import check_may_edit, may_edit
from caunoi.records.entities.queries import (
    get_entity,
    get_register,
    list_history,
    list_properties,
    read_rules_of,
    row_today,
    visible_entities,
)
from caunoi.records.entities.rules.merging import fill_blanks
from caunoi.records.entities.rules.versions import LABEL, list_sayings
from caunoi.records.entities.sealed import find_editable, may_erase_person, may_read_person
from caunoi.records.entities.stages import stages_of
from caunoi.records.models import Entity
from caunoi.records.permissions import may_enter
from caunoi.refusals import Refusal


@dataclass(frozen=True)
class Shown:
    label: str
    value: str
    address: str = ""


def _find(request: HttpRequest, code: str, uuid: UUID) -> Entity:
    user, today = cast(User, request.user), moments.today()
    return get_entity(code, uuid, scope_of(user, today), today)


def _values_of(entity: Entity, opened: Opened, references: Mapping[str, Reference]) -> list[Shown]:
    language, found = get_language() or "vi", []
    for one in list_properties(entity.entity_list):
        other = references.get(one.name)
        if other is not None:
            found.append(Shown(one.label(language), f"{other.label} ({other.unit})", other.address))
        else:
            value = show_value(one, entity.properties.get(one.name, ""), language, opened)
            found.append(Shown(one.label(language), value or "–"))
    return found


@never_cache
@require_safe
def entity(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = _find(request, code, uuid)
    properties = list_properties(found.entity_list)
    versions = list_history(found)
    rules = read_rules_of(found)
    current = {**found.properties, LABEL: found.label}
    opened = open_people([found], [one.properties for one in versions], by=user, at=at)
    state = row_today(found).state
    sayings = list_sayings(rules) if found.conflict else {}
    scope, stages = scope_of(user, today), stages_of(found.entity_list)
    story = ThingStory(found, versions, rules, stages, scope)
    context = {
        "entity": found,
        "register": found.entity_list,
        "unit": get_snapshot().path_name(found.org_unit_id, today),
        "values": _values_of(found, opened, list_references(found, scope, today)),
        "steps": story.list_steps(),
        "next_steps": list_next(found, stages, story.reached) if _may_step(found, user, at) else [],
        "photos": story.list_other_photos(),
        "tables": story.list_tables(),
        "referring": list_referring(found, scope, today),
        "state": state,
        "state_label": state_label(state),
        "state_badge": STATE_BADGES[state],
        "conflict_label": conflict_label(found.conflict),
        "differences": show_differences(sayings, properties, versions, current, opened),
        "history": show_history(versions, properties, scope, opened),
        "merged": list(found.merged.select_related("entity_list").order_by("label")),
        "merged_into_address": address_of(found.merged_into) if found.merged_into else "",
        "may_edit": may_edit(user, found.org_unit_id, at),
        "has_person": bool(found.entity_list.personal)
        and (may_read_person(user, found, at) or may_erase_person(user, found, at)),
    }
    return render(request, "desk/registers/entity.html", context)


def _may_step(entity: Entity, user: User, at: datetime) -> bool:
    gone = entity.removed or entity.merged_into_id is not None
    form = bool(entity.entity_list.stage_form)
    return (
        form and not gone and any(may_enter(user, unit, at) for unit, _level in list_speakers(entity, local_date(at)))
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entity_new(request: HttpRequest, code: str) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    register, units = get_register(code), list_editable_units(user, today)
    form = EntityForm(
        list_properties(register), get_language() or "vi", request.POST or None, initial={"from_day": today},
        names_itself=bool(register.label_from),
    )  # fmt: skip
    chosen = request.POST.get("unit", request.GET.get("unit", ""))
    if (
        request.method == "POST"
        and form.is_valid()
        and resolve_references(form, register, scope_of(user, today), today)
    ):
        unit = get_snapshot().by_key.get(chosen)
        if unit is None:
            raise PageUnknown
        typed = form.cleaned_data
        try:
            made = enter_entity(code, unit.id, typed.get("label", ""), form.values, typed["from_day"], by=user, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã ghi “%(label)s” vào sổ.") % {"label": made.label})
            return redirect(address_of(made))
    context = {"form": form, "register": register, "units": units, "chosen": chosen}
    return render(request, "desk/registers/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entity_edit(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = _find(request, code, uuid)
    check_may_edit(user, found.org_unit_id, at)
    properties = [one for one in list_properties(found.entity_list) if one.name != found.entity_list.stage_by]
    shown = find_editable(found, by=user, at=at)
    initial = initial_of(properties, found.label, shown) | {"from_day": moments.local_date(at)}
    names_itself = bool(found.entity_list.label_from)
    form = EntityForm(
        properties, get_language() or "vi", request.POST or None, initial=initial, names_itself=names_itself
    )
    number = _number(request) if request.method == "POST" else found.current_number
    today = moments.local_date(at)
    resolved = form.is_valid() and resolve_references(form, found.entity_list, scope_of(user, today), today)
    if request.method == "POST" and resolved:
        typed = form.cleaned_data
        try:
            edit_entity(found.pk, typed.get("label", ""), form.values, typed["from_day"], number=number, by=user, at=at)
        except Refusal as refusal:
            form.add_error(None, refusal.sentence)
        else:
            messages.success(request, _("Đã lưu."))
            return redirect(address_of(found))
    context = {"form": form, "register": found.entity_list, "entity": found, "number": number}
    return render(request, "desk/registers/edit.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entity_move(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """To the unit it should have been written down for."""
    user, at = cast(User, request.user), moments.now()
    found = _find(request, code, uuid)
    check_may_edit(user, found.org_unit_id, at)
    chosen, reason = request.POST.get("unit", ""), request.POST.get("reason", "")
    number, refused = found.current_number, ""
    if request.method == "POST":
        unit, number = get_snapshot().by_key.get(chosen), _number(request)
        if unit is None:
            raise PageUnknown
        try:
            move_entity(found.pk, unit.id, reason, number=number, by=user, at=at)
        except Refusal as refusal:
            refused = refusal.sentence
        else:
            messages.success(request, _("Đã chuyển “%(label)s” cùng toàn bộ lịch sử.") % {"label": found.label})
            return redirect(address_of(found))
    today = moments.local_date(at)
    context = {
        "entity": found,
        "register": found.entity_list,
        "unit": get_snapshot().path_name(found.org_unit_id, today),
        "units": list_units_for_move(found, user, today),
        "chosen": chosen,
        "reason": reason,
        "number": number,
        "refused": refused,
    }
    return render(request, "desk/registers/move.html", context, status=422 if refused else 200)


@require_POST
def entity_decide(request: HttpRequest, code: str, uuid: UUID) -> HttpResponse:
    """Resolve a conflict, remove, restore, part from another: `what` says which."""
    user, at = cast(User, request.user), moments.now()
    found = _find(request, code, uuid)
    match request.POST.get("what"):
        case "resolve":
            chosen = {name.removeprefix("c-"): value for name, value in request.POST.items() if name.startswith("c-")}
            resolve_conflict(found.pk, cast(dict[str, str], chosen), number=_number(request), by=user, at=at)
            messages.success(request, _("Đã ghi quyết định. Các cách ghi khác vẫn còn trong lịch sử."))
        case "remove":
            remove_entity(found.pk, request.POST.get("reason", ""), number=_number(request), by=user, at=at)
            messages.success(request, _("Đã bỏ “%(label)s” khỏi sổ. Có thể lấy lại.") % {"label": found.label})
        case "restore":
            restore_entity(found.pk, number=_number(request), by=user, at=at)
            messages.success(request, _("Đã lấy lại “%(label)s”.") % {"label": found.label})
        case "unmerge":
            unmerge_entity(found.pk, by=user, at=at)
            messages.success(request, _("Đã bỏ gộp: “%(label)s” lại là một mục riêng.") % {"label": found.label})
        case _:
            raise PageUnknown
    return redirect(address_of(found))


@dataclass(frozen=True)
class Side:
    """One of the two that may be merged, with what it would take over if it is the one kept."""

    entity: Entity
    unit: str
    values: tuple[str, ...]
    takes_over: tuple[str, ...]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entity_merge(request: HttpRequest, code: str) -> HttpResponse:
    """Two things side by side; the one chosen is kept."""
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    register, language, places = get_register(code), get_language() or "vi", get_snapshot()
    asked = request.POST if request.method == "POST" else request.GET
    ids = list(dict.fromkeys(number for one in asked.getlist("id") if (number := read_number(one)) is not None))
    visible = visible_entities(scope_of(user, today), today).filter(entity_list=register, pk__in=ids)
    found = {one.pk: one for one in visible}
    if len(ids) != 2 or len(found) != 2:
        raise EntityMergeImpossible if len(found) == len(ids) else EntityUnknown
    both = [found[one] for one in ids]
    check_may_edit(user, both[0].org_unit_id, at)
    if request.method == "POST":
        keep = next((one for one in both if str(one.pk) == request.POST.get("keep")), None)
        if keep is None:
            raise EntityMergeImpossible
        other = next(one for one in both if one is not keep)
        numbers = (_number(request, f"number-{keep.pk}"), _number(request, f"number-{other.pk}"))
        merge_entities(keep.pk, other.pk, numbers=numbers, by=user, at=at)
        words = {"other": other.label, "keep": keep.label}
        messages.success(request, _("Đã gộp “%(other)s” vào “%(keep)s”. Có thể bỏ gộp ở dưới.") % words)
        return redirect(address_of(keep))
    properties = list_properties(register)
    opened = open_people(both, [one.properties for one in both], by=user, at=at)
    sides = []
    for one, other in zip(both, reversed(both), strict=True):
        filled = fill_blanks(one.properties, other.properties)
        sides.append(
            Side(
                one,
                places.path_name(one.org_unit_id, today),
                tuple(show_value(p, one.properties.get(p.name, ""), language, opened) or "–" for p in properties),
                tuple(p.label(language) for p in properties if p.name in filled),
            )
        )
    rows = [
        {"label": p.label(language), "values": [side.values[index] for side in sides],
         "differ": len({opened.get(value, value) for one in both for value in [one.properties.get(p.name, "")]}) > 1}
        for index, p in enumerate(properties)
    ]  # fmt: skip
    return render(request, "desk/registers/merge.html", {"register": register, "sides": sides, "rows": rows})


def _number(request: HttpRequest, name: str = "number") -> int:
    """The version the officer saw; none sent counts as one that is no longer the newest."""
    number = read_number(request.POST.get(name))
    return -1 if number is None else number
