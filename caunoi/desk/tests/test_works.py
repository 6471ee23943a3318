"""The page of one work: how far it is beside what was planned, its photos before and after, money by source."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from caunoi.accounts.models import User
from caunoi.contributions.tests.builders import (
    CANAL,
    FAR,
    ROAD,
    approved,
    finish,
    fund,
    give,
    store_works,
)
from caunoi.desk.tests.builders import page, signed_in, village_head
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Entity

pytestmark = pytest.mark.django_db
WORK = f"/works/{ROAD}/"
BEFORE, AFTER = IncomingFile("truoc.jpg", b"before", "image/jpeg"), IncomingFile("sau.jpg", b"after", "image/jpeg")


@pytest.fixture
def officer() -> User:
    return store_works()


@pytest.fixture
def client(officer: User) -> Client:
    return signed_in(officer)


def plan(**properties: str) -> None:
    """What the register says of the road, as its form leaves it there."""
    Entity.objects.filter(uuid=ROAD).update(properties=properties)


def block(said: str, name: str) -> str:
    """The words of the element with that id, its tags left out."""
    found = re.search(rf'<(\w+) [^>]*id="{name}".*?</\1>', said, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def test_what_is_finished_stands_beside_what_was_planned_and_is_never_added_to_it(
    officer: User, client: Client
) -> None:
    plan(dai_du_kien_km="2.5", chi_du_kien="800000000")
    approved(officer, finish(chi_nhan_dan="150000000", tong_chi="150000000"), finish(chieu_dai_km="1.25"))

    said = block(page(client, WORK), "progress")

    assert "Chiều dài hoàn thành (km) 1,75 · chỉ tiêu 2,5, đạt 70%" in said
    assert "Tổng chi phí (đồng) 150.000.000 · chỉ tiêu 800.000.000, đạt 18,8%" in said


def test_without_a_plan_the_result_stands_alone_and_what_waits_is_only_in_the_other_book(
    officer: User, client: Client
) -> None:
    plan(chi_du_kien="0")
    approved(officer, finish(tong_chi="1000000"))
    finish(chieu_dai_km="3")

    assert block(page(client, WORK), "progress") == (
        "Chiều dài hoàn thành (km) 0,5 Tổng chi phí (đồng) 1.000.000 · chỉ tiêu 0"
    )
    assert "Chiều dài hoàn thành (km) 3,5" in block(page(client, WORK, book="reported"), "progress")
    assert 'id="progress"' not in page(client, f"/works/{CANAL}/")


def test_photos_before_and_after_are_seen_and_told_apart_and_stay_after_a_correction(
    officer: User, client: Client
) -> None:
    sent = finish(photos=[BEFORE, AFTER], anh_truoc="truoc.jpg", anh_sau="sau.jpg")
    corrected = finish(corrects=sent, chieu_dai_km="0.75", anh_truoc="truoc.jpg", anh_sau="sau.jpg")
    approved(officer, corrected)

    said = page(client, WORK)

    assert block(said, "told").endswith("Ảnh trước khi làm Ảnh sau khi làm")
    shown = re.findall(r'<img src="([^"]+)"', said)
    assert [b"".join(client.get(address)) for address in shown] == [b"before", b"after"]


def test_a_photo_that_has_not_arrived_leaves_no_broken_picture(officer: User, client: Client) -> None:
    approved(officer, finish(photos=[BEFORE, IncomingFile("sau.jpg")], anh_truoc="truoc.jpg", anh_sau="sau.jpg"))

    said = page(client, WORK)

    [shown] = re.findall(r'<img src="([^"]+)"', said)
    assert "truoc.jpg" in shown and "sau.jpg" not in said


def test_money_of_a_work_is_reconciled_by_source(officer: User, client: Client) -> None:
    approved(
        officer, give(so_tien="5000000"), fund("ngan_sach", so_tien="70000000"),
        finish(chi_nhan_dan="5000000", chi_ngan_sach="80000000", chi_khac="1000000"),
    )  # fmt: skip

    said = block(page(client, WORK), "sources")

    assert "Khớp: đã góp bằng đã chi." in said
    assert "Đã chi nhiều hơn đã góp 10.000.000 đồng" in said
    assert "Đã chi 1.000.000 đồng nhưng chưa ghi khoản góp nào." in said


def test_a_work_of_elsewhere_is_nobody_s_to_read(officer: User, client: Client) -> None:
    assert client.get(f"/works/{FAR}/").status_code == 404
    assert signed_in(village_head()).get(WORK).status_code == 404


def test_works_and_their_reconciliation_are_taken_away_as_files(officer: User, client: Client) -> None:
    approved(officer, give(so_tien="5000000"), finish(chi_nhan_dan="5000000", chi_khac="1000000"))

    def rows(what: str) -> list[list[str]]:
        sent = b"".join(client.get(f"/works/{what}.csv?first=01/01/2020")).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(sent)))

    sources, works = rows("sources"), rows("works")
    assert sources[-1][0] == "Cộng" and sources[-1][-3:-1] == ["5000000", "6000000"]
    [road] = [one for one in works if one[4] == "6000000"]
    assert road[3] == "5000000" and "Đã chi nhiều hơn đã góp 1.000.000 đồng" in road[5]
    assert {len(one) for one in works} == {6} and "/works/works.xlsx?first=" in page(
        client, "/works/", first="01/01/2020"
    )
    assert client.get("/works/works.csv?first=02/01/2024&last=01/01/2024").status_code == 404
