"""Every awkward file from the field, each with a name."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from django.db import connection
from openpyxl import Workbook, load_workbook

from caunoi.accounts.models import Role
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import EVERYTHING, Scope
from caunoi.audit.models import AuditLine
from caunoi.cli.import_ import import_
from caunoi.documents.models import StoredFile
from caunoi.forms.errors import FormUnknown
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve
from caunoi.records.errors import DiskFull
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet import ImportResult, import_file, template_workbook
from caunoi.records.spreadsheet.importing import is_disk_full
from caunoi.records.spreadsheet.reading import MAX_LISTED
from caunoi.records.tests.builders import AT, DAY, EVENTS, merge, publish, unit, user
from caunoi.records.tests.people import NAME, PHONE, publish_contact
from caunoi.refusals import FileRefused, Mistake

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"
REPORT = ["don_vi", "ky", "so_cuoc_hop", "so_luot_du", "so_luot_ho", "so_buoi_phat", "so_cau_hoi", "so_da_tra_loi"]
CLEANUP = ["don_vi", "ngay", "so_nguoi", "rac_m3"]
FINE = ["Thôn 1", "2023-05", 2, 60, 5, 8, 3, 2]


class Places:
    def __init__(self) -> None:
        self.commune = unit("Xã Bản Qua", "commune", code="10.082.02683")
        self.village = unit("Thôn 1", "village", self.commune, code="V1")
        self.second = unit("Thôn 2", "village", self.commune, code="V2")
        self.other_commune = unit("Xã Mường Vi", "commune", code="10.082.02695")
        self.elsewhere = unit("Thôn 2", "village", self.other_commune, code="V9")


@pytest.fixture
def places() -> Places:
    made = Places()
    publish("bao_cao_thang_thon")
    publish("ngay_ra_quan", EVENTS)
    return made


def xlsx(*rows: Sequence[Any], sheet: str = "Dữ liệu", change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook; dates become date cells. `change` may spoil it before it is closed."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    page = book.add_worksheet(sheet)
    for index, row in enumerate(rows):
        page.write_row(index, 0, row)
    if change is not None:
        change(book, page)
    book.close()
    return made.getvalue()


def text(*rows: Sequence[Any], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(delimiter.join(map(str, row)) for row in rows).encode(encoding)


def load(
    content: bytes, form: str = "bao_cao_thang_thon", name: str = "so-lieu.xlsx", scope: Scope = EVERYTHING
) -> ImportResult:
    return import_file(form, content, name, by=None, by_name="Người thử", at=AT, scope=scope)


def mistakes(
    content: bytes, form: str = "bao_cao_thang_thon", name: str = "so-lieu.xlsx", scope: Scope = EVERYTHING
) -> list[Mistake]:
    with pytest.raises(FileRefused) as refused:
        load(content, form, name, scope)
    assert Submission.objects.count() == 0
    return list(refused.value.mistakes)


def one(found: list[Mistake]) -> Mistake:
    assert len(found) == 1, found
    return found[0]


def test_a_good_file_is_loaded_and_the_same_file_again_changes_nothing(places: Places) -> None:
    content = xlsx(REPORT, FINE, ["V2", "05/2023", 0, 0, 0, 0, 0, 0])

    assert load(content) == ImportResult(2, 0, 0)
    lines = AuditLine.objects.count()
    assert load(content) == ImportResult(0, 0, 2)
    assert AuditLine.objects.count() == lines
    assert SubmissionVersion.objects.count() == 2
    assert SubmissionVersion.objects.get(submission__org_unit=places.village).answers == {
        "ky_bao_cao": "2023-05-01", "so_cuoc_hop": "2", "so_luot_du": "60", "so_luot_ho": "5", "so_buoi_phat": "8",
        "so_cau_hoi": "3", "so_da_tra_loi": "2",
    }  # fmt: skip
    line = AuditLine.objects.get(action="submission.import")
    assert line.detail["file"] == "so-lieu.xlsx"


def test_a_changed_row_is_a_correction_and_an_old_file_does_not_undo_it(places: Places) -> None:
    old, new = xlsx(REPORT, FINE), xlsx(REPORT, [*FINE[:3], 70, *FINE[4:]])
    load(old)

    assert load(new) == ImportResult(0, 1, 0)
    again = load(old)

    assert (again.new, again.corrected, again.unchanged) == (0, 0, 1)
    assert "bản sửa mới hơn được giữ nguyên" in again.notes[0]
    assert Submission.objects.get().current_number == 2


def test_an_empty_file_is_refused(places: Places) -> None:
    assert "trống" in one(mistakes(b"")).message
    assert "trống" in one(mistakes(b"  \n ")).message
    assert "chưa có dòng số liệu" in one(mistakes(xlsx(REPORT))).message
    assert all("Thiếu cột" in found.message for found in mistakes(xlsx()))


def test_a_wrong_header_is_named_with_what_was_meant(places: Places) -> None:
    found = mistakes(xlsx(["don_vi", "ky", "so_cuoc_hopp", *REPORT[3:]], FINE))

    unknown, missing = sorted(found, key=lambda m: m.column, reverse=True)
    assert (unknown.row, unknown.column) == (1, "C")
    assert "so_cuoc_hopp" in unknown.message and "so_cuoc_hop" in unknown.allowed
    assert "Thiếu cột “so_cuoc_hop”" in missing.message


def test_a_column_named_twice_and_a_column_without_name_are_named(places: Places) -> None:
    found = mistakes(xlsx([*REPORT, "so_luot_du", ""], [*FINE, 60, 7]))

    assert [m.column for m in found] == ["I", "J"]


def test_headers_may_be_the_labels_of_the_form(places: Places) -> None:
    labels = [
        "Đơn vị", "Tháng báo cáo", "Số cuộc họp, sinh hoạt với người dân", "Tổng số lượt người dự các cuộc họp đó",
        "SỐ LƯỢT HỘ ĐƯỢC ĐẾN TẬN NHÀ TUYÊN TRUYỀN, VẬN ĐỘNG", "Broadcasts on the village loudspeaker",
        "so cau hoi, kien nghi cua nguoi dan", "so_da_tra_loi",
    ]  # fmt: skip
    labels[1] = "Kỳ báo cáo"

    assert load(xlsx(labels, FINE)).new == 1


def test_remarks_and_empty_rows_are_passed_over(places: Places) -> None:
    content = xlsx([], REPORT, ["# Tên thôn", "kỳ"], FINE, [], ["", "", ""], ["V2", *FINE[1:]])

    assert load(content).new == 2


def test_an_unknown_unit_is_named_with_similar_names(places: Places) -> None:
    unit("Thôn Nà Lặc", "village", places.commune)

    found = one(mistakes(xlsx(REPORT, ["Thôn Nà Lạc 1", *FINE[1:]])))

    assert (found.row, found.column, found.value) == (2, "A (don_vi)", "Thôn Nà Lạc 1")
    assert "Thôn Nà Lặc" in found.allowed


def test_a_unit_that_did_not_exist_on_that_day_is_named_with_its_successor(places: Places) -> None:
    day = date(2023, 5, 10)
    old = unit("Thôn Cũ", "village", places.commune, code="C1", to=day)
    new = unit("Thôn Mới", "village", places.commune, code="M1", from_=day)
    merge(day, [old], new)

    found = mistakes(xlsx(REPORT, ["Thôn Cũ", *FINE[1:]], ["M1", "2023-04", *FINE[2:]]))

    assert [m.row for m in found] == [2, 3]
    assert "Thôn Mới" in found[0].message and "10/05/2023" in found[0].message
    assert "Thôn Cũ" in found[1].message


def test_an_ambiguous_unit_name_is_named_with_the_candidates_and_can_be_qualified(places: Places) -> None:
    found = one(mistakes(xlsx(REPORT, ["Thôn 2", *FINE[1:]])))

    assert "2 đơn vị" in found.message
    assert "Thôn 2, Xã Bản Qua (V2)" in found.allowed and "V9" in found.allowed
    content = xlsx(REPORT, ["Thôn 2, Xã Bản Qua", *FINE[1:]], ["thon 2, muong vi", *FINE[1:]])
    assert load(content).new == 2


def test_villages_of_one_name_in_one_commune_are_named_as_the_pages_name_them(places: Places) -> None:
    twin = unit("Thôn 2", "village", places.commune, code="V8")
    found = one(mistakes(xlsx(REPORT, ["Thôn 2, Xã Bản Qua", *FINE[1:]])))
    assert f"Thôn 2 ({twin.key}), Xã Bản Qua (V8)" in found.allowed

    load(xlsx(REPORT, [f"Thôn 2 ({twin.key})", *FINE[1:]]))

    assert Submission.objects.get().org_unit_id == twin.pk


def test_a_name_is_unambiguous_within_the_officers_own_commune(places: Places) -> None:
    officer = user("Lan", (Role.EDITOR, places.commune))
    scope = windows_with_role(officer, MAY_ENTER, DAY)

    load(xlsx(REPORT, ["Thôn 2", *FINE[1:]]), scope=scope)

    assert Submission.objects.get().org_unit_id == places.second.pk


def test_units_outside_the_scope_are_mistakes(places: Places) -> None:
    officer = user("Lan", (Role.EDITOR, places.commune))

    found = one(mistakes(xlsx(REPORT, FINE, ["V9", *FINE[1:]]), scope=windows_with_role(officer, MAY_ENTER, DAY)))

    assert (found.row, found.value) == (3, "V9")
    assert "ngoài phạm vi" in found.message


def test_a_unit_of_a_level_that_does_not_owe_the_form_is_unknown_here(places: Places) -> None:
    assert "Xã Bản Qua" in one(mistakes(xlsx(REPORT, ["Xã Bản Qua", *FINE[1:]]))).message


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("sáu mươi", "không phải là số"), (-1, "Không có cuộc họp nào"), ("1.234", "hai cách"),
        ("1,234", "hai cách"), (60.5, "số nguyên"), ("60,5", "số nguyên"), ("", "bắt buộc"), (True, "đúng/sai"),
        (date(2023, 1, 1), "định dạng là ngày"), (10**20, "số nguyên"), ("#REF!", "không phải là số"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_named_with_row_column_and_value(places: Places, cell: Any, words: str) -> None:
    found = one(mistakes(xlsx(REPORT, [*FINE[:3], cell, *FINE[4:]])))

    assert (found.row, found.column) == (2, "D (so_luot_du)")
    assert words in found.message


def test_a_number_outside_its_limits_is_told_what_is_allowed(places: Places) -> None:
    assert one(mistakes(xlsx(REPORT, [*FINE[:3], -3, *FINE[4:]]))).allowed == "số nguyên từ 0 đến 20.000"


@pytest.mark.parametrize("cell", ["1.234,0", "1,234.0", "１２３４", "1 234", 1234, "1234"])
def test_numbers_in_any_clear_spelling_are_read(places: Places, cell: Any) -> None:
    load(xlsx(REPORT, [*FINE[:3], cell, *FINE[4:]]))

    assert SubmissionVersion.objects.get().answers["so_luot_du"] == "1234"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("31/02/2023", "Không có ngày"), ("21/06/2023", "tương lai"), (date(2023, 6, 21), "tương lai"),
        ("hôm qua", "không phải là ngày"), (45000, "định dạng ô thành ngày"), ("", "bắt buộc"),
        ("2009-12-31", "từ năm 2010"), ("06/13/2023", "Không có ngày"),
    ],
)  # fmt: skip
def test_a_wrong_day_is_named_once(places: Places, cell: Any, words: str) -> None:
    found = one(mistakes(xlsx(CLEANUP, ["Thôn 1", cell, 25, 1.5]), "ngay_ra_quan"))

    assert (found.row, found.column) == (2, "B (ngay)")
    assert words in found.message


@pytest.mark.parametrize("cell", ["01/06/2023", date(2023, 6, 1), datetime(2023, 6, 1, 8), "2023-06-01", "1/6/2023"])
def test_days_in_any_clear_spelling_are_read(places: Places, cell: Any) -> None:
    load(xlsx(CLEANUP, ["Thôn 1", cell, 25, "1,5"]), "ngay_ra_quan")

    version = SubmissionVersion.objects.get()
    assert version.answers == {"ngay": "2023-06-01", "so_nguoi": "25", "rac_m3": "1.5"}


@pytest.mark.parametrize("cell", ["", "tháng trước", "2023", "13/2023", date(2023, 5, 2), "2024-01"])
def test_a_wrong_period_is_named(places: Places, cell: Any) -> None:
    found = one(mistakes(xlsx(REPORT, [FINE[0], cell, *FINE[2:]])))

    assert (found.row, found.column) == (2, "B (ky)")


def test_a_month_that_the_spreadsheet_program_turned_into_a_date_is_read(places: Places) -> None:
    load(xlsx(REPORT, [FINE[0], date(2023, 5, 1), *FINE[2:]]))

    assert Submission.objects.get().period_key == "2023-05"


def test_the_period_column_may_bear_the_forms_own_name(places: Places) -> None:
    assert load(xlsx(["don_vi", "ky_bao_cao", *REPORT[2:]], FINE)).new == 1


def test_a_row_twice_and_two_rows_for_one_unit_and_month_are_named(places: Places) -> None:
    twice = one(
        mistakes(xlsx(CLEANUP, ["V1", "01/06/2023", 25, 1], ["Thôn 1", date(2023, 6, 1), 25, 1.0]), "ngay_ra_quan")
    )
    assert (twice.row, twice.column) == (3, "A (don_vi)")
    assert "giống hệt dòng 2" in twice.message

    months = one(mistakes(xlsx(REPORT, FINE, ["V1", "tháng 5/2023", *FINE[2:3], 70, *FINE[4:]])))
    assert months.row == 3
    assert "dòng 2" in months.message


def test_all_mistakes_of_a_file_are_listed_at_once_by_row(places: Places) -> None:
    content = xlsx(
        REPORT,
        ["Thôn 7", "2023-05", "hai", -60, 5, 8, 3, 9],
        FINE,
        ["V2", "2023-13", 1, 1, "", 8, 3, 2],
        ["", "", 1, 1, 1, 1, 1, 1],
    )

    found = [(m.row, m.column[0]) for m in mistakes(content)]

    assert found == [
        (2, "A"), (2, "C"), (2, "D"), (2, "H"), (4, "B"), (4, "E"), (5, "A"), (5, "B"),
    ]  # fmt: skip


def test_more_than_500_mistakes_are_counted_and_never_silent(places: Places) -> None:
    rows = [["Thôn 1", "2023-05", "x", 60, 5, 8, 3, 2] for _ in range(700)]

    with pytest.raises(FileRefused, match="700 lỗi.*500 lỗi đầu.*200 lỗi nữa") as refused:
        load(xlsx(REPORT, *rows))
    assert len(refused.value.mistakes) == MAX_LISTED


def test_formulas_are_read_by_their_value_and_those_in_error_are_named(places: Places) -> None:
    def spoil(book: Any, page: Any) -> None:
        page.write_formula(1, 2, "=1+1", None, 2)
        page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        page.write_formula(1, 4, "=Khac!A1", None, "#REF!")

    found = mistakes(xlsx(REPORT, FINE, change=spoil))

    named = [(m.row, m.column, m.value) for m in found if "Công thức" in m.message]
    assert named == [(2, "D", "#DIV/0!"), (2, "E", "#REF!")]


def test_a_formula_that_no_program_has_computed_is_named(places: Places) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(REPORT)
    page.append([*FINE[:3], "=30+30", *FINE[4:]])
    made = io.BytesIO()
    book.save(made)

    found = mistakes(made.getvalue())

    assert any("chưa được tính" in m.message and (m.row, m.column) == (2, "D") for m in found)


def test_merged_cells_are_named_with_their_area(places: Places) -> None:
    content = xlsx(REPORT, FINE, change=lambda book, page: page.merge_range(2, 0, 3, 0, "V2"))

    assert any("A3:A4" in m.message for m in mistakes(content))


def test_hidden_rows_and_columns_are_named(places: Places) -> None:
    def hide(book: Any, page: Any) -> None:
        page.set_row(1, None, None, {"hidden": True})
        page.set_row(50, None, None, {"hidden": True})
        page.set_column(4, 4, None, None, {"hidden": True})

    found = mistakes(xlsx(REPORT, FINE, change=hide))

    assert [(m.row, m.column) for m in found] == [(0, "E"), (2, "")]
    assert all("ẩn" in m.message for m in found)


@pytest.mark.parametrize("cut", [4, 100, 2000, -30])
def test_a_truncated_workbook_is_refused_with_a_remedy(places: Places, cut: int) -> None:
    found = one(mistakes(xlsx(REPORT, FINE)[:cut]))

    assert "cắt cụt" in found.message or "hỏng" in found.message


def test_a_workbook_with_damaged_bytes_is_refused(places: Places) -> None:
    content = bytearray(xlsx(REPORT, FINE))
    content[len(content) // 3 : len(content) // 3 + 200] = bytes(200)

    assert one(mistakes(bytes(content))).message


def test_a_password_protected_workbook_is_refused_with_a_remedy(places: Places) -> None:
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)

    assert "mật khẩu" in one(mistakes(locked)).message


def test_an_xls_named_xlsx_is_read_as_what_it_is(places: Places) -> None:
    content = (FILES / "ngay-ra-quan.xls").read_bytes()

    assert load(content, "ngay_ra_quan", "ngay-ra-quan.xlsx").new == 1
    assert SubmissionVersion.objects.get().answers == {"ngay": "2023-06-01", "so_nguoi": "25", "rac_m3": "1.5"}


def test_hidden_rows_and_errors_of_an_xls_are_named_too(places: Places) -> None:
    content = (FILES / "ngay-ra-quan-an-dong-va-loi.xls").read_bytes()

    found = mistakes(content, "ngay_ra_quan", "a.xls")

    assert any(m.row == 2 and "ẩn" in m.message for m in found)
    assert any((m.row, m.column, m.value) == (3, "C", "#DIV/0!") for m in found)


@pytest.mark.parametrize("cut", [100, 600, 3000])
def test_a_truncated_xls_is_refused(places: Places, cut: int) -> None:
    assert one(mistakes((FILES / "ngay-ra-quan.xls").read_bytes()[:cut], "ngay_ra_quan")).message


def ods(rows: Sequence[Sequence[str]], attributes: str = "", manifest: str = "") -> bytes:
    body = "".join(
        f"<table:table-row {attributes if index else ''}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for index, row in enumerate(rows)
    )
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "content.xml",
            f'<office:document-content {names} office:version="1.2"><office:body><office:spreadsheet>'
            f'<table:table table:name="Dữ liệu">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        packed.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return made.getvalue()


ODS_ROWS = [CLEANUP, ["Thôn 1", "01/06/2023", "25", "1,5"]]


def test_an_open_document_spreadsheet_is_read_and_its_hidden_rows_are_named(places: Places) -> None:
    assert "ẩn" in one(mistakes(ods(ODS_ROWS, 'table:visibility="collapse"'), "ngay_ra_quan", "a.ods")).message
    assert "mật khẩu" in one(mistakes(ods(ODS_ROWS, manifest="encryption-data"), "ngay_ra_quan", "a.ods")).message
    endless = ods(ODS_ROWS, 'table:number-rows-repeated="1000000"')
    assert "dòng thừa" in one(mistakes(endless, "ngay_ra_quan", "a.ods")).message.replace("các dòng, cột", "dòng")
    assert load(ods(ODS_ROWS), "ngay_ra_quan", "a.ods").new == 1


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8"), (",", "utf-8-sig"), ("\t", "utf-16")]
)
def test_text_files_are_read_with_comma_semicolon_or_tab(places: Places, delimiter: str, encoding: str) -> None:
    assert load(text(REPORT, FINE, delimiter=delimiter, encoding=encoding), name="a.csv").new == 1


def test_a_text_file_with_excels_hint_of_the_separator_is_read(places: Places) -> None:
    assert load(b"sep=;\r\n" + text(REPORT, FINE, delimiter=";"), name="a.csv").new == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (text(REPORT, FINE, encoding="cp1258"), "UTF-8"),
        (b"<html><table><tr><td>don_vi</td></tr></table></html>", "trang web"),
        (b"%PDF-1.7 ...", "không phải là bảng tính"),
        (b'don_vi,ky\n"Th', "dấu ngoặc kép"),
        (b"\x00\x01\x02\x03" * 10, "không phải là bảng tính"),
    ],
    ids=["cp1258", "html", "pdf", "quote", "binary"],
)
def test_what_is_no_spreadsheet_is_refused_with_a_remedy(places: Places, content: bytes, words: str) -> None:
    assert words in one(mistakes(content, name="a.csv")).message


def test_a_zip_that_is_no_workbook_or_unpacks_too_large_is_refused(places: Places) -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", "<w/>")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/workbook.xml", "w") as part:
        for _round in range(501):
            part.write(bytes(1024 * 1024))

    assert "không phải là bảng tính" in one(mistakes(other.getvalue())).message
    assert "quá lớn" in one(mistakes(bomb.getvalue())).message


def test_one_cell_far_away_does_not_eat_the_memory(places: Places) -> None:
    content = xlsx(REPORT, FINE, change=lambda book, page: page.write(1048575, 16383, 1))

    assert "1048576" in one(mistakes(content)).message


def test_a_workbook_with_entities_or_a_dtd_is_not_expanded(places: Places) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(REPORT, FINE))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(
                    b"<worksheet", b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]><worksheet', 1
                )
                part = part.replace(b"<v>60</v>", b"<v>&x;</v>")
            new.writestr(name, part)

    assert mistakes(made.getvalue())


def test_other_sheets_are_left_aside_and_said(places: Places) -> None:
    def add(book: Any, page: Any) -> None:
        other = book.add_worksheet("Nháp")
        other.write(0, 0, "gì đó")
        hidden = book.add_worksheet("Ẩn")
        hidden.hide()

    result = load(xlsx(REPORT, FINE, sheet="DU LIEU", change=add))

    assert result.new == 1
    assert "Nháp" in result.notes[0] and "Ẩn" not in result.notes[0]


def test_choices_may_be_written_as_labels(places: Places) -> None:
    publish("dong_gop", EVENTS)
    header = ["don_vi", "ngay", "loai_cong_trinh", "hinh_thuc", "dat_m2", "so_ngay_cong", "so_tien", "so_ho"]

    load(xlsx(header, ["V1", "01/06/2023", "Đường giao thông", "Hiến đất; Tiền mặt", 120, "", 5000000, 3]), "dong_gop")

    answers = SubmissionVersion.objects.get().answers
    assert (answers["loai_cong_trinh"], answers["hinh_thuc"]) == ("duong", "dat tien")


def test_a_question_that_was_not_asked_must_stay_empty_and_its_column_may_be_missing(places: Places) -> None:
    publish("dong_gop", EVENTS)
    header = ["don_vi", "ngay", "loai_cong_trinh", "hinh_thuc", "dat_m2", "so_ho"]

    found = mistakes(xlsx(header, ["V1", "01/06/2023", "duong", "tien", 120, 3]), "dong_gop")
    assert [(m.column, m.message.split()[0]) for m in found] == [("E (dat_m2)", "Câu"), ("so_tien", "Câu")]
    assert load(xlsx(header, ["V1", "01/06/2023", "duong", "dat", 120, 3]), "dong_gop").new == 1


def test_a_locked_record_stops_the_file_with_its_row(places: Places) -> None:
    load(xlsx(REPORT, FINE))
    Submission.objects.update(state="locked")

    with pytest.raises(FileRefused) as refused:
        load(xlsx(REPORT, ["V2", *FINE[1:]], [*FINE[:3], 70, *FINE[4:]]))
    assert [m.row for m in refused.value.mistakes] == [3]
    assert Submission.objects.count() == 1


def test_an_unknown_form_is_refused(places: Places) -> None:
    with pytest.raises(FormUnknown):
        load(xlsx(REPORT, FINE), "khong_co")


def test_the_template_is_filled_and_loaded(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    units = [places.village.pk, places.second.pk, places.elsewhere.pk]
    path.write_bytes(template_workbook("bao_cao_thang_thon", units, today=DAY))
    book = load_workbook(path)
    assert book.sheetnames == ["Dữ liệu", "Hướng dẫn", "Danh mục"]
    page = book["Dữ liệu"]
    assert [cell.value for cell in page[1]] == REPORT
    assert str(page["A2"].value).startswith("#")
    names = [cell.value for cell in book["Danh mục"]["A"]][1:]
    assert names == ["Thôn 1", "Thôn 2, Xã Bản Qua", "Thôn 2, Xã Mường Vi"]

    for row, name in enumerate(names, start=3):
        for column, value in enumerate([name, "2023-05", *FINE[2:]], start=1):
            page.cell(row=row, column=column, value=value)
    book.save(path)

    assert load(path.read_bytes()) == ImportResult(3, 0, 0)


def test_an_empty_template_says_that_nothing_is_in_it(places: Places) -> None:
    content = template_workbook("ngay_ra_quan", [places.village.pk], today=DAY)

    assert "chưa có dòng số liệu" in one(mistakes(content, "ngay_ra_quan")).message


@pytest.fixture
def tiny_disk() -> Iterator[None]:
    """A database that cannot grow any more, as on a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told to be full")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that earlier tests left free would hold it all
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_while_importing_is_said_and_nothing_is_loaded(
    request: pytest.FixtureRequest, places: Places
) -> None:
    villages = [unit(f"Thôn A{number}", "village", places.commune, code=f"A{number}") for number in range(3)]
    rows = [
        [v.key, f"{year}-{month:02d}", *FINE[2:]] for v in villages for year in (2021, 2022) for month in range(1, 13)
    ]
    request.getfixturevalue("tiny_disk")
    with pytest.raises(DiskFull, match="chưa dòng nào"):
        load(xlsx(REPORT, *rows))
    assert Submission.objects.count() == 0


def test_a_full_disk_is_told_from_other_failures() -> None:
    assert is_disk_full(OSError(28, "No space left on device"))
    assert not is_disk_full(OSError(13, "Permission denied"))


def test_the_command_prints_counts_and_refuses_with_all_mistakes(places: Places, tmp_path: Path) -> None:
    good, bad = tmp_path / "tot.xlsx", tmp_path / "sai.xlsx"
    good.write_bytes(xlsx(REPORT, FINE))
    bad.write_bytes(xlsx(REPORT, ["Thôn 7", *FINE[1:]]))
    lan = user("Lan", (Role.EDITOR, places.other_commune))
    runner = CliRunner()

    first = runner.invoke(import_, ["bao_cao_thang_thon", str(good)])
    second = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--json"])
    refused = runner.invoke(import_, ["bao_cao_thang_thon", str(bad)])
    not_theirs = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--by", lan.username])
    nobody = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--by", "ai-do"])
    nothing = runner.invoke(import_, ["bao_cao_thang_thon", str(tmp_path / "khong-co.xlsx")])

    assert "1 bản mới" in first.output
    assert json.loads(second.output) == {"new": 0, "corrected": 0, "unchanged": 1, "notes": []}
    assert isinstance(refused.exception, FileRefused)
    assert isinstance(not_theirs.exception, FileRefused)
    assert "ai-do" in str(nobody.exception)
    assert "khong-co.xlsx" in str(nothing.exception)


def test_the_importing_user_answers_for_the_rows(places: Places) -> None:
    lan = user("Lan", (Role.EDITOR, places.commune), (Role.APPROVER, places.commune))
    scope = windows_with_role(lan, MAY_ENTER, DAY)
    import_file("bao_cao_thang_thon", xlsx(REPORT, FINE), "a.xlsx", by=lan, by_name=str(lan), at=AT, scope=scope)

    version = SubmissionVersion.objects.get()
    assert (version.entered_by, version.entered_by_name, version.source) == (lan, "Lan", "spreadsheet")
    with pytest.raises(Exception, match="chính mình"):
        approve(version.submission_id, by=lan, at=AT)


def test_yearly_reports_take_a_bare_year(places: Places) -> None:
    publish("xep_loai_to", AssignmentRow("village", "year", approval_level="commune"))

    assert load(xlsx(["don_vi", "ky", "xep_loai"], ["V1", 2022, "Tốt"]), "xep_loai_to").new == 1
    assert Submission.objects.get().period_key == "2022"
    assert OrgUnit.objects.count() == 5


@pytest.mark.soak
def test_fifty_thousand_rows_fit_into_memory(tmp_path: Path, share: Callable[[int, int], int]) -> None:
    """In a process of its own, so that the peak is the import's."""
    rows = share(50_000, 5_000)
    command = [sys.executable, "-m", "caunoi.records.tests.fifty_thousand_rows", str(tmp_path), str(rows)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["new"] == rows
    assert json.loads(done.stdout)["peak_mb"] < 600


def test_of_a_file_that_names_people_only_its_hash_is_kept(places: Places) -> None:
    publish_contact()
    header = ["don_vi", "ngay", "so_nguoi", "ghi_chu", "ten", "dien_thoai"]
    content = xlsx(header, ["Thôn 1", "01/06/2023", 25, "", NAME, PHONE])

    load(content, "dau_moi")
    load(other := xlsx(REPORT, FINE))

    lines = AuditLine.objects.filter(action="submission.import")
    told = {line.detail["sha256"] for line in lines}
    assert told == {hashlib.sha256(content).hexdigest(), hashlib.sha256(other).hexdigest()}
    assert set(StoredFile.objects.values_list("sha256", flat=True)) & told == {hashlib.sha256(other).hexdigest()}
