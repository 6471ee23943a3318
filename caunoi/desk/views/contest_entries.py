"""What is entered in a contest, and its files for whoever entered or organises."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.contests.actions import (
    add_entry,
)
from caunoi.contests.errors import ContestNotYours, ContestUnknown
from caunoi.contests.permissions import may_enter
from caunoi.desk.contest_inputs import EntryForm
from caunoi.desk.contests import may_enter_any, read_contest
from caunoi.desk.downloads import download
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

MOST_PLACES = 300


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def entry_new(request: HttpRequest, contest_id: int) -> HttpResponse:
    found, user, at = read_contest(request, contest_id)
    today = moments.local_date(at)
    if not may_enter_any(user, found, today):
        raise ContestNotYours(get_snapshot().path_name(found.org_unit_id, today))
    sent = request.method == "POST"
    form = EntryForm(request.POST if sent else None, request.FILES if sent else None, found, today)
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            add_entry(
                found.pk, kind=typed["kind"], org_unit_id=form.org_unit, name=typed["name"], title=typed["title"],
                files=form.prepared, by=user, at=at,
            )  # fmt: skip
        except Refusal as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã nộp bài dự thi."))
            return redirect("contest", found.pk)
    places = get_snapshot()
    near = [places.distinct_name_on(one, today) for one in places.children_on(found.org_unit_id, today)][:MOST_PLACES]
    shown = {"contest": found, "form": form, "places": near}
    return render(request, "desk/contests/entry.html", shown, status=422 if form.errors else 200)


@require_safe
def entry_file(request: HttpRequest, contest_id: int, entry_id: int, file_id: int) -> FileResponse:
    found, user, at = read_contest(request, contest_id)
    entry = found.entries.filter(pk=entry_id).select_related("entrant").first()
    if entry is None or not may_enter(user, found, entry.entrant.org_unit_id, moments.local_date(at)):
        raise ContestUnknown
    file = entry.files.filter(pk=file_id).select_related("stored").first()
    if file is None:
        raise ContestUnknown
    return download(file)
