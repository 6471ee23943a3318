"""A typing slip on its way: told to the officer before approving, returned, corrected; and one that turns out right."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from caunoi.moments import today
from caunoi.periods.rules import period_of
from tests.browser.device import Device
from tests.browser.filling import MONTH, answer, send_and_arrive, wait_for_form
from tests.browser.visitor import DESKTOP, PHONE, Viewport, Visitor

VILLAGE = "demo:10.082.02701.01"
TURNS = "Tổng số lượt người dự"


def person(device: Callable[..., Device], account: str, viewport: Viewport) -> Visitor:
    one = device(account="", viewport=viewport)
    one.person.sign_in(account)
    return one.person


def send_last_month(head: Visitor, turns: str) -> int:
    """The newest month that ended: the one before it was sent, so that there is something to hold it against."""
    month = period_of(today(), "month", 15).before()
    head.open(f"/fill/bao_cao_thang_thon/{VILLAGE}/{month.key}/")
    wait_for_form(head.page)
    answer(head.page, {**MONTH, TURNS: turns})
    return send_and_arrive(head.page)


def test_an_officer_finds_a_village_s_typing_slip_and_returns_it(device: Callable[..., Device]) -> None:
    head, officer = person(device, "thon", PHONE), person(device, "xa", DESKTOP)
    number = send_last_month(head, "450")

    officer.open("/inbox/?q=thon 1")
    row = officer.page.locator("#inbox tbody tr").filter(has=officer.page.locator(f'a[href="/submissions/{number}/"]'))
    expect(row.locator(".worth")).to_contain_text("là 450")
    officer.look("inbox-worth-a-look")
    row.locator("input[type=checkbox]").check()
    officer.page.locator("#approve-selected").click()
    expect(officer.page.locator("#worth-a-look")).to_contain_text("là 450")
    officer.look("approve-many-worth-a-look")

    officer.open("/checks/?q=thon 1", look_as="checks")
    officer.page.locator(f'#checks a[href="/submissions/{number}/"]').first.click()
    expect(officer.page.locator("#worth-a-look li").first).to_contain_text("tháng trước")
    expect(officer.page.locator("#answers tr", has_text=TURNS).locator(".worth")).to_be_visible()
    officer.look("submission-worth-a-look")
    officer.page.get_by_text("Trả lại để sửa").click()
    officer.page.locator("#remarks").get_by_label(TURNS).fill("450 hay 45?")
    officer.page.locator("#return").click()
    expect(officer.page.locator("#submission-head")).to_contain_text("Bị trả lại")

    head.open(f"/submissions/{number}/")
    head.page.locator("#correct").click()
    wait_for_form(head.page)
    answer(head.page, {TURNS: "45"})
    assert send_and_arrive(head.page) == number

    officer.open(f"/submissions/{number}/")
    expect(officer.page.locator("#worth-a-look")).to_have_count(0)
    officer.page.locator("#approve").click()
    expect(officer.page.locator("#submission-head")).to_contain_text("Đã duyệt")


def test_on_a_phone_an_officer_notes_that_an_unusual_figure_is_right(device: Callable[..., Device]) -> None:
    head, officer = person(device, "thon", PHONE), person(device, "xa", PHONE)
    number = send_last_month(head, "450")

    officer.open("/inbox/?q=thon 1", look_as="inbox-worth-a-look")
    officer.open("/checks/?q=thon 1", look_as="checks")
    officer.open(f"/submissions/{number}/")
    officer.page.get_by_text("Đã xem, số này đúng").first.click()
    officer.page.get_by_label("Vì sao số này đúng").first.fill("Ngày hội của cả xã họp ở thôn")
    officer.look("submission-worth-a-look")
    officer.page.get_by_role("button", name="Ghi là đúng").first.click()
    expect(officer.page.locator("#messages")).to_contain_text("đã xem, số này đúng")
    officer.page.locator("#worth-seen summary").click()
    expect(officer.page.locator("#worth-seen")).to_contain_text("Ngày hội của cả xã họp ở thôn")
    officer.look("submission-seen-and-right")

    officer.open("/checks/?q=thon 1&month=01/2001", look_as="checks-empty")
    expect(officer.page.locator(".empty-state")).to_be_visible()
