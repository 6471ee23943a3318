"""A meeting while it is held and after: attendance, topics, closing and opening again, its record, its minutes."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.asked_numbers import label_asked, read_asked
from caunoi.desk.typed_numbers import read_count
from caunoi.meetings.actions import add_topic, remove_topic, send_record, state_attendance, take_step
from caunoi.meetings.errors import MeetingInvalid
from caunoi.meetings.minutes import make_minutes
from caunoi.meetings.queries import get_meeting

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STEP_SAID = {
    "close": gettext_lazy("Đã kết thúc cuộc họp; điểm danh đã đóng."),
    "reopen": gettext_lazy("Đã mở lại cuộc họp."),
    "cancel": gettext_lazy("Đã hủy cuộc họp."),
    "restore": gettext_lazy("Đã khôi phục cuộc họp."),
}


@require_POST
def meeting_step(request: HttpRequest, meeting_id: int, step: str) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    labels = label_asked(found.kind.form_code, found.kind.answers) if step == "close" else {}
    asked = read_asked(request.POST, labels)
    take_step(found.pk, step, because=request.POST.get("because", ""), asked=asked, by=user, at=at)
    messages.success(request, str(STEP_SAID[step]))
    return redirect("meeting", found.pk)


@require_POST
def meeting_record(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    if send_record(found.pk, by=user, at=at):
        messages.success(request, _("Đã gửi bản sửa của phiếu; người duyệt sẽ xem lại."))
    return redirect("meeting", found.pk)


@require_POST
def meeting_attendance(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """A box that was left empty takes the stated number back: the door's count holds."""
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    numbers = {
        site.pk: _read_number(request, f"site-{site.pk}")
        for site in found.sites.all()
        if f"site-{site.pk}" in request.POST
    }
    state_attendance(found.pk, numbers, by=user, at=at)
    messages.success(request, _("Đã ghi số lượt người dự."))
    return redirect("meeting", found.pk)


def _read_number(request: HttpRequest, name: str) -> int | None:
    """None for an empty box. Raises MeetingInvalid for what is no whole number."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    number = read_count(text)
    if number is None:
        raise MeetingInvalid(_("“%(text)s” không phải số nguyên từ 0 trở lên. Hãy ghi lại.") % {"text": text[:40]})
    return number


@require_POST
def meeting_topic(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    number = _read_number(request, "contributions") or 0
    add_topic(found.pk, request.POST.get("name", ""), number, by=user, at=at)
    messages.success(request, _("Đã ghi nội dung phát biểu."))
    return redirect("meeting", found.pk)


@require_POST
def meeting_topic_remove(request: HttpRequest, meeting_id: int, topic_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    remove_topic(found.pk, topic_id, by=user, at=at)
    messages.success(request, _("Đã bỏ nội dung phát biểu."))
    return redirect("meeting", found.pk)


@require_safe
def meeting_minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    user, at = cast(User, request.user), moments.now()
    found = get_meeting(meeting_id, scope_of(user, moments.local_date(at)))
    answer = HttpResponse(make_minutes(found, at), content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="bien-ban-{found.pk}.docx"'
    return answer
