from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from caunoi import events
from caunoi.accounts.models import Role, User
from caunoi.approvals.errors import AlreadyDone, CommentMissing, OwnApproval, StepImpossible, StepNotAllowed
from caunoi.approvals.models import ApprovalStep
from caunoi.audit.models import AuditLine
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnitSpell
from caunoi.records import actions
from caunoi.records.errors import SubmissionUnknown, VersionMoved
from caunoi.records.events import (
    SubmissionReturned,
    SubmissionsWithdrawn,
    VersionsApproved,
    VersionsArrived,
)
from caunoi.records.queries import list_waiting_for
from caunoi.records.tests.builders import AT, publish, report, send, sending, stored, unit, user
from caunoi.tasks.models import Task

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


class Places:
    """A district with two communes; a village in each."""

    def __init__(self) -> None:
        self.district = unit("Huyện Bát Xát", "district")
        self.commune = unit("Xã Bản Qua", "commune", self.district)
        self.village = unit("Thôn 1", "village", self.commune)
        self.other_commune = unit("Xã Mường Vi", "commune", self.district)


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def heard() -> Iterator[list[object]]:
    said: list[object] = []
    kinds = (VersionsArrived, VersionsApproved, SubmissionReturned, SubmissionsWithdrawn)
    for kind in kinds:
        events.on(kind, said.append)
    yield said
    for kind in kinds:
        events._handlers[kind].remove(said.append)


def officer(places: Places, role: Role = Role.APPROVER) -> User:
    return user("Hoàng Thị Lan", (role, places.commune))


def test_an_officer_approves_and_the_record_enters_the_approved_book(places: Places, heard: list[object]) -> None:
    publish("bao_cao_thang_thon")
    received = send(report(places.village))

    actions.approve(received.submission_id, by=officer(places), at=LATER)

    submission = stored(received)
    assert (submission.state, submission.approved_number) == ("approved", 1)
    approved = heard[-1]
    assert isinstance(approved, VersionsApproved)
    assert [(one.version_id, one.previous_version_id) for one in approved.versions] == [(received.version_id, None)]
    step = ApprovalStep.objects.get(step="approve")
    assert (step.subject, step.number, step.by_name) == (f"submission:{submission.pk}", 1, "Hoàng Thị Lan")
    line = AuditLine.objects.last()
    assert line is not None and line.action == "submission.approve"


def test_pressing_approve_twice_is_said_politely_and_changes_nothing(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    actions.approve(received.submission_id, by=by, at=LATER)
    steps = ApprovalStep.objects.count()

    with pytest.raises(AlreadyDone, match="không có gì thay đổi"):
        actions.approve(received.submission_id, by=by, at=LATER)
    assert ApprovalStep.objects.count() == steps


def test_returning_needs_a_comment_and_opens_a_task_that_the_correction_closes(
    places: Places, heard: list[object]
) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)

    with pytest.raises(CommentMissing):
        actions.return_(received.submission_id, by=by, at=LATER, comment=" ")
    actions.return_(received.submission_id, by=by, at=LATER, comment="Số lượt dự chưa khớp biên bản.")

    assert stored(received).state == "returned"
    assert Task.objects.get().note == "Số lượt dự chưa khớp biên bản."
    assert any(isinstance(event, SubmissionReturned) for event in heard)
    corrected = send(report(places.village, so_luot_du="55"))
    assert (corrected.state, corrected.number) == ("submitted", 2)
    assert Task.objects.get().done_at is not None


def test_a_new_version_of_an_approved_record_replaces_it_only_when_approved(
    places: Places, heard: list[object]
) -> None:
    publish("bao_cao_thang_thon")
    first, by = send(report(places.village)), officer(places)
    actions.approve(first.submission_id, by=by, at=LATER)

    second = send(report(places.village, so_luot_du="55"))
    assert (stored(second).state, stored(second).approved_number) == ("submitted", 1)
    actions.approve(first.submission_id, by=by, at=LATER)

    approved = [event for event in heard if isinstance(event, VersionsApproved)][-1].versions[0]
    assert (approved.version_id, approved.previous_version_id) == (second.version_id, first.version_id)
    assert stored(second).approved_number == 2


def test_approving_a_flagged_record_puts_it_into_both_books(places: Places, heard: list[object]) -> None:
    publish("bao_cao_thang_thon")
    first, by = send(report(places.village)), officer(places)
    actions.approve(first.submission_id, by=by, at=LATER)
    second = send(report(places.village, so_luot_du="55"))
    third = send(report(places.village, so_da_tra_loi="9"))
    heard.clear()

    actions.approve(third.submission_id, by=by, at=LATER)

    arrived, approved = heard
    assert isinstance(arrived, VersionsArrived) and isinstance(approved, VersionsApproved)
    assert [(one.version_id, one.previous_version_id) for one in arrived.versions] == [
        (third.version_id, second.version_id)
    ]
    assert [(one.version_id, one.previous_version_id) for one in approved.versions] == [
        (third.version_id, first.version_id)
    ]
    assert not any(one.flagged for event in (arrived, approved) for one in event.versions)
    assert stored(third).reported_number == stored(third).approved_number == 3


def test_withdrawing_takes_the_record_out_of_both_books_with_a_reason(places: Places, heard: list[object]) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)

    actions.withdraw(received.submission_id, by=by, at=LATER, comment="Gửi nhầm thôn")

    assert stored(received).state == "withdrawn"
    assert heard[-1] == SubmissionsWithdrawn([received.submission_id], LATER)
    with pytest.raises(StepImpossible):
        actions.approve(received.submission_id, by=by, at=LATER)


def test_a_locked_record_opens_only_for_the_programme_manager_with_a_reason(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    manager = user("Phạm Văn Nam", (Role.PROGRAMME_MANAGER, places.district))
    actions.approve(received.submission_id, by=by, at=LATER)

    actions.lock(received.submission_id, by=by, at=LATER)

    with pytest.raises(StepNotAllowed):
        actions.unlock(received.submission_id, by=by, at=LATER, comment="Sửa số")
    actions.unlock(received.submission_id, by=manager, at=LATER, comment="Sửa số theo kết luận kiểm tra")
    assert stored(received).state == "approved"


def test_nobody_approves_what_they_entered_where_the_assignment_forbids_it(places: Places) -> None:
    publish("bao_cao_thang_thon")
    both = user("Lù A Sinh", (Role.RECORDER, places.village), (Role.APPROVER, places.commune))
    received = send(report(places.village, entered_by=both))

    with pytest.raises(OwnApproval):
        actions.approve(received.submission_id, by=both, at=LATER)
    assert actions.approve_many([received.submission_id], by=both, at=LATER).approved == ()

    publish(
        "bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", self_approval_allowed=True)
    )
    actions.approve(received.submission_id, by=both, at=LATER)


def test_only_the_approval_level_or_above_decides(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received = send(report(places.village))
    below = user("Trưởng thôn", (Role.APPROVER, places.village))
    above = user("Cán bộ huyện", (Role.APPROVER, places.district))
    beside = user("Cán bộ xã bên", (Role.APPROVER, places.other_commune))
    viewer = user("Người xem", (Role.VIEWER, places.commune))

    for one in (below, viewer):
        with pytest.raises(StepNotAllowed):
            actions.approve(received.submission_id, by=one, at=LATER)
    with pytest.raises(SubmissionUnknown):
        actions.approve(received.submission_id, by=beside, at=LATER)
    actions.approve(received.submission_id, by=above, at=LATER)


def test_a_role_that_ended_decides_nothing(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    by.grants.update(to_day=date(2023, 6, 1))

    with pytest.raises(SubmissionUnknown):
        actions.approve(received.submission_id, by=by, at=LATER)


def test_an_officer_does_not_approve_a_version_they_have_not_seen(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    send(report(places.village, so_luot_du="55"))

    with pytest.raises(VersionMoved):
        actions.approve(received.submission_id, by=by, at=LATER, number=1)
    actions.approve(received.submission_id, by=by, at=LATER, number=2)


def test_approving_many_approves_what_can_be_and_names_the_rest(places: Places) -> None:
    publish("bao_cao_thang_thon")
    by = officer(places)
    mine = send(report(places.village, "2023-05")).submission_id
    done = send(report(places.village, "2023-04")).submission_id
    actions.approve(done, by=by, at=LATER)
    elsewhere = send(report(unit("Thôn 9", "village", places.other_commune))).submission_id
    lines = AuditLine.objects.count()

    result = actions.approve_many([mine, done, elsewhere, 10**9, mine], by=by, at=LATER)

    assert result.approved == (mine,)
    assert [pk for pk, _sentence in result.refused] == [done, elsewhere, 10**9]
    assert "đã duyệt" in result.refused[0][1]
    assert AuditLine.objects.count() == lines + 1


def test_returning_many_sends_all_back_with_one_comment_or_none(places: Places) -> None:
    publish("bao_cao_thang_thon")
    by = officer(places)
    other = unit("Thôn 2", "village", places.commune)
    received = [send(report(one)) for one in (places.village, other)]
    ids = [one.submission_id for one in received]

    with pytest.raises(SubmissionUnknown):
        actions.return_many([*ids, 10**9], by=by, at=LATER, comment="Đề nghị kiểm tra lại.")
    assert {stored(one).state for one in received} == {"submitted"}
    actions.return_many(ids, by=by, at=LATER, comment="Đề nghị kiểm tra lại.")

    assert {stored(one).state for one in received} == {"returned"}
    assert [task.note for task in Task.objects.all()] == ["Đề nghị kiểm tra lại."] * 2


def test_without_approval_needed_a_flagged_record_waits_for_any_approver_above(places: Places) -> None:
    publish("bao_cao_thang_thon", AssignmentRow("village", "month"))
    received = send(report(places.village, so_da_tra_loi="9"))

    actions.approve(received.submission_id, by=officer(places), at=LATER)

    assert stored(received).state == "approved"


def test_every_step_is_told_in_order(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    actions.return_(received.submission_id, by=by, at=LATER, comment="Xem lại")
    send(report(places.village, so_luot_du="55"))
    actions.approve(received.submission_id, by=by, at=LATER)

    steps = ApprovalStep.objects.filter(subject=f"submission:{received.submission_id}")
    assert list(steps.values_list("number", "step", "to_state")) == [
        (1, "submit", "submitted"),
        (1, "return", "returned"),
        (2, "correct", "submitted"),
        (2, "approve", "approved"),
    ]


def test_a_record_is_withdrawn_at_the_version_it_was_seen_at_only(places: Places) -> None:
    publish("bao_cao_thang_thon")
    received, by = send(report(places.village)), officer(places)
    send(report(places.village, so_luot_ho="6"))

    with pytest.raises(VersionMoved):
        actions.withdraw(received.submission_id, by=by, at=LATER, comment="Nhầm tháng.", number=1)
    actions.withdraw(received.submission_id, by=by, at=LATER, comment="Nhầm tháng.", number=2)

    assert stored(received).state == "withdrawn"


def test_the_new_commune_decides_about_its_own_report_of_the_year_it_began_and_its_villages_month(
    places: Places,
) -> None:
    began = date(2023, 6, 1)
    new = unit("Xã Quang Kim", "commune", places.district, from_=began)
    village = unit("Thôn 2", "village", new)
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", cut_off=15, approval_level="commune"))
    publish("van_hoa_nam", AssignmentRow("commune", "year", approval_level="commune"))
    year = send(sending("van_hoa_nam", new, {"so_co_quan": "3"}, {}, AT, "2023"))
    month = send(report(village, "2023-06"))

    by = user("Hoàng Thị Lan", (Role.APPROVER, new))
    result = actions.approve_many([year.submission_id, month.submission_id], by=by, at=LATER)

    assert result.approved == (year.submission_id, month.submission_id)
    assert set(list_waiting_for(by, LATER)) == set()


def test_a_month_that_ended_before_the_merger_stays_with_the_old_commune(places: Places) -> None:
    new = unit("Xã Quang Kim", "commune", places.district, from_=date(2023, 6, 1))
    OrgUnitSpell.objects.filter(org_unit=places.village).update(to_day=date(2023, 6, 1))
    OrgUnitSpell.objects.create(org_unit=places.village, name="Thôn 1", parent=new, from_day=date(2023, 6, 1))
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", cut_off=15, approval_level="commune"))
    may, june = send(report(places.village, "2023-05")), send(report(places.village, "2023-06"))

    old, young = user("Lan", (Role.APPROVER, places.commune)), user("Minh", (Role.APPROVER, new))

    assert [one.pk for one in list_waiting_for(old, LATER)] == [may.submission_id]
    assert [one.pk for one in list_waiting_for(young, LATER)] == [june.submission_id]
    with pytest.raises(SubmissionUnknown):
        actions.approve(may.submission_id, by=young, at=LATER)
