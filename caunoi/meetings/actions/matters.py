"""What a meeting leaves to units: conclusions to carry out, requests and questions to answer."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.meetings.actions.planning import CONCLUSION_TASK, concern, lock_meeting, open_conclusion
from caunoi.meetings.errors import MeetingInvalid, MeetingNotYours
from caunoi.meetings.models import Matter, MatterSort, Meeting, MeetingState
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.rules.life import LONGEST_REASON
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run
from caunoi.tasks.actions import close_tasks
from caunoi.vietnamese_text import clean, fold

LONGEST = 2_000


def add_matter(
    meeting_id: int, *, sort: str, what: str, org_unit_id: int, due_on: date, by: User, at: datetime
) -> Matter:
    """`org_unit_id`: who has to do or answer it: of a request a unit above, of the others any. Also of a closed one:
    conclusions are often written down the day after. Raises MeetingInvalid, MeetingNotYours, MeetingStepImpossible."""
    what = clean(what)
    with transaction.atomic():
        meeting = lock_meeting(meeting_id, MeetingState.PLANNED, MeetingState.CLOSED)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        _check_new(meeting, sort, what, org_unit_id, due_on)
        matter = Matter.objects.create(
            meeting=meeting, sort=sort, what=what, words=fold(what), org_unit_id=org_unit_id, due_on=due_on
        )
        concern(meeting, {org_unit_id: False})
        if sort == MatterSort.CONCLUSION:
            open_conclusion(matter, at=at)
        places = get_snapshot()
        detail = {"sort": sort, "unit": places.units[org_unit_id].key, "due_on": due_on.isoformat(), "what": what}
        write_line("meeting.matter", meeting.subject, detail, by=by.actor, at=at)
    return matter


def _check_new(meeting: Meeting, sort: str, what: str, unit: int, due_on: date) -> None:
    places = get_snapshot()
    if sort not in MatterSort.values or (sort != MatterSort.CONCLUSION and sort not in meeting.kind.asks):
        raise MeetingInvalid(_("Loại cuộc họp này không ghi mục đó."))
    if not what or len(what) > LONGEST:
        raise MeetingInvalid(_("Hãy ghi nội dung, nhiều nhất 2.000 ký tự."))
    if due_on < meeting.day_to:
        raise MeetingInvalid(_("Hạn không được trước ngày họp."))
    if sort == MatterSort.REQUEST and unit not in places.ancestors_on(meeting.org_unit_id, meeting.day_to):
        raise MeetingInvalid(
            _("Kiến nghị phải gửi một đơn vị cấp trên của %(unit)s.")
            % {"unit": places.name_on(meeting.org_unit_id, meeting.day_to)}
        )


def settle_matter(matter_id: int, *, answer: str, done_on: date, by: User, at: datetime) -> Matter:
    """It is done or answered, in these words. Once more: in other words, or on another day."""
    answer = clean(answer)
    with transaction.atomic():
        matter = _lock(matter_id, by, at)
        if not answer or len(answer) > LONGEST:
            raise MeetingInvalid(_("Hãy ghi đã làm gì hoặc trả lời thế nào, nhiều nhất 2.000 ký tự."))
        if not matter.meeting.day_to <= done_on <= local_date(at):
            raise MeetingInvalid(_("Ngày trả lời phải từ ngày họp đến hôm nay."))
        old = None if matter.done_on is None else {"done_on": matter.done_on.isoformat(), "answer": matter.answer}
        matter.answer, matter.done_on, matter.done_by = answer, done_on, str(by)
        matter.save()
        _close_task(matter, at)
        detail = {"matter": matter.pk, "done_on": done_on.isoformat(), "answer": answer, "old": old}
        write_line("meeting.matter-settle", f"meeting:{matter.meeting_id}", detail, by=by.actor, at=at)
    return matter


def unsettle_matter(matter_id: int, *, because: str, by: User, at: datetime) -> None:
    """Not done after all: open again, and no longer published."""
    because = clean(because)
    with transaction.atomic():
        matter = _lock(matter_id, by, at)
        if not because:
            raise MeetingInvalid(_("Hãy ghi lý do."))
        old = {"done_on": matter.done_on.isoformat() if matter.done_on else "", "answer": matter.answer}
        matter.answer, matter.done_on, matter.done_by, matter.published_on = "", None, "", None
        matter.save()
        if matter.sort == MatterSort.CONCLUSION:
            open_conclusion(matter, at=at)
        detail = {"matter": matter.pk, "because": because, "old": old}
        write_line("meeting.matter-unsettle", f"meeting:{matter.meeting_id}", detail, by=by.actor, at=at)


def publish_answer(matter_id: int, *, published: bool, by: User, at: datetime) -> None:
    """Whether the answer was made public, since today. A conclusion has none to publish."""
    with transaction.atomic():
        matter = _lock(matter_id, by, at)
        if matter.done_on is None or matter.sort == MatterSort.CONCLUSION:
            raise MeetingInvalid(_("Chỉ công khai được câu hỏi, kiến nghị đã có trả lời."))
        if published == (matter.published_on is not None):
            return
        matter.published_on = local_date(at) if published else None
        matter.save(update_fields=["published_on"])
        detail = {"matter": matter.pk, "published": published}
        write_line("meeting.matter-publish", f"meeting:{matter.meeting_id}", detail, by=by.actor, at=at)


def drop_matter(matter_id: int, *, because: str, by: User, at: datetime) -> None:
    """Entered by mistake or taken back: it stays with its reason, and counts no more."""
    because = clean(because)
    with transaction.atomic():
        matter = Matter.objects.get(pk=matter_id)
        meeting = lock_meeting(matter.meeting_id, MeetingState.PLANNED, MeetingState.CLOSED)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        if not because:
            raise MeetingInvalid(_("Hãy ghi lý do."))
        if len(because) > LONGEST_REASON:
            raise MeetingInvalid(_("Lý do dài nhất 500 ký tự. Hãy viết gọn lại."))
        matter.dropped_because = because
        matter.save(update_fields=["dropped_because"])
        _close_task(matter, at)
        detail = {"matter": matter.pk, "because": because}
        write_line("meeting.matter-drop", meeting.subject, detail, by=by.actor, at=at)


def _lock(matter_id: int, by: User, at: datetime) -> Matter:
    """Of a meeting that was not cancelled, for somebody of the unit that has to answer or of the meeting's own."""
    today = local_date(at)
    meeting_id = Matter.objects.values_list("meeting_id", flat=True).get(pk=matter_id)
    meeting = lock_meeting(meeting_id, MeetingState.PLANNED, MeetingState.CLOSED)
    matter = Matter.objects.get(pk=matter_id)
    matter.meeting = meeting
    if not may_run(by, matter.org_unit_id, today) and not may_run(by, meeting.org_unit_id, today):
        raise MeetingNotYours(get_snapshot().path_name(matter.org_unit_id, today))
    if matter.dropped_because:
        raise MeetingInvalid(_("Mục này đã bỏ."))
    return matter


def _close_task(matter: Matter, at: datetime) -> None:
    if matter.sort == MatterSort.CONCLUSION:
        close_tasks(CONCLUSION_TASK, [f"matter:{matter.pk}"], at=at)
