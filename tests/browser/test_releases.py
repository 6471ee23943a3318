"""Tables of sensitive counts: looked at before they are published, read as they were, and withdrawn."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Visitor


def test_an_officer_looks_publishes_and_withdraws(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open("/releases/")
    page.locator("#new-release").click()
    officer.look("release-new")
    page.get_by_label("Đơn vị (tên hoặc mã)").fill("Tỉnh Lào Cai")
    page.get_by_label("Từ ngày").fill("01/01/2025")
    page.get_by_label("Đến ngày").fill("30/06/2025")
    page.locator("#look").click()
    expect(page.locator("#release-refused")).to_contain_text("từ 01/01/2025 đến 31/12/2025")

    page.get_by_label("Đến ngày").fill("31/12/2025")
    page.locator("#look").click()
    expect(page.locator("#suppressed")).to_contain_text("ô có số nhỏ")
    expect(page.locator("#released-1")).to_contain_text("…")
    officer.look("release-preview")

    page.locator("#make-release").click()
    expect(page.locator("#released")).to_be_visible(timeout=60_000)
    officer.look("release")
    with page.expect_download() as started:
        page.locator("#download").click()
    assert "…" in started.value.path().read_text(encoding="utf-8-sig")

    page.locator("#withdraw summary").click()
    page.get_by_label("Lý do rút").fill("Công bố nhầm kỳ")
    page.locator("#withdraw-release").click()
    expect(page.locator("#withdrawn")).to_contain_text("Công bố nhầm kỳ")
    officer.open("/releases/", look_as="releases")
    expect(page.locator("#releases")).to_contain_text("đã rút")


def test_a_resident_without_an_account_reads_what_was_released(visitor: Callable[..., Visitor]) -> None:
    resident = visitor()
    resident.open("/releases/", look_as="releases-public")
    resident.page.get_by_role("link", name="Người được tư vấn pháp luật theo giới").first.click()

    expect(resident.page.locator("#released-1")).to_contain_text("Xã Y Tý")
    expect(resident.page.locator("#released-1")).to_contain_text("…")
    resident.look("release-public")
