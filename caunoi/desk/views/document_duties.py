"""What documents ask of units: how one went down the levels, and what is late or coming."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.document_inputs import DoneForm
from caunoi.desk.documents import STATE_LABELS, show_duties
from caunoi.desk.registers import read_day
from caunoi.documents.actions import mark_done
from caunoi.documents.cascade import Cascade, build_cascade
from caunoi.documents.errors import DocumentInvalid, DocumentNotYours, DocumentUnknown
from caunoi.documents.models import Deadline
from caunoi.documents.permissions import may_answer
from caunoi.documents.queries import get_document, list_open_duties
from caunoi.documents.rules.answering import STATES
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot

PAGE = 50


@never_cache
@require_safe
def document_cascade(request: HttpRequest, document_id: int) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    scope = scope_of(user, today)
    found = get_document(document_id, scope)
    day = min(read_day(request.GET.get("day", "")) or today, today)
    cascade = build_cascade(found, scope, day)
    context = {
        "document": found,
        "day": day,
        "today": today,
        "cascade": cascade,
        "totals": _show_totals(cascade),
        "states": [(state, STATE_LABELS[state]) for state in STATES],
    }
    return render(request, "desk/documents/cascade.html", context)


def _show_totals(cascade: Cascade) -> list[dict[str, object]]:
    """A row for each level, from above."""
    return [
        {
            "level": label,
            "counts": [(STATE_LABELS[state], cascade.totals[level][state]) for state in STATES],
            "all": sum(cascade.totals[level].values()),
        }
        for level, label in Level.choices
        if level in cascade.totals
    ]


@never_cache
@require_safe
def document_deadlines(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    duties = list_open_duties(scope_of(user, today))
    counts = {
        "late": duties.filter(deadline__due_on__lt=today).count(),
        "coming": duties.filter(deadline__due_on__gte=today).count(),
    }
    tab = request.GET.get("tab", "")
    tab = tab if tab in counts else "late" if counts["late"] else "coming"
    chosen = duties.filter(deadline__due_on__lt=today) if tab == "late" else duties.filter(deadline__due_on__gte=today)
    page = Paginator(chosen, PAGE).get_page(request.GET.get("page"))
    tabs = [("late", _("Quá hạn"), counts["late"]), ("coming", _("Sắp đến hạn"), counts["coming"])]
    lines = show_duties(list(page.object_list), user, today)
    shown = {"tab": tab, "tabs": tabs, "page": page, "lines": lines, "today": today}
    return render(request, "desk/documents/deadlines.html", shown)


@require_POST
def deadline_done(request: HttpRequest, deadline_id: int, unit_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    deadline = Deadline.objects.select_related("document").filter(pk=deadline_id, duties__org_unit=unit_id).first()
    if deadline is None:
        raise DocumentUnknown
    found = get_document(deadline.document_id, scope_of(user, today))
    if not may_answer(user, unit_id, today):
        raise DocumentNotYours(get_snapshot().name_on(unit_id, today))
    form = DoneForm(request.POST)
    if not form.is_valid():
        raise DocumentInvalid(" ".join(str(errors[0]) for errors in form.errors.values()))
    mark_done(
        deadline.pk, org_unit_id=unit_id, done_on=form.cleaned_data["done_on"], note=form.cleaned_data["note"],
        by=user.actor, at=at,
    )  # fmt: skip
    messages.success(request, _("Đã ghi là xong: %(what)s.") % {"what": deadline.what})
    return redirect("document-deadlines") if "back" in request.POST else redirect("document", found.pk)
