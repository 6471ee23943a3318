"""The list of contests that a reader may see, and the same as a file."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.contests.models import ContestState
from caunoi.contests.people import list_overdue
from caunoi.contests.queries import (
    SORTS,
    is_appointed,
    list_contests,
    list_judging,
)
from caunoi.desk.contests import (
    list_holders,
    read_filters,
    show_lines,
)
from caunoi.desk.list_filters import read_sort
from caunoi.desk.table_files import send_table

PAGE = 50


@never_cache
@require_safe
def contests(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    asked, sort = read_filters(request.GET), read_sort(request.GET, SORTS, "-day")
    found = list_contests(user, scope_of(user, today), asked.filters, today, sort)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {
        "asked": asked,
        "sort": sort,
        "page": page,
        "lines": show_lines(page.object_list),
        "states": ContestState.choices,
        "judging": list_judging(user),
        "appointed": is_appointed(user),
        "may_plan": bool(list_holders(user, today)),
        "overdue": list({one.contest_id: one.contest for one in list_overdue(user, at)}.values()),
    }
    return render(request, "desk/contests/contests.html", shown)


@never_cache
@require_safe
def contests_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match; nobody who enters or judges is named."""
    user, today = cast(User, request.user), moments.today()
    sort = read_sort(request.GET, SORTS, "-day")
    found = list_contests(user, scope_of(user, today), read_filters(request.GET).filters, today, sort)
    headings = [_("Tên hội thi"), _("Loại"), _("Đơn vị tổ chức"), _("Ngày"), _("Tình trạng"), _("Số bài")]
    rows = ([line.title, line.kind, line.unit, line.when, line.state, str(line.entries)] for line in show_lines(found))
    return send_table(_("Hội thi"), headings, rows, f"hoi-thi-{today:%Y-%m-%d}.{kind}")
