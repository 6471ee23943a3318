"""A reorganisation of several units: prepared step by step or from a file, looked at, applied, undone; a figure on two
boundaries, and what changed since it was shown."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import Viewport, Visitor

COMPARED = (
    "/figures/?codes=labour_days&place=Tỉnh Lào Cai&first=01/01/2023&last=31/12/2023"
    "&boundaries=01/01/2026&compare=30/06/2025"
)


def prepare(admin: Visitor, title: str) -> None:
    page = admin.page
    admin.open("/places/reorganisations/new/", look_as="reorganisation-new")
    page.get_by_label("Tên", exact=True).fill(title)
    page.get_by_label("Có hiệu lực từ ngày").fill("01/12/2026")
    page.locator("#reorganisation-new button").click()


def test_a_reorganisation_is_prepared_seen_applied_and_undone(
    visitor: Callable[..., Visitor], viewport: Viewport
) -> None:
    first, second, third = {
        "phone": ("Xã Bát Xát", "Xã Cốc San", "Xã Dền Sáng"),
        "desktop": ("Xã Dền Sáng", "Xã Y Tý", "Xã Cốc San"),
    }[viewport.name]
    admin = visitor("tinh")
    page = admin.page
    prepare(admin, f"Sắp xếp thử {viewport.name}")
    expect(page.locator("h1")).to_contain_text("Sắp xếp thử")

    page.locator("#add a", has_text="Sáp nhập").click()
    page.get_by_label("Đơn vị thứ 1", exact=True).fill(first)
    page.get_by_label("Đơn vị thứ 2", exact=True).fill(second)
    page.get_by_label("Phần của đơn vị thứ 1").fill("0,7")
    page.get_by_label("Phần của đơn vị thứ 2").fill("0,3")
    page.get_by_label("Căn cứ của các phần").fill("dân số")
    page.get_by_label("Tên đơn vị mới").fill("Xã Sông Hồng")
    admin.look("reorganisation-step")
    page.locator("#add-step").click()
    page.locator("#add a", has_text="Đổi tên").click()
    page.get_by_label("Đơn vị", exact=True).fill(third)
    page.get_by_label("Tên mới").fill("Xã Đổi Tên")
    page.locator("#add-step").click()

    expect(page.locator("#steps > li")).to_have_count(2)
    expect(page.locator("#effect")).to_contain_text("2 đơn vị kết thúc, 1 đơn vị bắt đầu")
    admin.look("reorganisation-effect")

    page.locator("#sure-apply").check()
    page.locator("#apply button").click()
    expect(page.locator("#told")).to_contain_text("Đã áp dụng")
    admin.look("reorganisation-applied")

    page.locator("#sure-undo").check()
    page.locator("#undo button").click()
    expect(page.locator("#messages")).to_contain_text("Đã hoàn tác")
    admin.open("/places/reorganisations/", look_as="reorganisations")
    expect(page.locator("#reorganisations")).to_contain_text("đã hoàn tác")


def test_a_file_with_mistakes_names_all_of_them(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")
    page = admin.page
    prepare(admin, "Từ tệp")
    text = "kind,old,share_of_old,share_of_new,basis,name,code,parent\nmerge,Xã Bát Xátt,1,0.5,dân số,Xã Mới,,15\n"

    page.locator("summary", has_text="Nộp tệp CSV").click()
    page.set_input_files("#upload-file", {"name": "sap-xep.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("#upload button").click()

    expect(page.locator("#mistakes")).to_contain_text("Xã Bát Xátt")
    admin.look("reorganisation-mistakes")


def test_a_unit_shows_what_became_of_it(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")

    admin.open("/places/new:15.02683/", look_as="place-chain")

    expect(admin.page.locator("#chain")).to_contain_text("Xã Bản Qua")
    expect(admin.page.locator("#chain")).to_contain_text("ước tính")


def test_a_figure_on_two_boundaries_keeps_its_total(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")

    admin.open(COMPARED, look_as="figures-two-boundaries")
    expect(admin.page.locator("#totals-kept")).to_be_visible()
    admin.open(f"{COMPARED}&level=commune", look_as="figures-two-boundaries-communes")


def test_a_figure_and_a_report_say_what_changed_since(visitor: Callable[..., Visitor]) -> None:
    admin = visitor("tinh")
    page = admin.page
    admin.open("/figures/?codes=labour_days&place=Tỉnh Lào Cai&first=01/01/2023&last=31/12/2023&as_known=01/07/2023")
    page.locator("#figures .figure-link").first.click()

    page.locator("#changes-since").click()
    expect(page.locator("#changes")).to_contain_text("#")
    admin.look("changes-since-figure")

    admin.open("/reports/")
    page.locator("table.data tbody a").first.click()
    page.locator("#changes-since").click()
    admin.look("changes-since-report")
