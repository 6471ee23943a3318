"""The province officer: figures that add up on any boundaries, and every one of them leads down to its records."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.reading import number_in
from tests.browser.visitor import Visitor

BAT_XAT = {
    "codes": ["labour_days"],
    "place": "Huyện Bát Xát",
    "first": "24/11/2020",
    "last": "23/11/2023",
    "level": "commune",
    "boundaries": "23/11/2023",
}


def ask(**more: Any) -> str:
    return f"/figures/?{urlencode({**BAT_XAT, **more}, doseq=True)}"


def column(page: Page) -> list[Decimal]:
    """The first column of figures without its total and without empty ones."""
    cells = page.locator("#figures tbody tr:not(.total):not(.units) td:nth-of-type(1) .figure-link")
    return [number_in(text) for text in cells.all_inner_texts() if "–" not in text]


def download(page: Page, button: str) -> bytes:
    with page.expect_download() as started:
        page.locator(button).click()
    return started.value.path().read_bytes()


def test_a_question_is_put_together_on_the_page(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open("/figures/", look_as="figures-empty")

    page.get_by_label("Tìm chỉ tiêu").fill("ngay cong nhan dan")
    page.get_by_role("checkbox", name="Ngày công nhân dân đóng góp (ngày công)").check()
    page.get_by_label("Tìm chỉ tiêu").fill("luot ho dong gop")
    page.get_by_role("checkbox", name="Lượt hộ đóng góp").check()
    page.get_by_label("Đơn vị (tên hoặc mã)").fill("Huyện Bát Xát")
    page.get_by_role("textbox", name="Từ ngày").fill("24/11/2020")
    page.get_by_role("textbox", name="Đến ngày").fill("23/11/2023")
    page.get_by_label("Chi tiết theo cấp").select_option("commune")
    page.locator("#ask").click()

    expect(page.locator("#figures tr.total")).to_contain_text("38.667")
    expect(page.locator("#figures thead")).to_contain_text("Lượt hộ đóng góp")
    officer.look("figures-communes")


def test_a_question_that_cannot_be_answered_says_why_and_keeps_what_was_typed(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")

    officer.open(ask(place="Huyện Không Có", last="31/02/2023"), look_as="figures-refused")
    expect(officer.page.get_by_label("Đến ngày")).to_have_value("31/02/2023")
    expect(officer.page.locator("#last-error")).to_contain_text("Không phải là ngày")

    officer.open(ask(place="Huyện Không Có"))
    expect(officer.page.locator("#place-error")).to_contain_text("Huyện Không Có")
    expect(officer.page.get_by_label("Đơn vị (tên hoặc mã)")).to_have_value("Huyện Không Có")


def test_the_table_sorts_by_any_column(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    officer.open(ask(boundaries="02/07/2025", place="Tỉnh Lào Cai"))
    heading = officer.page.get_by_role("link", name="Ngày công nhân dân đóng góp")

    heading.click()
    rising = column(officer.page)
    heading.click()
    falling = column(officer.page)

    assert len(rising) > 3 and rising == sorted(rising) and falling == rising[::-1]
    expect(officer.page.locator("th[aria-sort=descending]")).to_have_count(1)


def test_by_quarter_the_columns_bear_the_quarters_names(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")

    officer.open(ask(level="", by="quarter", first="01/01/2021", last="31/12/2023"), look_as="figures-by-quarter")

    headings = officer.page.locator("#figures thead th").all_inner_texts()
    assert [heading.strip() for heading in headings[1:4]] == ["Quý I/2021", "Quý II/2021", "Quý III/2021"]


def test_the_spreadsheet_and_the_csv_hold_the_numbers_of_the_page(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    officer.open(ask())
    shown = column(officer.page)

    from_csv = list(csv.DictReader(io.StringIO(download(officer.page, "#export-csv").decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(download(officer.page, "#export-xlsx"))).worksheets[0]
    head, *rows = sheet.iter_rows(values_only=True)
    from_xlsx = [dict(zip(head, row, strict=True)) for row in rows]

    assert [Decimal(row["Giá trị"]) for row in from_csv] == shown
    assert [Decimal(str(row["Giá trị"])) for row in from_xlsx] == shown
    assert [row["Đơn vị"] for row in from_csv] == [row["Đơn vị"] for row in from_xlsx]


def test_a_district_that_is_gone_names_the_communes_in_its_place(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")

    officer.open(ask(boundaries="02/07/2025"), look_as="figures-unit-gone")

    expect(officer.page.locator("#absence")).to_contain_text("Huyện Bát Xát không còn từ ngày 01/07/2025")
    expect(officer.page.locator("#absence")).to_contain_text("Xã Y Tý")


def test_on_any_boundaries_the_province_keeps_its_total(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    totals = []

    for place, boundaries in (("old:10", "01/12/2020"), ("old:15", "01/12/2020"), ("new:15", "02/07/2025")):
        officer.open(ask(place=place, boundaries=boundaries, level=""))
        text = officer.page.locator("#figures tbody .figure-link").first.inner_text()
        totals.append(Decimal(0) if text.startswith("–") else number_in(text))

    assert totals[0] + totals[1] == totals[2] > 0


def test_every_number_leads_down_to_the_record_behind_it(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open(ask())

    page.locator("#figures tr.total .figure-link").first.click()
    expect(page.locator("#figure")).to_contain_text("38.667")
    officer.look("explanation-district")

    assert sum(number_in(text) for text in page.locator("#children .figure-link").all_inner_texts()) == 38667
    page.locator("#children .figure-link").first.click()
    page.locator("#children .figure-link").first.click()
    officer.look("explanation-village")

    value = number_in(page.locator("#figure .figure").inner_text().split()[0])
    lines = page.locator("[aria-labelledby=records-labour_days] tbody tr")
    assert sum(number_in(text) for text in lines.locator("td.num").all_inner_texts()) == value
    lines.first.get_by_role("link").click()
    expect(page.locator("#answers")).to_contain_text("ngày công")
    officer.look("submission-province")


def test_a_share_shows_what_it_is_made_of(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    officer.open("/figures/")
    shares = officer.page.locator("#codes-list label", has_text="Tỷ lệ gia đình đạt danh hiệu văn hóa")
    code = shares.filter(has_not_text="Chỉ tiêu").first.locator("input").get_attribute("value")

    officer.open(ask(codes=code, level="", place="Tỉnh Lào Cai", first="01/01/2023", last="31/12/2023", boundaries=""))
    officer.page.locator("#figures .figure-link").first.click()

    expect(officer.page.locator("#parts li")).not_to_have_count(0)
    officer.look("explanation-share")


def test_coverage_tells_who_has_not_reported(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")

    officer.open("/coverage/?level=commune", look_as="coverage")

    expect(officer.page.locator("#coverage tbody tr").first).to_be_visible()


def read_printed(page: Page) -> str:
    """The words on the sheets of paper. Needs Debian's poppler-utils."""
    return subprocess.run(["pdftotext", "-", "-"], input=page.pdf(), capture_output=True, check=True).stdout.decode()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Debian's poppler-utils")
def test_on_paper_stand_answers_without_menus_and_buttons(visitor: Callable[..., Visitor], server: Server) -> None:
    officer = visitor("tinh")
    page = officer.page
    ((number,),) = server.sql("SELECT submission_id FROM records_submissionversion ORDER BY id LIMIT 1")

    for address, told in (("/", "h1"), (ask(), "#figures tr.total"), (f"/submissions/{number}/", "#answers")):
        officer.open(address)
        expect(page.locator("nav").locator("visible=true").first).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(told)).to_be_visible()
        for tool in ("nav", "header", "button", ".button", "input", "select", ".help-link"):
            expect(page.locator(tool).locator("visible=true")).to_have_count(0)
        page.emulate_media(media="null")
        words = read_printed(page)
        assert page.locator(told).inner_text().split()[0] in words
        assert "Đăng xuất" not in words and "Mục lục" not in words
