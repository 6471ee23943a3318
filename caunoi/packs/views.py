"""Loading a pack by the page: a zip of its folder, checked or loaded, with all its mistakes at once. And what the
criteria of a set fall into: for everybody to read, filled in from a file by whoever may load packs."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.permissions import may_load_packs
from caunoi.assessments.models import CriteriaSet
from caunoi.assessments.queries import get_criteria_set, list_groups
from caunoi.assessments.rules.criteria import Part, read_criteria, read_parts
from caunoi.desk.errors import CannotAdminister
from caunoi.documents.uploads import clean_name
from caunoi.languages import in_reader_language
from caunoi.packs.actions import load_pack, load_parts
from caunoi.packs.archive import LARGEST, read_pack_zip
from caunoi.packs.queries import get_surroundings, list_packs
from caunoi.packs.reading import read_pack
from caunoi.packs.rules.criteria_parts import write_rows
from caunoi.refusals import FileRefused, Refusal

LARGEST_TABLE = 5 * 1024**2


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not may_load_packs(user, moments.today()):
        raise CannotAdminister(_("gói chương trình"))
    context: dict[str, Any] = {"packs": list_packs(), "megabytes": LARGEST // 1024**2}
    if request.method != "POST":
        return render(request, "packs/packs.html", context)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST:
        context["sentence"] = _("Hãy chọn tệp .zip của một gói, không quá %d MB.") % context["megabytes"]
        return render(request, "packs/packs.html", context, status=422)
    context["file_name"] = file.name
    try:
        with read_pack_zip(file.read()) as folder:
            if request.POST.get("step") == "load":
                result = load_pack(folder, by=user.actor, at=moments.now())
            else:
                context["checked"] = read_pack(folder, get_surroundings)
                return render(request, "packs/packs.html", context)
    except FileRefused as refusal:
        context |= {"sentence": refusal.sentence, "mistakes": refusal.mistakes}
        return render(request, "packs/packs.html", context, status=422)
    except Refusal as refusal:
        context["sentence"] = refusal.sentence
        return render(request, "packs/packs.html", context, status=422)
    if result.changed_anything:
        said = _("Đã nạp gói %(pack)s phiên bản %(version)s: %(new)d mục mới, %(changed)d mục đổi, %(removed)d mục bỏ.")
    else:
        said = _("Gói %(pack)s phiên bản %(version)s đã nạp từ trước; không có gì thay đổi.")
    messages.success(
        request,
        said
        % {
            "pack": result.pack,
            "version": result.version,
            "new": result.created,
            "changed": result.changed,
            "removed": result.removed,
        },
    )
    return redirect("packs")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def criteria_parts(request: HttpRequest, code: str) -> HttpResponse:
    """`format=csv`: the file as it stands, to be filled in."""
    user, set_ = cast(User, request.user), get_criteria_set(code)
    may_fill = may_load_packs(user, moments.today())
    criteria, parts = read_criteria(set_.criteria), read_parts(set_.parts)
    if request.GET.get("format") == "csv":
        return _send_parts(set_, write_rows(code, criteria, parts))
    context: dict[str, Any] = {
        "set": set_,
        "groups": list_groups(set_),
        "lines": [(one, [_show_part(part, set_) for part in parts if part.criterion == one.code]) for one in criteria],
        "filled": sum(part.holds_on(moments.today()) for part in parts),
        "may_fill": may_fill,
    }
    if request.method != "POST":
        return render(request, "packs/criteria_parts.html", context)
    if not may_fill:
        raise CannotAdminister(_("gói chương trình"))
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > LARGEST_TABLE:
        context["sentence"] = _("Hãy chọn tệp CSV đã điền, không quá %d MB.") % (LARGEST_TABLE // 1024**2)
        return render(request, "packs/criteria_parts.html", context, status=422)
    try:
        count = load_parts(code, clean_name(file.name or ""), file.read(), by=user.actor, at=moments.now())
    except FileRefused as refusal:
        context |= {"sentence": refusal.sentence, "mistakes": refusal.mistakes}
        return render(request, "packs/criteria_parts.html", context, status=422)
    said = _("Không có gì thay đổi.") if count is None else _("Đã điền %(count)d chỉ tiêu.") % {"count": count}
    messages.success(request, said)
    return redirect("criteria-parts", code)


def _show_part(part: Part, set_: CriteriaSet) -> tuple[Part, list[tuple[str, Decimal]]]:
    """With its thresholds, of all groups together or by the name of the group."""
    names = {one.code: in_reader_language(one.name_vi, one.name_en) for one in list_groups(set_)}
    return part, [(names.get(group, ""), value) for group, value in part.rule.thresholds]


def _send_parts(set_: CriteriaSet, rows: list[list[str]]) -> HttpResponse:
    # The byte order mark makes Excel read the letters right.
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="chi-tieu-{set_.code}.csv"'
    csv.writer(response).writerows(rows)
    return response
