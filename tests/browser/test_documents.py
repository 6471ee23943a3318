"""A resolution comes in, a commune answers it with its plan, and the tree says who is missing."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.visitor import NARROWEST, PHONE, Viewport, Visitor, on_both, only_on_phone

ANSWERED = "Ban hành kế hoạch của xã"
# Of the first page's own needs; what phones fetch ahead of need (forms for the weeks without a line) comes after it.
LARGEST_FIRST_PAGE = 150_000
AHEAD = ("/offline/", "/instance/")
# A village's line: 50 kB in a second, and 400 ms until anything comes at all.
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}


@on_both
def test_a_resolution_that_came_in_is_answered_by_a_commune_and_the_tree_says_who_is_missing(
    visitor: Callable[..., Visitor], viewport: Viewport
) -> None:
    province, resolution = visitor("tinh"), f"{77 if viewport is PHONE else 79}/NQ-TW"
    page = province.page
    province.open("/documents/new/?direction=incoming")
    for label, value in (
        ("Số và ký hiệu", resolution),
        ("Ngày văn bản", "05/01/2026"),
        ("Ngày đến", "08/01/2026"),
        ("Cơ quan ban hành", "Cơ quan trung ương (giả định)"),
        ("Trích yếu", "Nghị quyết thử về công tác vận động"),
        ("Gửi các đơn vị", "15.02701\n15.02686"),
    ):
        page.get_by_label(label, exact=True).fill(value)
    asked = page.get_by_role("group", name="Việc có hạn thứ 1")
    asked.get_by_label("Việc phải làm").fill(ANSWERED)
    asked.get_by_label("Hạn").fill("31/01/2026")
    asked.get_by_label("Phải có văn bản thực hiện").check()
    page.locator("#save").click()
    expect(page.locator("#duties-done")).to_contain_text("0 trên 2")
    tree = page.locator("#cascade").get_attribute("href") or ""

    commune = visitor("xa")
    desk = commune.page
    commune.open("/")
    desk.locator("#count-duties").get_by_role("link", name=resolution).click()
    desk.locator("#implement").click()
    for label, value in (
        ("Số và ký hiệu", resolution.replace("NQ-TW", "KH-UBND")),
        ("Ngày văn bản", "20/02/2026"),
        ("Trích yếu", f"Kế hoạch thực hiện Nghị quyết {resolution}"),
        ("Lập kế hoạch cho thời gian", "2025"),
    ):
        desk.get_by_label(label, exact=True).fill(value)
    desk.locator("#save").click()
    expect(desk.locator("#questions")).to_contain_text("đã hết ngày 31/12/2025")
    desk.get_by_label("Lập kế hoạch cho thời gian", exact=True).fill("2026")
    desk.locator("#save").click()
    expect(desk.locator("#values")).to_contain_text(resolution)
    commune.look("document")
    commune.open("/")
    expect(desk.locator("#piles")).not_to_contain_text(resolution)

    province.open(tree, look_as="document-tree")
    told = page.locator("#cascade-tree > li")
    expect(told.filter(has_text="Xã Y Tý")).to_contain_text("Có muộn")
    expect(told.filter(has_text="Xã A Mú Sung")).to_contain_text("Quá hạn")
    province.open("/documents/deadlines/", look_as="document-deadlines")


@only_on_phone
def test_the_first_visit_on_a_slow_line_takes_less_than_150_kb(visitor: Callable[..., Visitor]) -> None:
    someone = visitor(on=PHONE, fresh=True)
    page = someone.page
    page.set_viewport_size({"width": NARROWEST, "height": 740})
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    addresses: dict[str, str] = {}
    came: dict[str, float] = {}
    line.on("Network.requestWillBeSent", lambda told: addresses.update({told["requestId"]: told["request"]["url"]}))
    line.on("Network.loadingFinished", lambda told: came.update({told["requestId"]: told["encodedDataLength"]}))

    someone.sign_in("xa")
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready")
    # As the line brought it: to be read, with its menu and its work, while forms for later are still on their way.
    page.locator(".mobile-nav > summary").click()
    expect(page.locator(".mobile-nav").get_by_role("link").first).to_be_visible()
    page.locator(".mobile-nav > summary").click()
    expect(page.locator("#piles").get_by_role("link").first).to_be_in_viewport()
    someone.look("first-page-on-a-slow-line")

    line.send("Network.emulateNetworkConditions", SLOW | {"latency": 0, "downloadThroughput": -1})
    page.wait_for_load_state("networkidle")
    sizes = {addresses[one]: size for one, size in came.items() if one in addresses}
    needed = {address: size for address, size in sizes.items() if not any(part in address for part in AHEAD)}
    assert any(address.endswith(".woff2") for address in needed) and any(".css" in address for address in needed)
    assert sum(needed.values()) < LARGEST_FIRST_PAGE, needed
