"""A register as CSV or a workbook: one row a thing, labels as the reader sees them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import xlsxwriter
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi.desk.registers import conflict_label, state_label
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import Property, Row

# Excel reads a text that begins so as a formula; an apostrophe makes it a text again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def list_headings(properties: Sequence[Property]) -> list[str]:
    language = get_language() or "vi"
    return [
        _("Mã"), _("Tên"), _("Đơn vị"), *(one.label(language) for one in properties), _("Từ ngày"), _("Ngừng từ ngày"),
        _("Tình trạng"), _("Trái nhau"), _("Phiên bản"),
    ]  # fmt: skip


def list_cells(row: Row, properties: Sequence[Property], day: date) -> list[str]:
    language, entity = get_language() or "vi", row.entity
    return [
        str(entity.uuid), row.label, get_snapshot().path_name(entity.org_unit_id, day),
        *(one.show(row.properties.get(one.name, ""), language) for one in properties),
        f"{entity.begins_on:%d/%m/%Y}", f"{entity.ended_on:%d/%m/%Y}" if entity.ended_on else "",
        state_label(row.state), conflict_label(entity.conflict), str(entity.current_number),
    ]  # fmt: skip


def as_csv(rows: Iterable[Row], properties: Sequence[Property], day: date) -> Iterator[str]:
    """Line by line, with the mark by which Excel knows UTF-8."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(list_headings(properties))
    for row in rows:
        writer.writerow([_harmless(cell) for cell in list_cells(row, properties, day)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "").replace(",", "").isdecimal()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell


def as_workbook(rows: Iterable[Row], properties: Sequence[Property], day: date) -> io.BytesIO:
    """Written row by row: memory stays flat."""
    made = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    sheet = book.add_worksheet(_("Sổ theo dõi"))
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    sheet.freeze_panes(1, 2)
    for column, heading in enumerate(list_headings(properties)):
        sheet.set_column(column, column, 38 if column < 3 else 18)
        sheet.write_string(0, column, heading, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(list_cells(row, properties, day)):
            sheet.write_string(number, column, cell)
    book.close()
    made.seek(0)
    return made
