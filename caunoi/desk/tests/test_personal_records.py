"""One person named in a record: what is held, a copy, erasure on request, and what has been kept long enough."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.desk.sheets import describe_correction
from caunoi.places.models import OrgUnit
from caunoi.records.actions.erasing import erase_answers
from caunoi.records.models import Submission
from caunoi.records.queries import get_version
from caunoi.records.tests.builders import AT, send, stored, unit, user
from caunoi.records.tests.people import NAME, PHONE, contact, publish_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    publish_contact()
    return unit("Thôn 1", "village", unit("Xã Bản Qua", "commune", code="10.082.02683"), code="10.082.02683.01")


@pytest.fixture
def record(village: OrgUnit) -> Submission:
    return stored(send(contact(village)))


@pytest.fixture
def manager(village: OrgUnit, client: Client) -> User:
    made = user("quan-ly", (Role.PROGRAMME_MANAGER, village))
    client.force_login(made)
    return made


def page_of(record: Submission) -> str:
    return f"/personal-data/records/{record.pk}/"


def test_the_record_s_page_shows_the_name_to_whom_it_concerns_and_leads_on(
    record: Submission, manager: User, client: Client
) -> None:
    page = client.get(f"/submissions/{record.pk}/").content.decode()

    assert NAME in page and PHONE not in page
    assert page_of(record) in page


def test_on_request_everything_held_is_shown_and_given_as_a_file(
    record: Submission, manager: User, client: Client
) -> None:
    shown = client.get(page_of(record)).content.decode()
    given = client.post(page_of(record) + "file/")

    assert NAME in shown and PHONE in shown and "Gọi khi cần." in shown
    answers = {one["name"]: one["value"] for one in json.loads(given.content)["answers"]}
    assert answers == {"ten": NAME, "dien_thoai": PHONE}
    lines = AuditLine.objects.filter(subject=str(record), actor_id=manager.pk).values_list("action", flat=True)
    assert {"person.read", "person.export"} <= set(lines)


def test_erasing_takes_a_reason_and_cannot_be_done_twice(record: Submission, manager: User, client: Client) -> None:
    without = client.post(page_of(record), {"sure": "on"})
    client.post(page_of(record), {"because": "Đơn ngày 12/03/2026", "sure": "on"})
    again = client.post(page_of(record), {"because": "Đơn", "sure": "on"})

    assert (without.status_code, again.status_code) == (422, 422)
    for address in (page_of(record), f"/submissions/{record.pk}/"):
        page = client.get(address).content.decode()
        assert NAME not in page and "đã xóa theo yêu cầu" in page
    assert "Đơn ngày 12/03/2026" in client.get(page_of(record)).content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, None])
def test_who_has_nothing_to_do_with_it_finds_no_such_page(
    record: Submission, village: OrgUnit, client: Client, role: Role | None
) -> None:
    client.force_login(user("khac", *([(role, village)] if role else [])))

    assert client.get(page_of(record)).status_code == 404
    assert client.post(page_of(record) + "file/").status_code == 404
    assert client.get("/personal-data/overdue/").status_code == 403


def test_an_officer_of_another_unit_finds_no_such_page(record: Submission, client: Client) -> None:
    other = unit("Thôn 2", "village", unit("Xã Khác", "commune"))
    client.force_login(user("khac", (Role.PROGRAMME_MANAGER, other)))

    assert client.get(page_of(record)).status_code == 404


def test_who_only_records_reads_and_cannot_erase(record: Submission, village: OrgUnit, client: Client) -> None:
    client.force_login(user("thon", (Role.RECORDER, village)))

    page = client.get(page_of(record)).content.decode()
    refused = client.post(page_of(record), {"because": "Đơn", "sure": "on"})

    assert NAME in page and "erase-form" not in page
    assert refused.status_code == 422 and NAME in client.get(page_of(record)).content.decode()


def test_what_was_kept_long_enough_is_listed_and_erased_by_one_decision(
    record: Submission, manager: User, client: Client
) -> None:
    assert f"({record.pk})" in client.get("/personal-data/overdue/").content.decode()

    client.post("/personal-data/overdue/", {"because": "Hết hạn", "sure": "on", "record": [str(record.pk)]})

    assert f"({record.pk})" not in client.get("/personal-data/overdue/").content.decode()
    assert NAME not in client.get(page_of(record)).content.decode()


def test_a_record_is_found_by_its_number(record: Submission, manager: User, client: Client) -> None:
    assert client.get(f"/personal-data/records/?number={record.pk}").headers["Location"] == page_of(record)
    assert client.get("/personal-data/records/?number=Mẩy").headers["Location"] == "/personal-data/"
    assert "/personal-data/overdue/" in client.get("/personal-data/").content.decode()


def test_a_device_fetches_a_record_anew_once_it_was_erased(record: Submission, manager: User) -> None:
    before = describe_correction(record, get_version(record, 1)).instance

    erase_answers(record, because="Đơn", by=manager, at=AT)

    after = describe_correction(record, get_version(record, 1)).instance
    assert before and after and before.url == after.url and before.hash != after.hash
