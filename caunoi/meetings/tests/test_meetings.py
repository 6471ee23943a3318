from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.audit.models import AuditLine
from caunoi.meetings.actions import (
    add_matter,
    add_topic,
    change_meeting,
    drop_matter,
    plan_meeting,
    publish_answer,
    send_record,
    settle_matter,
    state_attendance,
    take_step,
    take_turns,
    unsettle_matter,
)
from caunoi.meetings.errors import (
    DoorClosed,
    DoorUnknown,
    MeetingHasRecord,
    MeetingInvalid,
    MeetingMoved,
    MeetingNotYours,
    MeetingStepImpossible,
    MeetingUnknown,
)
from caunoi.meetings.models import Matter, Meeting, Site, Turn
from caunoi.meetings.queries import MatterFilters, count_matters, get_meeting, list_matters, read_counts
from caunoi.meetings.tests.builders import AFTER, DAY, DURING, PLANNED_AT, Places, draft, make_world, plan
from caunoi.records.actions import withdraw
from caunoi.records.errors import NotAssigned
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.tests.builders import user
from caunoi.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def the_site(meeting: Meeting, online: bool = False) -> Site:
    return meeting.sites.get(online=online)


def close(meeting: Meeting, places: Places) -> Meeting:
    return take_step(meeting.pk, "close", asked={"so_tai_lieu": 30}, by=places.officer, at=AFTER)


# ---- Who sees and plans ---------------------------------------------------------------------------------------------


def test_a_meeting_is_seen_by_its_unit_those_above_and_those_invited_and_by_nobody_else(places: Places) -> None:
    meeting = plan(places, invited=(places.other.pk,))
    invited, stranger = user("bat-xat", (Role.VIEWER, places.other)), user("khac", (Role.VIEWER, places.village))

    for reader in (places.officer, places.above, invited):
        assert get_meeting(meeting.pk, scope_of(reader, DAY)) == meeting
    with pytest.raises(MeetingUnknown):
        get_meeting(meeting.pk, scope_of(stranger, DAY))


def test_only_who_enters_the_units_records_plans_changes_and_closes(places: Places) -> None:
    meeting = plan(places)
    viewer = user("xem", (Role.VIEWER, places.commune))

    for try_it in (
        lambda: change_meeting(meeting.pk, seen_number=1, draft=draft(), by=viewer, at=PLANNED_AT),
        lambda: take_step(meeting.pk, "cancel", because="mưa", by=viewer, at=PLANNED_AT),
        lambda: add_topic(meeting.pk, "đường", 2, by=viewer, at=DURING),
        lambda: state_attendance(meeting.pk, {the_site(meeting).pk: 5}, by=viewer, at=DURING),
    ):
        with pytest.raises(MeetingNotYours):
            try_it()


def test_a_change_by_somebody_else_meanwhile_is_told(places: Places) -> None:
    meeting = plan(places)
    change_meeting(meeting.pk, seen_number=1, draft=draft(title="Hội nghị khác"), by=places.officer, at=PLANNED_AT)

    with pytest.raises(MeetingMoved):
        change_meeting(meeting.pk, seen_number=1, draft=draft(), by=places.officer, at=PLANNED_AT)


def test_a_site_where_turns_were_counted_cannot_be_taken_out_and_keeps_its_code_otherwise(places: Places) -> None:
    meeting = plan(places)
    site = the_site(meeting)
    change_meeting(meeting.pk, seen_number=1, draft=draft(title="Khác"), by=places.officer, at=PLANNED_AT)
    assert the_site(meeting).key == site.key
    take_turns(site.key, [uuid4()], at=DURING)

    with pytest.raises(MeetingInvalid):
        change_meeting(meeting.pk, seen_number=2, draft=draft(halls=("Sân",)), by=places.officer, at=DURING)


# ---- The door -------------------------------------------------------------------------------------------------------


def test_a_turn_counts_once_however_often_it_comes_and_says_nothing_of_anybody(places: Places) -> None:
    site, lines = the_site(plan(places)), AuditLine.objects.count()
    one, two = uuid4(), uuid4()

    take_turns(site.key, [one], at=DURING)
    take_turns(site.key, [one, two, two], at=DURING)

    assert Turn.objects.filter(site=site).count() == 2
    assert {field.name for field in Turn._meta.fields} == {"id", "site", "nonce"}
    assert AuditLine.objects.count() == lines


def test_a_door_opens_and_closes_with_the_meeting(places: Places) -> None:
    meeting = plan(places)
    key = the_site(meeting).key

    with pytest.raises(DoorClosed):
        take_turns(key, [uuid4()], at=PLANNED_AT)
    take_turns(key, [uuid4()], at=DURING)
    close(meeting, places)
    with pytest.raises(DoorClosed):
        take_turns(key, [uuid4()], at=AFTER)
    take_step(meeting.pk, "reopen", because="đếm thiếu", by=places.officer, at=AFTER)
    take_turns(key, [UUID(int=7)], at=AFTER)
    with pytest.raises(DoorUnknown):
        take_turns("khong-co", [uuid4()], at=DURING)


def test_an_office_states_the_number_of_its_own_site_only(places: Places) -> None:
    meeting = plan(places, online=(places.other.pk,))
    there = user("bat-xat", (Role.RECORDER, places.other))

    state_attendance(meeting.pk, {the_site(meeting, online=True).pk: 25}, by=there, at=DURING)

    with pytest.raises(MeetingNotYours):
        state_attendance(meeting.pk, {the_site(meeting).pk: 40}, by=there, at=DURING)
    assert read_counts([meeting], DAY)[meeting.pk].attendances == 25


# ---- Closing, and the record it fills -------------------------------------------------------------------------------


def test_a_closed_meeting_fills_the_form_of_its_kind_through_the_door(places: Places) -> None:
    meeting = plan(places, online=(places.other.pk,))
    take_turns(the_site(meeting).key, [uuid4(), uuid4()], at=DURING)
    state_attendance(meeting.pk, {the_site(meeting, online=True).pk: 25}, by=places.officer, at=DURING)

    close(meeting, places)

    version = SubmissionVersion.objects.get()
    assert version.answers | {"ngay": "2026-03-10"} == version.answers
    assert (version.answers["so_luot"], version.answers["so_diem_cau"], version.answers["so_tai_lieu"]) == (
        "27", "1", "30",
    )  # fmt: skip
    assert version.submission.state == "submitted" and version.submission.org_unit_id == places.commune.pk


def test_reopened_and_closed_again_it_corrects_the_same_record(places: Places) -> None:
    meeting = plan(places)
    state_attendance(meeting.pk, {the_site(meeting).pk: 40}, by=places.officer, at=DURING)
    close(meeting, places)
    take_step(meeting.pk, "reopen", because="cộng sai", by=places.officer, at=AFTER)
    with pytest.raises(MeetingHasRecord):
        take_step(meeting.pk, "cancel", because="thôi", by=places.officer, at=AFTER)
    state_attendance(meeting.pk, {the_site(meeting).pk: 42}, by=places.officer, at=AFTER)

    closed = close(meeting, places)

    record = Submission.objects.get()
    assert (record.pk, record.current_number) == (closed.submission_id, 2)
    assert send_record(meeting.pk, by=places.officer, at=AFTER) is False, "nothing changed since"
    withdraw(record.pk, by=places.officer, at=AFTER, comment="trùng")
    take_step(meeting.pk, "reopen", because="làm lại", by=places.officer, at=AFTER)
    take_step(meeting.pk, "cancel", because="trùng", by=places.officer, at=AFTER)


def test_what_the_door_of_records_refuses_leaves_the_meeting_open(places: Places) -> None:
    meeting = plan_meeting(org_unit_id=places.province.pk, draft=draft(), by=places.above, at=PLANNED_AT)

    with pytest.raises(NotAssigned):
        take_step(meeting.pk, "close", by=places.above, at=AFTER)

    meeting.refresh_from_db()
    assert meeting.state == "planned" and not Submission.objects.exists()


def test_an_unlikely_count_waits_for_an_officer_like_in_any_record(places: Places) -> None:
    close(plan(places), places)  # nobody was counted

    version = SubmissionVersion.objects.get()
    assert [flag["question"] for flag in version.flags] == ["so_luot"]


def test_steps_that_are_not_possible_or_lack_a_reason_are_refused(places: Places) -> None:
    meeting = plan(places)

    with pytest.raises(MeetingInvalid):
        take_step(meeting.pk, "cancel", by=places.officer, at=PLANNED_AT)
    with pytest.raises(MeetingInvalid):
        take_step(meeting.pk, "close", by=places.officer, at=PLANNED_AT)
    with pytest.raises(MeetingStepImpossible):
        take_step(meeting.pk, "reopen", because="thử", by=places.officer, at=PLANNED_AT)


# ---- What it leaves to units ----------------------------------------------------------------------------------------


def left(meeting: Meeting, places: Places, sort: str = "conclusion", **given: object) -> Matter:
    values = {"what": "Hoàn thành mặt bằng", "org_unit_id": places.village.pk, "due_on": date(2026, 3, 31), **given}
    return add_matter(meeting.pk, sort=sort, by=places.officer, at=AFTER, **values)


def test_a_conclusion_is_a_task_of_its_unit_until_it_is_done_and_again_when_it_was_not(places: Places) -> None:
    matter = left(plan(places), places)
    task = Task.objects.get(subject=f"matter:{matter.pk}", done_at=None)
    assert (task.org_unit_id, task.due_on) == (places.village.pk, date(2026, 3, 31))
    head = user("truong-thon", (Role.RECORDER, places.village))

    settle_matter(matter.pk, answer="Đã xong", done_on=DAY, by=head, at=AFTER)
    assert not Task.objects.filter(done_at=None).exists()
    unsettle_matter(matter.pk, because="còn một hộ", by=head, at=AFTER)

    assert Task.objects.filter(subject=f"matter:{matter.pk}", done_at=None).exists()


def test_conclusions_of_a_cancelled_meeting_are_nobodys_tasks_until_it_is_restored(places: Places) -> None:
    meeting = plan(places)
    left(meeting, places)

    take_step(meeting.pk, "cancel", because="mưa", by=places.officer, at=AFTER)
    assert not Task.objects.filter(done_at=None).exists()
    take_step(meeting.pk, "restore", by=places.officer, at=AFTER)

    assert Task.objects.filter(done_at=None).count() == 1


def test_a_request_goes_to_a_unit_above_and_a_kind_has_only_what_it_asks(places: Places) -> None:
    meeting = plan(places)
    left(meeting, places, "request", org_unit_id=places.province.pk)

    for sort, org_unit in (("request", places.village), ("question", places.commune)):
        with pytest.raises(MeetingInvalid):
            left(meeting, places, sort, org_unit_id=org_unit.pk)


def test_an_answer_is_on_time_or_late_published_taken_back_and_dropped_ones_count_no_more(places: Places) -> None:
    meeting = plan(places, kind="doi_thoai")
    today = DAY + timedelta(days=30)
    scope = scope_of(places.officer, today)
    given = {"sort": "question", "org_unit_id": places.commune.pk}
    first, second, third = (left(meeting, places, what=f"Câu {i}", **given) for i in range(3))
    with pytest.raises(MeetingInvalid):
        publish_answer(first.pk, published=True, by=places.officer, at=AFTER)

    settle_matter(first.pk, answer="Tháng tới làm", done_on=DAY, by=places.officer, at=AFTER)
    publish_answer(first.pk, published=True, by=places.officer, at=AFTER)
    drop_matter(third.pk, because="trùng", by=places.officer, at=AFTER)

    found = list_matters(scope, MatterFilters(sort="question"), today)
    standing = count_matters(found, today)
    assert (standing.all, standing.answered, standing.on_time, standing.late) == (2, 1, 1, 1)
    assert list(list_matters(scope, MatterFilters(state="late"), today)) == [second]
    assert list(list_matters(scope, MatterFilters(text="cau 0"), today)) == [first]
