"""A clean-up day: declared by the commune, filled by a village on a phone, added up on a wall that nobody reloads."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.filling import answer, open_event_form, send_and_arrive
from tests.browser.visitor import PHONE, Visitor

NAME = "Ra quân vệ sinh đường thôn"


def test_a_wall_adds_up_what_villages_send_while_it_is_looked_at(visitor: Callable[..., Visitor]) -> None:
    office, today = visitor("xa"), f"{moments.today():%d/%m/%Y}"
    desk = office.page
    office.open("/campaigns/")
    desk.locator("#declare > summary").click()
    form = desk.locator("#new-campaign")
    form.locator("#id_name").fill(NAME)
    form.locator("select[name=form]").select_option(label="Ngày ra quân vệ sinh môi trường")
    for name in ("first", "last"):
        form.locator(f"[name={name}]").fill(today)
    office.look("campaign-new")
    form.get_by_role("button", name="Đặt đợt").click()
    expect(desk.locator("h1")).to_contain_text(NAME)
    expect(desk.locator("#wall-state")).to_contain_text("Chưa có bản nào")
    wall = desk.url

    head, hall = visitor("thon", on=PHONE), visitor("xa", on=PHONE)
    hall.open(wall)
    open_event_form(head, "Ngày ra quân vệ sinh môi trường")
    # The box drops the point: that 35 stands there now is told.
    head.page.locator("#form-host").get_by_label("Khối lượng rác thu gom").press_sequentially("3.5")
    expect(head.page.locator("#form-host [role=alert]")).to_contain_text("ghi sau dấu phẩy, ví dụ 3,5")
    head.look("campaign-number-with-a-point")
    answer(head.page, {"Số người tham gia": "64", "Khối lượng rác thu gom": "3,5"})
    send_and_arrive(head.page)
    for one in (desk, hall.page):
        expect(one.locator("#wall")).to_contain_text("64")
        expect(one.locator("#wall-units li", has_text="Thôn 1 (Xã Y Tý)")).to_contain_text("đã gửi")
    office.look("campaign-wall")
    hall.look("campaign-wall-phone")
    office.move_to(PHONE)
    office.open("/campaigns/")
    card = desk.locator("#campaigns li", has_text=NAME)
    card.locator("summary").click()
    expect(card).to_contain_text(f"Bỏ “{NAME}”?")
    office.look("campaign-taking-back")
    card.get_by_role("button").click()
    expect(desk.get_by_text(f"Đã bỏ đợt “{NAME}”. Các bản ghi đã gửi vẫn còn nguyên.")).to_be_visible()
