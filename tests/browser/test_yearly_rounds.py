"""What is judged once a year: cultured families of a village, the criteria of a commune, targets broken down."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.filling import answer, fill_day, open_event_form, send, send_and_arrive
from tests.browser.visitor import PHONE, Visitor


def test_a_village_votes_on_cultured_families_and_a_village_is_given_its_title(visitor: Callable[..., Visitor]) -> None:
    head, office = visitor("thon", on=PHONE), visitor("xa")
    phone, desk = head.page, office.page
    open_event_form(head, "Bình xét gia đình văn hóa của thôn")
    fill_day(phone, "Ngày họp bình xét", f"{moments.today():%d/%m/%Y}")
    families = {"Tổng số gia đình": "90", "Số gia đình đăng ký": "85", "Số gia đình được đưa ra bình xét": "85"}
    answer(phone, {**families, "Số gia đình được công nhận": "88"})
    send(phone)
    expect(phone.locator(".validation-message", has_text="được bình xét")).to_be_visible()
    head.look("culture-vote")
    answer(phone, {"Số gia đình được công nhận": "80"})
    number = send_and_arrive(phone)
    office.open(f"/submissions/{number}/")
    desk.locator("#approve").click()
    expect(desk.locator("#submission-head")).to_contain_text("Đã duyệt")

    office.open("/registers/danh_hieu_van_hoa/new/")
    desk.get_by_label("Tên", exact=True).fill("Thôn 1")
    desk.get_by_label("Loại", exact=True).select_option("khu_dan_cu")
    desk.locator("#save").click()
    desk.locator("#to-cong_nhan").click()
    desk.locator("#save").click()
    expect(desk.locator("#steps > li")).to_have_count(1)


def test_a_commune_confirms_a_criterion_with_evidence_and_sees_what_is_missing(
    visitor: Callable[..., Visitor],
) -> None:
    office = visitor("xa")
    desk = office.page
    office.open("/criteria/")
    desk.get_by_role("link", name="2026-2030").click()
    office.look("criteria-set")
    desk.locator("#progress").get_by_role("link", name="Xã Y Tý").click()
    expect(desk.locator("#missing li")).to_have_count(10)
    desk.locator("#id_criterion").select_option(index=1)
    desk.locator("#id_met").select_option("yes")
    desk.locator("#id_evidence").fill("Biên bản nghiệm thu đường trục xã ngày 12/10/2026")
    desk.locator("#confirm").click()
    expect(desk.locator("#criteria-state")).to_contain_text("1/10")
    expect(desk.locator("#missing li")).to_have_count(9)
    office.look("criteria-unit")


def test_a_target_is_broken_down_to_units_and_the_sum_is_checked(visitor: Callable[..., Visitor]) -> None:
    province = visitor("tinh")
    page = province.page
    province.open("/targets/")
    page.locator("#targets").get_by_role("link", name="mở rộng đường").first.click()
    page.locator("#id_whole").fill("70")
    page.locator("#propose-equal").click()
    first = page.locator("#parts tbody input").first
    expect(first).to_have_value("0,708")
    first.fill("1,709")
    page.locator("#id_number").fill("12/QĐ-UBND")
    page.locator("#id_day").fill("15/01/2026")
    page.locator("#save").click()
    expect(page.locator("#breakdown-refused")).to_be_visible()
    province.look("target-refused")
    first.fill("0,708")
    page.locator("#save").click()
    expect(page.locator("#decision")).to_contain_text("12/QĐ-UBND")
    expect(page.locator("#given")).to_contain_text("70")
