"""A commune commends a team and a person, prints their papers, and takes one of them back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx
from playwright.sync_api import expect

from tests.browser.visitor import Visitor, only_on_desktop

NAME, TEAM = "Người Thử Khen", "Tổ phụ nữ thử khen"


@only_on_desktop
def test_a_commune_commends_prints_papers_and_takes_one_back(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open("/awards/")
    page.locator("#to-dossiers").click()
    page.get_by_label("Hình thức", exact=True).select_option(label="Giấy khen")
    page.get_by_label("Dịp", exact=True).select_option(label="Đột xuất")
    page.get_by_label("Thành tích, nội dung", exact=True).fill("Hiến đất làm đường liên thôn")
    page.locator("#open").click()

    page.get_by_label("Đối tượng được khen").select_option(label="Tập thể khác")
    page.get_by_label("Tên, mỗi dòng một tên").fill(TEAM)
    page.locator("#add").click()
    expect(page.locator("#recipients")).to_contain_text(TEAM)
    page.get_by_label("Đối tượng được khen").select_option(label="Cá nhân")
    page.get_by_label("Tên, mỗi dòng một tên").fill(f"{NAME}\n{NAME}")
    page.locator("#add").click()
    expect(page.locator("#add-recipients")).to_contain_text("Đây là những người khác trùng tên")
    page.get_by_label("Tên, mỗi dòng một tên").fill(NAME)
    page.locator("#add").click()
    expect(page.locator("#recipients")).to_contain_text(NAME)
    officer.look("award-draft")
    page.get_by_label("Số quyết định").fill("901/QĐ-UBND")
    page.get_by_label("Ngày quyết định").fill("05/01/2026")
    page.locator("#decide").click()
    expect(page.locator("#dossier")).to_contain_text("901/QĐ-UBND")
    officer.look("award-decided")

    with page.expect_download() as coming:
        page.locator("#papers button").first.click()
    coming.value.save_as(tmp_path / "giay.docx")
    words = [paragraph.text for paragraph in docx.Document(str(tmp_path / "giay.docx")).paragraphs]
    assert {NAME, TEAM} <= set(words) and words.count("GIẤY KHEN") == 2

    page.reload()
    row = page.locator("#recipients tbody tr", has_text=NAME)
    row.locator("summary", has_text="Thu hồi").click()
    row.get_by_label("Căn cứ, lý do").first.fill("Quyết định 902/QĐ-UBND")
    row.get_by_role("button", name="Thu hồi giấy").click()
    expect(page.locator("#recipients tbody tr", has_text=NAME)).to_contain_text("Đã thu hồi")

    officer.open("/awards/?q=901")
    expect(page.locator("#awards")).not_to_contain_text(NAME)
    expect(page.locator("#awards tbody tr")).to_have_count(1)
    page.goto("/certificates/khong-co/")
    expect(page.locator("#standing")).to_contain_text("Không có giấy nào mang mã này")
    officer.look("certificate-unknown")
