"""A table as a file for spreadsheet programs: CSV line by line, or a workbook."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import xlsxwriter

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Excel reads a text that begins so as a formula; an apostrophe makes it a text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(headings)
    for row in rows:
        writer.writerow([_harmless(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "").replace(",", "").isdecimal()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell


def as_workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], wide: int) -> IO[bytes]:
    """Written row by row into a file without a name: memory stays flat. The first `wide` columns are wide."""
    made = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    sheet = book.add_worksheet(title)
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    sheet.freeze_panes(1, 2)
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, 38 if column < wide else 18)
        sheet.write_string(0, column, heading, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    book.close()
    made.seek(0)
    return made
