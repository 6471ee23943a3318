"""The line: slow at the first visit, back while no page is open, asked by several tabs at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.device import Device, OwnServer, open_event, wait_for_records, wait_until_ready
from tests.browser.filling import send
from tests.browser.test_offline import GIFT, GIFT_FORM, give
from tests.browser.visitor import PATIENCE_MS


def leave_waiting(phone: Device, *days: str) -> None:
    """Gifts written while no server answers."""
    for one in days:
        open_event(phone.page, GIFT)
        give(phone.page, one)
        send(phone.page)
        expect(phone.page.locator("#form-status")).to_contain_text("tự gửi khi có mạng")
    wait_for_records(phone.page, *["waiting"] * len(days))


def test_at_the_first_visit_over_a_slow_line_the_page_shows_how_much_has_come(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device(account="")
    held: list[Route] = []
    is_better = False

    def carry(route: Route) -> None:
        if is_better:
            route.continue_()
        else:
            held.append(route)

    phone.page.route(re.compile(r"/offline/forms/.*\.xml"), carry)
    phone.person.sign_in("thon")

    progress = phone.page.locator("#offline-progress")
    expect(progress).to_contain_text("Đang tải biểu mẫu về máy")
    expect(progress.locator("progress")).to_have_attribute("value", re.compile(r"^[1-9]\d?$"))
    phone.person.look("forms-coming")
    is_better = True
    for route in held:
        route.continue_()

    expect(progress).to_contain_text("Biểu mẫu đã có trên máy")
    wait_until_ready(phone.page)


def test_several_tabs_with_one_queue_send_everything_once(device: Callable[..., Device], own_server: OwnServer) -> None:
    phone = device()
    own_server.stop()
    leave_waiting(phone, "61", "62")
    # Two tabs that take turns, and one whose browser knows no turns: plain http to another machine has no locks.
    tabs: list[Page] = [phone.page, phone.context.new_page(), phone.context.new_page()]
    tabs[2].add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined })")
    for tab in tabs:
        tab.goto("/offline/")
        expect(tab.locator("#kept .card[data-state=waiting]")).to_have_count(2)

    own_server.start()
    for tab in tabs:
        tab.evaluate("() => { dispatchEvent(new Event('online')); }")

    wait_for_records(tabs[0], "sent", "sent")
    for tab in tabs:
        expect(tab.locator("#kept .card[data-state=sent]")).to_have_count(2)
    assert own_server.count(GIFT_FORM) == 2


def test_what_waits_goes_although_no_page_is_open_any_more(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    own_server.stop()
    leave_waiting(phone, "71")
    tools = phone.context.new_cdp_session(phone.page)
    registrations: list[str] = []
    tools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(one["registrationId"] for one in told["registrations"]),
    )
    tools.send("ServiceWorker.enable")
    phone.page.goto("about:blank")
    own_server.start()

    # What the browser does by itself when its line is back; here its line was never gone, only the server.
    tools.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": own_server.address, "registrationId": registrations[0], "tag": "caunoi-send", "lastChance": False},
    )

    given_up = time.monotonic() + PATIENCE_MS / 1000
    while own_server.count(GIFT_FORM) == 0 and time.monotonic() < given_up:
        phone.page.wait_for_timeout(100)
    phone.page.goto("/offline/")
    wait_for_records(phone.page, "sent")
    assert own_server.count(GIFT_FORM) == 1
