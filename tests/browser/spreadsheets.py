"""Filling a downloaded template as an officer does in a spreadsheet program."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import Page

from tests.browser.visitor import Visitor


def download_template(someone: Visitor, form: str) -> bytes:
    someone.page.get_by_label("Biểu mẫu").first.select_option(form)
    with someone.page.expect_download() as started:
        someone.page.locator("#download-template").click()
    return started.value.path().read_bytes()


def fill_template(template: bytes, rows: Sequence[dict[str, Any]], path: Path) -> Path:
    """Each row under the template's own column names, from its third line on."""
    workbook = load_workbook(io.BytesIO(template))
    sheet = workbook.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line, row in enumerate(rows, start=3):
        for name, value in row.items():
            sheet.cell(line, columns[name], value)
    workbook.save(path)
    return path


def upload(page: Page, form: str, path: Path) -> None:
    page.locator("#upload-form-code").select_option(form)
    page.locator("#upload-file").set_input_files(path)
    page.locator("#upload").click()
    page.wait_for_load_state()
