"""A register as it was known on an earlier day: later corrections stay out of the list and of its file."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from caunoi.desk.tests.builders import commune_officer, page, signed_in, store_world
from caunoi.moments import local_moment, today
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import OTHER, create, update

pytestmark = pytest.mark.django_db
LIST = "/registers/doi/"
# True since 5 March, and told on the 25th: an officer who looked on the 20th still saw the old name.
SINCE, TOLD_ON = date(2026, 3, 5), date(2026, 3, 25)


@pytest.fixture
def officer() -> Client:
    store_world()
    given.register()
    given.publish()
    village = OrgUnit.objects.get(pk=3)
    create(village, "Đội Cũ", so_nguoi="8")
    told = local_moment(TOLD_ON)
    update(village, 1, label="Đội Mới", ten="Đội Mới", so_nguoi="9", day=SINCE, at=told)
    create(village, "Đội kể sau", OTHER, at=told)
    return signed_in(commune_officer())


def test_the_same_day_is_asked_as_it_was_known_then_and_with_what_was_told_later(officer: Client) -> None:
    now = page(officer, LIST, day="10/03/2026")
    then = page(officer, LIST, day="10/03/2026", known="24/03/2026")

    assert "Đội Mới" in now and "Đội kể sau" in now and "Đội Cũ" not in now
    assert "Đội Cũ" in then and "Đội Mới" not in then and "Đội kể sau" not in then
    assert "Đội Mới" in page(officer, LIST, day="10/03/2026", known="25/03/2026")  # to the end of that day


def test_the_page_says_which_knowledge_it_shows_and_keeps_the_day_in_its_box(officer: Client) -> None:
    assert 'id="past-day"' not in page(officer, LIST)
    later = page(officer, LIST, day="10/03/2026")
    then = page(officer, LIST, known="24/03/2026")

    assert "như vào ngày 10/03/2026, theo những gì nay đã biết" in later
    assert f"như vào ngày {today():%d/%m/%Y}, theo những gì đã biết đến hết ngày 24/03/2026" in then
    assert 'value="24/03/2026"' in then and "known=24" in then.split('id="export-csv"')[0].rsplit("<a ", 1)[1]


@pytest.mark.parametrize("typed", ["31/12/2999", "hôm qua", ""])
def test_a_day_to_come_or_none_is_what_is_known_today(officer: Client, typed: str) -> None:
    assert 'id="past-day"' not in page(officer, LIST, known=typed)
    assert "Đội Mới" in page(officer, LIST, known=typed)


def test_the_file_holds_what_the_page_shows(officer: Client) -> None:
    def rows(**query: str) -> list[tuple[str, str]]:
        sent = b"".join(officer.get(f"{LIST}export.csv", query)).decode("utf-8-sig")
        return [(row["Tên"], row["Số người"]) for row in csv.DictReader(io.StringIO(sent))]

    assert rows(known="24/03/2026") == [("Đội Cũ", "8")]
    assert rows() == [("Đội kể sau", "8"), ("Đội Mới", "9")]
