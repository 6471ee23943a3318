"""One person's request: all that names them is found in one pass, given as one file, erased together."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.audit.models import AuditLine
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests.people import NAME, OTHER_NAME, join, person, publish_people
from caunoi.records.models import Submission
from caunoi.records.tests.builders import send, stored, unit, user
from caunoi.records.tests.people import PHONE, contact, publish_contact
from caunoi.training.models import Learner
from caunoi.training.tests import builders as training

pytestmark = pytest.mark.django_db
PAGE = "/personal-data/find/"
SURE = {"do": "erase", "because": "Đơn ngày 12/03/2026", "sure": "on"}


@pytest.fixture
def record() -> Submission:
    publish_contact()
    publish_people()
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune", code="10.082.02683"), code="10.082.02683.01")
    join(village)
    join(village, "9c1f5a34-1c5b-4a3e-9a55-3d0f5b7c1a11", OTHER_NAME, stt="2")
    return stored(send(contact(village)))


@pytest.fixture
def asked(record: Submission, client: Client) -> Client:
    commune = OrgUnit.objects.get(level="commune")
    client.force_login(user("quan-ly", (Role.PROGRAMME_MANAGER, commune), (Role.ADMINISTRATOR, commune)))
    return client


def find(client: Client, name: str, **more: object) -> str:
    return client.post(PAGE, {"name": name, **more}).content.decode()


def subjects(record: Submission) -> list[str]:
    return [str(record), f"entity:nhan_su:{person().uuid}"]


def test_everything_that_names_a_person_is_found_and_what_is_spelt_so_is_chosen(
    record: Submission, asked: Client
) -> None:
    spelt, plain = find(asked, NAME), find(asked, "lo thi may")

    for page in (spelt, plain):
        assert all(f'value="{one}"' in page for one in subjects(record)) and OTHER_NAME not in page
    # The record, the record that told the register, and the thing in the register.
    assert spelt.count("checked") == 3 and plain.count("checked") == 0
    line = AuditLine.objects.filter(action="person.search").order_by("number").last()
    assert line is not None and line.detail == {"count": 3}
    assert {*subjects(record)} <= set(AuditLine.objects.filter(action="person.read").values_list("subject", flat=True))
    assert not any(NAME in json.dumps(one.detail, ensure_ascii=False) for one in AuditLine.objects.all())
    assert "Không nơi nào nêu tên này" in find(asked, "Lò Thị Mẩy Hoa") and "bằng chữ" in find(asked, "--")


def test_one_file_holds_what_was_chosen_and_erasing_leaves_nothing_of_it(record: Submission, asked: Client) -> None:
    file = asked.post(PAGE, {"name": NAME, "do": "file", "subject": subjects(record)})
    nothing = find(asked, NAME, do="file")
    without_reason = find(asked, NAME, do="erase", subject=subjects(record))
    erased = find(asked, NAME, subject=subjects(record), **SURE)

    held = json.loads(file.content)["found"]
    assert len(held) == 2 and PHONE in file.content.decode() and NAME not in file["Content-Disposition"]
    assert AuditLine.objects.filter(action="person.export").count() == 2
    assert "ít nhất một mục" in nothing and "Chưa ghi gì" in without_reason
    assert "số mục: 2" in erased and "Không nơi nào nêu tên này" in erased
    assert OTHER_NAME in find(asked, OTHER_NAME)


def test_an_account_that_still_works_is_refused_by_name_and_the_others_are_erased(
    record: Submission, asked: Client
) -> None:
    village = OrgUnit.objects.get(level="village")
    head = user("truong-thon", (Role.RECORDER, village))
    head.full_name = NAME
    head.save()

    page = find(asked, NAME, subject=[*subjects(record), f"user:{head.pk}"], **SURE)

    assert "đang có vai trò" in page and "số mục: 2" in page
    assert f'value="user:{head.pk}" checked' in " ".join(page.split())


def test_learners_are_found_with_their_marks_and_nobody_beyond_their_units(client: Client) -> None:
    places = training.make_world()
    learner = training.add(training.open_one(places), places, "Vàng Thị Mỷ")[0]
    client.force_login(user("quan-ly", (Role.PROGRAMME_MANAGER, OrgUnit.objects.get(level="province"))))
    stranger = Client()
    stranger.force_login(user("nguoi-la", (Role.PROGRAMME_MANAGER, unit("Xã Khác", "commune"))))

    assert learner.subject in find(client, "Vàng Thị Mỷ")
    assert learner.subject not in find(stranger, "Vàng Thị Mỷ")
    assert "số mục: 1" in find(client, "Vàng Thị Mỷ", subject=learner.subject, **SURE)
    assert Learner.objects.count() == 1 and learner.subject not in find(client, "Vàng Thị Mỷ")


def test_who_may_not_erase_does_not_look(record: Submission, client: Client) -> None:
    client.force_login(user("ghi", (Role.RECORDER, OrgUnit.objects.get(level="village"))))

    assert client.get(PAGE).status_code == 403 and client.post(PAGE, {"name": NAME}).status_code == 403
