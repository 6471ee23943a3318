"""Pages of a register whose things are people: names only where they belong, each reading noted; a copy; erasure."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.audit.models import AuditLine
from caunoi.personal.models import PersonKey
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests.builders import GROUP, OTHER
from caunoi.records.entities.tests.people import LIST, NAME, OTHER_NAME, change, join, person, publish_people
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db

REGISTER = f"/registers/{LIST}/"
THING = f"{REGISTER}{GROUP}/"


@pytest.fixture
def village() -> OrgUnit:
    publish_people()
    found = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"))
    join(found)
    return found


@pytest.fixture
def manager(village: OrgUnit, client: Client) -> User:
    commune = OrgUnit.objects.get(level="commune")
    made = user("quan-ly", (Role.PROGRAMME_MANAGER, commune), (Role.EDITOR, commune))
    client.force_login(made)
    return made


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.getvalue().decode()  # files are streamed


def count_reads() -> int:
    return AuditLine.objects.filter(action="person.read").count()


def test_the_list_shows_names_only_when_asked_and_files_never(manager: User, client: Client) -> None:
    plain = text_of(client, REGISTER)
    files = text_of(client, f"{REGISTER}export.csv?people=1")
    assert NAME not in plain + files and "sealed:" not in plain + files and count_reads() == 0

    assert NAME in text_of(client, f"{REGISTER}?people=1")
    assert count_reads() == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER, Role.ADMINISTRATOR])
def test_who_does_not_work_with_the_unit_sees_that_there_is_a_name(
    village: OrgUnit, client: Client, role: Role
) -> None:
    client.force_login(user("khac", (role, village)))

    pages = text_of(client, f"{REGISTER}?people=1") + text_of(client, THING)

    assert NAME not in pages and "sealed:" not in pages and "(dữ liệu cá nhân)" in pages
    assert (client.get(f"{THING}person/").status_code == 200) == (role is Role.ADMINISTRATOR)
    assert client.post(f"{THING}person/file/").status_code == 404


def test_people_of_other_places_have_no_page(village: OrgUnit, client: Client) -> None:
    client.force_login(user("khac", (Role.PROGRAMME_MANAGER, unit("Xã khác", "commune"))))

    for address in (THING, f"{THING}person/", f"{THING}edit/"):
        assert client.get(address).status_code == 404


def test_one_person_gets_a_copy_and_is_forgotten_while_the_register_counts_on(manager: User, client: Client) -> None:
    assert NAME in text_of(client, THING)
    held = client.post(f"{THING}person/file/")
    assert json.loads(held.content)["answers"][0]["value"] == NAME

    client.post(f"{THING}person/", {"because": "Theo đơn ngày 02/03", "sure": "on"})

    page = text_of(client, f"{THING}person/") + text_of(client, THING) + text_of(client, f"{REGISTER}?people=1")
    assert NAME not in page and "đã xóa theo yêu cầu" in page and "Tổ trưởng 1" in page
    assert PersonKey.objects.filter(destroyed_at=None).count() == 0
    assert set(AuditLine.objects.values_list("action", flat=True)) >= {"person.read", "person.export", "person.erase"}
    assert not [line for line in AuditLine.objects.all() if NAME in json.dumps(line.detail, ensure_ascii=False)]


def test_a_name_is_corrected_on_the_thing_s_page(manager: User, client: Client) -> None:
    page = text_of(client, f"{THING}edit/")
    assert NAME in page and 'name="label"' not in page

    given = {"number": "1", "from_day": "02/03/2026", "p-ho_ten": OTHER_NAME, "p-vai_tro": "to_truong", "p-stt": "1",
             "p-trang_thai": "dang_lam"}  # fmt: skip
    assert client.post(f"{THING}edit/", given).status_code == 302

    assert OTHER_NAME in text_of(client, THING)


def test_what_was_kept_long_enough_is_listed_and_erased_together(
    village: OrgUnit, manager: User, client: Client
) -> None:
    change(village, trang_thai="thoi", day=date(2026, 3, 10))
    PersonKey.objects.filter(register=LIST).update(counted_from=date(2020, 1, 1))
    assert THING + "person/" in text_of(client, "/personal-data/overdue/")

    client.post(
        "/personal-data/overdue/", {"because": "Hết hạn", "sure": "on", "thing": [f"entity:{LIST}:{person().uuid}"]}
    )

    assert PersonKey.objects.filter(register=LIST, destroyed_at=None).count() == 0
    assert "Nhân sự" in text_of(client, "/personal-data/")


def test_seats_are_shown_and_given_as_files(village: OrgUnit, manager: User, client: Client) -> None:
    join(village, OTHER, vai_tro="thanh_vien", stt="2")

    page = text_of(client, f"{REGISTER}seats/?all=1")
    file = text_of(client, f"{REGISTER}seats.csv")

    assert "Thành viên (1)" in page and "Thành viên (1)" in file and NAME not in page + file
    assert client.get(f"{REGISTER}seats.xlsx").getvalue().startswith(b"PK")
    client.force_login(user("khac", (Role.EDITOR, unit("Xã khác", "commune"))))
    assert "Bản Qua" not in text_of(client, f"{REGISTER}seats/?all=1")
