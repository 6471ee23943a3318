"""Every awkward file from the field, each with a name."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from caunoi.records.models import SubmissionVersion
from caunoi.records.tests.spreadsheets import CLEANUP, FINE, REPORT, Places, load, mistakes, one, places, text, xlsx

__all__ = ["places"]
pytestmark = pytest.mark.django_db
FILES = Path(__file__).parent / "files"


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


def test_a_workbook_that_lies_about_what_it_unpacks_to_takes_no_memory(places: Places) -> None:
    made = io.BytesIO(xlsx(REPORT, FINE))
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/anh.png", bytes(40_000_000))
    content = bytearray(made.getvalue())
    entry = content.rfind(b"PK\x01\x02")
    content[entry + 16 : entry + 20] = zlib.crc32(bytes(1000)).to_bytes(4, "little")
    content[entry + 24 : entry + 28] = (1000).to_bytes(4, "little")

    tracemalloc.start()
    try:
        assert "Tệp hỏng" in one(mistakes(bytes(content))).message
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


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


def test_errors_of_formulas_in_a_text_file_are_named_and_their_row_is_not_taken_for_a_remark(places: Places) -> None:
    found = mistakes(text(REPORT, ["#N/A", *FINE[1:]]), name="a.csv")

    assert [(mistake.row, mistake.column, mistake.value) for mistake in found] == [(2, "A", "#N/A")]


def test_a_text_file_with_a_stray_quotation_mark_is_refused_with_its_row(places: Places) -> None:
    content = text(REPORT, FINE) + b'\r\n"V2;2023-05\n'

    assert "dòng 3" in one(mistakes(content, name="a.csv")).message


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
