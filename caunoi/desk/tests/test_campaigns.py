"""The page of campaign days and their wall, as officers and villages open it."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from caunoi.accounts.models import Role, User
from caunoi.boards import wall
from caunoi.boards.models import Campaign
from caunoi.desk.tests.builders import TESTER, publish_event, signed_in, store_world, user, village_head
from caunoi.desk.views import campaigns
from caunoi.moments import now, today
from caunoi.records.actions import Incoming, receive
from caunoi.targets.tests.builders import achieve, give, merged_commune, store_programme, store_province

pytestmark = pytest.mark.django_db
TYPED = {"name": "Ra quân làm đường", "form": "hoat_dong", "unit": "1", "first": "02/08/2026", "last": ""}


@pytest.fixture
def officer(monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr(wall, "APART_S", 0)
    store_world()
    publish_event()
    return user("tinh", [(Role.PROGRAMME_MANAGER, 1)])


def declare(client: Client, **other: str) -> Campaign:
    answer = client.post("/campaigns/", TYPED | other)
    assert answer.status_code == 302, answer.content.decode()
    return Campaign.objects.latest("pk")


def hold(unit: int) -> None:
    answers = {"ngay": "2026-08-02", "loai": "hop", "so_nguoi": "30"}
    receive(Incoming("hoat_dong", unit, now(), answers=answers), by=TESTER, at=now())


def test_an_officer_declares_days_and_watches_villages_come_in(officer: User) -> None:
    client = signed_in(officer)
    campaign = declare(client)
    page = client.get(f"/campaigns/{campaign.pk}/").content.decode()
    assert "Ra quân làm đường" in page and ">0<small>/3</small>" in page

    hold(3)

    page = client.get(f"/campaigns/{campaign.pk}/now/").content.decode()
    assert ">1<small>/3</small>" in page and "Thôn 1, Xã Bản Qua" in page
    inside = client.get(f"/campaigns/{campaign.pk}/?place=u2").content.decode()
    assert "đã gửi" in inside and "chưa gửi" in inside and "Lên Tỉnh Lào Cai" in inside


def test_what_the_wall_shows_is_taken_away_as_a_file(officer: User) -> None:
    client = signed_in(officer)
    address = f"/campaigns/{declare(client).pk}/"
    hold(3)

    def lines(asked: str) -> list[str]:
        return b"".join(client.get(f"{address}export.csv{asked}")).decode().splitlines()

    assert lines("")[1].startswith("Tỉnh Lào Cai,3,1") and lines("")[2].startswith("Xã Bản Qua,2,1")
    assert [one.split(",")[:3] for one in lines("?place=u2")[2:]] == [["Thôn 1", "1", "1"], ["Thôn 2", "1", "0"]]
    assert "export.xlsx?place=u2" in client.get(f"{address}?place=u2").content.decode()
    assert signed_in(village_head()).get(f"{address}export.csv?place=u6").status_code == 404


def test_what_of_a_target_is_reached_stands_on_the_wall_and_in_its_file_for_who_may_know_of_its_whole_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wall, "APART_S", 0)
    store_programme()
    province, communes, officer = store_province()
    new = merged_commune(province, communes[:2])
    give(new, 300, year=2026, at=now())
    achieve(communes[0], date(2026, 5, 1), 30, at=now())
    client = signed_in(officer)
    address = f"/campaigns/{declare(client, form='ket_qua', unit=str(province.pk)).pk}/"
    achieve(new, date(2026, 8, 2), 15, at=now())
    theirs = signed_in(user("xa-moi", [(Role.VIEWER, new.pk)]))

    seen = client.get(f"{address}now/").content.decode()
    file = list(csv.reader(io.StringIO(b"".join(client.get(f"{address}export.csv")).decode("utf-8-sig"))))
    # What its predecessors did before the merger is not theirs to know.
    since_july = theirs.get(f"{address}now/").content.decode()
    their_file = b"".join(theirs.get(f"{address}export.csv")).decode()

    assert "đạt 15% chỉ tiêu 300 (từ đầu kỳ của chỉ tiêu: 45)" in seen
    assert dict(zip(file[0], file[1], strict=True)).items() >= {
        ("ho (hộ)", "15"), ("ho: Chỉ tiêu phấn đấu", "300"), ("ho: Đạt chỉ tiêu (%)", "15"),
    }  # fmt: skip
    assert ">15</a>" in since_july and "chỉ tiêu" not in since_july and "phấn đấu" not in their_file


def test_an_unchanged_wall_is_answered_with_nothing(officer: User) -> None:
    client = signed_in(officer)
    address = f"/campaigns/{declare(client).pk}/now/"
    first = client.get(address)
    again = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")

    hold(3)

    changed = client.get(address, HTTP_IF_NONE_MATCH=first["ETag"])
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]


def test_a_village_watches_itself_and_may_not_look_at_others(officer: User) -> None:
    campaign = declare(signed_in(officer))
    client = signed_in(village_head())

    page = client.get(f"/campaigns/{campaign.pk}/").content.decode()

    assert "Thôn 1" in page and "Thôn 3" not in page
    assert client.get(f"/campaigns/{campaign.pk}/now/?place=u6").status_code == 404
    assert 'id="new-campaign"' not in client.get("/campaigns/").content.decode()
    assert client.post("/campaigns/", TYPED).status_code == 400
    assert client.post(f"/campaigns/{campaign.pk}/take-back/").status_code == 403


def test_taking_back_asks_by_name_and_says_that_records_stay(officer: User) -> None:
    client = signed_in(officer)
    declare(client)

    page = client.get("/campaigns/").content.decode()

    step = page.split("/take-back/")[1].split("</form>")[0]
    assert "Bỏ “Ra quân làm đường”?" in step and "các bản ghi đã gửi vẫn nguyên" in step
    # Folded until asked for: the first press only opens the question.
    assert page.split("/take-back/")[0].rpartition("<details")[2].count("</details>") == 0


def test_all_campaigns_are_listed_page_by_page_and_found_by_name_place_and_year(
    officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "PAGE", 2)
    client = signed_in(officer)
    for day in ("02/08/2026", "03/08/2026"):
        declare(client, first=day)
    declare(client, first="02/08/2025", name="Dọn vệ sinh")

    def names(asked: str) -> list[str]:
        page = client.get(f"/campaigns/?{asked}").content.decode()
        return [name for name in ("Ra quân làm đường", "Dọn vệ sinh") if f">{name}</a>" in page]

    assert (names(""), names("page=2")) == (["Ra quân làm đường"], ["Dọn vệ sinh"])
    assert names("q=don+ve+sinh+lao+cai") == names("year=2025") == ["Dọn vệ sinh"]
    assert names("q=khong+co") == []


def test_a_wrong_name_or_day_is_put_right(officer: User) -> None:
    client = signed_in(officer)
    campaign = declare(client)
    address = f"/campaigns/{campaign.pk}/edit/"
    typed = {"name": "Ra quân làm cầu", "first": "03/08/2026", "last": "04/08/2026"}

    refused = client.post(address, typed | {"last": "01/08/2026"})
    stranger = signed_in(village_head()).post(address, typed)
    kept = client.post(address, typed)

    campaign.refresh_from_db()
    assert refused.status_code == 400 and 'value="Ra quân làm cầu"' in refused.content.decode()
    assert (stranger.status_code, kept.status_code) == (403, 302)
    assert (campaign.name, f"{campaign.first:%d}-{campaign.last:%d}") == ("Ra quân làm cầu", "03-04")


def test_what_was_typed_survives_a_refusal(officer: User) -> None:
    answer = signed_in(officer).post("/campaigns/", TYPED | {"last": "01/08/2026"})

    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Ngày cuối phải từ ngày đầu trở đi" in page and 'value="Ra quân làm đường"' in page


def test_who_took_part_is_told_on_the_first_page_while_it_runs(officer: User) -> None:
    client = signed_in(officer)
    day = f"{today():%d/%m/%Y}"
    campaign = declare(client, first=day)

    assert f"/campaigns/{campaign.pk}/" in client.get("/").content.decode()
    client.post(f"/campaigns/{campaign.pk}/take-back/")
    assert f"/campaigns/{campaign.pk}/" not in client.get("/").content.decode()
