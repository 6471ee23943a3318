"""Workbooks as they come back from the field: renamed, reordered, saved by other programs, damaged."""

from __future__ import annotations

import io
import shutil
import subprocess
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from caunoi.approvals.rules import State
from caunoi.records.models import Source, Submission, SubmissionVersion
from caunoi.records.spreadsheet.book import import_book, preview_book
from caunoi.records.tests.builders import AT, cleanup, report, send, sending, stored
from caunoi.records.tests.test_period_book import (
    FINE,
    HOUSEHOLDS,
    JUNE,
    REPORT,
    Places,
    columns_of,
    download,
    edit,
    fill,
    mistakes,
    one,
    outcomes,
    places,
    publish_households,
    row_of,
    sender,
    sheet_of,
    type_event,
)

__all__ = ["places"]
pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
FILES = Path(__file__).parent / "files"
SOFFICE = shutil.which("soffice")


def load(content: bytes, name: str = "so.xlsx") -> dict[str, str]:
    return outcomes(import_book(content, name, sender()))


def on_sheet(content: bytes, change: Callable[[Any], None], form: str = REPORT) -> bytes:
    return edit(content, lambda book: change(sheet_of(book, form)))


def type_into(page: Any, code: str, **answers: Any) -> None:
    for name, value in answers.items():
        page.cell(row_of(page, code), columns_of(page)[name]).value = value


# Moved and renamed


def test_sheets_may_be_renamed_and_reordered(places: Places) -> None:
    def change(book: Workbook) -> None:
        sheet_of(book, REPORT).title = "Thang 5 (sua)"
        book.move_sheet(book.worksheets[-1], -2)

    assert load(edit(fill(download(places.commune), {"V1": FINE}), change)) == {"Thôn 1": "new"}


def test_a_deleted_sheet_is_only_not_read(places: Places) -> None:
    content = fill(download(places.commune, REPORT, "ngay_ra_quan"), {"V1": FINE})

    assert load(edit(content, lambda book: book.remove(sheet_of(book, "ngay_ra_quan")))) == {"Thôn 1": "new"}


def test_columns_may_be_moved_with_all_their_rows(places: Places) -> None:
    def swap(page: Any) -> None:
        here, there = columns_of(page)["so_cuoc_hop"], columns_of(page)["so_luot_du"]
        for row in range(1, page.max_row + 1):
            first, second = page.cell(row, here), page.cell(row, there)
            first.value, second.value = second.value, first.value

    load(on_sheet(fill(download(places.commune), {"V1": FINE}), swap))

    answers = SubmissionVersion.objects.get().answers
    assert (answers["so_cuoc_hop"], answers["so_luot_du"]) == ("2", "60")


def test_a_deleted_column_is_named_and_nothing_taken_for_empty(places: Places) -> None:
    send(report(places.village))

    found = mistakes(on_sheet(download(places.commune), lambda page: page.delete_cols(columns_of(page)["so_luot_ho"])))

    assert "Thiếu cột" in found[0].message


def test_rows_and_columns_inserted_before_the_mark_do_not_matter(places: Places) -> None:
    def insert(page: Any) -> None:
        type_into(page, "V1", **FINE)
        page.insert_rows(1, 2)
        page["A1"].value = "Đã xem, ngày 1/6"

    assert load(on_sheet(download(places.commune), insert)) == {"Thôn 1": "new"}


def test_a_column_of_ones_own_is_not_read(places: Places) -> None:
    def change(page: Any) -> None:
        type_into(page, "V1", **FINE)
        page.cell(6, 30).value = "gọi lại cho trưởng thôn"

    assert load(on_sheet(download(places.commune), change)) == {"Thôn 1": "new"}


def test_a_copy_of_a_sheet_is_named(places: Places) -> None:
    def copy(book: Workbook) -> None:
        book.copy_worksheet(sheet_of(book, REPORT))

    assert "bản chép của trang" in one(mistakes(edit(fill(download(places.commune), {"V1": FINE}), copy))).message


def test_other_sheets_are_left_aside_and_named(places: Places) -> None:
    def change(book: Workbook) -> None:
        book.create_sheet("Tính nháp")["A1"].value = 5

    changes = preview_book(edit(fill(download(places.commune), {"V1": FINE}), change), "so.xlsx", sender())

    assert "Tính nháp" in changes.notes[0]


def test_sorted_rows_are_known_by_their_unit(places: Places) -> None:
    def swap(page: Any) -> None:
        type_into(page, "V1", **FINE)
        for column in range(1, page.max_column + 1):
            first, second = page.cell(6, column), page.cell(7, column)
            first.value, second.value = second.value, first.value

    assert load(on_sheet(download(places.commune), swap)) == {"Thôn 1": "new"}
    assert Submission.objects.get().org_unit == places.village


# What stands in cells


def test_numbers_come_as_text_in_either_way_of_writing(places: Places) -> None:
    publish_households()
    for code, area in (("V1", "1.234,5"), ("V2", " 1,234.5 ")):
        load(fill(download(places.commune, "ho_dan"), {code: {"so_ho": "2 ", "dien_tich": area}}, "ho_dan"))

    assert {version.answers["dien_tich"] for version in SubmissionVersion.objects.all()} == {"1234.5"}


def test_a_number_that_reads_two_ways_is_asked_about(places: Places) -> None:
    content = fill(download(places.commune), {"V1": {**FINE, "so_luot_du": "1.234"}})

    assert "đọc được hai cách" in one(mistakes(content)).message


def test_text_in_decomposed_letters_and_with_stray_spaces_is_the_same_text(places: Places) -> None:
    publish_households()
    odd = unicodedata.normalize("NFD", "  trồng cây, hoa ;\u00a0Dọn rác ")

    load(fill(download(places.commune, "ho_dan"), {"V1": {"so_ho": 1, "viec": odd}}, "ho_dan"))

    assert SubmissionVersion.objects.get().answers["viec"] == "trong_cay don_rac"


def test_a_day_that_became_a_number_is_named_with_the_day_it_seems_to_be(places: Places) -> None:
    empty = download(places.commune, "ngay_ra_quan", period=JUNE)
    content = type_event(empty, don_vi="Thôn 1", ngay=45078, so_nguoi=20, rac_m3=1)
    assert load(content) == {"Thôn 1": "new"}  # as long as the cell is one for days

    def forget_format(page: Any) -> None:
        page.cell(6, columns_of(page)["so_nguoi"]).value = 21
        page.cell(6, columns_of(page)["ngay"]).number_format = "General"

    content = on_sheet(content, forget_format, "ngay_ra_quan")
    found = one(mistakes(content))

    assert found.value == "45078"
    assert "01/06/2023" in found.allowed


def test_days_may_be_typed_as_text(places: Places) -> None:
    content = type_event(
        download(places.commune, "ngay_ra_quan", period=JUNE), don_vi="V1", ngay="4/6/2023", so_nguoi=20, rac_m3=1
    )

    import_book(content, "so.xlsx", sender())

    assert Submission.objects.get().day_from == date(2023, 6, 4)


def test_formulas_count_by_their_value_and_errors_are_named(places: Places) -> None:
    content = fill(download(places.commune), {"V1": {**FINE, "so_luot_du": 123454321}, "V2": FINE})
    page = "xl/worksheets/sheet2.xml"

    summed = replace_in(content, page, "<v>123454321</v>", "<f>30+30</f><v>60</v>")
    broken = replace_in(content, page, "<v>123454321</v>", "<f>1/0</f><v>#DIV/0!</v>", kind="e")
    never = replace_in(content, page, "<v>123454321</v>", "<f>30+30</f><v></v>")

    assert load(summed)["Thôn 1"] == "new"
    assert {m.value for m in _refused(broken)} >= {"#DIV/0!"}
    assert any("chưa được tính" in m.message for m in _refused(never))


def _refused(content: bytes) -> list[Any]:
    return list(mistakes(content))


def replace_in(content: bytes, part: str, old: str, new: str, kind: str = "n") -> bytes:
    """The cell that holds `old`, as a spreadsheet program would have saved a formula there."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                start = text.rindex(b"<c ", 0, text.index(old.encode()))
                cell = text[start:].replace(b't="n"', f't="{kind}"'.encode(), 1).replace(old.encode(), new.encode(), 1)
                text = text[:start] + cell
            target.writestr(name, text)
    return made.getvalue()


def test_merged_cells_are_named_where_they_matter(places: Places) -> None:
    def merge_value(page: Any) -> None:
        type_into(page, "V1", **FINE)
        column = columns_of(page)["so_cuoc_hop"]
        page.merge_cells(start_row=6, end_row=7, start_column=column, end_column=column)

    assert "gộp" in one(mistakes(on_sheet(download(places.commune), merge_value))).message


def test_hidden_rows_matter_only_where_something_is_to_be_written(places: Places) -> None:
    send(report(places.village))
    content = on_sheet(download(places.commune), lambda page: setattr(page.row_dimensions[6], "hidden", True))

    assert load(fill(content, {"V2": FINE})) == {"Thôn 1": "unchanged", "Thôn 2": "new"}
    assert "ẩn" in one(mistakes(fill(content, {"V1": {"so_luot_du": 61}}))).message


def test_a_hidden_column_is_named_if_its_sheet_says_anything_new(places: Places) -> None:
    def hide(page: Any) -> None:
        page.column_dimensions["E"].hidden = True

    content = on_sheet(download(places.commune), hide)

    assert load(content) == {}
    assert "đang bị ẩn" in one(mistakes(fill(content, {"V1": FINE}))).message


# Old, foreign and broken files


def test_a_workbook_of_an_older_version_of_the_form_is_still_taken(places: Places) -> None:
    publish_households("1")
    content = fill(download(places.commune, "ho_dan"), {"V1": {"so_ho": 2}}, "ho_dan")
    publish_households("2", HOUSEHOLDS.replace("| integer | so_ho | Số hộ | yes |", "| integer | so_nha | Nhà | yes |"))

    changes = import_book(content, "so.xlsx", sender())

    assert changes.count("new") == 1
    assert "phiên bản cũ" in changes.notes[0]
    assert SubmissionVersion.objects.get().form_version.version == "1"


def test_it_does_not_undo_a_record_of_the_newer_version(places: Places) -> None:
    publish_households("1")
    content = download(places.commune, "ho_dan")
    more = "| integer | so_cay | Số cây | | |\n|  | decimal | dien_tich"
    publish_households("2", HOUSEHOLDS.replace("| decimal | dien_tich", more))
    newer = fill(download(places.commune, "ho_dan"), {"V1": {"so_ho": 2, "so_cay": 9}}, "ho_dan")
    import_book(newer, "so.xlsx", sender())

    found = one(mistakes(fill(content, {"V1": {"so_ho": 3}}, "ho_dan")))

    assert "tải sổ mới" in found.message


def test_what_a_phone_sent_outside_the_rules_holds_up_no_other_row(places: Places) -> None:
    """An officer decides about it on its own page; the sheet only shows it."""
    send(report(places.village, source=Source.DEVICE, so_luot_du="sáu mươi", so_cuoc_hop="2,5"))
    content = download(places.commune)

    assert load(fill(content, {"V2": FINE})) == {"Thôn 1": "unchanged", "Thôn 2": "new"}
    found = mistakes(fill(content, {"V1": {"so_luot_du": "bảy mươi"}, "V2": FINE}))
    assert [(mistake.value, mistake.row) for mistake in found] == [("2,5", 6), ("bảy mươi", 6)]


def test_also_within_a_repeat(places: Places) -> None:
    publish_households("1")
    rows = [{"ten_to": "Tổ 1", "so_nguoi": "x"}, {"ten_to": "Tổ 2", "so_nguoi": "4"}]
    ky = {"ky_bao_cao": "2023-05-01", "so_ho": "2", "ho": rows}
    send(sending("ho_dan", places.village, ky, {"source": Source.DEVICE}, AT, "2023-05"))

    assert load(download(places.commune, "ho_dan")) == {"Thôn 1": "unchanged"}


def test_a_workbook_of_another_month_says_so_itself(places: Places) -> None:
    from caunoi.periods.rules import Period

    content = fill(download(places.commune, period=Period("month", (2023, 4))), {"V1": FINE})

    assert preview_book(content, "thang5.xlsx", sender()).chosen == "2023-04"


def test_files_that_are_no_workbook_of_ours_are_refused_in_words(places: Places) -> None:
    strange = Workbook()
    strange.active["A1"].value = "don_vi"
    made = io.BytesIO()
    strange.save(made)

    assert "trống" in one(mistakes(b"")).message
    assert "sổ nhập" in one(mistakes(made.getvalue())).message
    assert "sổ nhập" in one(mistakes(b"don_vi,ky\nV1,2023-05\n", name="so.xlsx")).message
    assert "50 MB" in one(mistakes(b"PK" + bytes(50 * 1024 * 1024))).message
    assert "hỏng" in one(mistakes(download(places.commune)[:3000])).message


def test_macros_are_not_run_and_the_reader_is_told(places: Places) -> None:
    content = fill(download(places.commune), {"V1": FINE})
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a") as packed:
        packed.writestr("xl/vbaProject.bin", b"macro")

    assert "macro" in preview_book(made.getvalue(), "so.xlsm", sender()).notes[0]


def test_a_sheet_saved_as_csv_is_read_too(places: Places) -> None:
    import csv

    from openpyxl import load_workbook

    page = sheet_of(load_workbook(io.BytesIO(fill(download(places.commune), {"V1": FINE}))), REPORT)
    text = io.StringIO()
    csv.writer(text).writerows([["" if c is None else c for c in row] for row in page.iter_rows(values_only=True)])

    assert load(text.getvalue().encode("utf-8-sig"), "so.csv") == {"Thôn 1": "new"}


@pytest.mark.parametrize("name", ["so-nhap-libreoffice.xlsx", "so-nhap-libreoffice.xls", "so-nhap-libreoffice.ods"])
def test_workbooks_that_libreoffice_saved(places: Places, name: str) -> None:
    assert load((FILES / name).read_bytes(), name) == {"Thôn 1": "new", "Thôn 2": "new"}
    assert Submission.objects.filter(state=State.SUBMITTED).count() == 2


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed; files it saved stand beside this test")
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_a_workbook_opened_and_saved_by_libreoffice_says_the_same(places: Places, tmp_path: Path, suffix: str) -> None:
    send(report(places.village))
    made = stored(send(cleanup(places.village)))
    content = download(places.commune, REPORT, "ngay_ra_quan", period=JUNE)
    (tmp_path / "so.xlsx").write_bytes(fill(content, {"V2": FINE}))

    saved = libreoffice(tmp_path / "so.xlsx", tmp_path / "ra", suffix)

    if saved is None:
        pytest.skip("LibreOffice Calc is not installed; files it saved stand beside this test")
    changes = import_book(saved, f"so.{suffix}", sender())
    assert [(row.outcome, row.unit) for row in changes.rows] == [("new", "Thôn 2"), ("unchanged", "Thôn 1")]
    assert changes.rows[1].submission_id == made.pk


def libreoffice(file: Path, folder: Path, suffix: str) -> bytes | None:
    """None without its spreadsheet component."""
    assert SOFFICE is not None
    profile = f"-env:UserInstallation=file://{folder.parent}/profile"
    subprocess.run(
        [SOFFICE, profile, "--headless", "--convert-to", suffix, "--outdir", str(folder), str(file)],
        capture_output=True, check=True, timeout=240,
    )  # fmt: skip
    saved = folder / f"{file.stem}.{suffix}"
    return saved.read_bytes() if saved.exists() else None
