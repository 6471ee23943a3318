"""A table as a file for spreadsheet programs, and as an answer to the reader: CSV line by line, or a workbook."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TypeVar

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import get_language, override

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
T = TypeVar("T")
# Excel reads a text that begins so as a formula; an apostrophe makes it a text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def send_table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], name: str, *, wide: int = 3
) -> StreamingHttpResponse:
    """`name` ends with .csv or .xlsx, and is what it is. `title`: of the workbook's sheet, whose first `wide` columns
    are wide."""
    if name.endswith(".csv"):
        return send_csv(as_csv(headings, rows), name)
    made = as_workbook(title, headings, rows, wide)
    return FileResponse(made, as_attachment=True, filename=name, content_type=WORKBOOK)


def send_csv(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, "text/csv; charset=utf-8", headers=headers)


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8; in the language of who asks for the first line."""
    # Rows are worked out while they are sent: after the request, when its language is forgotten.
    return _write_lines(headings, iter(rows), get_language() or "vi")


def _write_lines(headings: Sequence[str], rows: Iterator[Sequence[str]], language: str) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(headings)
    while True:
        with override(language):
            row = next(rows, None)
        if row is not None:
            writer.writerow([_harmless(cell) for cell in row])
        yield buffer.getvalue()
        if row is None:
            return
        buffer.seek(0)
        buffer.truncate()


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


def in_pieces(things: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """For lines that are put together several at a time."""
    piece: list[T] = []
    for one in things:
        piece.append(one)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
