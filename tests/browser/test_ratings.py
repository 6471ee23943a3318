"""A month's rating from a village's own score to the answered appeal; who was rated good is commended, and anybody
checks the paper."""

from __future__ import annotations

import zipfile
from collections.abc import Callable

import docx
from playwright.sync_api import Page, expect

from caunoi import moments
from caunoi.awards.rules.codes import Code
from tests.browser.conftest import Server
from tests.browser.visitor import DESKTOP, PHONE, Visitor

# The month that the demonstration has left open.
ROUND = "Chấm điểm tổ tuyên vận hằng tháng, tháng 10/2026"
OWN = "Thôn 1 (Xã Y Tý)"
OWN_POINTS = {"to_hop": "25", "to_van_dong": "25", "to_loa": "20", "to_phoi_hop": "18", "to_sang_kien": "5"}


def test_a_village_scores_itself_the_commune_reviews_simulates_and_closes_and_an_appeal_is_answered(
    visitor: Callable[..., Visitor],
) -> None:
    # On the way both of them use each page on a phone and on a desktop.
    head, office = visitor("thon", on=PHONE), visitor("xa")
    phone, desk = head.page, office.page
    head.open("/")
    phone.locator("#main").get_by_role("link", name=ROUND).click()
    own = phone.url
    give(phone, OWN_POINTS, "Biên bản họp tổ ngày 12/10/2026")
    head.look("rating-own")
    phone.locator("#send").click()
    expect(phone.locator("#rating-state")).to_contain_text("93/100")

    office.open("/")
    desk.locator("#main").get_by_role("link", name=ROUND).first.click()
    office.open(own)
    desk.locator("#return > summary").click()
    desk.get_by_label("Cần sửa gì").fill("Ghi rõ cuộc họp nào có bao nhiêu hộ dự.")
    desk.locator("#return button").click()
    expect(desk.locator("#rating-state")).to_contain_text("bị trả lại")

    head.move_to(DESKTOP)
    head.open(own)
    expect(phone.locator("#reason")).to_contain_text("bao nhiêu hộ dự")
    give(phone, {"to_hop": "25"}, "Họp ngày 12 và 26/10, 41 và 38 hộ dự")
    phone.locator("#send").click()
    expect(phone.locator("#rating-state")).to_contain_text("đã tự chấm")

    office.move_to(PHONE)
    office.open(own)
    give(desk, {"to_sang_kien": "4"}, "Việc này đã tính ở tháng 9")
    desk.locator("#review").click()
    expect(desk.locator("#rating-state")).to_contain_text("92/100")
    office.check_fits("rating reviewed")
    office.move_to(DESKTOP)
    office.look("rating-reviewed")
    office.open("/ratings/")
    desk.locator("#rounds tbody tr", has_text="đang chấm").get_by_role("link").click()
    round_ = desk.url
    desk.locator("#refresh").click()
    desk.locator("#reviewing > summary").click()
    desk.locator("#review-complete").click()
    office.move_to(PHONE)
    desk.locator("#council tbody tr", has_text="chưa tự chấm").get_by_role("link").click()
    desk.locator("#leave-out > summary").click()
    desk.get_by_label("Lý do không xếp loại").fill("Tổ mới kiện toàn, chưa hoạt động trọn tháng")
    desk.locator("#leave-out button").click()
    office.open(f"{round_}?state=tot&sort=-total")
    desk.locator("#council tbody a").first.click()
    give(desk, {"to_phoi_hop": "20", "to_sang_kien": "10"}, "Hội đồng ghi nhận việc làm nổi bật")
    desk.locator("#decide").click()
    expect(desk.locator("#rating-state")).to_contain_text("Xuất sắc")
    office.open(round_)
    expect(desk.locator("#caps")).to_contain_text("nhiều hơn mức trần 1 (20% của 8 đơn vị")
    desk.locator("#closing > summary").click()
    office.check_fits("rating round")
    desk.locator("#close").click()
    office.move_to(DESKTOP)
    expect(desk.locator("#not-closed")).to_contain_text("Hãy ghi lý do ngoại lệ")
    office.look("rating-round")
    desk.locator("#exception_reason").fill("Được Đảng ủy xã biểu dương tại văn bản số 5")
    desk.locator("#close").click()
    expect(desk.locator("#round-state")).to_contain_text("đã chốt")
    expect(desk.locator("#classes tr", has_text="Xuất sắc")).to_contain_text("10,5")

    head.move_to(PHONE)
    head.open(own)
    phone.locator("#appeal > summary").click()
    phone.locator("#appeal-reason").fill("Nhóm báo tin lập ngày 20/10, chưa tính tháng nào.")
    phone.locator("#appeal button").click()
    expect(phone.locator("#rating-state")).to_contain_text("đang kiến nghị")
    office.open("/")
    desk.locator("#main").get_by_role("link", name=ROUND).filter(has_not_text="5").first.click()
    give(desk, {"to_sang_kien": "5"}, "Đúng là việc của tháng 10")
    desk.locator("#answer").fill("Đã xem lại biên bản, tính đủ 5 điểm.")
    desk.locator("#answer-appeal").click()
    expect(desk.locator("#rating-state")).to_contain_text("93/100")
    head.open(own, look_as="rating-answered")
    expect(phone.locator("#appeal")).to_contain_text("tính đủ 5 điểm")


def test_who_was_rated_good_is_commended_and_anybody_checks_the_paper(
    visitor: Callable[..., Visitor], server: Server
) -> None:
    office, today = visitor("xa"), f"{moments.today():%d/%m/%Y}"
    desk = office.page
    office.open("/awards/")
    desk.locator("#to-dossiers").click()
    dossier = open_dossier(desk, "Tổ tuyên vận xếp loại tốt tháng 9 năm 2026")
    rated = desk.locator("#add-rated optgroup[label*='9/2026'] option", has_text="Tốt")
    for _again in range(2):
        desk.get_by_label("Hoặc lấy từ một đợt xếp loại đã chốt").select_option(rated.get_attribute("value"))
        desk.locator("#add-rated button").click()
        expect(desk.locator("#recipients tbody tr")).to_have_count(3)
    expect(desk.locator("#messages")).to_contain_text("chưa có trong hồ sơ")
    desk.get_by_label("Số quyết định", exact=True).fill("52/QĐ-UBND")
    desk.get_by_label("Ngày quyết định", exact=True).fill(today)
    office.look("award-dossier-draft")
    office.move_to(PHONE)
    desk.locator("#decide").click()
    expect(desk.locator("#dossier")).to_contain_text("52/QĐ-UBND")
    with desk.expect_download() as papers:
        desk.locator("#papers button").click()
    printed = docx.Document(str(papers.value.path()))
    assert sum("Tổ tuyên vận xếp loại tốt" in one.text for one in printed.paragraphs) == 3
    office.move_to(DESKTOP)
    office.open("/awards/", look_as="awards")
    expect(desk.locator("#awards tbody tr")).to_have_count(3)

    codes = [Code(*one) for one in server.sql(
        "SELECT key, signed_by, signature FROM awards_award a JOIN awards_dossier d ON d.id = a.dossier_id"
        " WHERE d.decision = '52/QĐ-UBND' ORDER BY a.number"
    )]  # fmt: skip
    guest = visitor(on=PHONE)
    guest.open(f"/certificates/{codes[0]}/")
    expect(guest.page.locator("#standing")).to_have_attribute("data-standing", "valid")
    office.open(dossier)
    row = desk.locator("#recipients tbody tr").first
    row.get_by_text("Thu hồi").first.click()
    row.get_by_role("textbox").fill("In nhầm tên đơn vị")
    row.get_by_role("button", name="Thu hồi giấy").click()
    expect(row).to_contain_text("Đã thu hồi")
    guest.open(f"/certificates/{codes[0]}/", look_as="certificate-withdrawn")
    expect(guest.page.locator("#standing")).to_have_attribute("data-standing", "withdrawn")


def test_hundreds_of_papers_are_printed_into_one_file_with_their_number_told(
    visitor: Callable[..., Visitor],
) -> None:
    office = visitor("xa")
    desk = office.page
    office.open("/awards/dossiers/")
    address = open_dossier(desk, "Hộ gương mẫu hiến đất mở đường liên thôn")
    desk.get_by_label("Đối tượng được khen").select_option("collective")
    desk.get_by_label("Thuộc đơn vị", exact=True).fill("Thôn 1 (Xã Y Tý)")
    desk.get_by_label("Tên, mỗi dòng một tên").fill("\n".join(f"Tổ liên gia {number}" for number in range(1, 502)))
    desk.locator("#add").click()
    desk.get_by_label("Số quyết định", exact=True).fill("53/QĐ-UBND")
    desk.get_by_label("Ngày quyết định", exact=True).fill(f"{moments.today():%d/%m/%Y}")
    desk.locator("#decide").click()
    desk.locator("#all-papers").click()
    expect(desk.locator("#papers-state")).to_have_text("Đã in 0/501 giấy.")
    office.look("award-papers")
    told = desk.locator("[data-share]").evaluate_handle(
        "(one) => { const seen = [];"
        " new MutationObserver((all) => seen.push(...all.map((each) => each.addedNodes[0].textContent)))"
        ".observe(one, { childList: true }); return seen; }"
    )
    desk.locator("#make-papers").click()
    expect(desk.locator("#papers-state")).to_have_text("Đã in 501/501 giấy.")
    assert told.json_value() == ["0/501", "500/501", "501/501"]
    with desk.expect_download() as papers:
        desk.locator("#download-papers").click()
    with zipfile.ZipFile(papers.value.path()) as packed:
        assert len(packed.namelist()) == 2

    office.open("/awards/dossiers/?q=hien+dat+mo+duong+lien+thon", look_as="award-dossiers")
    desk.locator("#dossiers").get_by_role("link", name="Hộ gương mẫu hiến đất").click()
    expect(desk).to_have_url(address)


def open_dossier(page: Page, title: str) -> str:
    """From the list of dossiers; where it is."""
    page.locator("#new-dossier").click()
    page.get_by_label("Hình thức", exact=True).select_option("giay_khen")
    page.get_by_label("Dịp", exact=True).select_option("thuong_xuyen")
    page.get_by_label("Thành tích, nội dung", exact=True).fill(title)
    page.locator("#open-dossier button[type=submit]").click()
    expect(page.locator("#dossier")).to_contain_text("đang đề nghị")
    return page.url


def give(page: Page, points: dict[str, str], text: str) -> None:
    for line, given in points.items():
        section = page.locator(f"#line-{line}")
        section.locator(f"#id_points_{line}").fill(given)
        section.locator(f"#id_text_{line}").fill(text)
