"""The record that a closed meeting fills, made of its counts."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.forms.rules.filling import DAY
from caunoi.meetings.errors import MeetingStepImpossible
from caunoi.meetings.models import Meeting, MeetingState
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.queries import read_counts
from caunoi.meetings.rules.filling import WORDS
from caunoi.moments import local_date
from caunoi.records.actions.filling import fill_record


def work_out_answers(meeting: Meeting, at: datetime) -> dict[str, str]:
    """What its record would say now; empty of a kind that fills no form."""
    if not meeting.kind.form_code:
        return {}
    counts = read_counts([meeting], local_date(at))[meeting.pk]
    return WORDS.fill(meeting.kind.answers, counts, {DAY: meeting.day_to}, meeting.asked)


def send_record(meeting_id: int, *, by: User, at: datetime) -> bool:
    """Anew for a closed meeting whose counts changed since, as when a question was answered. False: nothing did."""
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update(of=("self",)).select_related("kind").get(pk=meeting_id)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        if meeting.state != MeetingState.CLOSED:
            raise MeetingStepImpossible(str(MeetingState(meeting.state).label))
        return write_record(meeting, by=by, at=at)


def write_record(meeting: Meeting, *, by: User, at: datetime) -> bool:
    """Inside the transaction of whoever holds the meeting. Raises what the door refuses."""
    answers = work_out_answers(meeting, at)
    if not answers:
        return False
    return fill_record(meeting, meeting.kind.form_code, answers, action="meeting.record", by=by, at=at)
