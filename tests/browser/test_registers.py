"""Registers from both ends: a village head records a change; the commune officer looks, decides and merges."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.filling import answer, send, wait_for_form
from tests.browser.visitor import Visitor, only_on_phone

GROUPS = "/registers/doi_van_nghe/"
TEAMS = "/registers/to_tuyen_van/"


def open_group_form(head: Visitor, title: str) -> None:
    head.open("/due/")
    head.page.get_by_role("link", name=title).first.click()
    wait_for_form(head.page)


def choose_known(page: Page, name: str) -> None:
    """The thing to change, out of the village's own."""
    choice = page.locator("#form-host").get_by_role("radio", name=name, exact=True)
    expect(choice).to_be_visible()
    choice.check(force=True)


def fill_day(page: Page, day: str) -> None:
    box = page.locator("#form-host").get_by_role("combobox", name="Đúng từ ngày")
    box.press_sequentially(day)
    box.press("Escape")
    box.press("Tab")
    expect(box).to_have_value(day)


def send_and_wait(page: Page) -> None:
    send(page)
    page.wait_for_url(re.compile(r"/submissions/\d+/$"))


@only_on_phone
def test_the_officer_finds_a_thing_without_accents_and_reads_its_history(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("xa")
    officer.open("/registers/", "registers")
    officer.page.get_by_role("link", name="Cụm loa").click()
    officer.look("register")

    officer.page.get_by_text("Tìm, lọc danh sách").click()
    officer.page.locator("#main").get_by_label("Tìm").fill("cum LOA so 27")
    officer.page.get_by_role("button", name="Lọc", exact=True).click()

    expect(officer.page.locator("#entities tbody tr")).to_have_count(1)
    officer.page.locator("#entities tbody a").click()
    expect(officer.page.locator("#history tbody tr")).to_have_count(1)
    officer.look("register-entity")
    officer.page.locator("#move").click()
    expect(officer.page.locator("#move-form")).to_be_visible()
    officer.look("register-move")
    officer.check_nothing_broke()


def test_the_officer_looks_at_an_earlier_day(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("tinh")
    officer.open("/registers/cum_loa/?day=10/12/2023", "register-past")

    expect(officer.page.locator("#past-day")).to_contain_text("10/12/2023")
    expect(officer.page.locator("#entities caption")).to_contain_text("mục")
    officer.check_nothing_broke()


def test_two_who_change_one_thing_unseen_stand_side_by_side_until_one_decides(visitor: Callable[..., Visitor]) -> None:
    head, officer = visitor("thon"), visitor("xa")
    head.open(GROUPS)
    own = head.page.locator("#entities tbody a")
    expect(own).to_have_count(1)
    name, thing = own.inner_text(), str(own.get_attribute("href"))
    open_group_form(head, "Sổ đội văn nghệ")
    choose_known(head.page, name)

    officer.open(thing)
    officer.page.locator("#edit").click()
    officer.page.get_by_label("Số thành viên").fill("21")
    officer.page.locator("#save").click()
    expect(officer.page.locator("#history tbody tr")).to_have_count(2)
    fill_day(head.page, "01/10/2026")
    answer(head.page, {"Số thành viên": "17"})
    head.look("register-form")
    send_and_wait(head.page)

    officer.open(thing)
    expect(officer.page.locator("#conflict fieldset")).to_have_count(1)
    officer.look("register-conflict")
    officer.page.locator("#conflict label", has_text="21").click()
    officer.page.locator("#resolve").click()
    expect(officer.page.locator("#conflict")).to_have_count(0)
    expect(officer.page.locator("#values")).to_contain_text("21")
    expect(officer.page.locator("#history tbody tr")).to_have_count(4)
    head.check_nothing_broke()
    officer.check_nothing_broke()


def test_duplicates_are_compared_merged_and_parted_again(visitor: Callable[..., Visitor]) -> None:
    head, officer = visitor("thon"), visitor("xa")
    head.open("/due/")
    form = head.page.get_by_role("link", name="Sổ tổ tuyên vận").first.get_attribute("href")
    village = str(form).split("/")[3]
    officer.open(f"{TEAMS}new/", "register-new")
    page = officer.page
    page.locator("#unit").select_option(village)
    for label, text in {"Tên": "Tổ tuyên vận (ghi lại)", "Số thành viên": "4"}.items():
        page.get_by_label(label, exact=True).first.fill(text)
    page.locator("#save").click()
    expect(page.locator("h1")).to_contain_text("Tổ tuyên vận (ghi lại)")

    officer.open(f"{TEAMS}?unit={village}")
    twins = page.locator("#entities tbody tr")
    expect(twins).to_have_count(2)
    for index in range(2):
        twins.nth(index).get_by_role("checkbox").check()
    page.locator("#merge").click()
    officer.look("register-merge")
    page.locator("#merge-now").click()
    expect(page.locator("#merged li")).to_have_count(1)

    page.locator("#merged a").click()
    expect(page.locator("#merged-into")).to_be_visible()
    page.locator("#unmerge").click()
    expect(page.locator("#merged-into")).to_have_count(0)
    officer.open(f"{TEAMS}?unit={village}")
    expect(twins).to_have_count(2)
    officer.check_nothing_broke()
