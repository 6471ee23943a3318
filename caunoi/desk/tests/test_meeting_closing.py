"""What an officer is asked when a meeting is closed, and what becomes of it in the record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from caunoi import moments
from caunoi.desk.tests.builders import signed_in
from caunoi.meetings.actions import plan_meeting, state_attendance
from caunoi.meetings.models import Meeting
from caunoi.meetings.tests.builders import Places, draft, make_world
from caunoi.records.models import SubmissionVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def attended(places: Places) -> Meeting:
    """It began an hour ago; its form asks how many booklets were handed out."""
    at = moments.now()
    times = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(hours=1)}
    meeting = plan_meeting(org_unit_id=places.commune.pk, draft=draft(**times), by=places.officer, at=at)
    state_attendance(meeting.pk, {meeting.sites.get().pk: 40}, by=places.officer, at=at)
    return meeting


@pytest.mark.parametrize(("typed", "sent"), [("30", "30"), ("1.200", "1200"), ("0", "0")])
def test_what_was_answered_is_sent(places: Places, typed: str, sent: str) -> None:
    meeting, office = attended(places), signed_in(places.officer)

    office.post(f"/meetings/{meeting.pk}/steps/close/", {"asked-so_tai_lieu": typed})

    assert str(SubmissionVersion.objects.get().answers["so_tai_lieu"]) == sent


def test_what_was_not_answered_is_missing_and_the_form_says_so(places: Places) -> None:
    meeting, office = attended(places), signed_in(places.officer)

    office.post(f"/meetings/{meeting.pk}/steps/close/", {"asked-so_tai_lieu": ""})

    sent = SubmissionVersion.objects.get()
    assert "so_tai_lieu" not in sent.answers
    assert "so_tai_lieu" in str(sent.flags)
    assert sent.answers["so_luot"] in ("40", 40)


def test_what_is_no_whole_number_is_refused_by_its_question_and_the_meeting_stays_open(places: Places) -> None:
    meeting, office = attended(places), signed_in(places.officer)

    refused = office.post(f"/meetings/{meeting.pk}/steps/close/", {"asked-so_tai_lieu": "ba mươi"})

    assert refused.status_code == 400
    assert "Câu “Số cuốn tài liệu cấp phát”: “ba mươi” không phải số nguyên" in refused.content.decode()
    meeting.refresh_from_db()
    assert meeting.state == "planned" and not SubmissionVersion.objects.exists()
