"""Training: plan and result, the list of classes, one class, opening and changing one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.audit.actions import note_read
from caunoi.desk.list_filters import read_sort
from caunoi.desk.registers import list_unit_choices
from caunoi.desk.table_files import send_table
from caunoi.desk.templatetags.caunoi import day_
from caunoi.desk.training import (
    CLASS_BADGES,
    Line,
    list_holders,
    name_bands,
    read_filters,
    read_plan,
    show_days,
    show_learners,
    show_lines,
    show_sessions,
)
from caunoi.desk.training_inputs import ClassForm, LearnersForm, SessionForm, initial_of, name_lecturer
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import list_working_units, pick_unit
from caunoi.desk.views.figures import suggest_places
from caunoi.forms.queries import get_form
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.actions.filling import find_record
from caunoi.records.permissions import may_run
from caunoi.refusals import NotFound, Refusal
from caunoi.training.actions import change_class, open_class
from caunoi.training.actions.certifying import may_certify
from caunoi.training.errors import ClassNotYours, TrainingInvalid
from caunoi.training.models import ClassState, TrainingClass
from caunoi.training.people import PEOPLE, list_overdue, open_learners
from caunoi.training.permissions import MAY_ERASE, check_may_run, may_erase, may_read
from caunoi.training.queries import (
    SORTS,
    find_scale,
    get_class,
    judge_learners,
    list_classes,
    list_kinds,
    list_lecturers,
    read_counts,
    read_presences,
)

PAGE = 50
USUAL_SORT = "-day"
LEARNERS_A_PAGE = 100
# What a page of lines reads at once when all of them go into a file.
CHUNK = 500
FIRST_YEAR = 2000


@never_cache
@require_safe
def classes(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    page = Paginator(list_classes(scope_of(user, today), asked.filters, sort), PAGE).get_page(request.GET.get("page"))
    erases = any(holds_anywhere(user, role, today) for role in MAY_ERASE)
    shown = {
        "asked": asked,
        "page": page,
        "sort": sort,
        "lines": show_lines(list(page.object_list)),
        "kinds": [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds()],
        "states": ClassState.choices,
        "units": list_unit_choices(user, today),
        "may_open": bool(list_holders(user, today)),
        "overdue": list_overdue(user, moments.now()) if erases else [],
    }
    return render(request, "desk/training/classes.html", shown)


@never_cache
@require_safe
def classes_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match; no learner is named."""
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    found = list(list_classes(scope_of(user, today), asked.filters, sort))
    chunks = (show_lines(found[start : start + CHUNK]) for start in range(0, len(found), CHUNK))
    rows = (_list_cells(line) for chunk in chunks for line in chunk)
    headings = [
        _("Tên lớp"), _("Loại lớp"), _("Đơn vị"), _("Khai giảng"), _("Ngày cuối"), _("Tình trạng"), _("Số buổi"),
        _("Người học"), _("Hoàn thành"),
    ]  # fmt: skip
    return send_table(_("Lớp học"), headings, rows, f"lop-hoc-{today:%Y-%m-%d}.{kind}")


def _list_cells(line: Line) -> list[str]:
    sizes = line.sizes
    completed = "" if sizes.completed is None else str(sizes.completed)
    days = [day_(line.day_from), day_(line.day_to)]
    return [line.title, line.kind, line.unit, *days, line.state, str(sizes.sessions), str(sizes.learners), completed]


@never_cache
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Plan and result of a unit's year, out of the ledger."""
    user, today = cast(User, request.user), moments.today()
    scope, year = scope_of(user, today), read_number(request.GET.get("year"))
    asked = year if year is not None and FIRST_YEAR <= year <= today.year + 1 else today.year
    shown: dict[str, Any] = {
        "year": asked, "place": request.GET.get("place", ""), "groups": [], "refusal": "",
        "places": suggest_places(scope),
    }  # fmt: skip
    try:
        unit = _find_place(request, user)
        key = get_snapshot().units[unit].key
        shown |= {"place": shown["place"] or get_snapshot().name_on(unit, today), "key": key}
        shown["groups"] = read_plan(key, asked, today, scope)
    except Refusal as refused:
        shown["refusal"] = refused.sentence
    return render(request, "desk/training/plan.html", shown)


def _find_place(request: HttpRequest, user: User) -> int:
    """Asked for by key, name or code; else the unit the reader works for. Raises NotFound."""
    places, today = get_snapshot(), moments.today()
    asked = request.GET.get("place", "").strip()
    if asked:
        unit = places.by_key.get(asked)
        return unit.id if unit is not None else get_place(asked, today, places)
    units = list_working_units(user, Role, today)
    if not units:
        raise NotFound(_("Bạn chưa có vai trò ở đơn vị nào nên chưa xem được kế hoạch đào tạo."))
    return units[0].id


# -- One class --------------------------------------------------------------------------------------------------------


@never_cache
@require_safe
def training_class(request: HttpRequest, class_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_class(class_id, scope_of(user, moments.local_date(at)))
    return render(request, "desk/training/class.html", show_class(request, found, user, at))


def show_class(
    request: HttpRequest, found: TrainingClass, user: User, at: datetime, *,
    marks: dict[int, tuple[str, str]] | None = None, **forms: Any,
) -> dict[str, Any]:  # fmt: skip
    """`marks`, `forms`: what was sent and refused. Names and marks only for the holder's officers, whose reading is
    written down."""
    today, places = moments.local_date(at), get_snapshot()
    runs, reads = may_run(user, found.org_unit_id, today), may_read(user, found.org_unit_id, today)
    open_now = found.state == ClassState.OPEN
    learners = list(found.learners.all())
    named = bool(learners)
    sessions = show_sessions(found, read_presences(found) if named else {}, today, named=named)
    near = places.children_on(found.org_unit_id, found.day_from)
    shown: dict[str, Any] = {
        "found": found,
        "badge": CLASS_BADGES[found.state],
        "lecturers": [(one, name_lecturer(one, found.org_unit_id, today)) for one in list_lecturers(found)],
        "when": show_days(found),
        "unit": places.path_name(found.org_unit_id, found.day_to),
        "sessions": sessions,
        "named": named,
        "scale": find_scale(found.kind),
        "runs": runs,
        "reads": reads,
        "erases": may_erase(user, found.org_unit_id, today),
        "open_now": open_now,
        "over": found.day_to <= today,
        "record": find_record(found),
        "fills": get_form(found.kind.form_code) if found.kind.form_code else None,
        "may_certify": runs and may_certify(found),
        "may_name": found.kind.names and PEOPLE.is_declared(),
        "learner_count": len(learners),
        "learners_form": LearnersForm(None, found),
        "session_form": SessionForm(),
        "near": [places.distinct_name_on(one, found.day_from) for one in near[:300]],
        "bands": [],
        "asked": False,
    }  # fmt: skip
    if not open_now and found.counted:
        shown["counts"] = found.counted
        results = found.counted.get("results", {})
        shown["bands"] = [(name, results.get(code, 0)) for code, name in name_bands(found).items()] if results else []
    elif not named:
        shown["counts"] = read_counts(found, {})
    if named and reads:
        page = Paginator(learners, LEARNERS_A_PAGE).get_page(request.GET.get("page"))
        opened = open_learners(page.object_list)
        judged = judge_learners(found, list(page.object_list), opened, len(sessions))
        shown["page"] = page
        shown["lines"] = show_learners(found, list(page.object_list), opened, judged, marks or {})
        note_read("training", found.subject, by=user.actor, at=at)
    return shown | forms


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_new(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    units = list_holders(user, moments.local_date(at))
    unit = pick_unit(request, units, ClassNotYours)
    form = ClassForm(request.POST or None, unit_id=unit.id)
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            made = open_class(org_unit_id=unit.id, draft=form.draft, by=user, at=at)
        except TrainingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã mở lớp. Hãy thêm người học và xem lại các buổi."))
            return redirect("training-class", made.pk)
    shown = {"form": form, "units": units, "unit": unit}
    return render(request, "desk/training/edit.html", shown, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_edit(request: HttpRequest, class_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = get_class(class_id, scope_of(user, today))
    check_may_run(user, found.org_unit_id, today)
    form = ClassForm(request.POST or None, unit_id=found.org_unit_id, found=found, initial=initial_of(found))
    number = request.POST.get("number", str(found.number))
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            change_class(found.pk, seen_number=read_number(number) or 0, draft=form.draft, by=user, at=at)
        except TrainingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã sửa lớp."))
            return redirect("training-class", found.pk)
    shown = {"form": form, "found": found, "number": number}
    return render(request, "desk/training/edit.html", shown, status=422 if form.errors else 200)
