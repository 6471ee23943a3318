"""A team's seats: a village head enters who sits on them, the officer sees what is empty; who stays is reviewed. The
review counts the village's team into the form that states it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.filling import answer, fill_day, open_event_form, send_and_arrive
from tests.browser.visitor import PHONE, Visitor

NAME = "Người minh họa Mười Hai"


def test_a_team_s_empty_seat_is_filled_and_its_people_are_reviewed(visitor: Callable[..., Visitor]) -> None:
    head, office = visitor("thon", on=PHONE), visitor("xa")
    phone, desk = head.page, office.page
    office.open("/registers/nhan_su/")
    desk.locator("#seats-link").click()
    own = desk.locator("#seats tbody tr", has_text="Thôn 1 (Xã Y Tý)")
    expect(own).to_contain_text("0/5")

    open_event_form(head, "Sổ nhân sự ban, tổ")
    form = phone.locator("#form-host")
    fill_day(phone, "Đúng từ ngày", "05/01/2025")
    form.get_by_label("Họ và tên").fill(NAME)
    form.get_by_text("Tổ trưởng", exact=True).click()
    answer(phone, {"Số thứ tự trong danh sách": "1"})
    fill_day(phone, "Nhiệm kỳ đến hết ngày", "31/12/2027")
    form.get_by_text("Đang tham gia", exact=True).click()
    head.look("person-entered")
    send_and_arrive(phone)

    office.open("/registers/nhan_su/seats/")
    expect(own).to_contain_text("1/5")
    expect(own.locator("td").nth(2)).to_contain_text("1")
    office.look("seats-review-due")
    own.get_by_role("link").first.click()
    expect(desk.locator("#entities tbody tr")).to_have_count(1)
    expect(desk.locator("#entities")).not_to_contain_text(NAME)
    desk.locator("#show-people").click()
    desk.locator("#entities tbody th a").click()
    desk.locator("#edit").click()
    desk.get_by_label("Áp dụng từ ngày").fill(f"{moments.today():%d/%m/%Y}")
    desk.locator("#save").click()
    expect(desk.locator("#history tbody tr")).to_have_count(2)
    office.open("/registers/nhan_su/seats/")
    expect(own.locator("td").nth(2)).to_contain_text("0")

    office.move_to(PHONE)
    own.locator(".review-link").click()
    expect(desk.locator("#line-so_to")).to_contain_text("Tổ tuyên vận")
    desk.get_by_label("Số hộ của thôn").fill("93")
    office.look("review-counted")
    desk.locator("#send-review").click()
    expect(desk.locator("#messages")).to_contain_text("Đã gửi số liệu kiện toàn")
