"""A report from its first draft to the one that takes its place: written at a desk, decided on a phone, checked by
somebody who has no account."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from docx import Document
from playwright.sync_api import expect

from tests.browser.visitor import PHONE, Visitor

COMMENT = "Viết lại phần đánh giá cho sát với xã."
OURS = "Bà con các thôn hưởng ứng, thôn nào cũng có người đi đầu."


def make_report(writer: Visitor) -> str:
    """Of a quarter of the commune, in which one contribution and one monthly report of villages wait for approval.
    Gives the address of its page."""
    writer.open("/reports/new/")
    page = writer.page
    page.get_by_label("Mẫu báo cáo").select_option("so-ket")
    page.get_by_label("Đơn vị (tên hoặc mã)").fill("Xã Y Tý")
    page.get_by_label("Từ ngày").fill("15/07/2026")
    page.get_by_label("Đến ngày").fill("14/10/2026")
    page.locator("#make-report").click()
    expect(page.locator("#report-head")).to_be_visible()
    return page.url


def approve_what_waits(writer: Visitor, form: str) -> None:
    writer.open(f"/inbox/?form={form}")
    writer.page.locator("#approve-page").click()
    writer.page.locator("#confirm-decide").click()
    expect(writer.page.locator("#decide-result")).to_contain_text(re.compile(r"Đã duyệt [1-9]"))


def submit(writer: Visitor, address: str) -> None:
    writer.open(address)
    writer.page.locator("#submit").click()
    expect(writer.page.locator("#report-state")).to_contain_text("Chờ duyệt")


def open_the_waiting_one(chief: Visitor) -> None:
    chief.open("/reports/?state=waiting")
    chief.page.get_by_role("link", name=re.compile("Xã Y Tý")).first.click()
    expect(chief.page.locator("#decision")).to_be_visible()


def approve(chief: Visitor) -> None:
    open_the_waiting_one(chief)
    chief.page.locator("#approve").click()
    expect(chief.page.locator("#report-state")).to_contain_text("Đã duyệt, chờ ban hành")


def download(writer: Visitor, path: Path) -> Path:
    with writer.page.expect_download() as started:
        writer.page.locator("#download").click()
    started.value.save_as(path)
    return path


def rewrite_a_sentence(path: Path) -> None:
    """As an officer does in Word: a sentence without figures becomes theirs."""
    document = Document(str(path))
    sentence = next(one for one in document.paragraphs if len(one.text) > 60 and not one.hyperlinks)
    sentence.text = OURS
    document.save(str(path))


def issue(writer: Visitor, number: str, day: str, *, replaces: str = "") -> None:
    page = writer.page
    page.locator("#issue").click()
    page.get_by_label("Số, ký hiệu").fill(number)
    page.get_by_label("Ngày ban hành").fill(day)
    if replaces:
        choice = page.get_by_label("Thay thế báo cáo đã ban hành")
        choice.select_option(choice.locator("option", has_text=replaces).get_attribute("value"))
    else:
        writer.look("report-issue")
    page.locator("#review").click()
    expect(page.locator("#asked")).to_contain_text(number)
    if replaces:
        writer.look("report-issue-asked")
    page.locator("#confirm-form #issue").click()
    expect(page.locator("#report-state")).to_contain_text(f"Số {number}")


def read_code(path: Path) -> str:
    """What the QR code on the last page leads to, as it is told to who cannot see the picture."""
    words = zipfile.ZipFile(path).read("word/document.xml").decode()
    found = re.search(r'descr="Mã QR dẫn tới ([^"]+)"', words)
    assert found is not None
    return html.unescape(found.group(1))


def test_a_report_is_returned_rewritten_approved_issued_verified_by_anybody_and_at_last_superseded(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    writer, chief = visitor("xa"), visitor("tinh", on=PHONE)
    page = writer.page

    address = make_report(writer)
    submit(writer, address)
    open_the_waiting_one(chief)
    chief.look("report-to-decide")
    chief.page.locator("#returning > summary").click()
    chief.page.locator("#return-comment-text").fill(COMMENT)
    chief.page.locator("#return").click()
    expect(chief.page.locator("#report-state")).to_contain_text("Bị trả lại")

    approve_what_waits(writer, "dong_gop")
    writer.open(address)
    expect(page.locator("#return-comment")).to_contain_text(COMMENT)
    page.locator("#make-again").click()
    expect(page.locator("#messages")).to_contain_text("phiên bản 2")
    page.locator("#compare").click()
    labour = page.locator("#differences tbody tr", has_text="Ngày công nhân dân đóng góp").first
    expect(labour).to_contain_text("số liệu gốc được sửa hoặc bổ sung")
    writer.look("report-compare")
    chief.open(page.url, look_as="report-compare")

    writer.open(address)
    draft = download(writer, tmp_path / "du-thao.docx")
    rewrite_a_sentence(draft)
    page.locator("#upload").click()
    page.locator("input[type=file]").set_input_files(draft)
    page.locator("#upload-form #upload").click()
    expect(page.locator("#messages")).to_contain_text("phiên bản 3; 1 câu được viết lại")
    submit(writer, address)
    approve(chief)
    chief.open(f"{address}issue/", look_as="report-issue")
    writer.open(address)
    issue(writer, "12/BC-UBND", "16/10/2026")
    issued = download(writer, tmp_path / "ban-hanh.docx")
    assert any(OURS in paragraph.text for paragraph in Document(str(issued)).paragraphs)

    anybody = visitor(on=PHONE)
    anybody.open("/verify/")
    anybody.page.locator("input[type=file]").set_input_files(issued)
    anybody.page.locator("#verify").click()
    expect(anybody.page.locator("#verification.success")).to_be_visible()
    expect(anybody.page.locator("#standing")).to_contain_text("Báo cáo số 12/BC-UBND, ban hành ngày 16/10/2026.")
    anybody.look("verify-uploaded")
    paper = read_code(issued)
    anybody.open(paper)
    expect(anybody.page.locator("#matches.success")).to_be_visible()
    expect(anybody.page.locator("#changed")).to_contain_text("còn nguyên")

    approve_what_waits(writer, "bao_cao_thang_thon")
    newer = make_report(writer)
    assert newer != address
    submit(writer, newer)
    approve(chief)
    writer.open(newer)
    issue(writer, "15/BC-UBND", "20/10/2026", replaces="12/BC-UBND")
    writer.open(address, look_as="report-superseded")
    expect(page.locator("#replaced-by")).to_contain_text("15/BC-UBND")

    anybody.open(paper)
    expect(anybody.page.locator("#standing")).to_contain_text("Đã được thay thế bằng báo cáo số 15/BC-UBND")
    expect(anybody.page.locator("#changed")).to_contain_text("đã đính chính ở nguồn")
    anybody.look("verify-paper-superseded")
