"""A phone's whole life: the officer gives it access, it fetches forms and sends, what it got wrong is put right, it is
lost and shut out."""

from __future__ import annotations

import base64
import json
import re
import uuid
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import segno
from playwright.sync_api import Page, expect

from caunoi.openrosa.tests.client import Phone
from tests.browser.conftest import Server
from tests.browser.visitor import Viewport, Visitor


def read_code(page: Page) -> dict[str, Any]:
    """What a phone's camera would see: the picture on the page must say just this."""
    code = page.locator(".qr-code").first
    encoded = str(code.get_attribute("data-settings"))
    drawn = segno.make(encoded, error="m", micro=False).svg_inline(scale=4, border=4, omitsize=True)
    path = re.search(r' d="([^"]+)"', drawn)
    assert path is not None
    assert code.locator("svg path").last.get_attribute("d") == path.group(1)
    expect(code.locator("svg")).to_be_visible()
    settings: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(encoded)))
    return settings


def phone_with(settings: dict[str, Any], server: Server) -> Phone:
    address = urlsplit(settings["general"]["server_url"])
    assert f"{address.scheme}://{address.netloc}" == server.address
    return Phone(server.address, address.path)


def count_printed_pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4", print_background=True)))


def activity_of(phone: Phone, day: str) -> tuple[str, str]:
    """(xml, instance) of a clean-up day, filled from the form the phone downloads."""
    assert "ngay_ra_quan" in phone.get("/formList").texts("formID")
    (version,) = phone.get("/formList?formID=ngay_ra_quan").texts("version")
    instance = f"uuid:{uuid.uuid4()}"
    answers = f"<ngay>{day}</ngay><so_nguoi>25</so_nguoi><rac_m3>1.5</rac_m3>" if day else "<so_nguoi>25</so_nguoi>"
    meta = f"<meta><instanceID>{instance}</instanceID></meta>"
    return f'<data id="ngay_ra_quan" version="{version}">{answers}{meta}</data>', instance


def test_an_officer_gives_a_phone_access_prints_its_sheet_and_revokes_it(
    visitor: Callable[..., Visitor], viewport: Viewport, server: Server
) -> None:
    officer, owner = visitor("xa"), f"Máy thử {viewport.name}"
    page = officer.page
    officer.open("/devices/", look_as="devices-none")
    page.locator("#new-device").click()
    page.get_by_label("Thôn 1", exact=False).first.check()
    page.get_by_label("Tên người dùng máy").fill(owner)
    officer.look("device-new")
    page.get_by_role("button", name="Cấp quyền").click()

    expect(page.locator(".sheet")).to_contain_text("ODK Collect")
    officer.look("device")
    assert count_printed_pages(page) == 1
    settings = read_code(page)
    assert settings["project"] == {"name": "Thôn 1 (Xã A Lù)"} and settings["admin"] == {}
    phone = phone_with(settings, server)
    assert phone.get("/formList").status == 200

    officer.open("/devices/?q=may thu", look_as="devices")
    expect(page.locator("#devices")).to_contain_text("Đang dùng")
    page.get_by_role("link", name=owner).click()
    page.locator("#revoke summary").click()
    officer.look("device-revoke")
    page.get_by_role("button", name="Thu hồi").click()
    expect(page.locator("#messages")).to_contain_text("Đã thu hồi quyền")
    assert phone.get("/formList").status == 403


def test_several_villages_are_printed_in_one_go(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open("/devices/new/")
    boxes = page.locator(".unit-choices input")
    for box in range(3):
        boxes.nth(box + 1).check()
    page.get_by_role("button", name="Cấp quyền").click()

    expect(page.locator(".sheet")).to_have_count(3)
    officer.look("device-sheets")
    assert count_printed_pages(page) == 3


def test_what_a_phone_sent_without_a_day_is_put_in_its_place(visitor: Callable[..., Visitor], server: Server) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open("/devices/new/")
    page.get_by_label("Thôn 1", exact=False).first.check()
    page.get_by_role("button", name="Cấp quyền").click()
    phone = phone_with(read_code(page), server)
    xml, instance = activity_of(phone, "")
    assert phone.send(xml).status == 201

    officer.open("/", look_as="home-held")
    page.locator("#count-held a").click()
    officer.look("held-list")
    page.locator("#held a").first.click()
    officer.look("held")
    page.get_by_label("Ngày diễn ra").fill(f"{date.today():%d/%m/%Y}")
    page.get_by_role("button", name="Xếp chỗ").click()
    expect(page.locator("#submission-head")).to_be_visible()

    found = server.sql("SELECT count(*) FROM records_submissionversion WHERE instance_id = ?", instance)
    assert found == [(1,)]
    assert phone.send(xml).status == 201


def test_one_that_is_nobodys_is_put_aside_with_a_reason(visitor: Callable[..., Visitor], server: Server) -> None:
    officer = visitor("xa")
    page = officer.page
    officer.open("/devices/new/")
    page.get_by_label("Thôn 1", exact=False).first.check()
    page.get_by_role("button", name="Cấp quyền").click()
    phone = phone_with(read_code(page), server)
    assert phone.send(activity_of(phone, "2570-01-01")[0]).status == 201

    officer.open("/held/")
    page.locator("#held a").first.click()
    page.get_by_label("Lý do").fill("Bản thử khi tập huấn")
    page.get_by_role("button", name="Để riêng").click()
    officer.open("/held/?tab=settled", look_as="held-settled")
    expect(page.locator("#held")).to_contain_text("Bản thử khi tập huấn")
