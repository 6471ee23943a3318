"""The sheets of a form's repeats in a plain workbook, as the template offers them or as an export wrote them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from caunoi.records.spreadsheet.cells import is_empty, show
from caunoi.records.spreadsheet.columns import (
    EXPORT_LINE_COLUMN,
    RECORD_COLUMN,
    list_data_rows,
    read_repeat_header,
)
from caunoi.records.spreadsheet.repeat_rows import Mains, RepeatRow, RepeatSheet, hang_rows, stray_sentence
from caunoi.records.spreadsheet.repeats import Repeat
from caunoi.records.spreadsheet.row_reader import RowReader, line_key, record_key
from caunoi.records.spreadsheet.workbooks import Table
from caunoi.refusals import Mistake


def read_repeat_sheets(reader: RowReader, repeats: Sequence[Repeat], sheets: Mapping[str, Table]) -> Mains:
    """By the key of the row they belong to; mistakes go to the reader. `sheets` by the repeat's name.

    A form's repeats that have no sheet at all stay empty (of a corrected record: as they are). But rows cannot hang in
    the air, and those around others cannot be sent without them: such a tree of sheets is complete or absent.
    """
    present = [repeat for repeat in repeats if repeat.name in sheets]
    roots = {repeat.path[0] for repeat in present}
    for repeat in repeats:
        if repeat.path[0] in roots and repeat.name not in sheets:
            message = _("Thiếu trang “%(sheet)s”. Hãy thêm trang ấy, để trống nếu không có gì để ghi.")
            reader.mistakes.append(Mistake(reader.file_name, repeat.name, 0, "", message % {"sheet": repeat.name}))
    several = [(repeat, _read_sheet(reader, repeat, sheets[repeat.name])) for repeat in present]
    # Where one sheet cannot be understood, those that hang together with it would seem wrong for no fault of theirs.
    broken = {repeat.path[0] for repeat, sheet in several if sheet is None}
    return hang_rows(
        [sheet for repeat, sheet in several if sheet is not None and repeat.path[0] not in broken],
        lambda row, column, sentence: _say(reader, row, column, sentence),
    )


def say_strays(reader: RowReader) -> None:
    """Rows whose main row was not there, once all main rows were read."""
    for by_name in reader.mains.values():
        for rows in by_name.values():
            for row in rows:
                link = next(iter(row.columns.keys), "")
                _say(reader, row, link, stray_sentence())


def _say(reader: RowReader, row: RepeatRow, column: str, sentence: str) -> None:
    index = row.columns.keys.get(column, -1)
    title = row.columns.title_of(index) if index >= 0 else ""
    reader.mistakes.append(Mistake(reader.file_name, row.sheet, row.number, title, sentence, _text(row, column)))


def _text(row: RepeatRow, column: str) -> str:
    index = row.columns.keys.get(column, len(row.cells))
    return show(row.cells[index]) if index < len(row.cells) and not is_empty(row.cells[index]) else ""


def _read_sheet(reader: RowReader, repeat: Repeat, table: Table) -> RepeatSheet | None:
    columns = read_repeat_header(table, repeat, reader.file_name)
    reader.mistakes += [*table.mistakes, *columns.mistakes]
    inside = replace(reader, table=table, columns=columns)
    rows = []
    for number, cells in list_data_rows(table, columns):
        answers, broken = inside.read_answers(number, cells)
        rows.append(RepeatRow(table.sheet, columns, number, cells, answers, broken))
    if columns.mistakes:
        return None
    if repeat.link_column in columns.keys:
        return RepeatSheet(repeat, rows, lambda row: _text(row, repeat.item_column), lambda row: _link(repeat, row))
    return RepeatSheet(repeat, rows, _exported_item, lambda row: _exported_link(repeat, row))


def _link(repeat: Repeat, row: RepeatRow) -> str:
    text = _text(row, repeat.link_column)
    return text if repeat.above else line_key(text)


def _exported_item(row: RepeatRow) -> str:
    """An export numbers them within their record: `57 2.1`."""
    return " ".join(filter(None, (_text(row, RECORD_COLUMN), _text(row, EXPORT_LINE_COLUMN))))


def _exported_link(repeat: Repeat, row: RepeatRow) -> str:
    record = _text(row, RECORD_COLUMN)
    if not repeat.above:
        return record_key(record)
    outer = _text(row, EXPORT_LINE_COLUMN).rpartition(".")[0]
    return f"{record} {outer}" if record and outer else ""
