"""What is judged once a year: cultured families of a village, the criteria of a commune, targets broken down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.filling import answer, fill_day, open_event_form, send, send_and_arrive
from tests.browser.visitor import DESKTOP, PHONE, Viewport, Visitor, on_both

PICTURE = Path(__file__).resolve().parents[2] / "demo" / "photos" / "ra-quan.jpg"


@on_both
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


@on_both
def test_a_commune_confirms_a_criterion_with_evidence_and_sees_what_is_missing(
    visitor: Callable[..., Visitor], viewport: Viewport
) -> None:
    # Each of them another one of the ten.
    office, met = visitor("xa"), [PHONE, DESKTOP].index(viewport)
    desk = office.page
    office.open("/criteria/")
    desk.get_by_role("link", name="2026-2030").click()
    office.look("criteria-set")
    desk.locator("#progress").get_by_role("link", name="Xã Y Tý").click()
    missing = desk.locator("#missing > ul > li")
    expect(missing).to_have_count(10 - met)
    expect(missing.filter(has_text="2. Hạ tầng")).to_contain_text("2.2. Nhà văn hóa thôn")
    desk.locator("#id_criterion").select_option(index=met * 2)
    desk.locator("#id_met").select_option("yes")
    desk.locator("#id_evidence").fill("Quyết định phê duyệt quy hoạch ngày 12/10/2026")
    desk.locator("#confirm").click()
    expect(desk.locator("#criteria-state")).to_contain_text(f"{met + 1}/10")
    expect(desk.locator("#level")).to_contain_text(f"Đạt chuẩn nông thôn mới: còn thiếu {9 - met} tiêu chí")
    expect(missing).to_have_count(9 - met)

    desk.locator("#criteria > li", has_text="8. Môi trường").get_by_role("link", name="8.2.").click()
    desk.locator("#id_value").fill("7,5")
    desk.locator("#id_evidence").fill("Phiếu kiểm tra các khe suối tháng 10/2026")
    desk.locator("#id_uploads").set_input_files(PICTURE)
    desk.locator("#confirm").click()
    part = desk.locator("#criteria .parts > li", has_text="8.2.")
    expect(part).to_contain_text("7,5 %")
    expect(part.get_by_role("link", name="ra-quan.jpg")).to_be_visible()
    office.look("criteria-unit")


def test_a_province_fills_in_the_parts_of_a_set_and_is_told_each_mistake(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    province = visitor("tinh")
    page = province.page
    province.open("/criteria/ntm_2026/")
    page.get_by_role("link", name="Chỉ tiêu thành phần").click()
    with page.expect_download() as started:
        page.locator("#download").click()
    rows = started.value.path().read_text(encoding="utf-8-sig").splitlines()
    row = "ntm_2026,m26_01,m26_01_1,1.1. Quy hoạch chung được duyệt (minh họa),,hand,,,,"
    file = tmp_path / "chi-tieu.csv"

    file.write_text("\n".join([*rows, f"{row},"]), encoding="utf-8")
    page.locator("#id_file").set_input_files(file)
    page.locator("#fill").click()
    expect(page.locator("#mistakes")).to_contain_text("chỉ tiêu mới chỉ tính từ hôm nay")
    province.look("criteria-parts-refused")

    file.write_text("\n".join([*rows, f"{row}31/12/2029,"]), encoding="utf-8")
    page.locator("#id_file").set_input_files(file)
    page.locator("#fill").click()
    expect(page.locator("#parts")).to_contain_text("1.1. Quy hoạch chung")
    expect(page.locator("#parts-state")).to_contain_text("4/47")
    province.look("criteria-parts")


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

    # A share has no sum: each unit has its own, and whoever set it doesn't approve it.
    province.open("/targets/")
    page.locator("#targets").get_by_role("link", name="tỷ lệ cụm loa hoạt động tốt").first.click()
    expect(page.locator("#not-added")).to_contain_text("4/99 đơn vị đã có chỉ tiêu riêng: 1 đạt, 3 chưa đạt")
    row = page.locator("#parts tbody tr", has_text="Xã Dền Sáng")
    row.locator("input").fill("100,5")
    page.locator("#id_number").fill("13/QĐ-UBND")
    page.locator("#id_day").fill("15/01/2026")
    page.locator("#save").click()
    expect(page.locator("#breakdown-refused")).to_contain_text("Nhập số từ 0 đến 100")
    row.locator("input").fill("85")
    page.locator("#save").click()
    expect(page.locator("#decision")).to_contain_text("13/QĐ-UBND")
    expect(row).to_contain_text("chờ duyệt")
