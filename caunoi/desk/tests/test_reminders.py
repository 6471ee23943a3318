"""Whom to remind, the text to copy, and giving a unit more time."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from django.test import Client

from caunoi.accounts.models import AppUser, Role
from caunoi.desk.tests.builders import commune_officer, publish_monthly, signed_in, store_world, user, village_head
from caunoi.forms.models import Extension
from caunoi.moments import now, today

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def last_month() -> str:
    return f"{today().replace(day=1) - timedelta(days=1):%Y-%m}"


def since() -> date:
    """The month before this one, the only one that is owed."""
    return date.fromisoformat(f"{last_month()}-01")


def extend(client: Client, units: list[int], until: date, **more: str) -> tuple[int, str]:
    values = [f"bao_cao_thang|u{unit}|{last_month()}" for unit in units]
    answer = client.post("/extensions/new/", {"id": values, "until": f"{until:%d/%m/%Y}", **more})
    return answer.status_code, answer.content.decode()


def test_each_unit_that_owes_a_report_stands_with_who_records_and_a_text_in_the_office_s_name() -> None:
    publish_monthly(from_day=since(), closes_days=300)
    head = village_head()
    head.phone = "0912 345 678"
    head.save()
    AppUser.objects.create(
        org_unit_id=4, name="Máy của Sùng A Dì", token_sha256="x", sealed_token="x", created_by="Hoa", created_at=now()
    )

    text = signed_in(commune_officer()).get("/reminders/").content.decode()

    assert "Giàng A Páo" in text and "0912 345 678" in text
    assert "Máy của Sùng A Dì" in text
    assert "Kính gửi Giàng A Páo (Thôn 1, Xã Bản Qua)," in text
    assert "Xã Bản Qua nhắc nộp báo cáo trên Cầu Nối:" in text
    assert "- Báo cáo tháng của thôn, tháng" in text and "đóng sau ngày" in text
    assert "Thôn 3" not in text


def test_the_list_comes_as_csv_for_excel() -> None:
    publish_monthly(from_day=since())
    village_head()

    answer = signed_in(commune_officer()).get("/reminders/?format=csv")

    assert answer.content.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == ["Thôn 1", "Thôn 2"]
    assert (rows[1][2], rows[1][3], rows[1][8]) == ("Báo cáo tháng của thôn", last_month(), "Giàng A Páo")


def test_a_village_has_no_list_of_reminders() -> None:
    publish_monthly(from_day=since())

    assert signed_in(village_head()).get("/reminders/").status_code == 403


def test_two_villages_are_extended_and_the_extension_is_listed() -> None:
    publish_monthly(from_day=since())
    client, until = signed_in(commune_officer()), today() + timedelta(days=40)

    asked = extend(client, [3, 4], until)[1]
    assert "Thôn 1, Xã Bản Qua" in asked and "Thôn 2, Xã Bản Qua" in asked and not Extension.objects.exists()
    assert extend(client, [3, 4], until, confirmed="yes", reason="Lũ quét, mất sóng")[0] == 302

    assert {one.until for one in Extension.objects.all()} == {until}
    listed = client.get("/extensions/").content.decode()
    assert "Lũ quét, mất sóng" in listed and f"{until:%d/%m/%Y}" in listed and "Nguyễn Thị Hoa" in listed
    assert "đã gia hạn" in client.get("/reminders/").content.decode()


def test_a_reason_and_a_later_day_are_asked_for_and_what_was_typed_stays() -> None:
    publish_monthly(from_day=since())
    client = signed_in(commune_officer())

    status, text = extend(client, [3], today() + timedelta(days=40), confirmed="yes", reason="")
    assert status == 422 and f"{today() + timedelta(days=40):%d/%m/%Y}" in text
    status, text = extend(client, [3], today() - timedelta(days=1), confirmed="yes", reason="Lũ quét")
    assert status == 422 and "Ngày gia hạn phải trong khoảng" in text and "Lũ quét" in text


def test_another_commune_s_village_is_not_extended() -> None:
    publish_monthly(from_day=since())

    status, text = extend(
        signed_in(commune_officer()), [3, 6], today() + timedelta(days=40), confirmed="yes", reason="Lũ"
    )

    assert status == 422 and "Bạn không gia hạn được" in text
    assert not Extension.objects.exists()


def test_the_missing_list_ticks_units_for_an_extension() -> None:
    publish_monthly(from_day=since())

    text = signed_in(commune_officer()).get("/inbox/?tab=missing").content.decode()

    assert 'action="/extensions/new/"' in text
    assert f'value="bao_cao_thang|u3|{last_month()}"' in text


def test_closed_periods_say_so_and_leave_the_village_s_own_list() -> None:
    publish_monthly(from_day=since(), due_days=0, closes_days=0)
    head = village_head()

    assert "đã đóng sau ngày" in signed_in(commune_officer()).get("/reminders/").content.decode()
    assert last_month()[5:] + "/" not in signed_in(head).get("/due/").content.decode().split("due-list")[-1][:2000]


def test_an_auditor_without_a_deciding_role_sees_neither_page() -> None:
    client = signed_in(user("kiemtra", [(Role.AUDITOR, 1)]))

    assert client.get("/reminders/").status_code == 403
    assert client.get("/extensions/").status_code == 403
