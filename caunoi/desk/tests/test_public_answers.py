"""What anybody may read of dialogues, without an account: published answers, and nothing beside them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in
from caunoi.meetings.actions import add_matter, drop_matter, publish_answer, settle_matter
from caunoi.meetings.models import Matter
from caunoi.meetings.tests.builders import AFTER, DAY, Places, make_world, plan
from caunoi.records.tests.builders import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


def ask(places: Places, what: str, answer: str = "") -> Matter:
    meeting = plan(places, kind="doi_thoai", title="Đối thoại về đường thôn")
    matter = add_matter(
        meeting.pk, sort="question", what=what, org_unit_id=places.commune.pk, due_on=DAY + timedelta(days=10),
        by=places.officer, at=AFTER,
    )  # fmt: skip
    if answer:
        settle_matter(matter.pk, answer=answer, done_on=DAY, by=places.officer, at=AFTER)
    return matter


def test_a_published_answer_is_read_without_an_account_and_names_nobody(places: Places) -> None:
    matter = ask(places, "Bao giờ đổ bê tông?", "Trong tháng 12.")
    publish_answer(matter.pk, published=True, by=places.officer, at=AFTER)

    page = Client().get("/answers/?q=be tong").content.decode()

    assert "Bao giờ đổ bê tông?" in page and "Trong tháng 12." in page and "Xã Cốc San" in page
    assert str(places.officer) not in page and "Đối thoại về đường thôn" not in page
    assert "Bao giờ" not in Client().get("/answers/?q=nuoc").content.decode()


def test_answers_are_narrowed_to_a_commune_that_has_some(places: Places) -> None:
    matter = ask(places, "Bao giờ đổ bê tông?", "Trong tháng 12.")
    publish_answer(matter.pk, published=True, by=places.officer, at=AFTER)
    key = matter.meeting.org_unit.key

    page = Client().get("/answers/").content.decode()
    assert re.findall(r'<option value="([^"]*)"', page) == ["", key]
    assert "Bao giờ" in Client().get("/answers/", {"unit": key}).content.decode()
    assert "<article" not in Client().get("/answers/", {"unit": key, "q": "nuoc"}).content.decode()
    assert "Bao giờ" in Client().get("/answers/", {"unit": "khong-co"}).content.decode()


def test_what_is_not_published_dropped_or_open_is_not_shown(places: Places) -> None:
    ask(places, "Câu chưa trả lời?")
    ask(places, "Câu chưa công khai?", "Đã trả lời.")
    taken_back, dropped = ask(places, "Câu thôi công khai?", "Có."), ask(places, "Câu ghi nhầm?", "Có.")
    for one in (taken_back, dropped):
        publish_answer(one.pk, published=True, by=places.officer, at=AFTER)
    publish_answer(taken_back.pk, published=False, by=places.officer, at=AFTER)
    drop_matter(dropped.pk, because="ghi nhầm", by=places.officer, at=AFTER)

    assert "<article" not in Client().get("/answers/").content.decode()


def test_the_first_page_lists_what_meetings_left_open(places: Places) -> None:
    ask(places, "Bao giờ đổ bê tông?")
    client = signed_in(places.officer)

    page = client.get("/").content.decode()

    assert 'id="count-matters"' in page and "Bao giờ đổ bê tông?" in page and "quá hạn 20/03/2026" in page
    assert "Bao giờ đổ bê tông?" in client.get("/meetings/matters/?state=late").content.decode()
    assert "Bao giờ" not in signed_in(user("xa-khac", (Role.EDITOR, places.other))).get("/").content.decode()
