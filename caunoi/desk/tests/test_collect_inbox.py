from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.approvals.models import ApprovalStep
from caunoi.desk.tests.builders import (
    MONTHLY,
    commune_officer,
    event_xml,
    monthly_xml,
    publish,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.records.actions import receive, return_
from caunoi.records.incoming import Incoming
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

SENT = local_moment(date(2026, 9, 2))
LATE = local_moment(date(2026, 9, 20))


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def sent(by: User, unit: int = 3, instance: str = "uuid:1", at: datetime = SENT, **answers: str) -> int:
    xml = monthly_xml(instance=instance, **answers).encode()
    return receive(Incoming("bao_cao_thang", unit, at, xml=xml, entered_by=by), by=by.actor, at=at).submission_id


def sent_by_three() -> tuple[int, int, int]:
    """Thôn 1 and Thôn 2 of the officer's commune, and Thôn 3 of another."""
    one = sent(village_head())
    two = sent(village_head(unit=4, name="thon2"), unit=4, instance="uuid:2")
    return one, two, sent(village_head(unit=6, name="thon3"), unit=6, instance="uuid:3")


def rows(client: Client, address: str) -> str:
    text = client.get(address).content.decode()
    return text[text.index("<tbody>") :] if "<tbody>" in text else ""


def approve(client: Client, ids: list[int], **more: str) -> Any:
    return client.post("/inbox/approve/", {"id": [f"{pk}:1" for pk in ids], **more})


def test_the_officer_sees_what_waits_in_their_commune_and_nothing_else() -> None:
    publish_monthly()
    sent_by_three()

    shown = rows(signed_in(commune_officer()), "/inbox/")

    assert "Thôn 1" in shown and "Thôn 2" in shown
    assert "Thôn 3" not in shown


def test_a_village_has_no_inbox() -> None:
    assert signed_in(village_head()).get("/inbox/").status_code == 403


def test_many_are_approved_after_one_confirmation() -> None:
    publish_monthly()
    one, two, _three = sent_by_three()
    client = signed_in(commune_officer())

    asked = approve(client, [one, two]).content.decode()
    assert "Duyệt 2 bản?" in asked and "Thôn 1, Xã Bản Qua" in asked
    assert set(Submission.objects.values_list("state", flat=True)) == {"submitted"}

    done = approve(client, [one, two], confirmed="yes").content.decode()

    assert "Đã duyệt 2 bản." in done
    assert set(Submission.objects.filter(pk__in=[one, two]).values_list("state", flat=True)) == {"approved"}


def test_the_whole_page_can_be_chosen_without_a_script() -> None:
    publish_monthly()
    one, two, _three = sent_by_three()
    client = signed_in(commune_officer())

    asked = client.post("/inbox/approve/", {"on_page": [f"{one}:1", f"{two}:1"], "all": "page"})

    assert "Duyệt 2 bản?" in asked.content.decode()


def test_what_was_sent_by_the_officer_is_left_out_and_named_with_the_reason() -> None:
    publish_monthly()
    officer = commune_officer()
    own, other = sent(officer), sent(village_head(unit=4, name="thon2"), unit=4, instance="uuid:2")

    done = approve(signed_in(officer), [own, other], confirmed="yes").content.decode()

    assert "Đã duyệt 1 bản." in done
    assert "do chính mình gửi" in done and "Thôn 1, Xã Bản Qua" in done
    assert Submission.objects.get(pk=own).state == "submitted"


def test_records_of_another_commune_cannot_be_slipped_in() -> None:
    publish_monthly()
    _one, _two, three = sent_by_three()

    answer = approve(signed_in(commune_officer()), [three], confirmed="yes")

    assert answer.status_code == 400
    assert Submission.objects.get(pk=three).state == "submitted"


def test_a_record_corrected_since_it_was_listed_is_not_approved_unseen() -> None:
    publish_monthly()
    head = village_head()
    one = sent(head)
    sent(head, instance="uuid:9", corrects="uuid:1", so_luot="99")

    done = approve(signed_in(commune_officer()), [one], confirmed="yes").content.decode()

    assert "phiên bản mới hơn" in done
    assert Submission.objects.get(pk=one).state == "submitted"


def test_approving_nothing_says_what_to_do() -> None:
    answer = signed_in(commune_officer()).post("/inbox/approve/", {})

    assert answer.status_code == 400
    assert "Chưa chọn bản nào" in answer.content.decode()


def test_the_way_back_stays_within_the_inbox() -> None:
    publish_monthly()
    one = sent(village_head())

    asked = approve(signed_in(commune_officer()), [one], back="https://xau.example/").content.decode()

    assert "xau.example" not in asked


def test_what_nobody_sent_is_listed_as_missing() -> None:
    publish_monthly()
    sent(village_head())

    shown = rows(signed_in(commune_officer()), "/inbox/?tab=missing&from=2026-08&to=2026-08")

    assert "Thôn 2" in shown
    assert "Thôn 1" not in shown and "Thôn 3" not in shown


def test_what_came_after_its_day_is_listed_as_late() -> None:
    publish_monthly()
    sent(village_head())
    sent(village_head(unit=4, name="thon2"), unit=4, instance="uuid:2", at=LATE)

    shown = rows(signed_in(commune_officer()), "/inbox/?tab=late")

    assert "Thôn 2" in shown and "Gửi muộn" in shown
    assert "Thôn 1" not in shown


def test_what_was_returned_is_listed_with_the_comment() -> None:
    publish_monthly()
    officer = commune_officer()
    return_(sent(village_head()), by=officer, at=LATE, comment="Đếm lại giúp.")

    shown = rows(signed_in(officer), "/inbox/?tab=returned")

    assert "Đếm lại giúp." in shown


def test_units_are_found_without_accents_also_by_the_unit_above() -> None:
    publish_monthly()
    sent_by_three()
    client = signed_in(user("tinh", [(Role.APPROVER, 1)]))

    by_village, by_commune = rows(client, "/inbox/?q=thon+2"), rows(client, "/inbox/?q=coc+san")

    assert "Thôn 2" in by_village and "Thôn 1" not in by_village
    assert "Thôn 3" in by_commune and "Thôn 1" not in by_commune


def test_the_list_narrows_by_form_and_month_and_shrugs_at_nonsense() -> None:
    publish_monthly()
    publish_event()
    head = village_head()
    sent(head)
    event = Incoming("hoat_dong", 3, SENT, xml=event_xml(anh="").encode(), entered_by=head)
    receive(event, by=head.actor, at=SENT)
    client = signed_in(commune_officer())

    assert "Hoạt động của thôn" not in rows(client, "/inbox/?form=bao_cao_thang")
    assert rows(client, "/inbox/?from=2026-09") == ""
    assert "Hoạt động của thôn" in rows(client, "/inbox/?from=abc&to=2026-99&page=x&sort=-bogus&tab=nope")


@pytest.mark.parametrize("sort", ["unit", "-unit", "form", "period", "due", "-due", "received"])
@pytest.mark.parametrize("tab", ["waiting", "missing", "late", "returned"])
def test_every_column_sorts_every_list(tab: str, sort: str) -> None:
    publish_monthly()
    sent_by_three()

    assert signed_in(commune_officer()).get(f"/inbox/?tab={tab}&sort={sort}").status_code == 200


def test_units_sort_as_readers_count() -> None:
    publish_monthly()
    sent_by_three()
    client = signed_in(commune_officer())

    up, down = rows(client, "/inbox/?sort=unit"), rows(client, "/inbox/?sort=-unit")

    assert up.index("Thôn 1") < up.index("Thôn 2")
    assert down.index("Thôn 2") < down.index("Thôn 1")


def test_a_long_list_comes_page_by_page() -> None:
    publish_monthly()
    client = signed_in(user("tinh", [(Role.APPROVER, 1)]))

    text = client.get("/inbox/?tab=missing").content.decode()

    assert text.count("<tr>") <= 51


def test_approving_many_leaves_the_same_trace_as_one_by_one() -> None:
    publish_monthly()
    one, two, _three = sent_by_three()

    approve(signed_in(commune_officer()), [one, two], confirmed="yes")

    steps = ApprovalStep.objects.filter(step="approve")
    assert {(step.subject, step.by_name) for step in steps} == {
        (f"submission:{one}", "Nguyễn Thị Hoa"),
        (f"submission:{two}", "Nguyễn Thị Hoa"),
    }


def publish_for_two_levels() -> None:
    """More than a page of missing reports in the year before today."""
    publish(MONTHLY, [AssignmentRow(level, "month", approval_level="commune") for level in ("village", "commune")])


def test_many_missing_reports_are_counted_by_commune_and_form_and_lead_to_each() -> None:
    publish_for_two_levels()
    client = signed_in(user("tinh", [(Role.APPROVER, 1)]))
    everything = client.get("/inbox/?tab=missing")
    groups = everything.context["groups"]

    assert sum(group.count for group in groups) == everything.context["missing"] > 50
    assert {group.unit_name for group in groups} == {"Xã Bản Qua", "Xã Cốc San"}
    for group in groups:
        inside = client.get(f"/inbox/?tab=missing&form={group.form_code}&place={group.place}")
        assert inside.context["page"].paginator.count == group.count
        assert "groups" not in inside.context and group.unit_name in inside.content.decode()


@pytest.mark.parametrize("sort", ["count", "-count", "unit", "-unit", "form", "due", "-due"])
def test_counts_of_missing_reports_sort_by_every_column(sort: str) -> None:
    publish_for_two_levels()

    assert signed_in(user("tinh", [(Role.APPROVER, 1)])).get(f"/inbox/?tab=missing&sort={sort}").status_code == 200


def test_the_list_marks_records_with_answers_outside_the_rules() -> None:
    publish_monthly()
    sent(village_head(), so_cuoc_hop="90")
    sent(village_head(unit=4, name="thon2"), unit=4, instance="uuid:2")

    listed = rows(signed_in(commune_officer()), "/inbox/")

    assert listed.count("có câu trả lời ngoài quy định") == 1


def test_answers_outside_the_rules_are_never_approved_unread_among_many() -> None:
    publish_monthly()
    sent(village_head(), so_cuoc_hop="90")
    sent(village_head(unit=4, name="thon2"), unit=4, instance="uuid:2")
    doubtful, plain = Submission.objects.order_by("pk").values_list("pk", flat=True)
    client = signed_in(commune_officer())

    asked = approve(client, [doubtful, plain]).content.decode()
    assert "Duyệt 1 bản?" in asked
    assert "1 bản có câu trả lời ngoài quy định được để lại" in asked
    approve(client, [doubtful, plain], confirmed="yes")

    assert Submission.objects.get(pk=plain).state == "approved"
    assert Submission.objects.get(pk=doubtful).state == "submitted"
    assert "Hãy mở từng bản ra xem rồi duyệt" in approve(client, [doubtful]).content.decode()


def test_a_correction_of_an_approved_month_shows_when_it_came_not_when_the_first_one_did() -> None:
    publish_monthly()
    one, _two, _three = sent_by_three()
    client = signed_in(commune_officer())
    approve(client, [one])
    head = User.objects.get(username="thon")
    xml = monthly_xml(instance="uuid:9", corrects="uuid:1", so_luot="46").encode()
    receive(Incoming("bao_cao_thang", 3, LATE, xml=xml, entered_by=head), by=head.actor, at=LATE)

    shown = rows(client, "/inbox/?sort=-received")

    assert shown.index("20/09/2026") < shown.index("02/09/2026")
    assert shown.index("Thôn 1") < shown.index("Thôn 2")
    assert "sent-late" not in shown  # the first one was on time
