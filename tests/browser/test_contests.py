"""A contest from its own criteria to the results that anybody sees; its judges never see whose an entry is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from caunoi import moments
from caunoi.cli.contests import recompute
from tests.browser.conftest import Server
from tests.browser.visitor import DESKTOP, PHONE, Viewport, Visitor

TITLE = "Cuộc thi viết về tình làng nghĩa xóm"
# Of the two of its name in the merged commune, as the page offers it.
VILLAGE = "Thôn 1 (Xã Y Tý)"
# Account, and what the officer types to find it.
JUDGES = (("tinh", "tinh"), ("kiemtra", "kiem tra"))
PAST = "2026-01-01 00:00:00"
# Title of an entry, whose it is, what both judges give it for each criterion.
ENTRIES = (("Bếp lửa đầu bản", "Người viết Chín", "9"), ("Con đường chung", "Người viết Mười", "7,5"))
CRITERIA = ("Nội dung, hiểu biết", "Tính sáng tạo", "Trình bày, hành văn")
# Of the boxes that the kind of contest has filled, what this contest has otherwise.
OWN_CRITERIA = {"Trọng số 1": "47,5", "Tiêu chí 2": CRITERIA[1], "Trọng số 2": "37,5", "Điểm tối đa": "20"}


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], indirect=True, ids=lambda viewport: viewport.name)
def test_a_contest_is_announced_entered_marked_without_names_ranked_and_published(
    visitor: Callable[..., Visitor], server: Server, viewport: Viewport
) -> None:
    office, today, title = visitor("xa"), moments.today(), f"{TITLE}, {viewport.name}"
    desk, tomorrow = office.page, f"{today + timedelta(days=1):%d/%m/%Y}"
    office.open("/contests/")
    desk.locator("#new-contest").click()
    desk.get_by_label("Loại", exact=True).select_option("thi_viet")
    desk.get_by_label("Tên hội thi, cuộc thi", exact=True).fill(title)
    desk.get_by_label("Ngày tổ chức hoặc tổng kết", exact=True).fill(f"{today:%d/%m/%Y}")
    for label in ("Nhận bài đến ngày", "Chấm vòng đầu đến ngày"):
        desk.get_by_label(label, exact=True).fill(tomorrow)
    desk.get_by_label("Nhận bài đến giờ (để trống: 17:00)", exact=True).fill("16:00")
    office.look("contest-new")
    desk.locator("#save").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang chuẩn bị")
    contest = re.sub(r"^https?://[^/]+", "", desk.url)
    declare_own_criteria(office)
    for number, (account, typed) in enumerate(JUDGES, 1):
        office.open(f"{contest}judges/")
        desk.get_by_label("Tìm người").fill(typed)
        desk.locator("#find-judges").get_by_role("button", name="Tìm", exact=True).click()
        # Whoever organises is found beside the others, and cannot be asked.
        found = desk.locator("#candidates .card").filter(has=desk.locator("small", has_text=re.compile(f"^{account}$")))
        if number == 1:
            office.look("contest-judges")
        found.get_by_role("button", name="Mời").click()
        expect(desk.locator("#judges > li")).to_have_count(number)
    office.open(contest)
    desk.locator("#open").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang nhận bài")

    head = visitor("thon", on=PHONE)
    for someone, (entry, name, _mark) in zip((head, office), ENTRIES, strict=True):
        someone.open(contest)
        someone.page.locator("#new-entry").click()
        someone.page.get_by_label("Đối tượng dự thi", exact=True).select_option("person")
        someone.page.get_by_label("Thuộc đơn vị", exact=True).fill(VILLAGE)
        someone.page.get_by_label("Tên người, tập thể dự thi", exact=True).fill(name)
        someone.page.get_by_label("Tên bài, tiết mục", exact=True).fill(entry)
        someone.page.locator("#save").click()
        expect(someone.page.locator("#entries")).to_contain_text(name)

    pass_by(server, "entries_until", title)
    office.open(contest)
    desk.locator("#judge").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đang chấm")
    for account, _typed in JUDGES:
        mark_all(visitor(account), title)

    office.open(contest, look_as="contest")
    # Marks were given by them: they stay.
    expect(desk.locator("#terms")).to_have_count(0)
    desk.locator("#rank").click()
    desk.get_by_label("Nhận khiếu nại đến ngày").fill(tomorrow)
    desk.get_by_role("button", name="Công bố kết quả").click()
    expect(desk.locator("#contest-state")).to_contain_text("Đã công bố")
    pass_by(server, "appeals_until", title)
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
    agreed = CliRunner().invoke(recompute, [str(marks.value.path())], standalone_mode=False)
    assert agreed.exception is None and "Khớp: 2 bài" in agreed.output


def declare_own_criteria(office: Visitor) -> None:
    """Of the contest whose page is open: first with weights that are not 100 together."""
    desk = office.page
    desk.locator("#terms").click()
    for label, typed in OWN_CRITERIA.items():
        desk.get_by_label(label, exact=True).fill(typed)
    desk.get_by_label("Trọng số 3", exact=True).fill("14")
    desk.locator("#save").click()
    expect(desk.get_by_role("alert")).to_contain_text("cộng lại được 99%, thiếu 1%")
    desk.get_by_label("Trọng số 3", exact=True).fill("15")
    office.look("contest-terms")
    desk.locator("#save").click()
    desk.get_by_text("Tiêu chí, trọng số, cách xếp hạng").click()
    expect(desk.get_by_text("Tính sáng tạo 37,5%")).to_be_visible()
    expect(desk.locator("#own-terms")).to_be_visible()


def pass_by(server: Server, deadline: str, title: str) -> None:
    """The time until then."""
    server.sql(f"UPDATE contests_contest SET {deadline} = ? WHERE title = ?", PAST, title)


def mark_all(judge: Visitor, title: str) -> None:
    """From the first page on, as whoever was asked to judge begins."""
    page = judge.page
    judge.open("/")
    page.locator("#count-judging").get_by_role("link", name=title).click()
    expect(page.locator("#to-mark .card")).to_have_count(len(ENTRIES))
    given = {entry: mark for entry, _name, mark in ENTRIES}
    page.locator("#to-mark .card").first.get_by_role("link").click()
    for number in range(len(ENTRIES)):
        expect(page.locator("#main").get_by_text(re.compile("|".join(given)))).to_be_visible()
        entry = next(one for one in given if page.locator("#main").get_by_text(one).count())
        for criterion in CRITERIA:
            page.get_by_label(criterion).fill(given[entry])
        expect(page.locator("#main")).not_to_contain_text("Người viết")
        if not number:
            judge.look("contest-marks")
        page.locator("#save-next").click()
        del given[entry]
    expect(page.locator("#progress")).to_contain_text("2/2")
