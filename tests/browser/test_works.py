"""A work from its entry in the register to its list for everybody: what a village gave, with and without a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from caunoi import moments
from tests.browser.filling import answer, fill_day, open_event_form, send_and_arrive
from tests.browser.visitor import DESKTOP, PHONE, Visitor

WORK = "Đường bê tông Thôn 1 đi Thôn 2"
GIVER = "Hộ gia đình Tân (dữ liệu minh họa)"


def test_a_work_is_declared_given_to_reconciled_disclosed_and_its_givers_thanked(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    head, office = visitor("thon", on=PHONE), visitor("xa")
    phone, desk = head.page, office.page
    open_event_form(office, "Sổ công trình dân sinh")
    form = desk.locator("#form-host")
    fill_day(desk, "Đúng từ ngày", f"{moments.today():%d/%m/%Y}")
    form.get_by_label("Tên", exact=True).fill(WORK)
    form.get_by_text("Đường giao thông").click()
    answer(desk, {"Chiều dài dự kiến (km)": "2,5", "Tổng chi phí dự kiến": "80000000"})
    form.get_by_text("Đang làm", exact=True).click()
    send_and_arrive(desk)

    gifts = []
    open_event_form(head, "Nhân dân đóng góp")
    choose_work(phone)
    form = phone.locator("#form-host")
    form.get_by_text("Tiền mặt").click()
    answer(phone, {"Số tiền mặt": "5000000", "Số hộ đóng góp đợt này": "1"})
    form.get_by_text("Có", exact=True).click()
    form.get_by_text("Ký giấy").click()
    fill_day(phone, "Ngày đồng ý", f"{moments.today():%d/%m/%Y}")
    form.get_by_label("Tên chủ hộ hoặc tên muốn nêu").fill(GIVER)
    head.look("gift-with-a-name")
    gifts.append(send_and_arrive(phone))
    expect(phone.locator("#answers")).to_contain_text(WORK)
    head.look("gift-arrived")
    open_event_form(head, "Nhân dân đóng góp")
    choose_work(phone)
    phone.locator("#form-host").get_by_text("Tiền mặt").click()
    answer(phone, {"Số tiền mặt": "12000000", "Số hộ đóng góp đợt này": "9"})
    gifts.append(send_and_arrive(phone))
    for gift in gifts:
        approve(office, gift)
    finish_a_part(office, tmp_path)

    office.move_to(PHONE)
    office.open("/works/", look_as="works")
    expect(desk.locator("#agreed")).to_be_visible()
    desk.locator("#works").get_by_role("link", name=WORK).click()
    expect(desk.locator("#sources tr", has_text="Nhân dân")).to_contain_text("17.000.000")
    # Who sent what was finished is not who approves it.
    expect(desk.locator("#progress")).to_have_count(0)
    desk.get_by_role("link", name="Xem cả bản chưa duyệt").click()
    expect(desk.locator("#sources tr", has_text="Nhân dân")).to_contain_text("Đã góp nhiều hơn đã chi 5.000.000 đồng")
    expect(desk.locator("#sources tr", has_text="Ngân sách")).to_contain_text("chưa ghi khoản góp nào")
    expect(desk.locator("#progress")).to_contain_text("chỉ tiêu 2,5, đạt 50%")
    expect(desk.locator("#progress")).to_contain_text("chỉ tiêu 80.000.000, đạt 40%")
    expect_photos(desk, ["Ảnh trước khi làm", "Ảnh sau khi làm"])
    office.look("work-progress")
    desk.locator("#open-disclosure").click()
    expect(desk.locator("#named")).to_contain_text(GIVER)
    office.move_to(DESKTOP)
    office.look("work")
    for button in ("#list-file", "#letters-givers", "#letters-units"):
        with desk.expect_download() as file:
            desk.locator(button).click()
        assert file.value.suggested_filename.endswith(".docx")
    address = re.sub(r"^https?://[^/]+", "", desk.locator("#address").get_attribute("href") or "")

    guest = visitor(on=PHONE)
    guest.open(address, look_as="disclosure")
    expect(guest.page.locator("#named")).to_contain_text(GIVER)
    expect(guest.page.locator("#others")).to_contain_text("12.000.000")
    desk.locator("#named").get_by_text("Rút lại đồng ý").click()
    desk.locator("#named").get_by_role("textbox").fill("Hôm nay, gia đình báo trực tiếp")
    desk.locator("#named").get_by_role("button", name="Bỏ tên khỏi danh sách và xóa tên").click()
    expect(desk.locator("#left-out")).to_contain_text("1 lượt đóng góp không nêu tên")
    guest.open(address)
    expect(guest.page.locator("#main")).not_to_contain_text(GIVER)
    expect(guest.page.locator("#others")).to_contain_text("17.000.000")


def finish_a_part(office: Visitor, folder: Path) -> None:
    """Half of the road, with what it cost by source, widths and photos before and after."""
    desk = office.page
    open_event_form(office, "Công trình hoàn thành")
    form = desk.locator("#form-host")
    fill_day(desk, "Ngày hoàn thành", f"{moments.today():%d/%m/%Y}")
    form.get_by_text(WORK).first.click()
    form.get_by_text("Mở rộng đường").click()
    answer(
        desk,
        {
            "Chiều dài hoàn thành": "1,25",
            "Bề rộng mặt đường trước khi mở": "2,5",
            "Bề rộng mặt đường sau khi mở": "4",
            "Chi từ nhân dân góp": "12000000",
            "Chi từ ngân sách nhà nước": "20000000",
        },
    )
    for number, (name, colour) in enumerate((("truoc.jpg", "sienna"), ("sau.jpg", "gray"))):
        Image.new("RGB", (640, 480), colour).save(folder / name)
        form.locator("input[type=file]").nth(number).set_input_files(folder / name)
    office.look("work-part")
    send_and_arrive(desk)


def expect_photos(page: Page, captions: list[str]) -> None:
    """Each is there, seen, and says which it is."""
    photos = page.locator("#told .photos a")
    expect(photos).to_have_text(captions)
    for photo in photos.locator("img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("naturalWidth", 640)


def choose_work(page: Page) -> None:
    form = page.locator("#form-host")
    form.get_by_text(WORK).first.click()
    form.get_by_text("Đường giao thông").click()


def approve(office: Visitor, number: int) -> None:
    office.open(f"/submissions/{number}/")
    office.page.locator("#approve").click()
    expect(office.page.locator("#submission-head")).to_contain_text("Đã duyệt")
