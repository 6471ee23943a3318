"""Filling the browser form as a person does: finding the question by its words, typing, sending."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.visitor import Visitor

MONTHLY = "Báo cáo tháng của thôn"
MONTH = {
    "Số cuộc họp": "2",
    "Tổng số lượt người dự": "45",
    "Số lượt hộ được đến": "12",
    "Số buổi phát loa": "8",
    "Số câu hỏi, kiến nghị": "5",
    "Trong đó: đã trả lời": "3",
}


def open_oldest_due(head: Visitor, title: str = MONTHLY) -> str:
    """The oldest report of that name that was never sent, which stands last; its period as the card says it."""
    head.open("/due/")
    card = head.page.locator("#due-list .card", has_text=title).filter(has_not=head.page.locator(".badge.returned"))
    period = card.last.locator("p").first.inner_text().split("·")[0].strip()
    card.last.get_by_role("link").click()
    wait_for_form(head.page)
    return period


def wait_for_form(page: Page) -> None:
    expect(page.locator("#form-host .odk-form")).to_be_visible()
    expect(page.locator("#form-host .question-container label").first).to_be_visible()
    expect(page.locator("#form-status")).to_be_empty()


def answer(page: Page, answers: Mapping[str, str]) -> None:
    """Numbers only; each replaces what stood there."""
    for label, number in answers.items():
        box = page.locator("#form-host").get_by_label(label)
        _type_over(box, number)
        # A number box that is just being redrawn forgets what was selected in it, and keeps the old digits too.
        if box.input_value() != number:
            _type_over(box, number)
        expect(box).to_have_value(number)


def _type_over(box: Locator, number: str) -> None:
    box.press("Control+a")
    box.press_sequentially(number)
    box.press("Tab")


def send(page: Page) -> None:
    page.locator("#form-host").get_by_role("button", name="Gửi", exact=True).click()


def send_and_arrive(page: Page) -> int:
    """Sends, waits for the page of what arrived, and gives the submission's number."""
    send(page)
    try:
        page.wait_for_url("**/submissions/*/")
    except TimeoutError as waited:
        # What a person would read there says why: a question without its answer, a server that took nothing.
        raise AssertionError(f"{page.url} stayed:\n{page.locator('#main').inner_text()}") from waited
    return int(page.url.rstrip("/").rsplit("/", 1)[1])


def open_event_form(someone: Visitor, title: str) -> None:
    """A form of what happens, from the list below what is due."""
    someone.open("/due/")
    someone.page.locator("#event-forms").get_by_role("link", name=title).first.click()
    wait_for_form(someone.page)


def fill_day(page: Page, label: str, day: str) -> None:
    """`day` as it is typed: 31/12/2026."""
    box = page.locator("#form-host").get_by_role("combobox", name=label)
    box.press_sequentially(day)
    box.press("Escape")
    box.press("Tab")
    expect(box).to_have_value(day)
