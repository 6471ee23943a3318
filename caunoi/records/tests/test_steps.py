"""Several levels approve in turn; remarks to single answers; deciding about many, sent twice."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest

from caunoi import events
from caunoi.accounts.models import Role, User
from caunoi.accounts.scope import EVERYTHING
from caunoi.approvals.errors import (
    CommentMissing,
    NotYourTurn,
    OwnApproval,
    RemarkMisplaced,
    StageMoved,
    StepNotAllowed,
)
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.rules import Step
from caunoi.audit.models import AuditLine
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.records import actions, queries
from caunoi.records.actions import Seen
from caunoi.records.events import VersionsApproved
from caunoi.records.tests.builders import AT, publish, report, send, stored, unit, user
from caunoi.tasks.models import Task

pytestmark = pytest.mark.django_db

TWO = AssignmentRow("village", "month", approval_level="commune", further_levels=("province",))
REMARKS = [
    {"question": "so_luot_du", "text": "Biên bản ghi 55."},
    {"question": "so_cau_hoi", "text": "Thiếu câu của bà Mẩy."},
]


class Places:
    def __init__(self) -> None:
        self.province = unit("Tỉnh Lào Cai", "province")
        self.district = unit("Huyện Bát Xát", "district", self.province)
        self.commune = unit("Xã Bản Qua", "commune", self.district)
        self.village = unit("Thôn 1", "village", self.commune)
        self.head = user("Giàng A Páo", (Role.RECORDER, self.village))
        self.lan = user("Hoàng Thị Lan", (Role.APPROVER, self.commune))
        self.district_officer = user("Lý Văn Sài", (Role.APPROVER, self.district))
        self.nam = user("Phạm Văn Nam", (Role.APPROVER, self.province))


@pytest.fixture
def places() -> Places:
    publish("bao_cao_thang_thon", TWO)
    return Places()


@pytest.fixture
def posted() -> Iterator[list[VersionsApproved]]:
    said: list[VersionsApproved] = []
    events.on(VersionsApproved, said.append)
    yield said
    events._handlers[VersionsApproved].remove(said.append)


def test_levels_approve_in_turn_and_only_the_last_one_posts(places: Places, posted: list[VersionsApproved]) -> None:
    received = send(report(places.village))
    pk = received.submission_id

    actions.approve(pk, by=places.lan, at=AT)
    assert (stored(received).state, stored(received).approved_steps) == ("submitted", 1)
    assert (stored(received).approved_number, posted) == (None, [])
    actions.approve(pk, by=places.nam, at=AT)

    assert (stored(received).state, stored(received).approved_number) == ("approved", 1)
    assert [one.version_id for event in posted for one in event.versions] == [received.version_id]
    steps = ApprovalStep.objects.values_list("step", "to_state", "by_name")
    assert list(steps)[1:] == [
        ("endorse", "submitted", "Hoàng Thị Lan"),
        ("approve", "approved", "Phạm Văn Nam"),
    ]
    assert list(AuditLine.objects.values_list("action", flat=True))[-2:] == ["submission.endorse", "submission.approve"]


def test_nobody_approves_out_of_turn(places: Places) -> None:
    pk = send(report(places.village)).submission_id

    with pytest.raises(NotYourTurn, match="cấp xã duyệt trước"):
        actions.approve(pk, by=places.nam, at=AT)
    with pytest.raises(StepNotAllowed):
        actions.approve(pk, by=places.head, at=AT)
    actions.approve(pk, by=places.district_officer, at=AT)  # stands in for the commune
    for one in (places.lan, places.district_officer):
        with pytest.raises(StepNotAllowed):
            actions.approve(pk, by=one, at=AT)
    actions.approve(pk, by=places.nam, at=AT)


def test_the_inbox_follows_the_turn(places: Places) -> None:
    pk = send(report(places.village)).submission_id

    def waiting() -> list[str]:
        everybody = (places.lan, places.district_officer, places.nam)
        return [str(one) for one in everybody if queries.list_waiting_for(one, AT).filter(pk=pk).exists()]

    assert waiting() == ["Hoàng Thị Lan", "Lý Văn Sài"]
    actions.approve(pk, by=places.lan, at=AT)
    assert waiting() == ["Phạm Văn Nam"]
    actions.approve(pk, by=places.nam, at=AT)
    assert waiting() == []


def test_returned_from_any_level_it_goes_to_who_records_and_begins_at_the_first_level_again(places: Places) -> None:
    received = send(report(places.village))
    actions.approve(received.submission_id, by=places.lan, at=AT)

    actions.return_(received.submission_id, by=places.nam, at=AT, comment="Sai số")
    assert (stored(received).state, stored(received).approved_steps) == ("returned", 0)
    send(report(places.village, so_luot_du="55"))

    assert queries.list_waiting_for(places.lan, AT).exists()
    assert not queries.list_waiting_for(places.nam, AT).exists()


def test_a_correction_between_two_levels_begins_at_the_first_again(places: Places) -> None:
    received = send(report(places.village))
    actions.approve(received.submission_id, by=places.lan, at=AT)

    send(report(places.village, so_luot_du="55"))

    assert stored(received).approved_steps == 0
    with pytest.raises(NotYourTurn):
        actions.approve(received.submission_id, by=places.nam, at=AT)


def test_the_same_button_pressed_twice_takes_one_level_s_step_only(places: Places) -> None:
    both = user("Hai vai", (Role.APPROVER, places.commune), (Role.APPROVER, places.province))
    received = send(report(places.village))

    actions.approve(received.submission_id, by=both, at=AT, number=1, stage=0)
    with pytest.raises(StageMoved, match="Không có gì thay đổi"):
        actions.approve(received.submission_id, by=both, at=AT, number=1, stage=0)

    assert stored(received).approved_steps == 1


def test_who_sent_it_takes_no_step_of_approval(places: Places) -> None:
    both = user("Tự duyệt", (Role.RECORDER, places.village), (Role.APPROVER, places.commune))
    received = send(report(places.village, entered_by=both))

    with pytest.raises(OwnApproval):
        actions.approve(received.submission_id, by=both, at=AT)


def test_fewer_levels_by_now_close_what_was_begun_under_more(places: Places) -> None:
    received = send(report(places.village))
    actions.approve(received.submission_id, by=places.lan, at=AT)
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="province"))

    actions.approve(received.submission_id, by=places.nam, at=AT)

    assert stored(received).state == "approved"


# Remarks


def test_a_return_says_what_is_wrong_with_which_answer(places: Places) -> None:
    received = send(report(places.village))

    actions.return_(received.submission_id, by=places.lan, at=AT, comment="Xem hai chỗ.", remarks=REMARKS)

    remarks = queries.list_remarks(stored(received))
    assert [(one["question"], one["text"], one["by"]) for one in remarks] == [
        ("so_luot_du", "Biên bản ghi 55.", "Hoàng Thị Lan"),
        ("so_cau_hoi", "Thiếu câu của bà Mẩy.", "Hoàng Thị Lan"),
    ]
    note = Task.objects.get().note
    assert note.startswith("Xem hai chỗ.\n") and "Biên bản ghi 55." in note
    line = AuditLine.objects.get(action="submission.return")
    assert line.detail["remarks"] == REMARKS


def test_remarks_alone_are_comment_enough_but_not_to_questions_the_form_does_not_ask(places: Places) -> None:
    pk = send(report(places.village)).submission_id

    with pytest.raises(CommentMissing):
        actions.return_(pk, by=places.lan, at=AT)
    with pytest.raises(RemarkMisplaced, match="so_trau"):
        actions.return_(pk, by=places.lan, at=AT, remarks=[{"question": "so_trau", "text": "?"}])
    actions.return_(pk, by=places.lan, at=AT, remarks=REMARKS)

    assert queries.get_submission(pk, EVERYTHING).state == "returned"


def test_remarks_stay_beside_the_answers_until_the_correction_is_approved(places: Places) -> None:
    received = send(report(places.village))
    actions.return_(received.submission_id, by=places.lan, at=AT, remarks=REMARKS)
    send(report(places.village, so_luot_du="55"))
    assert len(queries.list_remarks(stored(received))) == 2

    actions.approve(received.submission_id, by=places.lan, at=AT)

    assert queries.list_remarks(stored(received)) == []


def test_the_phone_gets_what_came_back_as_a_list(places: Places) -> None:
    received = send(report(places.village, instance_id="uuid:may"))
    send(report(places.village, "2023-04"))
    actions.return_(received.submission_id, by=places.lan, at=AT, comment="Xem, hai chỗ.", remarks=REMARKS[:1])

    rows = list(csv.DictReader(io.StringIO(queries.returned_csv("bao_cao_thang_thon", places.village.pk).decode())))

    assert [(row["submission"], row["question"], row["comment"]) for row in rows] == [
        ("uuid:may", "", "Xem, hai chỗ."),
        ("uuid:may", "so_luot_du", "Biên bản ghi 55."),
    ]
    assert rows[0]["label"] == "tháng 05/2023" and rows[1]["label"].startswith("tháng 05/2023: ")
    assert len({row["name"] for row in rows}) == 2
    send(report(places.village, so_luot_du="55"))
    assert queries.returned_csv("bao_cao_thang_thon", places.village.pk).count(b"\n") == 1


# Many


def test_a_chunk_sent_twice_changes_nothing_and_says_so(places: Places) -> None:
    ids = [send(report(places.village, key)).submission_id for key in ("2023-04", "2023-05")]
    seen = {pk: Seen(1, 0) for pk in ids}

    first = actions.decide_many(Step.APPROVE, ids, by=places.lan, at=AT, seen=seen)
    lines, steps = AuditLine.objects.count(), ApprovalStep.objects.count()
    again = actions.decide_many(Step.APPROVE, ids, by=places.lan, at=AT, seen=seen)

    assert (first.taken, first.already, first.refused) == (tuple(ids), (), ())
    assert (again.taken, again.already, again.refused) == ((), tuple(ids), ())
    assert (AuditLine.objects.count(), ApprovalStep.objects.count()) == (lines, steps)


@pytest.mark.parametrize(
    ("step", "who", "comment"),
    [
        (Step.RETURN, "lan", "Đếm lại"),
        (Step.WITHDRAW, "lan", "Gửi nhầm"),
        (Step.LOCK, "nam", ""),
    ],
)
def test_many_are_decided_and_the_others_named_with_the_reason(
    places: Places, step: Step, who: str, comment: str
) -> None:
    by: User = getattr(places, who)
    ids = [send(report(places.village, key)).submission_id for key in ("2023-04", "2023-05")]
    if step is Step.LOCK:
        for pk in ids:
            actions.approve(pk, by=places.lan, at=AT)
            actions.approve(pk, by=places.nam, at=AT)

    decided = actions.decide_many(step, [*ids, 10**9], by=by, at=AT, comment=comment)
    again = actions.decide_many(step, ids, by=by, at=AT, comment=comment)

    assert (decided.taken, [pk for pk, _why in decided.refused]) == (tuple(ids), [10**9])
    assert (again.taken, again.already) == ((), tuple(ids))
    line = AuditLine.objects.filter(action=f"submission.{step.value}").get()
    assert line.detail["count"] == 2
