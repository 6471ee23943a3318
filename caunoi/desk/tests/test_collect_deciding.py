"""Deciding about one record with remarks, about many at once, and by several levels in turn, as the pages offer it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.approvals.models import ApprovalStep
from caunoi.desk.tests.builders import (
    JSON,
    commune_officer,
    monthly_xml,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.moments import local_moment
from caunoi.records.actions import approve, lock, receive
from caunoi.records.incoming import Incoming
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

SENT = local_moment(date(2026, 9, 2))
MONTHS = ("2026-08-01", "2026-09-01", "2026-10-01")


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sent(by: User, month: str = MONTHS[0], unit: int = 3, at: date = date(2026, 11, 2)) -> Submission:
    moment = local_moment(at)
    xml = monthly_xml(instance=f"uuid:{unit}-{month}", ky_bao_cao=month).encode()
    received = receive(Incoming("bao_cao_thang", unit, moment, xml=xml, entered_by=by), by=by.actor, at=moment)
    return Submission.objects.get(pk=received.submission_id)


def state(one: Submission) -> str:
    one.refresh_from_db()
    return str(one.state)


def decide(client: Client, ones: list[Submission], step: str, **more: str) -> tuple[int, str]:
    values = [f"{one.pk}:{one.current_number}:{one.approved_steps}" for one in ones]
    answer = client.post("/inbox/approve/", {"id": values, "step": step, "confirmed": "yes", **more})
    return answer.status_code, answer.content.decode()


def page(client: Client, one: Submission) -> str:
    return client.get(f"/submissions/{one.pk}/").content.decode()


# One record


def test_remarks_to_two_questions_stand_beside_the_answers_and_in_the_history() -> None:
    publish_monthly()
    head, officer = village_head(), commune_officer()
    one = sent(head)

    answer = signed_in(officer).post(
        f"/submissions/{one.pk}/return/",
        {"number": "1", "comment": "", "remark-so_cuoc_hop": "Sổ ghi 2 cuộc.", "remark-so_luot": " Thiếu họp 15/8. "},
    )

    assert answer.status_code == 302 and state(one) == "returned"
    shown = page(signed_in(head), one)
    assert shown.count("Sổ ghi 2 cuộc.") == 2  # beside the answer, and in the history
    assert shown.index("Số cuộc họp") < shown.index("Sổ ghi 2 cuộc.") < shown.index("Thiếu họp 15/8.")
    cards = signed_in(head).get("/due/").content.decode()
    assert "Số cuộc họp: Sổ ghi 2 cuộc." in cards


def test_a_return_that_says_nothing_is_refused() -> None:
    publish_monthly()
    one = sent(village_head())

    answer = signed_in(commune_officer()).post(f"/submissions/{one.pk}/return/", {"number": "1", "comment": " "})

    assert answer.status_code == 422 and state(one) == "submitted"


def test_the_commune_sends_it_on_and_the_province_approves() -> None:
    publish_monthly(further_levels=("province",))
    one = sent(village_head())
    commune, province = signed_in(commune_officer()), signed_in(user("tinh", [(Role.APPROVER, 1)]))

    assert "Duyệt, chuyển cấp trên" in page(commune, one)
    assert "chờ cấp xã duyệt trước" in page(province, one)
    commune.post(f"/submissions/{one.pk}/approve/", {"number": "1", "stage": "0"})
    assert state(one) == "submitted"
    assert "đang chờ cấp trên duyệt tiếp" in page(commune, one)
    assert "Thôn 1" in province.get("/inbox/").content.decode()
    again = commune.post(f"/submissions/{one.pk}/approve/", {"number": "1", "stage": "0"})
    assert again.status_code == 400 and "Không có gì thay đổi" in again.content.decode()
    province.post(f"/submissions/{one.pk}/approve/", {"number": "1", "stage": "1"})

    assert state(one) == "approved"
    assert "Duyệt, chuyển cấp trên" in page(commune, one)  # in the history


def test_locking_and_unlocking_with_a_reason_by_their_buttons() -> None:
    publish_monthly()
    one, officer = sent(village_head()), commune_officer()
    manager = signed_in(user("quanly", [(Role.PROGRAMME_MANAGER, 1)]))
    approve(one.pk, by=officer, at=SENT)
    commune = signed_in(officer)

    assert 'id="lock"' in page(commune, one) and 'id="unlock"' not in page(commune, one)
    commune.post(f"/submissions/{one.pk}/lock/", {"number": "1"})
    assert state(one) == "locked"
    assert 'id="unlock"' not in page(commune, one) and 'id="unlock"' in page(manager, one)
    assert manager.post(f"/submissions/{one.pk}/unlock/", {"number": "1", "comment": ""}).status_code == 400
    manager.post(f"/submissions/{one.pk}/unlock/", {"number": "1", "comment": "Theo kết luận kiểm tra"})

    assert state(one) == "approved"
    assert "Theo kết luận kiểm tra" in page(commune, one)


# Many


def test_many_are_returned_withdrawn_locked_and_unlocked() -> None:
    publish_monthly()
    head, officer = village_head(), commune_officer()
    ones = [sent(head, month) for month in MONTHS]
    commune = signed_in(officer)
    manager = signed_in(user("quanly", [(Role.PROGRAMME_MANAGER, 1)]))

    status, asked = decide(commune, ones[:1], "return")
    assert status == 400 and "phải ghi rõ lý do" in asked and "Trả lại 1 bản?" in asked
    assert "Đã trả lại 1 bản." in decide(commune, ones[:1], "return", comment="Đếm lại")[1]
    assert "Đã duyệt 2 bản." in decide(commune, ones[1:], "approve")[1]
    assert "Đã khóa 2 bản." in decide(commune, ones[1:], "lock")[1]
    assert "2 bản chưa mở khóa được:" in decide(commune, ones[1:], "unlock", comment="Sửa")[1]
    assert "Đã mở khóa 2 bản." in decide(manager, ones[1:], "unlock", comment="Sửa")[1]
    assert "Đã rút 1 bản." in decide(commune, ones[:1], "withdraw", comment="Gửi nhầm")[1]

    assert [state(one) for one in ones] == ["withdrawn", "approved", "approved"]


def test_a_chunk_of_the_page_s_script_is_answered_as_json_and_may_be_sent_again() -> None:
    publish_monthly()
    ones = [sent(village_head(), month) for month in MONTHS[:1]]
    own = sent(officer := commune_officer(), unit=4)
    commune = signed_in(officer)
    chosen = {"chosen": f"{ones[0].pk}:1:0 {own.pk}:1:0 nonsense 7:x", "step": "approve", "confirmed": "yes"}

    first = commune.post("/inbox/approve/", chosen, **JSON).json()
    steps = ApprovalStep.objects.count()
    again = commune.post("/inbox/approve/", chosen, **JSON).json()

    assert (first["done"], first["already"], first["refused_count"]) == (1, 0, 1)
    assert first["refused"][0]["name"].startswith("Thôn 2") and "chính mình gửi" in first["refused"][0]["sentence"]
    assert (again["done"], again["already"], again["refused_count"]) == (0, 1, 1)
    assert ApprovalStep.objects.count() == steps


def test_the_whole_list_is_taken_by_its_filter_not_only_the_page() -> None:
    publish_monthly()
    head, officer = village_head(), commune_officer()
    ones = [sent(head, month) for month in MONTHS]
    commune = signed_in(officer)
    back = "/inbox/?tab=waiting&from=2026-09&to=2026-10"

    asked = commune.post("/inbox/approve/", {"all": "filter", "step": "approve", "back": back}).content.decode()

    assert "Duyệt 2 bản?" in asked
    assert f'value="{ones[1].pk}:1:0 {ones[2].pk}:1:0"' in asked


def test_the_lists_offer_only_what_the_reader_s_roles_may_do() -> None:
    publish_monthly()
    one, officer = sent(village_head()), commune_officer()
    approve(one.pk, by=officer, at=SENT)
    commune, manager = signed_in(officer), signed_in(user("quanly", [(Role.PROGRAMME_MANAGER, 1)]))

    assert 'id="lock-selected"' in commune.get("/inbox/?tab=approved").content.decode()
    lock(one.pk, by=officer, at=SENT)
    assert 'id="unlock-selected"' not in commune.get("/inbox/?tab=locked").content.decode()
    assert 'id="unlock-selected"' in manager.get("/inbox/?tab=locked").content.decode()


def test_what_is_due_to_lock_locks_when_the_inbox_is_opened_on_a_new_day() -> None:
    publish_monthly(locks_days=10)
    one, officer = sent(village_head()), commune_officer()
    approve(one.pk, by=officer, at=SENT)

    signed_in(officer).get("/inbox/")

    assert state(one) == "locked"
