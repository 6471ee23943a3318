"""A conference from the plan to its minutes; at its door a phone that loses the line counts a turn, once."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.visitor import PHONE, Visitor


def test_a_conference_is_planned_counted_at_its_door_without_network_and_closed_with_minutes(
    visitor: Callable[..., Visitor],
) -> None:
    office = visitor("xa")
    desk = office.page
    office.open("/meetings/")
    desk.locator("#new-meeting").click()
    for label, value in (
        ("Tên cuộc họp", "Hội nghị chuyên đề hiến đất làm đường"),
        ("Ngày", f"{moments.today():%d/%m/%Y}"),
        ("Bắt đầu lúc", "00:00"),
        ("Kết thúc lúc", "23:59"),
        ("Nơi họp trực tiếp", "Hội trường UBND xã"),
        ("Chương trình", "08:00 Khai mạc | Văn phòng UBND xã\n08:15 Báo cáo trung tâm"),
    ):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Loại", exact=True).select_option("chuyen_de")
    office.look("meeting-new")
    desk.locator("#save").click()
    expect(desk.locator("#meeting-state")).to_be_visible()
    meeting = desk.url
    desk.get_by_role("link", name="mã QR ở cửa").click()
    door = re.sub(r"^https?://[^/]+", "", desk.locator("#door-address").inner_text())
    office.look("meeting-door")

    guest = visitor(on=PHONE)
    phone = guest.page
    guest.open(door)
    expect(phone.locator("#attend")).to_have_attribute("data-kept", "yes")
    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_role("button", name="Tôi có mặt").click()
    expect(phone.locator("#attend-said")).to_contain_text("Chưa có mạng")
    guest.look("attend")
    phone.context.set_offline(False)
    expect(phone.locator("#attend-said")).to_contain_text("Đã ghi một lượt")
    assert phone.context.cookies() == []

    office.open(meeting)
    expect(desk.locator("#attendances")).to_contain_text("Cộng 1 lượt người")
    desk.locator("#matter-add > summary").click()
    desk.get_by_label("Nội dung", exact=True).fill("Vận động các hộ còn lại")
    desk.get_by_label("Đơn vị thực hiện hoặc trả lời").fill(
        desk.locator("#matter-units option").first.get_attribute("value") or ""
    )
    desk.get_by_label("Hạn", exact=True).fill("31/12/2030")
    desk.locator("#save-matter").click()
    expect(desk.locator("#conclusion-title + .cards")).to_contain_text("Vận động các hộ còn lại")
    desk.get_by_label("Số cuốn tài liệu cấp phát").fill("0")
    desk.locator("#close-meeting").click()
    expect(desk.locator("#meeting-state")).to_contain_text("Đã kết thúc")
    expect(desk.locator("#record")).to_contain_text("Hội nghị")
    office.look("meeting")
    with desk.expect_download() as minutes:
        desk.locator("#minutes").click()
    assert minutes.value.suggested_filename.endswith(".docx")
    office.open("/meetings/", look_as="meetings")
    office.open("/meetings/matters/", look_as="meeting-matters")
