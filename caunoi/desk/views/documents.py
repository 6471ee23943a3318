"""The register of official documents: the list, one document, entering, correcting, withdrawing; its files."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.desk.document_inputs import DocumentForm, describe_for_choice, initial_of, list_confirmed
from caunoi.desk.documents import (
    list_cells,
    list_headings,
    list_registers,
    plans_of,
    read_filters,
    show_duties,
    show_history,
    show_lines,
)
from caunoi.desk.downloads import download
from caunoi.desk.list_filters import read_sort
from caunoi.desk.registers import list_unit_choices
from caunoi.desk.table_files import send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import pick_unit
from caunoi.documents.actions import correct_document, register_document, withdraw_document
from caunoi.documents.errors import DocumentInvalid, DocumentNotYours, DocumentQuestioned
from caunoi.documents.models import Direction, Document
from caunoi.documents.permissions import check_may_keep, may_keep
from caunoi.documents.queries import (
    SORTS,
    get_document,
    get_file,
    list_documents,
    list_duties_of,
    list_files,
    list_implementable,
    list_implementing,
    list_kinds,
)
from caunoi.documents.rules.questions import Question
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal
from caunoi.vietnamese_text import sort_key

PAGE = 50
USUAL_SORT = "-day"
CHOICES = 200


@never_cache
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    page = Paginator(list_documents(scope_of(user, today), asked.filters, sort), PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "sort": sort,
        "page": page,
        "lines": show_lines(page.object_list),
        "kinds": [(kind.code, in_reader_language(kind.name_vi, kind.name_en)) for kind in list_kinds()],
        "directions": Direction.choices,
        "states": [("withdrawn", _("Đã rút")), ("all", _("Tất cả"))],
        "units": list_unit_choices(user, today),
        "may_enter": bool(list_registers(user, today)),
    }
    return render(request, "desk/documents/documents.html", context)


@never_cache
@require_safe
def documents_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match."""
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    found = list_documents(scope_of(user, today), asked.filters, sort)
    rows = (list_cells(line) for line in show_lines(found.iterator(chunk_size=2000)))
    return send_table(_("Sổ văn bản"), list_headings(), rows, f"van-ban-{today:%Y-%m-%d}.{kind}")


@never_cache
@require_safe
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    return render(request, "desk/documents/document.html", _show(user, document_id, at))


def _show(user: User, document_id: int, at: datetime) -> dict[str, Any]:
    today = moments.local_date(at)
    scope = scope_of(user, today)
    found = get_document(document_id, scope)
    versions = list(found.versions.all())
    duties = list_duties_of(found, scope)
    return {
        "document": found,
        "direction": Direction(found.direction).label,
        "plans": plans_of(found),
        "register": get_snapshot().path_name(found.org_unit_id, found.day_to),
        "files": list_files(found),
        "implements": _find_seen(found.implements_id, scope),
        "implemented_by": show_lines(list_implementing(found, scope)),
        "addressed": found.addresses.count(),
        "duties": show_duties([one for one in duties if one.done_on is None][:100], user, today),
        "done": sum(one.done_on is not None for one in duties),
        "asked": len(duties),
        "today": today,
        "history": show_history(versions, scope),
        "may_enter": bool(list_registers(user, today)),
        "may_keep": found.withdrawn_at is None and may_keep(user, found.org_unit_id, today),
    }


def _find_seen(document_id: int | None, scope: Scope) -> Document | None:
    """None also for one the reader may not see."""
    try:
        return get_document(document_id, scope) if document_id else None
    except Refusal:
        return None


# ---- Entering and correcting ----------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def document_new(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    direction = request.GET.get("direction", "")
    direction = direction if direction in Direction.values else Direction.OUTGOING
    units = list_registers(user, today)
    unit = pick_unit(request, units, DocumentNotYours)
    scope = scope_of(user, today)
    initial: dict[str, Any] = {"issued_on": today, "received_on": today}
    if wanted := _find_seen(read_number(request.GET.get("implements", "")), scope):
        initial["implements"] = describe_for_choice(wanted)
    form = DocumentForm(
        request.POST or None, request.FILES or None, initial=initial, unit_id=unit.id, direction=direction, scope=scope
    )
    questions: tuple[Question, ...] = ()
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            made = register_document(
                org_unit_id=unit.id, draft=form.draft, files=form.prepared, by=user.actor, at=at,
                confirmed=list_confirmed(request),
            )  # fmt: skip
        except DocumentQuestioned as asked:
            questions = asked.questions
        except DocumentInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            _tell_about_files(request, form)
            messages.success(
                request,
                _("Đã ghi văn bản %(reference)s vào sổ, số %(number)d.")
                % {"reference": made.reference, "number": made.entry_number},
            )
            return redirect("document", made.pk)
    return _show_form(request, form, questions, {"units": units, "unit": unit, "direction": direction})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def document_edit(request: HttpRequest, document_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    scope = scope_of(user, today)
    found = get_document(document_id, scope)
    check_may_keep(user, found.org_unit_id, today)
    form = DocumentForm(
        request.POST or None, request.FILES or None, initial=initial_of(found), unit_id=found.org_unit_id,
        direction=found.direction, scope=scope, correcting=True,
    )  # fmt: skip
    questions: tuple[Question, ...] = ()
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            correct_document(
                found.pk, seen_number=read_number(request.POST.get("number", "")) or 0, draft=form.draft,
                because=form.cleaned_data["because"], files=form.prepared, by=user.actor, at=at,
                removed_files=[int(one) for one in request.POST.getlist("remove") if read_number(one)],
                confirmed=list_confirmed(request),
            )  # fmt: skip
        except DocumentQuestioned as asked:
            questions = asked.questions
        except DocumentInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            _tell_about_files(request, form)
            messages.success(request, _("Đã sửa. Bản trước vẫn còn trong lịch sử."))
            return redirect("document", found.pk)
    shown = {"document": found, "files": list_files(found), "direction": found.direction}
    shown["number"] = request.POST.get("number", str(found.current_number))
    shown["removed"] = request.POST.getlist("remove")
    return _show_form(request, form, questions, shown)


def _tell_about_files(request: HttpRequest, form: DocumentForm) -> None:
    for file in form.prepared:
        if file.note:
            messages.warning(request, file.note)


def _show_form(
    request: HttpRequest, form: DocumentForm, questions: tuple[Question, ...], shown: dict[str, Any]
) -> HttpResponse:
    places, today = get_snapshot(), moments.today()
    wide = [unit.id for unit in places.units.values() if unit.level != "village"]
    seen = [unit for unit in wide if form.scope.sees_unit(unit) and places.exists_on(unit, today)]
    shown |= {
        "form": form,
        "questions": questions,
        "bodies": sorted({places.path_name(unit, today) for unit in seen}, key=sort_key)[:500],
        "implementable": [describe_for_choice(one) for one in list_implementable(form.scope, CHOICES)],
    }
    return render(request, "desk/documents/edit.html", shown, status=422 if form.errors or questions else 200)


@require_POST
def document_withdraw(request: HttpRequest, document_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_document(document_id, scope_of(user, moments.local_date(at)))
    check_may_keep(user, found.org_unit_id, moments.local_date(at))
    withdraw_document(
        found.pk,
        seen_number=read_number(request.POST.get("number", "")) or 0,
        because=request.POST.get("because", ""),
        by=user.actor,
        at=at,
    )
    messages.success(request, _("Đã rút văn bản khỏi sổ; nó vẫn còn để tra cứu."))
    return redirect("document", found.pk)


@require_safe
def document_file(request: HttpRequest, document_id: int, file_id: int) -> FileResponse:
    user, today = cast(User, request.user), moments.today()
    return download(get_file(get_document(document_id, scope_of(user, today)), file_id))
