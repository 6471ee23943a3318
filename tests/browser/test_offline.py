"""Recording where there is no signal: the forms are on the device, nothing written is lost, everything arrives once."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Dialog, Page, expect

from tests.browser.device import (
    Device,
    OwnServer,
    expect_shell,
    open_event,
    records_on,
    wait_for_draft,
    wait_for_records,
)
from tests.browser.filling import MONTH, MONTHLY, answer, send, wait_for_form
from tests.browser.visitor import DESKTOP

GIFT = "Nhân dân đóng góp"
GIFT_FORM = "dong_gop"
MONTHLY_FORM = "bao_cao_thang_thon"
VILLAGE = "demo:10.082.02701.01"
CLOCK_SET_BACK = "const now = Date.now; Date.now = () => now() - 400 * 86_400_000;"


def give(page: Page, days: str = "35") -> None:
    """Fills in a gift of working days."""
    page.locator("#form-host").get_by_text("Đường giao thông").click()
    page.locator("#form-host").get_by_text("Ngày công", exact=True).click()
    expect(page.get_by_label("Số ngày công")).to_be_visible()
    answer(page, {"Số ngày công": days, "Số hộ đóng góp đợt này": "20"})


# ---- Without a server ----------------------------------------------------------------------------------------------


def test_after_one_visit_what_is_due_opens_without_a_server_and_goes_by_itself_later(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    own_server.stop()

    phone.page.goto("/due/")
    expect_shell(phone.page)
    expect(phone.page.locator("#offline-due .card").first).to_contain_text(MONTHLY)
    phone.person.look("offline-due")
    phone.page.goto("/figures/")
    expect_shell(phone.page)
    expect(phone.page.locator("#kept-status")).to_contain_text("cần có mạng")
    phone.page.goto("/due/")
    phone.page.locator("#offline-due .card", has_text=MONTHLY).first.get_by_role("link").click()
    wait_for_form(phone.page)
    expect(phone.page.locator("#sheet-place")).to_contain_text("Thôn 1")
    expect(phone.page.locator("#form-host").get_by_label("Kỳ báo cáo")).to_have_count(0)
    phone.person.look("offline-form")
    answer(phone.page, MONTH)
    send(phone.page)
    expect(phone.page.locator("#form-status")).to_contain_text("tự gửi khi có mạng")
    phone.page.goto("/offline/")
    expect(phone.page.locator("#kept .card")).to_have_count(1)
    expect(phone.page.locator("#kept .card")).to_contain_text("Chờ gửi")
    phone.person.look("offline-queue")

    # Pressed before there is a server: once it is back, the page may have sent everything, and taken the button away.
    phone.page.get_by_role("button", name="Gửi ngay tất cả").click()
    expect(phone.page.locator("#kept-status")).to_contain_text("Chưa có mạng")

    own_server.start()
    phone.page.evaluate("() => { dispatchEvent(new Event('online')); }")

    expect(phone.page.locator("#kept .card[data-state=sent]")).to_have_count(1)
    assert own_server.count(MONTHLY_FORM) == 1
    phone.page.goto("/offline/")
    phone.page.get_by_role("link", name="Xem bản đã gửi").click()
    expect(phone.page.locator("#answers")).to_contain_text("45")


def test_when_the_line_is_back_what_waits_is_sent_in_order_without_anyone_asking(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    phone.context.set_offline(True)
    own_server.stop()
    for days in ("11", "12"):
        open_event(phone.page, GIFT)
        give(phone.page, days)
        send(phone.page)
        expect(phone.page.locator("#form-status")).to_contain_text("tự gửi khi có mạng")
        phone.context.add_init_script(CLOCK_SET_BACK)  # somebody mends the date of the device in between
    wait_for_records(phone.page, "waiting", "waiting")

    own_server.start()
    phone.context.set_offline(False)

    phone.page.wait_for_url("**/submissions/*/")
    wait_for_records(phone.page, "sent", "sent")
    rows = own_server.sql(
        "SELECT json_extract(answers, '$.so_ngay_cong') FROM records_submissionversion WHERE id > ? ORDER BY id",
        own_server.newest_before,
    )
    assert [row[0] for row in rows] == ["11", "12"]
    open_event(phone.page, GIFT)
    expect(phone.page.locator("#form-clock-note")).to_contain_text("Ngày giờ của máy này không đúng")


def test_several_drafts_of_one_form_lie_side_by_side_and_each_opens_as_it_was_left(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    for days in ("21", "22"):
        open_event(phone.page, GIFT)
        give(phone.page, days)
        expect(phone.page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
    wait_for_records(phone.page, "draft", "draft")

    phone.page.goto("/offline/")
    expect(phone.page.locator("#kept .card")).to_have_count(2)
    phone.person.look("drafts")
    phone.page.locator("#kept .card").last.get_by_role("link", name="Mở").click()
    wait_for_form(phone.page)
    expect(phone.page.get_by_label("Số ngày công")).to_have_value("21")
    send(phone.page)
    phone.page.wait_for_url("**/submissions/*/")
    wait_for_records(phone.page, "draft", "sent")

    phone.page.goto("/offline/")
    phone.page.once("dialog", lambda dialog: dialog.dismiss())
    draft = phone.page.locator("#kept .card[data-state=draft]")
    draft.get_by_role("button", name="Xóa").click()
    expect(draft).to_have_count(1)
    phone.page.once("dialog", lambda dialog: dialog.accept())
    draft.get_by_role("button", name="Xóa").click()
    expect(draft).to_have_count(0)


def test_a_record_open_in_two_tabs_is_written_in_one_and_passes_to_the_other(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    pc = device()
    pc.page.goto("/due/")
    never_sent = pc.page.locator("#due-list .card", has_text=MONTHLY).filter(has_not=pc.page.locator(".badge.returned"))
    never_sent.first.get_by_role("link").click()
    wait_for_form(pc.page)
    answer(pc.page, {"Số cuộc họp": "2"})
    expect(pc.page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
    pc.page.reload()  # its own tab is no other one
    wait_for_form(pc.page)

    other = pc.context.new_page()
    other.goto(pc.page.url)

    expect(other.locator("#form-status")).to_contain_text("đang mở ở một thẻ khác")
    expect(other.locator("#form-host .odk-form")).to_have_count(0)
    pc.page.close()
    wait_for_form(other)
    expect(other.get_by_label("Số cuộc họp")).to_have_value("2")
    answer(other, MONTH)
    send(other)
    other.wait_for_url("**/submissions/*/")
    wait_for_records(other, "sent")
    assert own_server.count(MONTHLY_FORM) == 1


def test_what_the_officer_wrote_about_a_question_stands_beside_it_with_and_without_a_server(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    returned = own_server.sql(
        "SELECT s.id FROM records_submission s JOIN forms_form f ON f.id = s.form_id JOIN places_orgunit u"
        " ON u.id = s.org_unit_id WHERE s.state = 'returned' AND u.key = ? AND f.code = ?",
        VILLAGE,
        MONTHLY_FORM,
    )[0][0]
    own_server.sql(
        "UPDATE approvals_approvalstep SET remarks = ? WHERE id ="
        " (SELECT max(id) FROM approvals_approvalstep WHERE subject = ?)",
        json.dumps([{"question": "so_cuoc_hop", "text": "Sổ họp ghi ba cuộc."}]),
        f"submission:{returned}",
    )
    phone = device()
    phone.page.goto(f"/submissions/{returned}/correct/")
    wait_for_form(phone.page)
    beside = phone.page.locator(".question-container", has=phone.page.get_by_label("Số cuộc họp"))
    expect(beside.locator(".remark")).to_contain_text("Sổ họp ghi ba cuộc.")
    phone.person.look("form-with-remarks")
    own_server.stop()

    phone.page.reload()
    wait_for_form(phone.page)

    expect(beside.locator(".remark")).to_contain_text("Sổ họp ghi ba cuộc.")
    expect(phone.page.locator("#return-comment")).to_be_visible()


# ---- Killed --------------------------------------------------------------------------------------------------------


def test_a_browser_killed_while_one_types_comes_back_with_what_was_typed(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    open_event(phone.page, GIFT)
    give(phone.page, "47")
    wait_for_draft(phone.page, "47")
    address = phone.page.url
    own_server.stop()

    phone.kill()
    page = phone.switch_on()
    page.goto(address)

    wait_for_form(page)
    expect(page.locator("#form-draft-note")).to_contain_text("Đã mở lại bản nháp")
    expect(page.get_by_label("Số ngày công")).to_have_value("47")


def test_a_browser_killed_while_it_sends_stores_the_record_once(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    open_event(phone.page, GIFT)
    give(phone.page, "48")
    # The server takes the record; the browser dies before it hears so.
    phone.page.evaluate("""() => {
      const real = window.fetch;
      window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (asked[1]?.method === "POST") { window.taken = true; await new Promise(() => {}); }
        return answer;
      };
    }""")
    send(phone.page)
    phone.page.wait_for_function("window.taken")
    assert own_server.count(GIFT_FORM) == 1

    phone.kill()
    page = phone.switch_on()
    page.goto("/due/")
    # A browser writes cookies to the disk only now and then: the session may be gone with it.
    if "/sign-in/" in page.url:
        phone.person.sign_in("thon")

    wait_for_records(page, "sent")
    assert own_server.count(GIFT_FORM) == 1


def test_edited_after_a_lost_answer_the_newer_words_are_a_correction_of_the_same_record(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    open_event(phone.page, GIFT)
    give(phone.page, "31")
    phone.page.evaluate("""() => {
      const real = window.fetch;
      window.fetch = async (...asked) => {
        const answer = await real(...asked);
        if (asked[1]?.method === "POST") throw new TypeError("cut");
        return answer;
      };
    }""")
    send(phone.page)
    expect(phone.page.locator("#form-status")).to_contain_text("tự gửi khi có mạng")
    phone.page.get_by_role("button", name="Sửa tiếp").click()
    answer(phone.page, {"Số ngày công": "32"})
    expect(phone.page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
    phone.page.reload()
    wait_for_form(phone.page)

    send(phone.page)
    phone.page.wait_for_url("**/submissions/*/")

    expect(phone.page.locator("#answers caption")).to_contain_text("Bản 2")
    expect(phone.page.locator("#answers")).to_contain_text("32")


# ---- Refused, old versions, full -----------------------------------------------------------------------------------


def test_a_refused_record_says_why_and_does_not_hold_up_the_others(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    own_server.stop()
    phone.page.goto("/due/")
    phone.page.locator("#offline-due .card", has_text=MONTHLY).first.get_by_role("link").click()
    wait_for_form(phone.page)
    answer(phone.page, MONTH)
    send(phone.page)
    expect(phone.page.locator("#form-status")).to_contain_text("tự gửi khi có mạng")
    open_event(phone.page, GIFT)
    give(phone.page)
    send(phone.page)
    wait_for_records(phone.page, "waiting", "waiting")
    own_server.sql(f"UPDATE forms_form SET closed_on = '2020-01-01' WHERE code = '{MONTHLY_FORM}'")

    own_server.start()
    phone.page.goto("/offline/")

    wait_for_records(phone.page, "refused", "sent")
    refused = phone.page.locator("#kept .card[data-state=refused]")
    expect(refused).to_contain_text("đã đóng")
    phone.person.look("offline-refused")
    refused.get_by_role("link", name="Mở").click()
    wait_for_form_with_status(phone.page)
    expect(phone.page.get_by_label("Số cuộc họp")).to_have_value("2")
    expect(phone.page.locator("#form-status")).to_contain_text("đã đóng")


def wait_for_form_with_status(page: Page) -> None:
    expect(page.locator("#form-host .question-container label").first).to_be_visible()


def test_a_new_version_of_the_form_leaves_the_draft_of_the_old_one_whole(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    open_event(phone.page, GIFT)
    give(phone.page, "63")
    wait_for_draft(phone.page, "63")
    old = own_server.sql("SELECT version FROM forms_formversion v JOIN forms_form f ON f.id=v.form_id WHERE f.code=?",
                         GIFT_FORM)[0][0]  # fmt: skip
    columns = [row[1] for row in own_server.sql("PRAGMA table_info(forms_formversion)") if row[1] != "id"]
    chosen = [
        {"version": "'9-moi'", "xform": "replace(xform, 'Số ngày công', 'Tổng ngày công')",
         "published_at": "'2026-11-22 00:00:00'"}.get(column, column) for column in columns
    ]  # fmt: skip
    own_server.sql(
        f"INSERT INTO forms_formversion ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM forms_formversion"
        " WHERE form_id = (SELECT id FROM forms_form WHERE code = ?) LIMIT 1",
        GIFT_FORM,
    )
    own_server.sql(
        "INSERT INTO forms_formfile (form_version_id, name, file_id, entity_list)"
        " SELECT (SELECT MAX(id) FROM forms_formversion), name, file_id, entity_list FROM forms_formfile"
        " WHERE form_version_id = (SELECT id FROM forms_formversion WHERE version = ?"
        " AND form_id = (SELECT id FROM forms_form WHERE code = ?))",
        old, GIFT_FORM,
    )  # fmt: skip
    phone.visit_once()

    phone.page.goto("/offline/")
    phone.page.locator("#kept .card[data-state=draft]").get_by_role("link", name="Mở").click()
    wait_for_form(phone.page)
    expect(phone.page.get_by_label("Số ngày công")).to_have_value("63")
    send(phone.page)
    phone.page.wait_for_url("**/submissions/*/")

    sent = own_server.sql(
        "SELECT f.version FROM records_submissionversion v JOIN forms_formversion f ON f.id = v.form_version_id"
        " ORDER BY v.id DESC LIMIT 1"
    )
    assert sent == [(old,)]
    open_event(phone.page, GIFT)
    phone.page.locator("#form-host").get_by_text("Ngày công", exact=True).click()
    expect(phone.page.get_by_label("Tổng ngày công")).to_be_visible()


def test_full_storage_is_said_and_what_is_typed_stays_on_the_page(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device(account="")
    tools = phone.context.new_cdp_session(phone.page)
    tools.send("Storage.overrideQuotaForOrigin", {"origin": own_server.address, "quotaSize": 1})
    phone.person.sign_in("thon")
    open_event(phone.page, GIFT)

    give(phone.page, "52")

    expect(phone.page.locator("#form-draft-note")).to_contain_text("đã đầy")
    phone.person.look("form-storage-full")
    expect(phone.page.get_by_label("Số ngày công")).to_have_value("52")
    tools.send("Storage.overrideQuotaForOrigin", {"origin": own_server.address})
    # The browser looks anew at what is free every half minute.
    expect(phone.page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
    assert records_on(phone.page)[0]["state"] == "draft"


# ---- Who is at this PC ---------------------------------------------------------------------------------------------


def test_signing_out_with_unsent_work_asks_and_the_next_person_does_not_see_it(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    pc = device(viewport=DESKTOP)
    open_event(pc.page, GIFT)
    give(pc.page, "74")
    expect(pc.page.locator("#form-draft-note")).to_contain_text("Đã lưu nháp")
    pc.page.goto("/due/")
    asked: list[str] = []
    sign_out = pc.page.locator(".site-header").get_by_role("button", name="Đăng xuất")

    def think_again(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    pc.page.once("dialog", think_again)
    with pc.page.expect_event("dialog"):
        sign_out.click()
    expect(pc.page).to_have_url(f"{own_server.address}/due/")
    assert "còn 1 bản" in asked[0]
    pc.page.once("dialog", lambda dialog: dialog.accept())
    sign_out.click()
    pc.page.wait_for_url("**/sign-in/")
    pc.page.goto("/offline/")
    pc.prepare("xa")
    pc.page.goto("/offline/")
    expect(pc.page.locator("#kept-none")).to_be_visible()
    pc.page.locator(".site-header").get_by_role("button", name="Đăng xuất").click()
    pc.page.wait_for_url("**/sign-in/")
    pc.prepare("thon")
    pc.page.goto("/offline/")

    expect(pc.page.locator("#kept .card[data-state=draft]")).to_have_count(1)
    pc.person.look("offline-queue")


def test_without_network_nobody_who_signed_out_is_shown(device: Callable[..., Device], own_server: OwnServer) -> None:
    pc = device(viewport=DESKTOP)
    pc.page.locator(".site-header").get_by_role("button", name="Đăng xuất").click()
    pc.page.wait_for_url("**/sign-in/")
    own_server.stop()

    pc.page.goto("/due/")

    expect_shell(pc.page)
    expect(pc.page.locator("#kept-status")).to_contain_text("Chưa ai đăng nhập")
    expect(pc.page.locator("#offline-due .card")).to_have_count(0)


def test_who_signs_out_without_network_is_signed_out_when_it_is_back(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    pc = device(viewport=DESKTOP)
    own_server.stop()
    pc.page.goto("/due/")
    expect_shell(pc.page)
    expect(pc.page.locator("#offline-due .card").first).to_contain_text(MONTHLY)
    pc.person.look("offline-due")
    pc.page.once("dialog", lambda dialog: dialog.accept())
    pc.page.get_by_role("button", name="Đăng xuất").click()
    expect(pc.page.locator("#kept-status")).to_contain_text("Chưa ai đăng nhập")

    own_server.start()
    pc.page.goto("/due/")

    pc.page.wait_for_url("**/sign-in/")
    pc.page.goto("/due/")
    expect(pc.page).to_have_url(f"{own_server.address}/sign-in/?next=/due/")


def test_a_session_that_ended_meanwhile_keeps_the_queue_until_the_person_signs_in(
    device: Callable[..., Device], own_server: OwnServer
) -> None:
    phone = device()
    own_server.stop()
    open_event(phone.page, GIFT)
    give(phone.page)
    send(phone.page)
    wait_for_records(phone.page, "waiting")
    own_server.sql("DELETE FROM django_session")
    own_server.start()

    phone.page.get_by_role("button", name="Gửi lại").click()
    expect(phone.page.locator("#form-status")).to_contain_text("Phiên đăng nhập đã hết")
    wait_for_records(phone.page, "waiting")
    phone.person.sign_in("thon")

    wait_for_records(phone.page, "sent")
    assert own_server.count(GIFT_FORM) == 1
