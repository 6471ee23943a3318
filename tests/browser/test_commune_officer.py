"""The commune officer: what is missing, late and waiting, many approved at once, spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import Server
from tests.browser.spreadsheets import download_template, fill_template, upload
from tests.browser.visitor import Viewport, Visitor

VILLAGE = "15.02701.11"


def contribution(day: date, households: int) -> dict[str, Any]:
    return {
        "don_vi": VILLAGE, "ngay": day, "loai_cong_trinh": "duong", "hinh_thuc": "ngay_cong", "so_ngay_cong": 30,
        "so_ho": households,
    }  # fmt: skip


def conference(**changed: Any) -> dict[str, Any]:
    usual = {"don_vi": "Xã Y Tý", "ngay": date(2026, 3, 3), "loai": "hoc_tap", "so_diem_cau": 2, "so_luot": 90,
             "so_tai_lieu": 40}  # fmt: skip
    return {**usual, **changed}


def test_missing_late_waiting_and_returned_reports_are_listed(visitor: Callable[..., Visitor]) -> None:
    officer = visitor("xa")
    # Of one village, or each list would be looked over for a minute.
    officer.open("/inbox/?q=thon 1", look_as="inbox-waiting")

    for tab in ("Chưa gửi", "Gửi muộn", "Đã trả lại"):
        officer.page.locator("#inbox-tabs").get_by_role("link", name=tab).click()  # keeps the filter
        expect(officer.page.locator("#inbox-tabs [aria-current]")).to_contain_text(tab)
        officer.look(f"inbox-{('missing', 'late', 'returned')[('Chưa gửi', 'Gửi muộn', 'Đã trả lại').index(tab)]}")

    officer.open("/inbox/?tab=missing&q=thon 3")
    names = officer.page.locator("#inbox tbody th").all_inner_texts()
    assert names and all(name.startswith("Thôn 3") for name in names)
    officer.open("/inbox/?tab=missing&q=khong co thon nay", look_as="inbox-nothing-found")


def test_many_records_are_approved_after_one_confirmation(
    visitor: Callable[..., Visitor], viewport: Viewport, tmp_path: Path, server: Server
) -> None:
    head, officer = visitor("thon"), visitor("xa")
    head.open("/import/")
    households = 31 if viewport.name == "phone" else 32
    rows = [contribution(date(2026, 2, day), households) for day in (3, 4, 5)]
    upload(head.page, "dong_gop", fill_template(download_template(head, "dong_gop"), rows, tmp_path / "gop.xlsx"))
    expect(head.page.locator("#import-result")).to_contain_text("Bản mới: 3")

    officer.open("/inbox/?q=thon 1&form=dong_gop&from=02/2026&to=02/2026")
    boxes = officer.page.locator("#inbox tbody input[type=checkbox]")
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(officer.page.locator("#selected-count")).to_contain_text("2")
    officer.page.locator("#approve-selected").click()
    expect(officer.page.locator("#chosen li")).to_have_count(2)
    officer.look("approve-many-confirm")
    officer.page.locator("#confirm-decide").click()
    expect(officer.page.locator("#decide-result")).to_contain_text("Đã duyệt 2 bản")
    officer.look("approve-many-done")

    officer.page.get_by_role("link", name="Quay lại hộp duyệt").click()
    expect(boxes).to_have_count(1)
    officer.page.locator("#approve-page").click()
    officer.page.locator("#confirm-decide").click()
    expect(officer.page.locator("#decide-result")).to_contain_text("Đã duyệt 1 bản")


def test_the_template_is_a_workbook_with_the_officers_own_units(
    visitor: Callable[..., Visitor], tmp_path: Path
) -> None:
    officer = visitor("xa")
    officer.open("/import/", look_as="import")

    path = tmp_path / "mau.xlsx"
    path.write_bytes(download_template(officer, "dong_gop"))

    workbook = load_workbook(path)
    assert "don_vi" in [cell.value for cell in workbook.worksheets[0][1]]
    words = {str(cell.value) for row in workbook.worksheets[-1].iter_rows() for cell in row if cell.value}
    assert any(VILLAGE in word for word in words)
    assert not any("Xã Bát Xát" in word for word in words)


def test_a_spreadsheet_lists_all_its_mistakes_then_loads_once_and_the_same_file_changes_nothing(
    visitor: Callable[..., Visitor], viewport: Viewport, tmp_path: Path, server: Server
) -> None:
    officer = visitor("xa")
    officer.open("/import/")
    template = download_template(officer, "hoi_nghi")
    turns = 91 if viewport.name == "phone" else 92
    before = server.sql("SELECT count(*) FROM records_submission")

    wrong = [
        conference(so_luot="rất đông"),
        conference(ngay="31/02/2026"),
        conference(don_vi="Xã Không Có"),
        conference(so_diem_cau=-4, loai="hop_chi_bo"),
        conference(ngay=date(2199, 1, 1)),
        conference(),
    ]
    upload(officer.page, "hoi_nghi", fill_template(template, wrong, tmp_path / "sai.xlsx"))
    expect(officer.page.locator("#import-refused")).to_contain_text("có 6 lỗi; chưa dòng nào được nhập")
    mistakes = officer.page.locator("#mistakes tbody tr")
    listed = "\n".join(mistakes.all_inner_texts())
    for value in ("rất đông", "31/02/2026", "Xã Không Có", "-4", "hop_chi_bo"):
        assert value in listed
    expect(mistakes).to_have_count(6)
    officer.look("import-mistakes")
    with officer.page.expect_download() as started:
        officer.page.locator("#download-mistakes").click()
    assert started.value.path().read_text("utf-8-sig").count("\n") == 7
    assert server.sql("SELECT count(*) FROM records_submission") == before

    right = fill_template(template, [conference(so_luot=turns), conference(so_luot=turns, so_tai_lieu=0)],
                          tmp_path / "dung.xlsx")  # fmt: skip
    upload(officer.page, "hoi_nghi", right)
    expect(officer.page.locator("#import-result")).to_contain_text("Bản mới: 2")
    officer.look("import-done")

    upload(officer.page, "hoi_nghi", right)
    expect(officer.page.locator("#import-result")).to_contain_text("Bản mới: 0")
    expect(officer.page.locator("#import-result")).to_contain_text("Bản đã có, không đổi: 2")
    assert server.sql("SELECT count(*) FROM records_submission") == [(before[0][0] + 2,)]


def test_a_file_that_is_no_workbook_is_refused_in_one_sentence(visitor: Callable[..., Visitor], tmp_path: Path) -> None:
    officer = visitor("xa")
    officer.open("/import/")
    path = tmp_path / "anh.xlsx"
    path.write_bytes(b"\x89PNG no workbook at all")

    upload(officer.page, "hoi_nghi", path)

    expect(officer.page.locator("#import-refused")).to_contain_text("anh.xlsx")
    officer.look("import-no-workbook")


def test_nobody_approves_what_they_sent_themselves(
    visitor: Callable[..., Visitor], tmp_path: Path, server: Server
) -> None:
    officer = visitor("xa")
    officer.open("/import/")
    path = fill_template(download_template(officer, "hoi_nghi"), [conference(so_luot=777)], tmp_path / "cua-minh.xlsx")
    upload(officer.page, "hoi_nghi", path)
    number = server.sql("SELECT max(id) FROM records_submission")[0][0]

    officer.open(f"/submissions/{number}/", look_as="submission-own")

    expect(officer.page.locator("#why-not-approve")).to_be_visible()
    expect(officer.page.locator("#approve")).to_have_count(0)
    other = visitor("tinh")
    other.open(f"/submissions/{number}/")
    expect(other.page.locator("#answers")).to_contain_text("777")
