"""The pages of targets, and what of a target stands beside figures."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from django.test import Client
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.boards.models import Dashboard, SavedView
from caunoi.cli.figures import figures
from caunoi.desk.target_inputs import AmountField, typed
from caunoi.desk.tests.builders import signed_in
from caunoi.moments import now, today
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import user
from caunoi.targets.actions import break_down
from caunoi.targets.models import Allotment
from caunoi.targets.queries import find_running, get_target, list_periods_of, read_breakdown
from caunoi.targets.tests.builders import (
    DECISION,
    achieve,
    parts,
    store_programme,
    store_province,
    store_target_of_a_share,
    vote,
)

pytestmark = pytest.mark.django_db
PAGE = "/targets/ho_giao/"


@pytest.fixture
def province() -> tuple[OrgUnit, list[OrgUnit], Client]:
    store_programme()
    place, communes, officer = store_province()
    return place, communes, signed_in(officer)


def send(
    client: Client, communes: list[OrgUnit], whole: str, *given: str, address: str = PAGE, **further: str
) -> str:  # fmt: skip
    """The page after a breakdown was sent."""
    fields = {f"part-{one.pk}": value for one, value in zip(communes, given, strict=True)}
    page = client.get(address).content.decode()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    sent = {"whole": whole, "number": "12/QĐ-UBND", "day": "15/01/2026", "save": "yes", "seen": seen}
    return client.post(address, sent | fields | further, follow=True).content.decode()


def test_a_whole_is_set_and_given_on_the_page_and_revised_with_its_history(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    _place, communes, client = province

    assert "chưa giao" in client.get("/targets/").content.decode()
    assert "Đã lưu phân bổ: 4 đơn vị thay đổi." in send(client, communes, "300", "120", "100", "50")
    page = send(client, communes, "310", "130", "100", "50", number="40/QĐ-UBND")

    assert "Quyết định 40/QĐ-UBND ngày 15/01/2026" in page
    assert "300 hộ theo quyết định 12/QĐ-UBND" in page
    assert ">310<" in client.get("/targets/").content.decode()


def test_what_does_not_add_up_is_refused_and_what_was_typed_stays(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    _place, communes, client = province

    page = send(client, communes, "100", "50", "40", "20")

    assert "vượt 10 hộ" in page and 'value="20"' in page
    assert "Nhiều nhất" not in page
    assert "Nhiều nhất 18 chữ số." in send(client, communes, "9" * 30, "50", "40", "20")
    assert "Phải là số nguyên" in send(client, communes, "100", "50", "40", "1,5")
    assert not Allotment.objects.exists()


def test_parts_are_proposed_equal_or_like_the_results_before(province: tuple[OrgUnit, list[OrgUnit], Client]) -> None:
    _place, communes, client = province
    last_year = today().year - 1
    achieve(communes[0], date(last_year, 5, 1), 30, at=now())
    achieve(communes[1], date(last_year, 5, 1), 10, at=now())

    equal = client.post(PAGE, {"propose": "equal", "whole": "100"}).content.decode()
    like = client.post(PAGE, {"propose": "before", "whole": "100"}).content.decode()

    assert 'value="100"' in equal and not Allotment.objects.exists()
    assert equal.count('value="33"') == 2 and equal.count('value="34"') == 1
    assert 'value="75"' in like and 'value="25"' in like and 'value="0"' in like


def lines_of(client: Client, address: str, **asked: str) -> list[list[str]]:
    """Of a file."""
    return list(csv.reader(io.StringIO(b"".join(client.get(address, asked)).decode("utf-8-sig"))))


def test_the_targets_and_a_breakdown_are_taken_away_as_files_with_what_was_reached(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    place, communes, client = province
    send(client, communes, "3000", "1200", "1000", "500")
    achieve(communes[0], today(), 33, at=now())
    achieve(communes[1], date(today().year - 1, 5, 1), 10, at=now())

    listed, parted = lines_of(client, "/targets/", format="csv"), lines_of(client, PAGE, format="csv")
    book = load_workbook(io.BytesIO(b"".join(client.get(PAGE, {"format": "xlsx"})))).worksheets[0]
    page = client.get("/targets/").content.decode()

    year = f"năm {today().year}"
    assert listed[0][5:] == ["Đã đạt", "Chỉ tiêu phấn đấu", "Đạt chỉ tiêu (%)"]
    assert ["Tỉnh Thử", "ho_giao", "ho_giao", "hộ", year, "33", "3000", "1.1"] in listed
    assert parted[0][4:7] == ["Kết quả kỳ trước", "Đã đạt kỳ này", "Phần được giao"]
    whole, *units, kept = [[row[0], *row[4:]] for row in parted[1:]]
    assert whole == ["Tỉnh Thử", "", "33", "3000", "3000", "1.1"]
    assert sorted(units) == [
        ["Xã Bình", "10", "", "1000", "1000", ""],
        ["Xã Cao", "", "", "500", "500", ""],
        ["Xã Ái", "", "33", "1200", "1200", "2.8"],
    ]
    assert kept == ["Tỉnh Thử giữ lại", "", "", "300", "", ""]
    assert [[str(cell.value or "") for cell in row] for row in book.iter_rows()] == parted
    assert "format=xlsx" in page and "1,1%" in page and '<progress value="1.1"' in page


def test_who_does_not_set_targets_reads_them_and_nobody_reads_beyond_their_units(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    place, communes, client = province
    send(client, communes, "300", "120", "100", "50")
    reader = signed_in(user("xem", (Role.VIEWER, place)))
    other = signed_in(user("xa", (Role.VIEWER, communes[0])))

    page = reader.get(PAGE).content.decode()
    assert re.search(r">\s*120\s*</td>", page) and 'id="save"' not in page
    assert "Chỉ quản lý chương trình" in send(reader, communes, "310", "130", "100", "50")
    assert other.get(PAGE, {"place": place.key}).status_code == 404
    assert "phạm vi của bạn" in other.get("/targets/", {"place": place.key}).content.decode()


def test_a_target_of_the_period_to_come_is_set_and_shown_ahead_of_it(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    place, communes, client = province
    target = get_target("ho_giao")
    coming = list_periods_of(target, today())[0]
    assert coming.days.first > today()
    officer = user("quan-ly", (Role.PROGRAMME_MANAGER, place), (Role.APPROVER, place))
    given = parts((communes[0], 120), (communes[1], 100), (communes[2], 80))
    break_down(read_breakdown(target, place.pk, coming), Decimal(300), given, DECISION, by=officer, at=now())
    days = {"first": f"{coming.days.first:%d/%m/%Y}", "last": f"{coming.days.last:%d/%m/%Y}"}

    listed = client.get("/targets/").content.decode()
    page = client.get(PAGE, {"period": coming.key}).content.decode()
    figures_page = client.get("/figures/", {"codes": "ho", "place": "Tỉnh Thử", "level": "commune", **days})

    assert "chưa đến kỳ" in listed and "chưa giao" in listed
    assert "chỉ tiêu 120, chưa đến kỳ" in page
    assert "chỉ tiêu 100, chưa đến kỳ" in figures_page.content.decode()
    assert "Đã lưu phân bổ" in send(client, communes, "200", "100", "50", "50")  # the page opens on the running one


def test_a_yearly_target_is_no_mark_beside_a_month_s_result(province: tuple[OrgUnit, list[OrgUnit], Client]) -> None:
    place, communes, client = province
    target = get_target("ho_giao")
    year = find_running(target, today())
    officer = user("quan-ly", (Role.PROGRAMME_MANAGER, place), (Role.APPROVER, place))
    break_down(read_breakdown(target, place.pk, year), Decimal(300), parts((communes[0], 300)), DECISION,
               by=officer, at=now())  # fmt: skip
    for month in (1, 2):
        achieve(communes[0], date(year.days.first.year, month, 10), 30, at=now())
    asked = {"codes": "ho", "place": "Xã Ái", "first": f"{year.days.first:%d/%m/%Y}",
             "last": f"{year.days.last:%d/%m/%Y}", "chart": "trend"}  # fmt: skip

    monthly = client.get("/figures/", asked | {"by": "month"}).content.decode()
    drawn, yearly = (
        client.get("/figures/chart.json", asked | how).json()["specification"]["data"]["values"]
        for how in ({"by": "month"}, {"by": "year", "last": f"{year.after().days.last:%d/%m/%Y}"})
    )

    assert "Chỉ tiêu đặt cho kỳ dài hơn" in monthly
    assert {row["target"] for row in drawn} == {None}
    assert [(row["value"], row["target"]) for row in yearly] == [(60.0, 300.0), (None, None)]


def test_a_figure_shows_what_of_its_target_was_reached_on_pages_and_in_files(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    place, communes, client = province
    target = get_target("ho_giao")
    period = find_running(target, today())
    officer = user("quan-ly", (Role.PROGRAMME_MANAGER, place), (Role.APPROVER, place))
    given = parts((communes[0], 120), (communes[1], 100), (communes[2], 80))
    break_down(read_breakdown(target, place.pk, period), Decimal(300), given, DECISION, by=officer, at=now())
    achieve(communes[0], period.days.first, 30, at=now())
    asked = {"codes": "ho", "place": "Tỉnh Thử", "first": period.days.first.strftime("%d/%m/%Y"),
             "last": period.days.last.strftime("%d/%m/%Y"), "level": "commune"}  # fmt: skip

    page = client.get("/figures/", asked).content.decode()
    file = b"".join(client.get("/figures/", asked | {"format": "csv"})).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(file)))

    assert "đạt 10% chỉ tiêu 300" in page and "đạt 25% chỉ tiêu 120" in page
    assert rows[0][-2:] == ["Chỉ tiêu phấn đấu", "Đạt chỉ tiêu (%)"]
    assert sorted(row[-2:] for row in rows[1:]) == [["100", ""], ["120", "25"], ["80", ""]]
    drawn = client.get("/figures/chart.json", asked | {"chart": "comparison"}).json()["specification"]
    assert [(row["value"], row["target"]) for row in drawn["data"]["values"]] == [(30.0, 120.0)]
    assert "đạt 25% chỉ tiêu 120" in drawn["data"]["values"][0]["hint"]
    OrgUnit.objects.filter(pk=communes[0].pk).update(latitude=Decimal("22.3"), longitude=Decimal("103.9"))
    mapped = client.get("/figures/chart.json", asked | {"chart": "map"}).json()["specification"]
    assert [(row["value"], row["target"]) for row in mapped["data"]["values"]] == [(30.0, 120.0)]
    rings = [layer for layer in mapped["layer"] if layer.get("encoding", {}).get("size", {}).get("field") == "target"]
    # As large as a bubble of that value would be: on the same scale, which holds the target too.
    assert [layer["encoding"]["size"]["scale"]["domain"] for layer in rings] == [[0, 120.0]]
    assert "Vòng đỏ: chỉ tiêu phấn đấu." in client.get("/figures/", asked | {"chart": "map"}).content.decode()
    address = page.split('<a class="figure-link"')[1].split('href="')[1].split('"')[0]
    explained = client.get(address).content.decode()
    assert "đạt 10% chỉ tiêu 300" in explained and "Quyết định 12/QĐ-UBND ngày 15/01/2026" in explained
    assert "đạt 25% chỉ tiêu 120" in explained.split('id="children"')[1]

    # The same on a part of a dashboard, and on the command line.
    view = {
        "name": "Hộ",
        "page": "figures",
        "query": urlencode(asked),
        "shared_with": "",
        "shared_role": "",
        "period": "",
    }
    client.post("/views/save/", view)
    client.post("/dashboards/", {"name": "Sáng thứ Hai", "shared_with": ""})
    tile = {"view": str(SavedView.objects.get().pk), "show": "table", "size": "half"}
    board = Dashboard.objects.get()
    client.post(f"/dashboards/{board.pk}/tiles/", tile)
    assert "đạt 25% chỉ tiêu 120" in client.get(f"/dashboards/{board.pk}/?whole=1").content.decode()
    days = ["--from", period.days.first.isoformat(), "--to", period.days.last.isoformat()]
    told = CliRunner().invoke(figures, ["ho", "--place", "Tỉnh Thử", *days], catch_exceptions=False).output
    assert "đạt 10% chỉ tiêu 300" in told
    plain = CliRunner().invoke(figures, ["ho", "--place", "Tỉnh Thử", *days, "--json"], catch_exceptions=False).output
    target_told = json.loads(plain)[0]["target"]
    assert (target_told["value"], target_told["percent"]) == ("300", "10")


@pytest.mark.parametrize(("decimals", "amount"), [(3, "1.708"), (3, "0.5"), (2, "12.34"), (0, "1708")])
def test_an_amount_that_the_page_proposes_is_read_as_it_was_meant(decimals: int, amount: str) -> None:
    assert AmountField(decimals).clean(typed(Decimal(amount))) == Decimal(amount)


# -- Shares -----------------------------------------------------------------------------------------------------------

SHARE = "/targets/ty_le_giao/"


def test_the_target_of_a_share_is_set_for_the_place_and_each_unit_without_a_sum(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    store_target_of_a_share()
    place, communes, client = province
    for one, reached in zip(communes[:2], (85, 95), strict=True):
        vote(one, today(), reached, 100, at=now())

    page = send(client, communes, "90", "90", "92,5", "", address=SHARE)

    assert "Đã lưu phân bổ: 3 đơn vị thay đổi." in page
    assert "2/3 đơn vị đã có chỉ tiêu riêng: 1 đạt, 1 chưa đạt, 0 chưa có kết quả để so." in page
    assert "không có tổng để kiểm tra" in page and 'id="difference"' not in page
    assert "chưa đạt chỉ tiêu 90%, kém 5 điểm %" in page and "đạt chỉ tiêu 92,5%, vượt 2,5 điểm %" in page
    assert "Chỉ tiêu của Tỉnh Thử" in page and "đạt chỉ tiêu 90%" in client.get("/targets/").content.decode()

    rows = lines_of(client, SHARE, format="csv")
    assert rows[0][-4:] == ["Chỉ tiêu riêng", "Chỉ tiêu phấn đấu", "Chênh lệch so với chỉ tiêu", "Đạt chỉ tiêu"]
    assert sorted(row[-4:] for row in rows[2:]) == [
        ["", "", "", ""], ["90", "90", "-5", "chưa đạt"], ["92.5", "92.5", "2.5", "đạt"],
    ]  # fmt: skip

    # What is no share is refused, and what was typed stays.
    for wrong, said in (("100,5", "Tỉnh Thử: "), ("-1", "Chỉ tiêu không âm."), ("chín", "không phải là số")):
        refused = send(client, communes, wrong, "90", "92,5", "", address=SHARE)
        assert "Đã lưu" not in refused and f'value="{wrong}"' in refused and said in refused
    assert Allotment.objects.count() == 1
    assert "Đã lưu phân bổ: 1 đơn vị thay đổi." in send(client, communes, "90", "", "92,5", "", address=SHARE)
    assert "1/3 đơn vị đã có chỉ tiêu riêng" in client.get(SHARE).content.decode()

    same = client.post(SHARE, {"propose": "equal", "whole": "88"}).content.decode()
    before = client.post(SHARE, {"propose": "before", "whole": "88"}).content.decode()
    assert same.count('value="88"') == 4 and before.count('value="92,5"') == 1


def test_a_share_says_everywhere_whether_it_is_where_it_was_to_be(
    province: tuple[OrgUnit, list[OrgUnit], Client],
) -> None:
    store_target_of_a_share()
    place, communes, client = province
    year = find_running(get_target("ty_le_giao"), today()).days
    for index, (one, reached) in enumerate(zip(communes[:2], (85, 95), strict=True)):
        vote(one, today(), reached, 100, at=now())
        OrgUnit.objects.filter(pk=one.pk).update(latitude=Decimal("22.3") + index, longitude=Decimal("103.9"))
    send(client, communes, "92", "90", "92,5", "", address=SHARE)
    asked = {"codes": "ty_le", "place": "Tỉnh Thử", "first": f"{year.first:%d/%m/%Y}",
             "last": f"{year.last:%d/%m/%Y}", "level": "commune"}  # fmt: skip

    page = client.get("/figures/", asked).content.decode()
    rows = list(
        csv.reader(io.StringIO(b"".join(client.get("/figures/", asked | {"format": "csv"})).decode("utf-8-sig")))
    )
    sheet = load_workbook(io.BytesIO(b"".join(client.get("/figures/", asked | {"format": "xlsx"})))).worksheets[0]
    bars, mapped = (
        client.get("/figures/chart.json", asked | {"chart": kind}).json()["specification"]["data"]["values"]
        for kind in ("comparison", "map")
    )

    assert "chưa đạt chỉ tiêu 92%, kém 2 điểm %" in page and "chưa đạt chỉ tiêu 90%, kém 5 điểm %" in page
    assert rows[0][-3:] == ["Chỉ tiêu phấn đấu", "Chênh lệch so với chỉ tiêu", "Đạt chỉ tiêu"]
    assert sorted(row[-3:] for row in rows[1:]) == [["", "", ""], ["90", "-5", "chưa đạt"], ["92.5", "2.5", "đạt"]]
    written = [[cell.value for cell in row][-3:] for row in sheet.iter_rows(min_row=2)]
    assert [row for row in written if row[0]] == [
        [90, -5, "chưa đạt"], [92.5, 2.5, "đạt"],
    ]  # fmt: skip
    assert [(row["value"], row["target"]) for row in bars] == [(95.0, 92.5), (85.0, 90.0)]
    # Size says nothing of a share: a ring stands around who is short.
    assert [(row["value"], row["target"] is not None) for row in mapped] == [(95.0, False), (85.0, True)]
    assert "Vòng đỏ: chưa đạt chỉ tiêu phấn đấu." in client.get("/figures/", asked | {"chart": "map"}).content.decode()
    address = page.split('<a class="figure-link"')[1].split('href="')[1].split('"')[0]
    explained = client.get(address).content.decode()
    assert "chưa đạt chỉ tiêu 92%, kém 2 điểm %" in explained and "Quyết định 12/QĐ-UBND" in explained
    days = ["--from", year.first.isoformat(), "--to", year.last.isoformat()]
    told = CliRunner().invoke(figures, ["ty_le", "--place", "Tỉnh Thử", *days], catch_exceptions=False).output
    assert "chưa đạt chỉ tiêu 92%, kém 2 điểm %" in told
    plain = CliRunner().invoke(figures, ["ty_le", "--place", "Xã Bình", *days, "--json"], catch_exceptions=False).output
    target = json.loads(plain)[0]["target"]
    assert (target["value"], target["apart"], target["reached"]) == ("92.5", "2.5", True)
