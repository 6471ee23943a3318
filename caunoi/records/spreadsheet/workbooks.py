"""The bytes of a spreadsheet as rows of cells, or why they cannot be read and what to do about it."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from caunoi.records.spreadsheet.cells import Cell
from caunoi.records.spreadsheet.inspection import MOST, Inspected, inspect_ods, inspect_xls, inspect_xlsx
from caunoi.refusals import FileRefused, Mistake
from caunoi.unpacking import check_sizes
from caunoi.vietnamese_text import fold

Kind = Literal["xlsx", "xls", "ods", "csv"]
# (row, column) of the first and the last cell.
Merged = tuple[tuple[int, int], tuple[int, int]]

DATA_SHEET, GUIDE_SHEET, LIST_SHEET = "Dữ liệu", "Hướng dẫn", "Danh mục"
MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 500 * 1024 * 1024
# What spreadsheet programs take.
MAX_SHEET_NAME = 31
MAX_ROWS, MAX_CELLS = 200_000, 10_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Table:
    """The sheet's cells from its first row on: `rows[0]` is row 1 as the spreadsheet program shows it.

    `mistakes`: what cannot be trusted (errors in formulas, merged or hidden cells). `notes`: what was left aside.
    """

    sheet: str
    rows: Sequence[Sequence[Cell]]
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()


def read_table(content: bytes, file_name: str) -> Table:
    """Raises FileRefused when nothing can be read at all. The bytes decide what it is, not the name."""
    return read_table_and((), content, file_name)[0]


def read_table_and(others: Collection[str], content: bytes, file_name: str) -> tuple[Table, dict[str, Table]]:
    """As `read_table`, and the sheets of these names, as far as there are any, by these names."""
    kind = _recognise(content, file_name)
    if kind == "csv":
        return _read_csv(content, file_name), {}
    return _read_workbook(content, kind, others, file_name)


def _recognise(content: bytes, file_name: str) -> Kind:
    if not content.strip():
        raise unreadable(file_name, _("Tệp trống."))
    if len(content) > MAX_BYTES:
        raise unreadable(file_name, _("Tệp lớn hơn 50 MB. Hãy chia thành nhiều tệp."))
    return _detect(content, file_name)


def read_tables(content: bytes, file_name: str) -> list[Table]:
    """Every visible sheet, in order. What is hidden is told in `hidden_rows` and `hidden_columns`, not as a mistake:
    whoever hides parts of a sheet on purpose knows which. Raises FileRefused like `read_table`."""
    kind = _recognise(content, file_name)
    if kind == "csv":
        return [_read_csv(content, file_name)]
    tables = []
    for sheet in _visible_sheets(content, file_name):
        inspected = _inspect(content, kind, sheet, file_name)
        rows, merged = _read_cells(content, sheet, file_name)
        mistakes = _distrust(inspected, merged, rows, file_name, sheet, hidden=False)
        tables.append(
            Table(
                sheet,
                rows,
                mistakes,
                hidden_rows=inspected.hidden_rows,
                hidden_columns=inspected.hidden_columns,
            )
        )
    return tables


def has_macros(content: bytes) -> bool:
    return content.startswith(b"PK") and b"xl/vbaProject.bin" in content


def unreadable(file_name: str, why: str) -> FileRefused:
    sentence = _("Không đọc được tệp %(file)s. %(why)s") % {"file": file_name, "why": why}
    return FileRefused(sentence, [Mistake(file_name, "", 0, "", why)])


def _detect(content: bytes, file_name: str) -> Kind:
    if content.startswith(b"PK"):
        return _detect_packed(content, file_name)
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise unreadable(file_name, _locked())
        if "WordDocument".encode("utf-16-le") in content:
            raise unreadable(file_name, _("Đây là tệp Word, không phải bảng tính."))
        return "xls"
    head = content[:2000].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise unreadable(file_name, _("Tệp là trang web được đổi tên. Hãy mở bằng Excel rồi lưu lại thành .xlsx."))
    if head.startswith((b"%pdf", b"{\\rtf", b"\x89png", b"\xff\xd8")):
        raise unreadable(file_name, _("Tệp không phải là bảng tính. Hãy gửi tệp .xlsx, .ods hoặc .csv."))
    return "csv"


def _detect_packed(content: bytes, file_name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise unreadable(file_name, _("Tệp giải nén ra quá lớn. Hãy chia thành nhiều tệp."))
            # What the directory names may be a lie, also with the right checksum; the sheet is then read whole.
            check_sizes(packed)
            if "META-INF/manifest.xml" in names and b"encryption-data" in packed.read("META-INF/manifest.xml"):
                raise unreadable(file_name, _locked())
    except (
        zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zipfile.LargeZipFile,
        zlib.error,
    ):  # fmt: skip
        why = _("Tệp hỏng hoặc bị cắt cụt khi chép. Hãy mở bằng Excel, lưu lại rồi gửi lại.")
        raise unreadable(file_name, why) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if "xl/workbook.bin" in names:
        raise unreadable(file_name, _("Tệp .xlsb chưa đọc được. Hãy lưu lại thành .xlsx."))
    raise unreadable(file_name, _("Tệp không phải là bảng tính. Hãy gửi tệp .xlsx, .ods hoặc .csv."))


def _locked() -> str:
    return _("Tệp có mật khẩu. Hãy bỏ mật khẩu (Tệp > Thông tin > Bảo vệ sổ làm việc) rồi gửi lại.")


# Workbooks


def _read_workbook(
    content: bytes, kind: Kind, wanted: Collection[str], file_name: str
) -> tuple[Table, dict[str, Table]]:
    sheets = _visible_sheets(content, file_name)
    # Spreadsheet programs cut the names of sheets.
    named = {fold(name[:MAX_SHEET_NAME]): name for name in wanted}
    beside = {named[fold(sheet)]: sheet for sheet in sheets if fold(sheet) in named}
    mains = [sheet for sheet in sheets if sheet not in beside.values()]
    if not mains:
        raise unreadable(file_name, _("Tệp không có trang chính, chỉ có các trang của nhóm lặp."))
    main = next((name for name in mains if fold(name) == fold(DATA_SHEET)), mains[0])
    ours = (fold(GUIDE_SHEET), fold(LIST_SHEET))
    others = [name for name in mains if name != main and fold(name) not in ours]
    notes = [_("Chỉ đọc trang “%(sheet)s”; không đọc: %(others)s.") % {"sheet": main, "others": ", ".join(others)}]
    table = _read_one(content, kind, main, file_name)
    found = {name: _read_one(content, kind, sheet, file_name) for name, sheet in beside.items()}
    return replace(table, notes=notes if others else []), found


def _read_one(content: bytes, kind: Kind, sheet: str, file_name: str) -> Table:
    inspected = _inspect(content, kind, sheet, file_name)
    rows, merged = _read_cells(content, sheet, file_name)
    return Table(sheet, rows, _distrust(inspected, merged, rows, file_name, sheet))


def _broken() -> str:
    return _("Tệp hỏng. Hãy mở bằng Excel, lưu lại thành .xlsx rồi gửi lại.")


def _visible_sheets(content: bytes, file_name: str) -> list[str]:
    try:
        sheets = _list_sheets(content)
    except CalamineError as error:
        raise unreadable(file_name, _locked() if "assword" in str(error) else _broken()) from None
    if not sheets:
        raise unreadable(file_name, _("Tệp không có trang tính nào nhìn thấy được."))
    return sheets


def _inspect(content: bytes, kind: Kind, sheet: str, file_name: str) -> Inspected:
    # Before the cells are read: a single cell far down and right would otherwise claim all memory there is.
    try:
        inspected = {"xlsx": inspect_xlsx, "xls": inspect_xls, "ods": inspect_ods}[kind](content, sheet)
    except ValueError:
        raise unreadable(file_name, _broken()) from None
    if inspected.rows > MAX_ROWS or inspected.rows * inspected.columns > MAX_CELLS:
        why = _("Trang “%(sheet)s” dài tới dòng %(rows)d, cột %(columns)d. Hãy xóa các dòng, cột thừa ở cuối.")
        names = {"sheet": sheet, "rows": inspected.rows, "columns": inspected.columns}
        raise unreadable(file_name, why % names)
    return inspected


def _read_cells(content: bytes, sheet: str, file_name: str) -> tuple[list[list[Cell]], Sequence[Merged]]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            found = workbook.get_sheet_by_name(sheet)
            rows: list[list[Cell]] = found.to_python(skip_empty_area=False)
            return rows, found.merged_cell_ranges or []
    except CalamineError as error:
        raise unreadable(file_name, _locked() if "assword" in str(error) else _broken()) from None


def _list_sheets(content: bytes) -> list[str]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        return [
            one.name
            for one in workbook.sheets_metadata
            if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
        ]


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _distrust(
    inspected: Inspected,
    merged: Sequence[Merged],
    rows: Sequence[Sequence[Cell]],
    file_name: str,
    sheet: str,
    *,
    hidden: bool = True,
) -> list[Mistake]:
    found = []
    for row, column, shown in inspected.errors:
        message = _("Công thức bị lỗi nên ô không có giá trị. Hãy sửa công thức hoặc ghi thẳng con số.")
        found.append(Mistake(file_name, sheet, row + 1, column_letter(column), message, shown))
    for row, column in inspected.uncomputed:
        message = _("Công thức chưa được tính. Hãy mở tệp bằng Excel, lưu lại rồi gửi lại.")
        found.append(Mistake(file_name, sheet, row + 1, column_letter(column), message))
    if hidden:
        found += _list_hidden(inspected, rows, file_name, sheet)
    for (top, left), (bottom, right) in merged:
        area = f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"
        message = _("Các ô %(area)s bị gộp nên không biết giá trị thuộc dòng nào. Hãy bỏ gộp ô và ghi từng dòng.")
        found.append(Mistake(file_name, sheet, top + 1, column_letter(left), message % {"area": area}))
    return found


def _list_hidden(inspected: Inspected, rows: Sequence[Sequence[Cell]], file_name: str, sheet: str) -> Iterator[Mistake]:
    for row in inspected.hidden_rows:
        if row < len(rows) and any(cell != "" for cell in rows[row]):
            yield Mistake(file_name, sheet, row + 1, "", hidden_row_sentence())
    for column in inspected.hidden_columns:
        if any(column < len(row) and row[column] != "" for row in rows):
            message = _("Cột đang bị ẩn. Hãy bỏ ẩn hoặc xóa cột: không nên gửi những gì không nhìn thấy.")
            yield Mistake(file_name, sheet, 0, column_letter(column), message)


def hidden_row_sentence() -> str:
    return _("Dòng đang bị ẩn (hoặc bị lọc). Hãy bỏ ẩn hoặc xóa dòng: không nên gửi những gì không nhìn thấy.")


# Text


def _read_csv(content: bytes, file_name: str) -> Table:
    text = _decode(content, file_name)
    if "\0" in text:
        raise unreadable(file_name, _("Tệp không phải là bảng tính. Hãy gửi tệp .xlsx, .ods hoặc .csv."))
    lines = text.splitlines()
    delimiter = ""
    skipped = 0
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        delimiter, skipped = lines[0][4], 1  # Excel's own hint
    first = lines[skipped] if len(lines) > skipped else ""
    delimiter = delimiter or max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows: list[Sequence[Cell]] = list(reader)
    except csv.Error:
        why = _("Tệp .csv sai quy cách ở dòng %(row)d hoặc phía trên. Hãy kiểm tra dấu ngoặc kép.")
        raise unreadable(file_name, why % {"row": reader.line_num}) from None
    if len(rows) > MAX_ROWS:
        raise unreadable(file_name, _("Tệp có quá nhiều dòng. Hãy chia thành nhiều tệp."))
    if skipped:
        rows[0] = []
    return Table("", rows, _list_errors_in_text(rows, file_name))


# As spreadsheet programs write a formula in error where there is only text.
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})


def _list_errors_in_text(rows: Sequence[Sequence[Cell]], file_name: str) -> list[Mistake]:
    errors = [(row, column, cell) for row, cells in enumerate(rows) for column, cell in enumerate(cells)
              if isinstance(cell, str) and cell.startswith("#") and cell.strip() in _ERRORS]  # fmt: skip
    return _distrust(Inspected(errors=errors[:MOST]), (), rows, file_name, "")


def _decode(content: bytes, file_name: str) -> str:
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        why = _("Tệp không dùng bảng mã UTF-8 nên chữ tiếng Việt sẽ sai. Hãy lưu lại dạng “CSV UTF-8” hoặc .xlsx.")
        raise unreadable(file_name, why) from None
