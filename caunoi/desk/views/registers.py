"""Registers as lists: all of them, one searched and filtered, exported; and what could not be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.desk.errors import PageUnknown
from caunoi.desk.list_filters import read_sort
from caunoi.desk.registers import (
    SORTS,
    Asked,
    list_choice_filters,
    list_unit_choices,
    open_people,
    read_filters,
    show_line,
    state_label,
)
from caunoi.desk.registers_export import list_cells, list_headings
from caunoi.desk.table_files import send_table
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions import retry_problem, settle_problem
from caunoi.records.entities.permissions import MAY_EDIT, may_edit
from caunoi.records.entities.queries import (
    Count,
    Row,
    columns_of,
    count_registers,
    find_on,
    find_today,
    get_register,
    list_backlog,
    list_problems,
    list_properties,
    list_registers,
    list_rows,
    row_today,
)
from caunoi.records.entities.seats import has_seats
from caunoi.records.models import Entity, EntityList

PAGE = 50


@dataclass(frozen=True)
class RegisterLine:
    register: EntityList
    count: Count


@never_cache
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    counts = count_registers(scope_of(user, today), today)
    lines = [RegisterLine(one, counts[one.code]) for one in list_registers()]
    waiting = sum(line.count.problems + line.count.waiting for line in lines)
    return render(request, "desk/registers/registers.html", {"lines": lines, "waiting": waiting})


@never_cache
@require_safe
def register(request: HttpRequest, code: str) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    found, scope = get_register(code), scope_of(user, today)
    choices = list_choice_filters(found, get_language() or "vi", request.GET)
    asked = read_filters(request.GET, today, choices)
    sort = read_sort(request.GET, SORTS, "name")
    properties = {one.name: one for one in list_properties(found)}
    columns = [properties[name] for name in columns_of(found) if name in properties]
    # Names are sealed; who works with these units may have them shown, each reading written down.
    with_people = bool(found.personal) and request.GET.get("people") == "1"
    if with_people:
        columns = [properties[name] for name in found.personal if name in properties] + columns
    language = get_language() or "vi"
    page: Page[Any]
    if asked.is_past:
        rows = _sorted(find_on(found, scope, asked.filters), sort)
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        shown = list(page.object_list)
    else:
        things = _ordered(find_today(found, scope, asked.filters), sort)
        page = Paginator(things, PAGE).get_page(request.GET.get("page"))
        shown = [row_today(one) for one in page.object_list]
    opened: dict[str, str] = {}
    if with_people:
        opened = open_people(
            [row.entity for row in shown], [row.properties for row in shown], by=user, at=moments.now()
        )
    context = {
        "register": found,
        "with_people": with_people,
        "has_seats": has_seats(found),
        "choices": choices,
        "asked": asked,
        "sort": sort,
        "page": page,
        "columns": [one.label(language) for one in columns],
        "lines": [show_line(row, columns, asked.filters.day, opened) for row in shown],
        "states": [
            *((name, state_label(name)) for name in ("live", "ended")),
            ("conflict", _("Chờ quyết định")),
            ("all", _("Tất cả, cả mục đã gộp hay bỏ")),
        ],
        "units": list_unit_choices(user, today),
        "may_edit": any(holds_anywhere(user, role, today) for role in MAY_EDIT),
    }
    return render(request, "desk/registers/register.html", context)


def _ordered(things: QuerySet[Entity], sort: str) -> QuerySet[Entity]:
    field = F(SORTS[sort.removeprefix("-")])
    order = field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)
    return things.order_by(order, "search", "uuid")


def _sorted(rows: list[Row], sort: str) -> list[Row]:
    """By name they are already."""
    name = SORTS[sort.removeprefix("-")]
    if name != "search":
        given = [row for row in rows if getattr(row.entity, name) is not None]
        without = [row for row in rows if getattr(row.entity, name) is None]
        given.sort(key=lambda row: getattr(row.entity, name), reverse=sort.startswith("-"))
        return given + without
    return rows[::-1] if sort.startswith("-") else rows


@never_cache
@require_safe
def register_export(request: HttpRequest, code: str, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match, with all properties that are about nobody."""
    user, today = cast(User, request.user), moments.today()
    found, scope = get_register(code), scope_of(user, today)
    choices = list_choice_filters(found, get_language() or "vi", request.GET)
    asked: Asked = read_filters(request.GET, today, choices)
    rows = list_rows(found, scope, asked.filters, today)
    properties = [one for one in list_properties(found) if one.name not in found.personal]
    day = asked.filters.day
    cells = (list_cells(row, properties, day) for row in rows)
    return send_table(_("Sổ theo dõi"), list_headings(properties), cells, f"{code}-{day:%Y-%m-%d}.{kind}")


# ---- What could not be carried out ----------------------------------------------------------------------------------


@never_cache
@require_safe
def register_problems(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    scope = scope_of(user, moments.local_date(at))
    page = Paginator(list_problems(scope), PAGE).get_page(request.GET.get("page"))
    titles = {one.code: one for one in list_registers()}
    places, day = get_snapshot(), moments.local_date(at)
    lines = [
        {
            "problem": one,
            "register": titles.get(one.list_code),
            "unit": places.path_name(one.org_unit_id, day),
            "may_edit": may_edit(user, one.org_unit_id, at),
        }
        for one in page.object_list
    ]
    backlog = [
        {"row": one, "unit": places.path_name(one.source.submission.org_unit_id, day)}
        for one in list_backlog(scope)[:PAGE]
    ]
    return render(request, "desk/registers/problems.html", {"page": page, "lines": lines, "backlog": backlog})


@require_POST
def register_problem_decide(request: HttpRequest, problem_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    match request.POST.get("what"):
        case "settle":
            settle_problem(problem_id, by=user, at=at)
            messages.success(request, _("Đã ghi nhận là xong."))
        case "retry":
            if retry_problem(problem_id, by=user, at=at):
                messages.success(request, _("Đã làm lại được."))
            else:
                messages.warning(request, _("Vẫn chưa làm được; vướng mắc mới nhất ghi ở dưới."))
        case _:
            raise PageUnknown
    return redirect("register-problems")
