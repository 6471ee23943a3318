"""What is counted in a meeting: those present at each site, and what was spoken of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.meetings.actions.planning import lock_meeting
from caunoi.meetings.errors import DoorClosed, DoorUnknown, MeetingInvalid, MeetingNotYours
from caunoi.meetings.models import Meeting, MeetingState, Site, Topic, Turn
from caunoi.meetings.permissions import check_may_run
from caunoi.meetings.rules.life import is_door_open
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run
from caunoi.vietnamese_text import clean

MOST_PRESENT = 50_000
MOST_TOPICS = 50


def take_turns(key: str, nonces: Sequence[UUID], *, at: datetime) -> None:
    """Count these at a door. One that was counted before is not counted again. Raises DoorUnknown and DoorClosed.

    No line of audit: it would say when, and there is nobody to name.
    """
    with transaction.atomic():
        # Closing takes this lock too: a turn is counted before it, or refused after it.
        site = Site.objects.select_for_update().filter(key=key).first()
        if site is None:
            raise DoorUnknown
        meeting = Meeting.objects.get(pk=site.meeting_id)
        if not is_door_open(meeting.state, meeting.starts_at, meeting.ends_at, at):
            raise DoorClosed
        if Turn.objects.filter(site=site).count() + len(nonces) > MOST_PRESENT:
            raise DoorClosed
        Turn.objects.bulk_create([Turn(site=site, nonce=nonce) for nonce in nonces], ignore_conflicts=True)


def state_attendance(meeting_id: int, numbers: Mapping[int, int | None], *, by: User, at: datetime) -> None:
    """By site; None: what its door counted holds. An office states what was at its own site, the meeting's at all."""
    today = local_date(at)
    with transaction.atomic():
        meeting = lock_meeting(meeting_id, MeetingState.PLANNED)
        runs = may_run(by, meeting.org_unit_id, today)
        stated = {}
        for site in Site.objects.filter(meeting=meeting, pk__in=numbers):
            number = numbers[site.pk]
            if number == site.attendance:
                continue
            if not runs and not may_run(by, site.org_unit_id, today):
                raise MeetingNotYours(get_snapshot().path_name(site.org_unit_id, today))
            if number is not None and not 0 <= number <= MOST_PRESENT:
                raise MeetingInvalid(_("Số lượt ở mỗi điểm từ 0 đến 50.000."))
            stated[site.name] = [site.attendance, number]
            site.attendance = number
            site.save(update_fields=["attendance"])
        if stated:
            write_line("meeting.attendance", meeting.subject, {"sites": stated}, by=by.actor, at=at)


def add_topic(meeting_id: int, name: str, contributions: int, *, by: User, at: datetime) -> None:
    """Or another number for a topic that is there."""
    name = clean(name)
    with transaction.atomic():
        meeting = lock_meeting(meeting_id, MeetingState.PLANNED)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        if not name or len(name) > 200 or not 1 <= contributions <= 10_000:
            raise MeetingInvalid(_("Hãy ghi nội dung (nhiều nhất 200 ký tự) và số lượt phát biểu từ 1 đến 10.000."))
        if Topic.objects.filter(meeting=meeting).exclude(name=name).count() >= MOST_TOPICS:
            raise MeetingInvalid(
                _("Nhiều nhất 50 nội dung phát biểu trong một cuộc họp. Hãy gộp các nội dung gần nhau.")
            )
        Topic.objects.update_or_create(meeting=meeting, name=name, defaults={"contributions": contributions})
        detail = {"topic": name, "contributions": contributions}
        write_line("meeting.topic", meeting.subject, detail, by=by.actor, at=at)


def remove_topic(meeting_id: int, topic_id: int, *, by: User, at: datetime) -> None:
    with transaction.atomic():
        meeting = lock_meeting(meeting_id, MeetingState.PLANNED)
        check_may_run(by, meeting.org_unit_id, local_date(at))
        for topic in Topic.objects.filter(meeting=meeting, pk=topic_id):
            detail = {"topic": topic.name, "contributions": topic.contributions}
            topic.delete()
            write_line("meeting.topic-remove", meeting.subject, detail, by=by.actor, at=at)
