"""A class from its opening to a certificate that anybody can check."""

from __future__ import annotations

from collections.abc import Callable

import docx
from playwright.sync_api import expect

from caunoi import moments
from caunoi.awards.rules.codes import Code
from tests.browser.conftest import Server
from tests.browser.reading import figures_today
from tests.browser.visitor import PHONE, Viewport, Visitor, on_both


@on_both
def test_a_class_is_opened_attended_marked_closed_counted_and_its_certificates_are_printed(
    visitor: Callable[..., Visitor], server: Server, viewport: Viewport
) -> None:
    office, today = visitor("xa"), f"{moments.today():%d/%m/%Y}"
    desk, decision = office.page, f"{45 if viewport is PHONE else 47}/QĐ-UBND"
    (before,) = figures_today(office, "training_classes")
    office.open("/training/")
    desk.locator("#new-class").click()
    desk.get_by_label("Loại lớp", exact=True).select_option("nghiep_vu")
    for label, value in (
        ("Tên lớp", "lớp bồi dưỡng kỹ năng dân vận"),
        ("Khai giảng", today),
        ("Ngày cuối", today),
        ("Nơi học", "Hội trường UBND xã"),
        ("Số tiết giảng dạy", "8"),
    ):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Giảng viên", exact=True).select_option(label="Giảng viên kiêm nhiệm 1")
    office.look("training-new")
    desk.locator("#save").click()
    expect(desk.locator("#class-state")).to_contain_text("Đang mở")
    expect(desk.locator("#lecturers")).to_contain_text("Giảng viên kiêm nhiệm 1")
    address = desk.url

    desk.locator("#learners-add > summary").click()
    desk.get_by_label("Thuộc đơn vị", exact=True).fill("Thôn 1 (Xã Y Tý)")
    desk.get_by_label("Họ và tên, mỗi dòng một người").fill("Học viên Sáu\nHọc viên Bảy")
    desk.locator("#add-learners button").click()
    expect(desk.locator("#learners tbody tr")).to_have_count(2)
    desk.locator("#to-attendance").click()
    for name in ("Học viên Sáu", "Học viên Bảy"):
        desk.get_by_label(f"{name} có mặt ngày {today}").check()
    office.look("training-attendance")
    desk.locator("#save-attendance").click()
    expect(desk.get_by_text("Đã ghi điểm danh.")).to_be_visible()

    office.open(address)
    desk.get_by_label("Điểm của Học viên Sáu").fill("8,5")
    desk.get_by_label("Điểm của Học viên Bảy").fill("4")
    desk.locator("#save-marks").click()
    expect(desk.locator("#learners tr", has_text="Học viên Sáu")).to_contain_text("Giỏi")
    desk.locator("#close-class").click()
    expect(desk.locator("#class-state")).to_contain_text("Đã kết thúc")
    expect(desk.locator("#record")).to_contain_text("Đào tạo")
    office.look("training-class")
    assert figures_today(office, "training_classes") == [before + 1]

    office.open(address)
    desk.locator("#certify").click()
    expect(desk.locator("#recipients tbody tr")).to_have_count(1)
    desk.get_by_label("Số quyết định", exact=True).fill(decision)
    desk.get_by_label("Ngày quyết định", exact=True).fill(today)
    desk.locator("#decide").click()
    with desk.expect_download() as papers:
        desk.locator("#papers button").click()
    said = "\n".join(one.text for one in docx.Document(str(papers.value.path())).paragraphs)
    assert "Học viên Sáu" in said and "lớp bồi dưỡng kỹ năng dân vận" in said and "Học viên Bảy" not in said

    guest = visitor()
    (code,) = server.sql(
        "SELECT key, signed_by, signature FROM awards_award a JOIN awards_dossier d ON d.id = a.dossier_id"
        " WHERE d.decision = ?",
        decision,
    )
    guest.open(f"/certificates/{Code(*code)}/", look_as="certificate")
    expect(guest.page.locator("#standing")).to_have_attribute("data-standing", "valid")
    expect(guest.page.locator("#certificate")).to_contain_text(decision)
