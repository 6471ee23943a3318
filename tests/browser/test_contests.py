"""A contest from its rules to the results that anybody sees; its judges never see whose an entry is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import expect

from caunoi import moments
from tests.browser.conftest import Server
from tests.browser.visitor import DESKTOP, PHONE, Visitor

TITLE = "Cuộc thi viết về tình làng nghĩa xóm"
# Of the two of its name in the merged commune, as the page offers it.
VILLAGE = "Thôn 1 (Xã Y Tý)"
JUDGES = ("tinh", "kiemtra")
PAST = "2026-01-01 00:00:00"
# Title of an entry, whose it is, what both judges give it for each criterion.
ENTRIES = (("Bếp lửa đầu bản", "Người viết Chín", "9"), ("Con đường chung", "Người viết Mười", "7,5"))
CRITERIA = ("Nội dung, hiểu biết", "Liên hệ thực tế ở địa phương", "Trình bày, hành văn")


def test_a_contest_is_announced_entered_marked_without_names_ranked_and_published(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    office, today = visitor("xa"), moments.today()
    desk, tomorrow = office.page, f"{today + timedelta(days=1):%d/%m/%Y}"
    office.open("/contests/")
    desk.locator("#new-contest").click()
    desk.get_by_label("Loại", exact=True).select_option("thi_viet")
    desk.get_by_label("Tên hội thi, cuộc thi", exact=True).fill(TITLE)
    desk.get_by_label("Ngày tổ chức hoặc tổng kết", exact=True).fill(f"{today:%d/%m/%Y}")
    for label in ("Nhận bài đến ngày", "Chấm vòng đầu đến ngày"):
        desk.get_by_label(label, exact=True).fill(tomorrow)
    desk.get_by_label("Nhận bài đến giờ (để trống: 17:00)", exact=True).fill("16:00")
    office.look("contest-new")
    desk.locator("#save").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang chuẩn bị")
    contest = re.sub(r"^https?://[^/]+", "", desk.url)
    desk.get_by_text("Tiêu chí, trọng số, cách xếp hạng").click()
    expect(desk.get_by_text("Nội dung, hiểu biết 60%")).to_be_visible()
    for number, judge in enumerate(JUDGES, 1):
        desk.get_by_label("Tên đăng nhập của giám khảo").fill(judge)
        desk.locator("#appoint button").click()
        expect(desk.locator("#judges > li")).to_have_count(number)
    desk.locator("#open").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang nhận bài")

    head = visitor("thon", on=PHONE)
    for someone, (title, name, _mark) in zip((head, office), ENTRIES, strict=True):
        someone.open(contest)
        someone.page.locator("#new-entry").click()
        someone.page.get_by_label("Đối tượng dự thi", exact=True).select_option("person")
        someone.page.get_by_label("Thuộc đơn vị", exact=True).fill(VILLAGE)
        someone.page.get_by_label("Tên người, tập thể dự thi", exact=True).fill(name)
        someone.page.get_by_label("Tên bài, tiết mục", exact=True).fill(title)
        someone.page.locator("#save").click()
        expect(someone.page.locator("#entries")).to_contain_text(name)

    pass_by(server, "entries_until")
    office.open(contest)
    desk.locator("#judge").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang chấm")
    for judge in JUDGES:
        mark_all(visitor(judge, on=PHONE if judge == JUDGES[0] else DESKTOP))

    office.open(contest, look_as="contest")
    desk.locator("#rank").click()
    desk.get_by_label("Nhận khiếu nại đến ngày").fill(tomorrow)
    desk.get_by_role("button", name="Công bố kết quả").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đã công bố")
    pass_by(server, "appeals_until")
    office.open(contest)
    desk.get_by_label("Số quyết định trao giải").fill("46/QĐ-UBND")
    desk.get_by_label("Ngày quyết định", exact=True).fill(f"{today:%d/%m/%Y}")
    desk.locator("#close").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đã kết thúc")

    guest = visitor(on=PHONE)
    guest.open(f"{contest}results/", look_as="contest-results")
    rows = guest.page.locator("#ranking tbody tr")
    expect(rows.first).to_contain_text("Bếp lửa đầu bản")
    expect(rows.first).to_contain_text("Giải Nhất")
    expect(guest.page.locator("#main")).not_to_contain_text("Người viết")
    with guest.page.expect_download() as marks:
        guest.page.locator("#marks-file").click()
    assert "Người viết" not in marks.value.path().read_text(encoding="utf-8-sig")


def pass_by(server: Server, deadline: str) -> None:
    """The time until then."""
    server.sql(f"UPDATE contests_contest SET {deadline} = ? WHERE title = ?", PAST, TITLE)


def mark_all(judge: Visitor) -> None:
    """From the first page on, as whoever was asked to judge begins."""
    page = judge.page
    judge.open("/")
    page.locator("#count-judging").get_by_role("link", name=TITLE).click()
    expect(page.locator("#to-mark .card")).to_have_count(len(ENTRIES))
    given = {title: mark for title, _name, mark in ENTRIES}
    page.locator("#to-mark .card").first.get_by_role("link").click()
    for number in range(len(ENTRIES)):
        expect(page.locator("#main").get_by_text(re.compile("|".join(given)))).to_be_visible()
        title = next(one for one in given if page.locator("#main").get_by_text(one).count())
        for criterion in CRITERIA:
            page.get_by_label(criterion).fill(given[title])
        expect(page.locator("#main")).not_to_contain_text("Người viết")
        if not number:
            judge.look("contest-marks")
        page.locator("#save-next").click()
        del given[title]
    expect(page.locator("#progress")).to_contain_text("2/2")
