"""What is worth a look in the records below the reader's units, and marking it as seen."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.desk.checks import (
    checks_csv,
    list_check_rows,
    list_filtered,
    list_kinds,
    list_stretches,
    name_of_file,
    read_check_filters,
    scope_of_reader,
    walk_check_rows,
)
from caunoi.desk.table_files import send_csv
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.views.inbox import list_form_choices
from caunoi.facts.seeing import mark_seen
from caunoi.records.errors import VersionMoved

PAGE = 50


@never_cache
@require_safe
def checks(request: HttpRequest) -> HttpResponseBase:
    user, at = cast(User, request.user), moments.now()
    scope = scope_of_reader(user, moments.local_date(at))
    filters = read_check_filters(request.GET, scope, moments.local_date(at))
    if request.GET.get("format") == "csv":
        lines = checks_csv(walk_check_rows(scope, filters), request.build_absolute_uri("/").rstrip("/"))
        return send_csv(lines, name_of_file(filters, at))
    records = list_filtered(scope, filters)
    # A part is what is looked over while the reader waits; its findings come in pages.
    part = Paginator(list_stretches(records, filters.days.last), 1).get_page(request.GET.get("part"))
    stretch = next(iter(part.object_list), None)
    rows = list_check_rows(records, stretch, scope, filters) if stretch is not None else []
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "forms": list_form_choices(),
        "kinds": list_kinds(),
        "page": page,
        "rows": list(page.object_list),
        "part": part,
        "looked": None if stretch is None else (stretch.before + 1, stretch.before + stretch.records),
    }
    return render(request, "desk/collect/checks.html", context)


@require_POST
def submission_seen(request: HttpRequest, submission_id: int) -> HttpResponse:
    number = read_number(request.POST.get("number"))
    if number is None:
        raise VersionMoved
    mark_seen(
        submission_id,
        request.POST.get("kind", ""),
        request.POST.get("code", ""),
        number=number,
        note=request.POST.get("note", ""),
        by=cast(User, request.user),
        at=moments.now(),
    )
    messages.success(request, _("Đã ghi: đã xem, số này đúng."))
    return redirect("submission", submission_id)
