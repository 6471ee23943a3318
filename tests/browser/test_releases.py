"""Tables of sensitive counts: looked at before they are published, read as they were, and withdrawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.visitor import Visitor


@pytest.fixture
def declared(server: Server) -> None:
    """A table as a pack declares it; the demonstration's own pack counts nothing that is sensitive."""
    if not server.sql("SELECT 1 FROM facts_disaggregation WHERE code = 'cum_loa'"):
        server.sql(
            "INSERT INTO facts_disaggregation (code, title_vi, title_en, whole, parts, rest_vi, rest_en, levels,"
            " period_type, threshold, hides_zeros, pack) VALUES ('cum_loa', 'Cụm loa theo cách hẹn giờ',"
            " 'Loudspeakers by timer', 'loudspeaker_clusters', '[\"loudspeaker_clusters_timed\"]', 'Cụm loa khác',"
            " 'Others', '[\"district\", \"commune\"]', 'year', 5, 0, 'thu')"
        )


def test_an_officer_looks_publishes_and_withdraws(visitor: Callable[..., Visitor], declared: None) -> None:
    officer = visitor("tinh")
    page = officer.page
    officer.open("/releases/")
    page.locator("#new-release").click()
    officer.look("release-new")
    page.get_by_label("Đơn vị (tên hoặc mã)").fill("Huyện Bát Xát")
    page.get_by_label("Từ ngày").fill("01/01/2023")
    page.get_by_label("Đến ngày").fill("30/06/2023")
    page.locator("#look").click()
    expect(page.locator("#release-refused")).to_contain_text("từ 01/01/2023 đến 31/12/2023")

    page.get_by_label("Đến ngày").fill("31/12/2023")
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
