"""What meetings left to units: conclusions, requests and questions; late ones first, answered, published."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.documents import STATE_LABELS
from caunoi.desk.errors import PageUnknown
from caunoi.desk.meeting_inputs import MatterForm
from caunoi.desk.meetings import list_matter_cells, list_matter_headings, read_matter_filters, show_matters
from caunoi.desk.registers import list_unit_choices, read_day
from caunoi.desk.table_files import send_table
from caunoi.desk.views.meetings import show_meeting
from caunoi.documents.rules.answering import STATES
from caunoi.meetings.actions import add_matter, drop_matter, publish_answer, settle_matter, unsettle_matter
from caunoi.meetings.errors import MeetingInvalid
from caunoi.meetings.models import MatterSort
from caunoi.meetings.queries import count_matters, get_matter, get_meeting, list_matters

PAGE = 50


@never_cache
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    asked = read_matter_filters(request.GET, today)
    found = list_matters(scope_of(user, today), asked.filters, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "standing": count_matters(found, today),
        "page": page,
        "lines": show_matters(page.object_list, user, today),
        "sorts": MatterSort.choices,
        "states": [(state, STATE_LABELS[state]) for state in STATES],
        "units": list_unit_choices(user, today),
        "today": today,
        "back": "matters",
    }
    return render(request, "desk/meetings/matters.html", context)


@never_cache
@require_safe
def matters_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    user, today = cast(User, request.user), moments.today()
    filters = read_matter_filters(request.GET, today).filters
    lines = show_matters(list_matters(scope_of(user, today), filters, today), user, today)
    rows = (list_matter_cells(line) for line in lines)
    name = f"ket-luan-kien-nghi-cau-hoi-{today:%Y-%m-%d}.{kind}"
    return send_table(_("Việc sau họp"), list_matter_headings(), rows, name)


@require_POST
def matter_new(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    shown = show_meeting(found, user, at)
    form = MatterForm(request.POST, sorts=shown["matter_form"].fields["sort"].choices, day=moments.local_date(at))
    if form.is_valid():
        given = form.cleaned_data
        try:
            add_matter(
                found.pk, sort=given["sort"], what=given["what"], org_unit_id=form.unit_id, due_on=given["due_on"],
                by=user, at=at,
            )  # fmt: skip
        except MeetingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã ghi việc sau họp."))
            return redirect("meeting", found.pk)
    return render(request, "desk/meetings/meeting.html", shown | {"matter_form": form}, status=422)


@require_POST
def matter_step(request: HttpRequest, matter_id: int, step: str) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    matter = get_matter(matter_id, scope_of(user, moments.local_date(at)))
    because = request.POST.get("because", "")
    match step:
        case "settle":
            day = read_day(request.POST.get("done_on", ""))
            if day is None:
                raise MeetingInvalid(_("Hãy ghi ngày trả lời theo dạng 31/12/2025."))
            settle_matter(matter.pk, answer=request.POST.get("answer", ""), done_on=day, by=user, at=at)
        case "unsettle":
            unsettle_matter(matter.pk, because=because, by=user, at=at)
        case "publish" | "unpublish":
            publish_answer(matter.pk, published=step == "publish", by=user, at=at)
        case "drop":
            drop_matter(matter.pk, because=because, by=user, at=at)
        case _:
            raise PageUnknown
    messages.success(request, _("Đã ghi."))
    if request.POST.get("back") == "matters":
        return redirect("meeting-matters")
    return redirect("meeting", matter.meeting_id)
