"""All communes' reports from one page: how far it is, a power cut half-way, the rest made after it, all as one file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.device import Device, OwnServer
from tests.browser.test_reports import make_report
from tests.browser.visitor import DESKTOP

COMMUNES = 21


def test_a_power_cut_while_all_reports_are_made_costs_none_that_was_finished(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    officer = device(account="", viewport=DESKTOP).person
    officer.sign_in("tinh")
    page = officer.page
    officer.open("/reports/new/")
    page.get_by_label("Lập cho").select_option(label="Từng xã bên dưới")
    make_report(officer)
    state, share = page.locator("#batch-state"), page.locator("[data-share]")
    expect(state).to_contain_text(f"Đã lập 0/{COMMUNES} báo cáo.")
    officer.look("report-batch-new")

    page.locator("#make-batch").click()
    expect(share).to_have_text(re.compile(rf"[1-9]\d?/{COMMUNES}"))
    own_server.kill()
    expect(page.locator("[data-broken]")).to_contain_text("Mất kết nối. Hãy nộp lại")
    officer.look("report-batch-broken")
    made = dict(own_server.sql("SELECT org_unit_id, run_id FROM reports_batchunit WHERE run_id IS NOT NULL"))
    assert 0 < len(made) < COMMUNES
    own_server.start()
    page.locator("#make-batch").click()

    expect(state).to_contain_text(f"Đã lập {COMMUNES}/{COMMUNES} báo cáo.")
    expect(page.locator("#make-batch")).to_have_count(0)
    officer.look("report-batch")
    now = dict(own_server.sql("SELECT org_unit_id, run_id FROM reports_batchunit"))
    assert made.items() <= now.items() and len(set(now.values())) == COMMUNES
    with page.expect_download() as started:
        page.locator("#download-all").click()
    with zipfile.ZipFile(started.value.path()) as packed:
        assert packed.testzip() is None
        assert len(set(packed.namelist())) == COMMUNES
    officer.open("/reports/batches/", look_as="report-batches")
    expect(page.locator("#batches tbody tr")).to_contain_text([f"{COMMUNES}/{COMMUNES}"])
