"""Bringing many records at once by spreadsheet: the template, the upload, every mistake of the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import units_with_role, windows_with_role
from caunoi.desk.collecting import list_forms_to_fill
from caunoi.desk.context import WRITERS
from caunoi.desk.errors import FileMissing, FileTooLarge, PageUnknown
from caunoi.documents.waiting import keep_waiting
from caunoi.places.queries import get_snapshot
from caunoi.records.spreadsheet import import_file, template_workbook
from caunoi.records.spreadsheet.book import is_book
from caunoi.refusals import FileRefused, Mistake, Refusal

MAX_MEGABYTES = 20
# A page of thousands of rows helps nobody on a slow line; the file for the spreadsheet program has more.
SHOWN = 200
KEPT = 5_000
SESSION_KEY = "import-mistakes"
UPLOAD_KEY = "workbook"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class FormOption:
    code: str
    title: str


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    context: dict[str, Any] = {
        "forms": [FormOption(form.code, form.title) for form in list_forms_to_fill(user, moments.today())],
        "form_code": request.POST.get("form", request.GET.get("form", "")),
        "max_megabytes": MAX_MEGABYTES,
    }
    if request.method != "POST":
        return render(request, "desk/collect/import.html", context)
    try:
        name, content = read_upload(request)
        if is_book(content):
            keep_upload(request, name, content)
            return redirect("workbook-preview")
        context |= {"file_name": name, "result": _import(user, context["form_code"], name, content)}
    except FileRefused as refusal:
        keep_mistakes(request, refusal.mistakes)
        shown = refusal.mistakes[:SHOWN]
        context |= {
            "sentence": refusal.sentence,
            "mistakes": shown,
            "mistakes_count": len(refusal.mistakes),
            "mistakes_left_out": len(refusal.mistakes) > len(shown),
        }
    except Refusal as refusal:
        context["sentence"] = refusal.sentence
    return render(request, "desk/collect/import.html", context, status=422 if "sentence" in context else 200)


def read_upload(request: HttpRequest) -> tuple[str, bytes]:
    file = request.FILES.get("file")
    if file is None or isinstance(file, list):
        raise FileMissing
    if (file.size or 0) > MAX_MEGABYTES * 1024 * 1024:
        raise FileTooLarge(MAX_MEGABYTES)
    return file.name or "", file.read()


def keep_upload(request: HttpRequest, name: str, content: bytes) -> None:
    """The period's workbook that was uploaded, until it is confirmed or another one comes."""
    request.session[UPLOAD_KEY] = {"sha256": keep_waiting(content, at=moments.now()), "name": name}


def _import(user: User, form_code: str, name: str, content: bytes) -> Any:
    at = moments.now()
    scope = windows_with_role(user, WRITERS, moments.local_date(at))
    return import_file(form_code, content, name, by=user, by_name=str(user), at=at, scope=scope)


@require_safe
def import_template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill, with the reader's own units of the form's levels."""
    user, today = cast(User, request.user), moments.today()
    forms = {form.code: form for form in list_forms_to_fill(user, today)}
    form = forms.get(request.GET.get("form", ""))
    if form is None:
        raise PageUnknown
    units = get_snapshot().units
    wanted = [unit for unit in units_with_role(user, WRITERS, today) if units[unit].level in form.levels]
    content = template_workbook(form.code, wanted, today=today)
    return _download(content, XLSX, f"{form.code}.xlsx")


def keep_mistakes(request: HttpRequest, mistakes: Sequence[Mistake]) -> None:
    """For the download; the next refused file replaces them, signing out forgets them."""
    request.session[SESSION_KEY] = [astuple(mistake) for mistake in mistakes[:KEPT]]


@never_cache
@require_safe
def import_mistakes(request: HttpRequest) -> HttpResponse:
    kept = request.session.get(SESSION_KEY)
    if not kept:
        return redirect("import")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Tệp"), _("Trang tính"), _("Dòng"), _("Cột"), _("Lỗi"), _("Đang ghi"), _("Được phép")])
    writer.writerows([[_as_text(cell) for cell in row] for row in kept])
    # The mark tells spreadsheet programs that it is UTF-8.
    return _download(b"\xef\xbb\xbf" + text.getvalue().encode(), "text/csv; charset=utf-8", "loi-nhap-bang-tinh.csv")


def _as_text(cell: Any) -> Any:
    """What somebody typed must not run as a formula in the reader's spreadsheet program."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
