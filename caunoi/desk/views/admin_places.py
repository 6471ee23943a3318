"""Org units: the tree on a day, one unit's life, and a succession entered by a form."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.actions import confirm_predecessor_access
from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import may_change_unit, may_give_roles
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.place_pages import (
    ONE_DAY,
    level_label,
    list_access,
    list_holders,
    list_lines,
    list_options,
    read_chain,
    read_day,
    read_nodes,
    read_timeline,
    read_tree,
    search,
)
from caunoi.desk.succession_preview import compare_figures
from caunoi.desk.typed_numbers import read_number
from caunoi.places.actions import succeed
from caunoi.places.errors import SuccessionRefused
from caunoi.places.inputs import BASES, KIND_LABELS, MOST_ROWS, SuccessionForm, describe_typed
from caunoi.places.queries import describe_absence, get_snapshot
from caunoi.places.rules.preview import SuccessionDraft, preview_succession
from caunoi.places.rules.snapshot import PlaceSnapshot, Unit

RESULTS = 25
CHILDREN = 60
ROWS = {"merge": 3, "split": 2, "rename": 1, "transfer": 3}


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    snapshot = get_snapshot()
    day, complaint = read_day(request.GET.get("on", ""), moments.today())
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"on": day, "q": text, "complaint": complaint}
    context["may_change"] = holds_anywhere(cast(User, request.user), Role.ADMINISTRATOR, moments.today())
    if text:
        here, elsewhere = search(text, day, snapshot)
        context["page"] = Paginator(here, RESULTS).get_page(request.GET.get("page"))
        context["elsewhere"] = elsewhere[:RESULTS]
    else:
        context["nodes"] = read_tree(day, snapshot, request.GET.get("open", ""))
    return render(request, "desk/admin/places.html", context)


@require_safe
def place_children(request: HttpRequest) -> HttpResponse:
    """The branch of one unit, for the tree that is opened by script."""
    snapshot = get_snapshot()
    day, _complaint = read_day(request.GET.get("on", ""), moments.today())
    unit = _get_unit(request.GET.get("under", ""), snapshot)
    return render(request, "desk/admin/places_branch.html", {"nodes": read_nodes(unit.id, day, snapshot), "on": day})


@require_safe
def place_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for a field that names a unit."""
    day, _complaint = read_day(request.GET.get("on", ""), moments.today())
    # The field's own name differs from page to page; htmx sends only that field.
    text = next((value for name, value in request.GET.items() if name != "on"), "")
    options = list_options(str(text), day, get_snapshot())
    return render(request, "desk/admin/place_options.html", {"options": options})


@never_cache
@require_safe
def place(request: HttpRequest, key: str) -> HttpResponse:
    user, snapshot, today = cast(User, request.user), get_snapshot(), moments.today()
    unit = _get_unit(key, snapshot)
    nearest = today if unit.exists_on(today) else unit.starts_on if unit.starts_on > today else _last_day(unit)
    day, complaint = read_day(request.GET.get("on", ""), nearest)
    context: dict[str, Any] = {"unit": unit, "on": day, "complaint": complaint, "exists": unit.exists_on(day)}
    shown = day if unit.exists_on(day) else nearest
    context["absence"] = "" if unit.exists_on(day) else describe_absence(unit.id, day, snapshot)
    children = snapshot.children_on(unit.id, shown)
    may_change = may_change_unit(user, unit.id, today)
    context |= {
        "name": snapshot.name_on(unit.id, shown),
        "code": snapshot.code_on(unit.id, shown),
        "level": level_label(unit.level),
        "above": list_lines(snapshot.ancestors_on(unit.id, shown)[::-1], shown, snapshot),
        "shown": shown,
        "last_day": _last_day(unit) if unit.ends_on else None,
        "children_count": len(children),
        "children": Paginator(list_lines(children, shown, snapshot), CHILDREN).get_page(request.GET.get("page")),
        "timeline": read_timeline(unit.id, snapshot),
        "chain": read_chain(unit.id, snapshot),
        "may_change": may_change and unit.ends_on is None,
        "access": list_access(unit.id, snapshot) if may_change else [],
        "holders": list_holders([unit.id], today) if may_give_roles(user, unit.id, today) else None,
        "typed": describe_typed(unit.id, shown, snapshot),
    }
    return render(request, "desk/admin/place.html", context)


@require_POST
def place_access(request: HttpRequest, key: str) -> HttpResponse:
    user, snapshot = cast(User, request.user), get_snapshot()
    unit = _get_unit(key, snapshot)
    if not may_change_unit(user, unit.id, moments.today()):
        raise CannotAdminister(snapshot.name_on(unit.id, moments.today()))
    succession = read_number(request.POST.get("succession"))
    if request.POST.get("sure") != "yes" or succession is None:
        messages.error(request, _("Chưa mở: hãy đánh dấu vào ô xác nhận rồi bấm lại."))
    else:
        confirm_predecessor_access(succession_id=succession, org_unit_id=unit.id, by=user.actor, at=moments.now())
        messages.success(
            request,
            _("Đã xác nhận: người có vai trò ở %(name)s xem được bản ghi cũ của các đơn vị trước đó.")
            % {"name": snapshot.name_on(unit.id, moments.today())},
        )
    return redirect("place", key=unit.key)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def succession_new(request: HttpRequest) -> HttpResponse:
    """Fill, preview, confirm. What was typed travels along in the form itself, so nothing is lost on the way."""
    user, today, snapshot = cast(User, request.user), moments.today(), get_snapshot()
    if not holds_anywhere(user, Role.ADMINISTRATOR, today):
        raise CannotAdminister(_("đơn vị hành chính"))
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "merge")
    if kind not in KIND_LABELS:
        raise PageUnknown
    typed = read_number(given.get("rows"))
    rows = {"merge": 3, "split": 2, "transfer": 3}.get(kind, 1) if typed is None else min(typed, MOST_ROWS)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    rows = min(rows + 3, MOST_ROWS) if step == "rows" else rows
    context: dict[str, Any] = {
        "kind": kind,
        "kind_label": KIND_LABELS[kind],
        "kinds": KIND_LABELS.items(),
        "rows": rows,
        "bases": BASES,
        "may_add": kind != "rename" and rows < MOST_ROWS,
    }
    if step in ("preview", "confirm"):
        form = SuccessionForm(kind, rows, snapshot, request.POST)
        context["form"] = form
        if form.is_valid() and form.draft is not None:
            _check_may_succeed(user, form.draft, snapshot, today)
            return _preview_or_do(request, form.draft, step, snapshot, context)
        return render(request, "desk/admin/succession.html", context, status=422)
    initial = {name: value for name, value in given.items() if name not in ("csrfmiddlewaretoken", "step")}
    context["form"] = SuccessionForm(kind, rows, snapshot, initial=initial)
    return render(request, "desk/admin/succession.html", context)


def _preview_or_do(
    request: HttpRequest, draft: SuccessionDraft, step: str, snapshot: PlaceSnapshot, context: dict[str, Any]
) -> HttpResponse:
    user = cast(User, request.user)
    preview = preview_succession(draft, snapshot)
    context |= {"preview": preview, "draft": draft}
    if preview.problems:
        return render(request, "desk/admin/succession.html", context, status=422)
    if step == "confirm":
        try:
            succeed(draft, by=user.actor, at=moments.now())
        except SuccessionRefused as refusal:
            context["refused"] = refusal.problems
            return render(request, "desk/admin/succession.html", context, status=422)
        names = ", ".join(snapshot.name_on(old, draft.day - ONE_DAY) for old in preview.before_ids)
        messages.success(
            request,
            _("Đã ghi: %(kind)s từ ngày %(day)s: %(names)s.")
            % {"kind": KIND_LABELS[draft.kind], "day": f"{draft.day:%d/%m/%Y}", "names": names},
        )
        key = get_snapshot().units[preview.before_ids[0]].key
        return redirect(f"{reverse('place', args=[key])}?on={(draft.day - ONE_DAY).isoformat()}")
    scope = scope_of(user, moments.today())
    context |= {
        "figures": compare_figures(preview, draft.day, snapshot, scope),
        "holders": list_holders(preview.before_ids, moments.today()),
        "typed": [(name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "step")],
    }
    return render(request, "desk/admin/succession_preview.html", context)


def _check_may_succeed(user: User, draft: SuccessionDraft, snapshot: PlaceSnapshot, today: date) -> None:
    """Administrators above every old unit, and over whatever the new ones come under."""
    for key in draft.olds:
        unit = snapshot.by_key[key].id
        if not may_change_unit(user, unit, today):
            raise CannotAdminister(snapshot.name_on(unit, draft.day - timedelta(days=1)))
    for new in draft.news:
        if new.parent and not may_give_roles(user, snapshot.by_key[new.parent].id, today):
            raise CannotAdminister(snapshot.name_on(snapshot.by_key[new.parent].id, draft.day))


def _get_unit(key: str, snapshot: PlaceSnapshot) -> Unit:
    unit = snapshot.by_key.get(key)
    if unit is None:
        raise PageUnknown
    return unit


def _last_day(unit: Unit) -> date:
    return unit.ends_on - ONE_DAY if unit.ends_on is not None else unit.starts_on
