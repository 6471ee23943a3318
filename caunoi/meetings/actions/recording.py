"""The record that a closed meeting fills: made of its counts, sent through the one door, corrected by a new version."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.forms.rules.filling import DAY
from caunoi.meetings.errors import MeetingStepImpossible
from caunoi.meetings.models import Meeting, MeetingState
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.queries import read_counts
from caunoi.meetings.rules.filling import WORDS
from caunoi.moments import local_date
from caunoi.records.actions import Incoming, receive
from caunoi.records.models import Submission


def find_record(meeting: Meeting) -> Submission | None:
    """None also once it was withdrawn: another one may be filled then."""
    found = Submission.objects.filter(pk=meeting.submission_id).first() if meeting.submission_id else None
    return None if found is None or found.state == State.WITHDRAWN else found


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
    record = find_record(meeting)
    if not answers or (record is not None and answers == meeting.recorded):
        return False
    instance_id = f"uuid:{uuid.uuid4()}"
    received = receive(
        Incoming(
            meeting.kind.form_code, meeting.org_unit_id, at, answers=answers, entered_by=by, instance_id=instance_id,
            deprecated_id=meeting.instance_id if record is not None else None,
        ),
        by=by.actor,
        at=at,
    )  # fmt: skip
    meeting.submission_id, meeting.instance_id, meeting.recorded = received.submission_id, instance_id, answers
    meeting.save(update_fields=["submission_id", "instance_id", "recorded"])
    detail = {"submission": received.submission_id, "version": received.number, "answers": answers}
    write_line("meeting.record", f"meeting:{meeting.pk}", detail, by=by.actor, at=at)
    return True
