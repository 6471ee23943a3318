"""A reorganisation of several units: prepared as a draft, looked at, applied, undone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import may_give_roles
from caunoi.accounts.queries import holds_anywhere, scope_of
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.long_work import Show, answer
from caunoi.desk.reorganisation_effects import list_open_work, list_owed_changes, list_role_changes
from caunoi.desk.succession_preview import FigureComparison, compare_units, last_full_year
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.views.spreadsheet import read_upload
from caunoi.places.actions import (
    add_step,
    apply_reorganisation,
    drop_reorganisation,
    prepare_reorganisation,
    remove_step,
    rename_reorganisation,
    undo_reorganisation,
    upload_steps,
)
from caunoi.places.errors import ReorganisationRefused, UndoRefused
from caunoi.places.files import REORGANISATION_COLUMNS, REORGANISATION_OPTIONAL
from caunoi.places.inputs import BASES, MOST_ROWS, STEP_LABELS, ReorganisationForm, SuccessionForm
from caunoi.places.models import Reorganisation
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.reorganisation import (
    Change,
    ReorganisationPreview,
    StoredRow,
    group_steps,
    preview_rows,
    read_rows,
)
from caunoi.places.rules.successions import describe_basis
from caunoi.places.undoing import describe_reference, list_obstacles, list_references, plan_undo
from caunoi.refusals import FileRefused, Refusal

DRAFTS = 25
STEPS = 30
CHANGES = 5
MOVES = 60


@dataclass(frozen=True)
class StepLine:
    number: int
    kind: str
    olds: tuple[str, ...]
    news: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class ChangeLine:
    """One succession of the whole, with what its units would have had."""

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    figures: FigureComparison
    bases: tuple[str, ...]


def _user(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not holds_anywhere(user, Role.ADMINISTRATOR, moments.today()):
        raise CannotAdminister(_("đơn vị hành chính"))
    return user


def _get(request: HttpRequest, pk: int) -> Reorganisation:
    """Who prepared it, and administrators above all it is about."""
    user = _user(request)
    row = Reorganisation.objects.filter(pk=pk).first()
    if row is None or not (row.created_by_id == user.pk or _find_missing(row, user) is None):
        raise PageUnknown
    return row


def _find_missing(row: Reorganisation, user: User, known: dict[int, bool] | None = None) -> str | None:
    """The first unit the user may not change, by name; None if all of it is theirs. `known`: what was found before."""
    places, today = get_snapshot(), moments.today()
    known = {} if known is None else known

    def administers(unit: int) -> bool:
        # Thousands of units stand under a few hundred: each of those is asked once.
        if unit not in known:
            known[unit] = may_give_roles(user, unit, today)
        return known[unit]

    for texts in row.rows:
        unit = places.by_key.get(texts["old"])
        if unit is not None:
            above = places.parent_on(unit.id, today)
            if not administers(unit.id if above is None else above):
                return places.name_on(unit.id, row.day)
        parent = places.by_key.get(texts.get("parent", ""))
        if parent is not None and not administers(parent.id):
            return places.name_on(parent.id, row.day)
    return None


def _preview(row: Reorganisation) -> ReorganisationPreview:
    return preview_rows(read_rows(row.rows, row.day), row.day, get_snapshot())


@never_cache
@require_safe
def reorganisations(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    known: dict[int, bool] = {}
    rows = [
        row
        for row in Reorganisation.objects.all()
        if row.created_by_id == user.pk or _find_missing(row, user, known) is None
    ]
    page = Paginator(rows, DRAFTS).get_page(request.GET.get("page"))
    return render(request, "desk/admin/reorganisations.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_new(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    form = ReorganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = prepare_reorganisation(**form.cleaned_data, by=user.actor, at=moments.now())
        return redirect("reorganisation", pk=row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/admin/reorganisation_new.html", {"form": form}, status=status)


@never_cache
@require_safe
def reorganisation(request: HttpRequest, pk: int) -> HttpResponse:
    row = _get(request, pk)
    return _show(request, row)


def _show(request: HttpRequest, row: Reorganisation, status: int = 200, **more: Any) -> HttpResponse:
    context: dict[str, Any] = {"row": row, "kinds": STEP_LABELS.items(), "columns": _columns(), **more}
    if row.applied_at is None:
        preview = _preview(row)
        context |= {"preview": preview, "steps": _page(request, "steps", _list_steps(row, preview), STEPS)}
        context["form"] = more.get("form") or ReorganisationForm(
            initial={"title": row.title, "day": row.day, "note": row.note}
        )
        context["missing"] = _find_missing(row, cast(User, request.user))
        if row.rows and not preview.problems:
            context |= _describe_effect(request, preview)
    else:
        context["steps"] = _page(request, "steps", _list_steps(row, None), STEPS)
        if row.undone_at is None:
            context |= _describe_undo(row)
    return render(request, "desk/admin/reorganisation.html", context, status=status)


def _columns() -> str:
    return ", ".join([*REORGANISATION_COLUMNS, *REORGANISATION_OPTIONAL])


def _page(request: HttpRequest, name: str, rows: list[Any], size: int) -> Any:
    return Paginator(rows, size).get_page(request.GET.get(name))


def _list_steps(row: Reorganisation, preview: ReorganisationPreview | None) -> list[StepLine]:
    places = preview.after if preview else get_snapshot()
    last = row.day - timedelta(days=1)
    numbers = {id(texts): number for number, texts in enumerate(row.rows, 2)}
    problems: dict[int, list[str]] = {}
    for problem in preview.problems if preview else ():
        problems.setdefault(problem.row, []).append(problem.message)

    def name(key: str, on: date) -> str:
        unit = places.by_key.get(key)
        return places.path_name(unit.id, on) if unit else key

    def name_new(texts: StoredRow) -> str:
        if texts.get("name"):
            code = texts.get("code", "")
            return f"{texts['name']} ({code})" if code else texts["name"]
        return name(texts.get("parent") or texts.get("new", ""), row.day)

    lines = []
    for number, several in group_steps(row.rows).items():
        main = [texts for texts in several if texts["kind"] == several[0]["kind"]]
        lines.append(
            StepLine(
                number,
                str(STEP_LABELS[several[0]["kind"]]),
                tuple(dict.fromkeys(name(texts["old"], last) for texts in main)),
                tuple(dict.fromkeys(said for texts in main if (said := name_new(texts)))),
                tuple(dict.fromkeys(said for texts in several for said in problems.get(numbers[id(texts)], ()))),
            )
        )
    return lines


def _describe_effect(request: HttpRequest, preview: ReorganisationPreview) -> dict[str, Any]:
    scope = scope_of(cast(User, request.user), moments.today())
    days = last_full_year(preview.day)
    page = _page(request, "changes", [c for c in preview.changes if c.compared_before], CHANGES)

    def line(change: Change) -> ChangeLine:
        figures = compare_units(
            preview.places, change.compared_before, preview.after, change.compared_after,
            day=preview.day, days=days, scope=scope,
        )  # fmt: skip
        return ChangeLine(
            str(STEP_LABELS[change.kind]),
            tuple(preview.places.name_on(unit, preview.last) for unit in change.before),
            tuple(preview.after.name_on(unit, preview.day) for unit in change.after),
            figures,
            tuple(sorted({describe_basis(step.basis) for step in change.steps if step.basis})),
        )

    return {
        "ended": len(preview.ended),
        "begun": len(preview.begun),
        "moves": _page(request, "moves", preview.describe_moves(), MOVES),
        "changes": page,
        "lines": [line(change) for change in page],
        "days": days,
        "roles": list_role_changes(preview),
        "owed": list_owed_changes(preview),
        "work": list_open_work(preview, scope),
    }


def _describe_undo(row: Reorganisation) -> dict[str, Any]:
    assert row.number is not None, "applied"
    plan = plan_undo(row.number)
    references = list_references(plan.unmade)
    arranged = {"accounts.RoleGrant", "accounts.AppUser", "accounts.PredecessorAccess", "tasks.Task"}
    return {
        "obstacles": [
            *list_obstacles(row.number, plan),
            *(describe_reference(one, plan.now) for one in references if one.table not in arranged),
        ],
        "arranged": [describe_reference(one, plan.now) for one in references if one.table in arranged],
        "unmade": len(plan.unmade),
        "changed": len(plan.changed),
    }


@never_cache
@require_POST
def reorganisation_change(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = _get(request, pk), cast(User, request.user)
    form = ReorganisationForm(request.POST)
    if not form.is_valid():
        return _show(request, row, 422, form=form)
    try:
        rename_reorganisation(row.pk, **form.cleaned_data, by=user.actor, at=moments.now())
    except ReorganisationRefused as refusal:
        return _show(request, row, 422, refused=refusal.problems)
    messages.success(request, _("Đã ghi tên, ngày và văn bản."))
    return redirect("reorganisation", pk=row.pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reorganisation_step(request: HttpRequest, pk: int) -> HttpResponse:
    """One step by a form; units named in it may be ones that earlier steps begin."""
    row, user = _get(request, pk), cast(User, request.user)
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "merge")
    if kind not in STEP_LABELS or row.applied_at is not None:
        raise PageUnknown
    typed = read_number(given.get("rows"))
    rows = {"rename": 1, "split": 2}.get(kind, 3) if typed is None else min(typed, MOST_ROWS)
    wanted = request.POST.get("do", "") if request.method == "POST" else ""
    rows = min(rows + 3, MOST_ROWS) if wanted == "rows" else rows
    places = _preview(row).after if row.rows else get_snapshot()
    context: dict[str, Any] = {
        "row": row, "kind": kind, "kind_label": STEP_LABELS[kind], "kinds": STEP_LABELS.items(), "rows": rows,
        "bases": BASES, "may_add": kind != "rename" and rows < MOST_ROWS,
    }  # fmt: skip
    fixed = {"day": row.day.isoformat(), "note": ""}
    if wanted == "add":
        form = SuccessionForm(kind, rows, places, {**request.POST.dict(), **fixed})
        if form.is_valid() and form.draft is not None and not _lacks_moves(form):
            try:
                add_step(row.pk, form.draft, by=user.actor, at=moments.now())
            except ReorganisationRefused as refusal:
                form.add_error(None, refusal.sentence)
            else:
                messages.success(request, _("Đã thêm bước: %(kind)s.") % {"kind": STEP_LABELS[kind]})
                return redirect("reorganisation", pk=row.pk)
        context["form"] = form
        return render(request, "desk/admin/reorganisation_step.html", context, status=422)
    initial = {name: value for name, value in given.items() if name not in ("csrfmiddlewaretoken", "do")}
    context["form"] = SuccessionForm(kind, rows, places, initial={**initial, **fixed})
    return render(request, "desk/admin/reorganisation_step.html", context)


def _lacks_moves(form: SuccessionForm) -> bool:
    """The form of a divided unit comes back once, for its parts to be handed out."""
    missing = [name for name, _label in form.children if not form.cleaned_data.get(name)]
    for name in missing:
        form.add_error(name, _("Hãy chọn đơn vị mới."))
    return bool(missing)


@never_cache
@require_POST
def reorganisation_step_remove(request: HttpRequest, pk: int, step: int) -> HttpResponse:
    row, user = _get(request, pk), cast(User, request.user)
    try:
        remove_step(row.pk, step, by=user.actor, at=moments.now())
    except ReorganisationRefused as refusal:
        return _show(request, row, 422, refused=refusal.problems)
    messages.success(request, _("Đã bỏ bước %d.") % step)
    return redirect("reorganisation", pk=row.pk)


@never_cache
@require_POST
def reorganisation_upload(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = _get(request, pk), cast(User, request.user)
    try:
        name, content = read_upload(request)
        row = upload_steps(row.pk, content, name, by=user.actor, at=moments.now())
    except FileRefused as refusal:
        return _show(request, row, 422, mistakes=refusal.mistakes, sentence=refusal.sentence)
    except Refusal as refusal:
        return _show(request, row, 422, refused=[refusal.sentence])
    messages.success(request, _("Đã nhận %d dòng của tệp; các bước trước đó được thay bằng tệp này.") % len(row.rows))
    return redirect("reorganisation", pk=row.pk)


@never_cache
@require_safe
def reorganisation_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft as the file it could have come from."""
    row = _get(request, pk)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")  # Excel reads the letters right
    response["Content-Disposition"] = f'attachment; filename="sap-xep-{row.pk}.csv"'
    columns = ["day", "kind", "old", "new", *REORGANISATION_OPTIONAL[2:]]
    writer = csv.writer(response)
    writer.writerow(columns)
    for texts in row.rows:
        writer.writerow([row.day.isoformat() if name == "day" else texts.get(name, "") for name in columns])
    return response


@never_cache
@require_POST
def reorganisation_drop(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = _get(request, pk), cast(User, request.user)
    try:
        drop_reorganisation(row.pk, by=user.actor, at=moments.now())
    except ReorganisationRefused as refusal:
        return _show(request, row, 422, refused=refusal.problems)
    messages.success(request, _("Đã bỏ bản chuẩn bị “%s”.") % row.title)
    return redirect("reorganisations")


@never_cache
@require_POST
def reorganisation_apply(request: HttpRequest, pk: int) -> HttpResponseBase:
    row, user = _get(request, pk), cast(User, request.user)
    if (name := _find_missing(row, user)) is not None:
        raise CannotAdminister(name)
    if request.POST.get("sure") != "yes":
        return _show(request, row, 422, refused=[_("Chưa áp dụng: hãy đánh dấu vào ô xác nhận rồi bấm lại.")])

    def work(show: Show) -> HttpResponse:
        try:
            done = apply_reorganisation(row.pk, by=user.actor, at=moments.now(), show=show)
        except ReorganisationRefused as refusal:
            return _show(request, row, 422, refused=refusal.problems)
        return _show(request, done, told=_("Đã áp dụng; địa bàn thay đổi từ ngày %s.") % f"{done.day:%d/%m/%Y}")

    return answer(request, work)


@never_cache
@require_POST
def reorganisation_undo(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = _get(request, pk), cast(User, request.user)
    if (name := _find_missing(row, user)) is not None:
        raise CannotAdminister(name)
    if request.POST.get("sure") != "yes":
        return _show(request, row, 422, refused=[_("Chưa hoàn tác: hãy đánh dấu vào ô xác nhận rồi bấm lại.")])
    try:
        undo_reorganisation(row.pk, take_back=request.POST.get("take-back") == "yes", by=user.actor, at=moments.now())
    except UndoRefused as refusal:
        return _show(request, row, 409, refused=refusal.obstacles)
    except ReorganisationRefused as refusal:
        return _show(request, row, 409, refused=refusal.problems)
    messages.success(request, _("Đã hoàn tác; địa bàn lại như trước khi áp dụng."))
    return redirect("reorganisation", pk=row.pk)
