"""The report: made on the page, opened as Word, every figure of it a link that leads back here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.visitor import Visitor


def make_report(officer: Visitor, place: str = "Huyện Bát Xát") -> None:
    page = officer.page
    page.get_by_label("Mẫu báo cáo").select_option("so-ket")
    page.get_by_label("Đơn vị (tên hoặc mã)").fill(place)
    page.get_by_label("Từ ngày").fill("24/11/2020")
    page.get_by_label("Đến ngày").fill("23/11/2023")
    page.locator("#make-report").click()


def test_a_report_is_made_opened_in_word_and_its_figures_lead_back_to_their_records(
    visitor: Callable[..., Visitor], tmp_path: Path, server: Server
) -> None:
    officer = visitor("tinh")
    officer.open("/reports/", look_as="reports")
    officer.page.locator("#new-report").click()
    officer.look("report-new")

    make_report(officer)
    expect(officer.page.locator("#report-head")).to_contain_text("Sổ đã duyệt")
    officer.look("report-made")
    with officer.page.expect_download() as started:
        officer.page.locator("#download").click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)

    document = Document(str(path))
    assert any("Bát Xát" in paragraph.text for paragraph in document.paragraphs)
    assert len(document.inline_shapes) == 2  # by quarter, and by commune; no land was given there
    links = [r.target_ref for r in document.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.HYPERLINK]
    figures = [link for link in links if "/figures/" in link]
    assert len(figures) > 10 and all(link.startswith(server.address) for link in figures)
    for link in figures[:3]:
        officer.open(link)
        expect(officer.page.locator("#figure")).to_be_visible()

    officer.open("/reports/verify/", look_as="report-verify")
    officer.page.locator("input[type=file]").set_input_files(path)
    officer.page.locator("#verify").click()
    expect(officer.page.locator("#verification.success")).to_be_visible(timeout=60_000)
    officer.look("report-verified")


def test_a_report_for_a_place_that_does_not_exist_is_refused_and_nothing_typed_is_lost(
    visitor: Callable[..., Visitor],
) -> None:
    officer = visitor("tinh")
    officer.open("/reports/new/")

    make_report(officer, "Huyện Không Có")

    expect(officer.page.locator("#place-error")).to_contain_text("Huyện Không Có")
    expect(officer.page.get_by_label("Từ ngày")).to_have_value("24/11/2020")
    officer.look("report-refused")
