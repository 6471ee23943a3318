"""The village head with a phone, and the commune officer who looks at what came in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.filling import MONTH, MONTHLY, answer, open_oldest_due, send, send_and_arrive, wait_for_form
from tests.browser.visitor import DESKTOP, Visitor, only_on_phone

VILLAGE = "demo:10.082.02701.01"


@only_on_phone
def test_a_report_goes_up_comes_back_with_a_comment_is_corrected_and_counts(visitor: Callable[..., Visitor]) -> None:
    head, officer = visitor("thon"), visitor("xa", on=DESKTOP)

    # One month is sent, so that the next one has something beside it.
    open_oldest_due(head)
    answer(head.page, MONTH)
    send_and_arrive(head.page)

    head.open("/", look_as="home-village-head")
    head.open("/due/", look_as="due")
    period = open_oldest_due(head)
    head.look("fill-empty")
    answer(head.page, {**MONTH, "Trong đó: đã trả lời": "9"})
    send(head.page)
    expect(head.page.locator(".validation-message", has_text="Không được lớn hơn số câu hỏi")).to_be_visible()
    head.look("fill-with-a-mistake")
    answer(head.page, {"Trong đó: đã trả lời": "3", "Số lượt hộ được đến": "21"})
    number = send_and_arrive(head.page)
    expect(head.page.locator("#submission-head")).to_contain_text("Chờ duyệt")
    head.look("submission-arrived")

    officer.open("/inbox/?q=thon 1")
    row = officer.page.locator("#inbox tbody tr", has_text=MONTHLY).filter(has_text=period)
    row.get_by_role("link").click()
    cells = officer.page.locator("#answers tr", has_text="Số lượt hộ được đến").locator("td")
    expect(cells).to_contain_text(["21", "12"])
    officer.look("submission-beside-last-period")
    officer.page.get_by_text("Trả lại để sửa").click()
    officer.page.get_by_label("Cần sửa gì").fill("Số lượt hộ cao hơn hẳn tháng trước. Đề nghị kiểm tra lại.")
    officer.page.locator("#return").click()
    expect(officer.page.locator("#submission-head")).to_contain_text("Bị trả lại")

    head.open("/", look_as="home-with-returned")
    head.page.locator("#returned .card", has_text=period).get_by_role("link").click()
    wait_for_form(head.page)
    expect(head.page.locator("#return-comment")).to_contain_text("Đề nghị kiểm tra lại")
    expect(head.page.get_by_label("Số lượt hộ được đến")).to_have_value("21")
    head.look("fill-correction")
    answer(head.page, {"Số lượt hộ được đến": "14"})
    assert send_and_arrive(head.page) == number
    expect(head.page.locator("#answers caption")).to_contain_text("Bản 2")

    head.page.get_by_role("link", name="Xem bản 1").click()
    expect(head.page.locator("#older-version")).to_contain_text("bản hiện hành là bản 2")
    expect(head.page.locator("#answers tr", has_text="Số lượt hộ được đến")).to_contain_text("21")
    head.look("submission-older-version")

    officer.open(f"/submissions/{number}/")
    expect(officer.page.locator("#answers")).to_contain_text("14")
    officer.page.locator("#approve").click()
    expect(officer.page.locator("#submission-head")).to_contain_text("Đã duyệt")
    officer.look("submission-approved")

    _figure_rests_on_this_record(officer, period, number)


def _figure_rests_on_this_record(officer: Visitor, period: str, number: int) -> None:
    """The commune's figure of that month holds the corrected number, and leads to the record it came from."""
    month, year = (int(part) for part in re.findall(r"\d+", period))
    first = date(year, month, 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    question = {"codes": "household_visits", "place": "Xã Y Tý", "level": "village",
                "first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}"}  # fmt: skip
    officer.open(f"/figures/?{urlencode(question)}")
    officer.page.locator("#figures tr.total .figure-link").click()
    expect(officer.page.locator("#figure .figure")).to_contain_text("14 lượt hộ")
    officer.look("explanation-commune")
    officer.page.get_by_role("link", name=f"#{number}").click()
    expect(officer.page).to_have_url(re.compile(f"/submissions/{number}/"))


@only_on_phone
def test_an_activity_is_recorded_in_the_browser(visitor: Callable[..., Visitor], server: Server) -> None:
    head = visitor("thon")
    head.open("/due/")
    head.page.locator("#event-forms").get_by_role("link", name="Nhân dân đóng góp").click()
    wait_for_form(head.page)

    head.page.locator("#form-host").get_by_text("Đường giao thông").click()
    head.page.locator("#form-host").get_by_text("Ngày công", exact=True).click()
    expect(head.page.get_by_label("Số ngày công")).to_be_visible()
    answer(head.page, {"Số ngày công": "35", "Số hộ đóng góp đợt này": "20"})
    head.look("fill-activity")
    number = send_and_arrive(head.page)

    expect(head.page.locator("#answers")).to_contain_text("Đường giao thông")
    assert server.sql("SELECT count(*) FROM records_submission WHERE id = ?", number) == [(1,)]
    head.look("activity-arrived")


@only_on_phone  # the demonstration's village has ten months to send, and each journey sends one
def test_what_was_typed_survives_the_end_of_the_session_and_is_sent_after_signing_in_again(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    head = visitor("thon", fresh=True)
    session = next(cookie for cookie in head.page.context.cookies() if cookie["name"] == "sessionid")
    open_oldest_due(head)
    answer(head.page, MONTH)

    server.sql("DELETE FROM django_session WHERE session_key = ?", session["value"])
    send(head.page)
    expect(head.page.locator("#form-status")).to_contain_text("Phiên đăng nhập đã hết")
    head.look("fill-session-expired")
    with head.page.context.expect_page() as opened:
        head.page.get_by_role("link", name="Đăng nhập (mở thẻ mới)").click()
    second = Visitor(opened.value, head.viewport)
    second.page.get_by_label("Tên đăng nhập").fill("thon")
    second.page.get_by_label("Mật khẩu").fill("thon-demo-2026")
    second.page.locator("#sign-in button[type=submit]").click()
    expect(second.page).to_have_url(re.compile("/signed-in/"))
    second.look("signed-in-again")

    # Nothing to press: signing in, in whatever tab, sends what waits.
    head.page.wait_for_url("**/submissions/*/")
    second.page.close()
    expect(head.page.locator("#answers tr", has_text="Tổng số lượt người dự")).to_contain_text("45")


@only_on_phone
def test_what_was_typed_is_there_again_when_the_page_is_reopened(visitor: Callable[..., Visitor]) -> None:
    head = visitor("thon")
    open_oldest_due(head)
    answer(head.page, {"Số cuộc họp": "7"})

    head.page.reload()
    wait_for_form(head.page)

    expect(head.page.get_by_label("Số cuộc họp")).to_have_value("7")
    expect(head.page.locator("#form-draft-note")).to_contain_text("Đã mở lại bản nháp")
    head.look("fill-draft-reopened")


@only_on_phone  # the demonstration's village has ten months to send, and each journey sends one
def test_the_button_pressed_twice_sends_one_record(visitor: Callable[..., Visitor], server: Server) -> None:
    head = visitor("thon")
    open_oldest_due(head)
    answer(head.page, MONTH)
    before = server.sql("SELECT count(*) FROM records_submissionversion")

    head.page.locator("#form-host").get_by_role("button", name="Gửi", exact=True).dblclick()
    head.page.wait_for_url("**/submissions/*/")

    assert server.sql("SELECT count(*) FROM records_submissionversion") == [(before[0][0] + 1,)]
    expect(head.page.locator("#history > li")).to_have_count(1)


@only_on_phone
def test_without_a_connection_the_record_waits_and_goes_by_itself(visitor: Callable[..., Visitor]) -> None:
    head = visitor("thon")
    open_oldest_due(head)
    answer(head.page, MONTH)

    head.page.context.set_offline(True)
    send(head.page)
    expect(head.page.locator("#form-status")).to_contain_text("Chưa có mạng")
    head.look("fill-offline")
    head.page.context.set_offline(False)

    head.page.wait_for_url("**/submissions/*/")


@only_on_phone
def test_a_form_closed_meanwhile_is_refused_in_a_clear_sentence_and_nothing_typed_is_lost(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    head = visitor("thon")
    open_oldest_due(head)
    answer(head.page, MONTH)
    server.sql("UPDATE forms_form SET closed_on = '2020-01-01' WHERE code = 'bao_cao_thang_thon'")

    try:
        send(head.page)
        expect(head.page.locator("#form-status")).to_contain_text("đóng")
        expect(head.page.get_by_label("Số cuộc họp")).to_have_value("2")
        head.look("fill-form-closed")

        answered = head.page.goto(head.page.url)

        assert answered is not None and answered.status == 409
        expect(head.page.locator("#main")).to_contain_text(MONTHLY)
        head.look("form-closed")
    finally:
        server.sql("UPDATE forms_form SET closed_on = NULL WHERE code = 'bao_cao_thang_thon'")
