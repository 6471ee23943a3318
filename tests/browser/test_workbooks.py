"""The commune officer who lives in Excel: one workbook for all villages, looked over before it is written; exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.visitor import PHONE, Viewport, Visitor

FORM = "bao_cao_thang_thon"
# A month of the small demonstration that all but one village have sent.
MONTH = "2026-10"


def download(page: Page, button: str) -> bytes:
    with page.expect_download() as started:
        page.locator(button).click()
    return started.value.path().read_bytes()


def change(content: bytes, edit: Callable[[Any, dict[str, int]], None], path: Path) -> Path:
    """As in a spreadsheet program: `edit` gets the village reports' sheet and where each column stands."""
    book = load_workbook(io.BytesIO(content))
    sheet = next(one for one in book.worksheets if FORM in str(one["A1"].value))
    edit(sheet, {str(cell.value): cell.column for cell in sheet[2] if cell.value})
    book.save(path)
    return path


def send(page: Page, path: Path) -> None:
    page.locator("#book-file").set_input_files(path)
    page.locator("#upload-book").click()


def test_a_month_of_all_villages_is_filled_looked_over_corrected_and_confirmed(
    visitor: Callable[..., Visitor], viewport: Viewport, tmp_path: Path
) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open(f"/workbooks/?period={MONTH}", look_as="workbooks")
    expect(page.locator("#book-forms")).to_contain_text("Báo cáo tháng của thôn")
    content = download(page, "#download-book")
    # The journeys of both screens share the village reports: each has a row and a value of its own.
    row, more = (8, 1) if viewport is PHONE else (9, 2)

    def mistake(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(row, columns["so_luot_du"]).value = "nhiều"
        sheet.cell(row, columns["so_cuoc_hop"]).value = 61

    send(page, change(content, mistake, tmp_path / "sai.xlsx"))
    expect(page.locator("#book-refused")).to_contain_text("2 lỗi")
    expect(page.locator("#mistakes")).to_contain_text("Nhập số từ 0 đến 60.")
    officer.look("workbook-mistakes")

    def correct(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(row, columns["so_luot_du"]).value = int(sheet.cell(row, columns["so_luot_du"]).value) + more

    fixed = change(content, correct, tmp_path / "dung.xlsx")
    send(page, fixed)
    expect(page.locator("#count-corrected")).to_have_text("1")
    expect(page.locator("#book-corrected")).to_contain_text("Tổng số lượt người dự")
    officer.look("workbook-preview")
    page.locator("#confirm-book").click()
    expect(page.locator("#book-done")).to_be_visible()
    officer.look("workbook-done")

    # The same workbook again: nothing to write. Changed once more: only that is said.
    officer.open("/workbooks/")
    send(page, fixed)
    expect(page.locator("#book-nothing")).to_be_visible()
    officer.open("/workbooks/")
    send(page, change(fixed.read_bytes(), correct, tmp_path / "lan-hai.xlsx"))
    expect(page.locator("#count-corrected")).to_have_text("1")
    expect(page.locator("#count-new")).to_have_text("0")


def test_records_are_exported_and_read_back(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open("/exports/", look_as="exports")
    page.locator("#id_form").select_option("bao_cao_thang_thon")
    page.locator("#id_first").fill("01/09/2026")
    page.locator("#id_last").fill("31/10/2026")
    page.locator("#count-export").click()
    expect(page.locator("#export-count")).to_contain_text("bản ghi")
    said = int(page.locator("#export-count").inner_text().split()[1])

    book = load_workbook(io.BytesIO(download(page, "#download-export")), read_only=True)
    page.locator("#id_format").select_option("csv")
    text = download(page, "#download-export").decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == said == sum(1 for _row in book.worksheets[0].iter_rows()) - 1
    assert {row["Xã"] for row in rows} == {"Xã Y Tý"}
