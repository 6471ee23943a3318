"""Meetings: the list, one meeting, planning and changing one, its calendar file."""

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
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.list_filters import read_sort
from caunoi.desk.meeting_inputs import MatterForm, MeetingForm, initial_of
from caunoi.desk.meetings import (
    MEETING_BADGES,
    list_cells,
    list_headings,
    list_holders,
    make_invitation,
    read_filters,
    show_lines,
    show_matters,
    show_sites,
    show_when,
)
from caunoi.desk.registers import list_unit_choices
from caunoi.desk.table_files import send_table
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.units import pick_unit
from caunoi.documents.rules.answering import OPEN
from caunoi.forms.queries import get_form, get_form_version, questions_of
from caunoi.forms.rules.filling import list_asked
from caunoi.languages import in_reader_language
from caunoi.meetings.actions import change_meeting, plan_meeting
from caunoi.meetings.actions.recording import work_out_answers
from caunoi.meetings.errors import MeetingInvalid, MeetingNotYours
from caunoi.meetings.models import MatterSort, Meeting, MeetingState
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.queries import SORTS, get_meeting, list_kinds, list_meetings, read_counts
from caunoi.meetings.rules.calendar import MEDIA_TYPE, write_calendar
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.filling import find_record
from caunoi.records.permissions import may_run

PAGE = 50
USUAL_SORT = "-starts"
# What a page of lines reads at once when all of them go into a file.
CHUNK = 500


@never_cache
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    page = Paginator(list_meetings(scope_of(user, today), asked.filters, sort), PAGE).get_page(request.GET.get("page"))
    context = {
        "asked": asked,
        "page": page,
        "sort": sort,
        "lines": show_lines(list(page.object_list), today),
        "kinds": [(one.code, in_reader_language(one.name_vi, one.name_en)) for one in list_kinds()],
        "states": MeetingState.choices,
        "units": list_unit_choices(user, today),
        "may_plan": bool(list_holders(user, today)),
    }
    return render(request, "desk/meetings/meetings.html", context)


@never_cache
@require_safe
def meetings_export(request: HttpRequest, kind: str) -> StreamingHttpResponse:
    """All that the list's filters match."""
    user, today = cast(User, request.user), moments.today()
    asked, sort = read_filters(request.GET, today), read_sort(request.GET, SORTS, USUAL_SORT)
    found = list(list_meetings(scope_of(user, today), asked.filters, sort))
    chunks = (show_lines(found[start : start + CHUNK], today) for start in range(0, len(found), CHUNK))
    rows = (list_cells(line) for chunk in chunks for line in chunk)
    return send_table(_("Cuộc họp"), list_headings(), rows, f"cuoc-hop-{today:%Y-%m-%d}.{kind}")


@never_cache
@require_safe
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    return render(request, "desk/meetings/meeting.html", show_meeting(found, user, at))


def show_meeting(found: Meeting, user: User, at: datetime) -> dict[str, Any]:
    today, places = moments.local_date(at), get_snapshot()
    matters = show_matters(found.matters.select_related("meeting"), user, today)
    sorts = _list_sorts(found)
    record = find_record(found)
    runs = may_run(user, found.org_unit_id, today)
    sites = show_sites(found, user, today)
    invited = list(found.units.filter(invited=True))
    return {
        "meeting": found,
        "badge": MEETING_BADGES[found.state],
        "when": show_when(found),
        "unit": places.path_name(found.org_unit_id, found.day_to),
        "unit_names": [places.path_name(one, today) for one in _list_near(found, today)],
        "sites": sites,
        "may_count": any(site.may_count for site in sites),
        "invited": [places.name_on(one.org_unit_id, found.day_to) for one in invited[:100]],
        "invited_count": len(invited),
        "offices": invited[0].offices if invited else "",
        "topics": list(found.topics.all()),
        "groups": [(sort, label, [one for one in matters if one.sort == sort]) for sort, label in sorts],
        "matter_form": MatterForm(sorts=sorts, day=today),
        "counts": read_counts([found], today)[found.pk],
        "record": record,
        "record_differs": found.state == MeetingState.CLOSED and work_out_answers(found, at) != found.recorded,
        "asks": _list_questions(found) if runs and found.state == MeetingState.PLANNED else [],
        "fills": get_form(found.kind.form_code) if found.kind.form_code else None,
        "has_begun": found.starts_at <= at,
        "today": today,
        "may_run": runs,
        "open": OPEN,
    }


def _list_sorts(found: Meeting) -> list[tuple[str, str]]:
    asks = {MatterSort.CONCLUSION.value, *found.kind.asks}
    return [(value, str(label)) for value, label in MatterSort.choices if value in asks]


def _list_near(found: Meeting, today: Any) -> list[int]:
    """To choose from: the meeting's own unit, those above and right below it, and those invited."""
    places = get_snapshot()
    own = found.org_unit_id
    near = [own, *places.ancestors_on(own, today), *places.children_on(own, today)]
    near += found.units.values_list("org_unit_id", flat=True)
    return list(dict.fromkeys(unit for unit in near if places.exists_on(unit, today)))[:300]


def _list_questions(found: Meeting) -> list[tuple[str, str, Any]]:
    """(question, its label for the reader, what was answered before) of what the closing asks."""
    if not found.kind.form_code:
        return []
    questions = {one.name: one for one in questions_of(get_form_version(found.kind.form_code))}
    lines = []
    for name in list_asked(found.kind.answers):
        labels = questions[name].labels if name in questions else {}
        lines.append(
            (name, in_reader_language(labels.get("vi", name), labels.get("en", name)), found.asked.get(name, ""))
        )
    return lines


@require_safe
def meeting_calendar(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    answer = HttpResponse(write_calendar(make_invitation(found, at)), content_type=MEDIA_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="giay-moi-{found.pk}.ics"'
    return answer


# ---- Planning and changing ------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: HttpRequest) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    units = list_holders(user, moments.local_date(at))
    unit = pick_unit(request, units, MeetingNotYours)
    form = MeetingForm(request.POST or None, unit_id=unit.id, initial={"day": moments.local_date(at)})
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            made = plan_meeting(org_unit_id=unit.id, draft=form.draft, by=user, at=at)
        except MeetingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã lên lịch. Tải giấy mời để gửi các đơn vị, in mã QR để dán ở cửa."))
            return redirect("meeting", made.pk)
    shown = {"form": form, "units": units, "unit": unit}
    return render(request, "desk/meetings/edit.html", shown, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    today = moments.local_date(at)
    found = get_meeting(meeting_id, scope_of(user, today))
    check_may_run(user, found.org_unit_id, today)
    form = MeetingForm(request.POST or None, unit_id=found.org_unit_id, initial=initial_of(found))
    number = request.POST.get("number", str(found.number))
    if request.method == "POST" and form.is_valid() and form.draft is not None:
        try:
            change_meeting(found.pk, seen_number=read_number(number) or 0, draft=form.draft, by=user, at=at)
        except MeetingInvalid as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, _("Đã sửa. Ai đã tải giấy mời thì tải lại để lịch của họ được sửa theo."))
            return redirect("meeting", found.pk)
    shown = {"form": form, "meeting": found, "number": number}
    return render(request, "desk/meetings/edit.html", shown, status=422 if form.errors else 200)
