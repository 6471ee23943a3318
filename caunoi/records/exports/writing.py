"""An export as a file: CSV (several in a .zip where the form has repeats) or a workbook, in little memory."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from caunoi.moments import VIETNAM
from caunoi.records.exports.request import Format
from caunoi.records.exports.rows import Export
from caunoi.records.exports.tables import Table, Value

Advance = Callable[[int], None]
# What a worksheet holds, its header included.
MOST_ROWS = 1_048_576
MOST_LETTERS = 32_767
# Spreadsheet programs keep 15 digits; a number with more stays a text rather than being rounded unseen.
DIGITS = 15
# The mark tells spreadsheet programs that it is UTF-8.
BOM = "\ufeff"
ROWS_A_PIECE = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def suffix_of(export: Export, format: Format) -> str:
    return ".xlsx" if format == "xlsx" else ".zip" if export.has_repeats else ".csv"


def write_file(export: Export, format: Format, path: Path, *, advance: Advance | None = None) -> None:
    """`advance` is told how many more records are done."""
    if format == "xlsx":
        write_workbook(export, path, advance=advance)
    elif export.has_repeats:
        _write_zip(export, path, advance)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            for piece in write_csv(export, advance=advance):
                file.write(piece)


# CSV


def write_csv(export: Export, *, advance: Advance | None = None) -> Iterator[str]:
    """The form's own table, piece by piece."""
    main = export.tables[0]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_safe(title) for title in export.header(main)])
    yield BOM + _taken(text)
    count = 0
    for table, row in export.rows():
        if table is not main:
            continue
        writer.writerow([_as_text(value) for value in row])
        count += 1
        if count % ROWS_A_PIECE == 0:
            _tell(advance, ROWS_A_PIECE)
            yield _taken(text)
    _tell(advance, count % ROWS_A_PIECE)
    yield _taken(text)


def _write_zip(export: Export, path: Path, advance: Advance | None) -> None:
    """One pass over the records; a .zip takes one file after the other, so they grow beside it first."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        files = {table.path: Path(folder) / _csv_name(export, table) for table in export.tables}
        opened = {key: file.open("w", encoding="utf-8-sig", newline="") for key, file in files.items()}
        try:
            writers = {key: csv.writer(file) for key, file in opened.items()}
            for table in export.tables:
                writers[table.path].writerow([_safe(title) for title in export.header(table)])
            for table, row in export.rows():
                writers[table.path].writerow([_as_text(value) for value in row])
                if not table.path:
                    _tell(advance, 1)
        finally:
            for one in opened.values():
                one.close()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files.values():
                with file.open("rb") as source, packed.open(file.name, "w", force_zip64=True) as target:
                    shutil.copyfileobj(source, target, 1 << 20)


def _csv_name(export: Export, table: Table) -> str:
    return "-".join((export.request.form_code, *table.path)) + ".csv"


def _taken(text: io.StringIO) -> str:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written


def _as_text(value: Value) -> str:
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(VIETNAM).strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case int():
            return str(value)
    return _safe(value)


def _safe(text: str) -> str:
    """What somebody typed must not run as a formula in the reader's spreadsheet program."""
    return f"'{text}" if text.startswith(_FORMULA) else text


# Workbooks


def write_workbook(export: Export, path: Path, *, advance: Advance | None = None, most_rows: int = MOST_ROWS) -> None:
    """A sheet for each table; one that is full goes on in a further sheet, and the last sheet says so."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        options = {
            # Each row goes to disk as soon as the next one begins.
            "constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "default_date_format": "dd/mm/yyyy",
        }  # fmt: skip
        book = xlsxwriter.Workbook(str(path), options)
        writer = _BookWriter(book, export, most_rows)
        for table, row in export.rows():
            writer.write(table, row)
            if not table.path:
                _tell(advance, 1)
        writer.write_notes()
        book.close()


class _BookWriter:
    def __init__(self, book: Any, export: Export, most_rows: int) -> None:
        self.book, self.export, self.most_rows = book, export, most_rows
        self.head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "bottom": 1})
        self.moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        self.number = book.add_format({"num_format": "General"})
        self.sheets: dict[tuple[str, ...], Any] = {}
        self.rows: dict[tuple[str, ...], int] = {}
        self.parts: dict[tuple[str, ...], int] = {}
        self.names: set[str] = set()
        for table in export.tables:
            self._begin(table)

    def write(self, table: Table, row: list[Value]) -> None:
        if self.rows[table.path] >= self.most_rows:
            self._begin(table)
        sheet, number = self.sheets[table.path], self.rows[table.path]
        for column, value in enumerate(row):
            self._write_cell(sheet, number, column, value)
        self.rows[table.path] = number + 1

    def write_notes(self) -> None:
        """What was asked, and where a table goes on."""
        request = self.export.request
        lines = [
            (_("Biểu mẫu"), self.export.title),
            (_("Từ ngày"), request.first.strftime("%d/%m/%Y")),
            (_("Đến ngày"), request.last.strftime("%d/%m/%Y")),
            (_("Phiên bản"), _("mọi phiên bản") if request.all_versions else _("bản hiện hành")),
        ]
        for path, parts in self.parts.items():
            if parts > 1:
                told = _("Bảng “%(name)s” dài quá một trang nên chia thành %(count)d trang nối tiếp nhau.")
                lines.append((_("Chú ý"), told % {"name": path[-1] if path else self.export.title, "count": parts}))
        sheet = self.book.add_worksheet(self._name(_("Ghi chú")))
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 1, 70)
        for row, (title, text) in enumerate(lines):
            sheet.write_string(row, 0, title, self.head)
            sheet.write_string(row, 1, text)

    def _begin(self, table: Table) -> None:
        part = self.parts[table.path] = self.parts.get(table.path, 0) + 1
        title = table.name or self.export.title
        sheet = self.book.add_worksheet(self._name(title if part == 1 else f"{title} ({part})"))
        header = self.export.header(table)
        sheet.set_column(0, len(header) - 1, 16)
        sheet.freeze_panes(1, 0)
        for column, text in enumerate(header):
            sheet.write_string(0, column, text, self.head)
        self.sheets[table.path], self.rows[table.path] = sheet, 1

    def _write_cell(self, sheet: Any, row: int, column: int, value: Value) -> None:
        match value:
            case None | "":
                return
            case int():
                sheet.write_number(row, column, value)
            case Decimal():
                text = format(value, "f")
                if len(text.replace("-", "").replace(".", "").lstrip("0")) <= DIGITS:
                    sheet.write_number(row, column, float(value), self.number)
                else:
                    sheet.write_string(row, column, text)
            case datetime():
                # Spreadsheet programs know no time zones.
                sheet.write_datetime(row, column, value.astimezone(VIETNAM).replace(tzinfo=None), self.moment)
            case date():
                sheet.write_datetime(row, column, value)
            case _:
                sheet.write_string(row, column, value[:MOST_LETTERS])

    def _name(self, title: str) -> str:
        plain = "".join(" " if char in "[]:*?/\\'" else char for char in title).strip() or "Trang"
        name, number = plain[:31].strip(), 1
        while name.lower() in self.names:
            number += 1
            name = f"{plain[: 31 - len(str(number)) - 1].strip()} {number}"
        self.names.add(name.lower())
        return name


def _tell(advance: Advance | None, count: int) -> None:
    if advance is not None and count:
        advance(count)
