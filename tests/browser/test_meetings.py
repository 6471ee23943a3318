"""A conference from the plan to its minutes; at its door a phone that loses the line counts a turn, once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import docx
from playwright.sync_api import expect

from caunoi import moments
from tests.browser.conftest import Server
from tests.browser.reading import figures_today
from tests.browser.visitor import PHONE, Viewport, Visitor, on_both


@on_both
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


@on_both
def test_a_talk_is_held_counted_by_hand_and_closed(visitor: Callable[..., Visitor]) -> None:
    office = visitor("xa")
    plan(office, "noi_chuyen", "Nói chuyện truyền thống dưới gốc đa")
    state_attendance(office, 85)
    desk = office.page
    desk.locator("#close-meeting").click()
    expect(desk.locator("#meeting-state")).to_contain_text("Đã kết thúc")
    desk.locator("#record a").click()
    expect(desk.locator("#main")).to_contain_text("85")


@on_both
def test_a_dialogue_s_question_is_answered_in_time_counted_and_anybody_reads_the_answer(
    visitor: Callable[..., Visitor], viewport: Viewport
) -> None:
    office, counted = visitor("xa"), ("dialogues", "dialogue_questions", "dialogue_questions_on_time")
    before, question = figures_today(office, *counted), f"Bao giờ xóm trên có điện? ({viewport.name})"
    meeting = plan(office, "doi_thoai", "Đối thoại với người dân về điện sinh hoạt")
    state_attendance(office, 40)
    desk = office.page
    leave(office, "question", question)
    desk.locator("#close-meeting").click()
    settle(office, "question", question, "Kéo xong đường dây trong quý sau.")
    desk.get_by_role("button", name="Ghi là đã công khai").click()
    expect(desk.locator("#question-title + .cards")).to_contain_text("Đã trả lời")
    expect(desk.locator("#question-title + .cards")).to_contain_text("công khai")
    # Closed before it was answered: the record tells of the answer once it is sent again.
    office.open(meeting)
    desk.locator("#send-record").click()
    expect(desk.locator("#send-record")).to_have_count(0)
    office.look("dialogue")
    assert [after - one for one, after in zip(before, figures_today(office, *counted), strict=True)] == [1, 1, 1]

    resident = visitor(on=PHONE)
    resident.open("/answers/?q=xom+tren", look_as="answers")
    answered = resident.page.locator("article", has_text=question)
    expect(answered).to_contain_text("Kéo xong đường dây trong quý sau.")
    expect(answered).to_contain_text("Xã Y Tý")


@on_both
def test_a_visit_s_request_goes_to_the_level_above_which_answers_it_on_time_and_is_counted(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    # Whoever answers for a province writes for it; the province's account of the demonstration only approves.
    server.sql(
        "INSERT OR IGNORE INTO accounts_rolegrant (user_id, org_unit_id, role, from_day)"
        " SELECT user_id, org_unit_id, 'recorder', from_day FROM accounts_rolegrant"
        " JOIN accounts_user u ON u.id = user_id WHERE username = 'tinh' LIMIT 1"
    )
    office, above = visitor("xa"), visitor("tinh")
    counted = ("inspection_visits", "visit_requests", "visit_requests_on_time")
    before = figures_today(office, *counted)
    meeting = plan(office, "kiem_tra", "Tỉnh kiểm tra công tác tuyên vận tại xã")
    leave(office, "request", "Đề nghị cấp thêm loa cho hai thôn", to="Tỉnh Lào Cai")
    leave(office, "conclusion", "Rà soát lại sổ cụm loa")

    above.open("/meetings/matters/", look_as="matters-above")
    above.open(meeting)
    settle(above, "request", "Đề nghị cấp thêm loa cho hai thôn", "Cấp ba cụm trong tháng sau.")

    office.open(meeting)
    desk = office.page
    expect(desk.locator("#request-title + .cards")).to_contain_text("Cấp ba cụm trong tháng sau.")
    desk.locator("#close-meeting").click()
    desk.locator("#record a").click()
    expect(desk.locator("#main")).to_contain_text("Trong đó: đã được trả lời đúng hạn")
    office.open(meeting, look_as="visit")
    assert [after - one for one, after in zip(before, figures_today(office, *counted), strict=True)] == [1, 1, 1]


def test_a_briefing_is_held_from_a_phone_at_two_sites_and_its_conclusion_becomes_a_task(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    office = visitor("xa", on=PHONE)
    plan(office, "thoi_su", "Thông tin thời sự tháng này", online="15.02701.02")
    phone = office.page
    with phone.expect_download() as invitation:
        phone.locator("#calendar").click()
    invited = invitation.value.path().read_text("utf-8").replace("\r\n ", "")
    assert "SUMMARY:Thông tin thời sự tháng này" in invited and "Nhà văn hóa Thôn 1" in invited
    for place, number in enumerate(("60", "25")):
        phone.locator("#sites input").nth(place).fill(number)
    phone.locator("#save-attendance").click()
    expect(phone.locator("#attendances")).to_contain_text("Cộng 85 lượt người")
    phone.locator("#topic-add > summary").click()
    phone.get_by_label("Nói về gì").fill("Giá phân bón")
    phone.get_by_label("Mấy lượt").fill("4")
    phone.locator("#topic-add button").click()
    expect(phone.locator("#topics")).to_contain_text("Giá phân bón")
    leave(office, "conclusion", "Phát tờ tin thời sự tới từng thôn")
    office.look("briefing")
    phone.locator("#close-meeting").click()
    expect(phone.locator("#meeting-state")).to_contain_text("Đã kết thúc")
    with phone.expect_download() as minutes:
        phone.locator("#minutes").click()
    written = text_of(minutes.value.path())
    for said in ("Thôn 2", "85", "Giá phân bón", "Phát tờ tin thời sự tới từng thôn", "31/12/2030"):
        assert said in written, said
    phone.locator("#record a").click()
    expect(phone.locator("#main")).to_contain_text("Trực tiếp kết hợp trực tuyến")
    expect(phone.locator("#main")).to_contain_text("85")
    office.open("/meetings/matters/")
    expect(phone.locator("#main")).to_contain_text("Phát tờ tin thời sự tới từng thôn")


def plan(office: Visitor, kind: str, title: str, online: str = "") -> str:
    """A meeting of today in the commune's hall, which has begun; its address."""
    desk = office.page
    office.open("/meetings/new/")
    desk.get_by_label("Loại", exact=True).select_option(kind)
    for label, value in (
        ("Tên cuộc họp", title),
        ("Ngày", f"{moments.today():%d/%m/%Y}"),
        ("Bắt đầu lúc", "00:00"),
        ("Kết thúc lúc", "23:59"),
        ("Nơi họp trực tiếp", "Nhà văn hóa Thôn 1"),
    ):
        desk.get_by_label(label, exact=True).fill(value)
    desk.get_by_label("Điểm cầu trực tuyến ở các đơn vị", exact=True).fill(online)
    desk.locator("#save").click()
    expect(desk.locator("#meeting-state")).to_be_visible()
    return desk.url


def text_of(minutes: Path) -> str:
    document = docx.Document(str(minutes))
    return "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def state_attendance(office: Visitor, number: int) -> None:
    office.page.locator("#sites input").first.fill(str(number))
    office.page.locator("#save-attendance").click()
    expect(office.page.locator("#attendances")).to_contain_text(f"Cộng {number} lượt người")


def leave(office: Visitor, sort: str, what: str, to: str = "Xã Y Tý") -> None:
    """A matter to a unit that the page offers."""
    desk = office.page
    desk.locator("#matter-add > summary").click()
    desk.locator("#matter-add select").select_option(sort)
    desk.get_by_label("Nội dung", exact=True).fill(what)
    desk.get_by_label("Đơn vị thực hiện hoặc trả lời").fill(
        desk.locator(f'#matter-units option[value^="{to}"]').first.get_attribute("value") or ""
    )
    desk.get_by_label("Hạn", exact=True).fill("31/12/2030")
    desk.locator("#save-matter").click()
    expect(desk.locator(f"#{sort}-title + .cards")).to_contain_text(what)


def settle(someone: Visitor, sort: str, what: str, answer: str) -> None:
    page = someone.page
    card = page.locator(f"#{sort}-title + .cards > li", has_text=what)
    card.locator("summary", has_text="Trả lời…").click()
    card.get_by_label("Trả lời thế nào").fill(answer)
    card.get_by_role("button", name="Lưu").click()
    expect(page.locator(f"#{sort}-title + .cards")).to_contain_text(answer)
