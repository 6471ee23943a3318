"""The workbook an officer fills: one row a submission, drop-downs for units and choices, a page that explains."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from caunoi.forms.models import PeriodKind
from caunoi.forms.queries import get_form_version, list_assignments, questions_of
from caunoi.forms.rules.check import allowed_of
from caunoi.forms.rules.questions import PERIOD_COLUMN, UNIT_COLUMN, Question
from caunoi.languages import in_reader_language
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.spreadsheet.cells import PERIOD_WORDS
from caunoi.records.spreadsheet.columns import RECORD_COLUMN, REMARK, list_columns
from caunoi.records.spreadsheet.workbooks import DATA_SHEET, GUIDE_SHEET, LIST_SHEET

# Drop-downs reach this far; further rows may be filled too.
PREPARED_ROWS = 2000


def template_workbook(form_code: str, unit_ids: Collection[int], *, today: date) -> bytes:
    """An empty .xlsx for the form and these units. Row 1 holds the machine names, row 2 (`#`) the labels."""
    version = get_form_version(form_code)
    kinds = {a.period_kind for a in list_assignments(form_code)} - {PeriodKind.EVENT}
    questions = list_columns(questions_of(version), periodic=bool(kinds))
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    writer = _Template(book, questions, sorted(kinds))
    writer.write(
        in_reader_language(version.form.title_vi, version.form.title_en), name_units(unit_ids, get_snapshot(), today)
    )
    book.close()
    return made.getvalue()


def name_units(unit_ids: Collection[int], places: PlaceSnapshot, day: date) -> list[tuple[str, str, str]]:
    """(name that is unique among them, code, full path), in reading order."""
    units = sorted(
        (unit for unit in unit_ids if unit in places.units and places.exists_on(unit, day)),
        key=lambda unit: (places.path_name(unit, day).split(", ")[::-1], places.order_key(unit, day)),
    )
    names = Counter(places.name_on(unit, day) for unit in units)
    paths = Counter(places.path_name(unit, day) for unit in units)
    rows = []
    for unit in units:
        name, path = places.name_on(unit, day), places.path_name(unit, day)
        code = places.code_on(unit, day) or places.units[unit].key
        rows.append((name if names[name] == 1 else path if paths[path] == 1 else code, code, path))
    return rows


class _Template:
    def __init__(self, book: Any, questions: Sequence[Question], kinds: Sequence[str]) -> None:
        self.book, self.questions, self.kinds = book, questions, kinds
        self.data, self.guide, self.lists = (book.add_worksheet(name) for name in (DATA_SHEET, GUIDE_SHEET, LIST_SHEET))
        self.head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        self.remark = book.add_format({"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "dd/mm/yyyy"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.list_column = 0

    def write(self, title: str, units: list[tuple[str, str, str]]) -> None:
        self._write_guide(title)
        columns: list[tuple[str, str, Question | None]] = [(UNIT_COLUMN, _("Đơn vị"), None)]
        if self.kinds:
            columns.append((PERIOD_COLUMN, _("Kỳ báo cáo"), None))
        columns += [(question.name, question.label(), question) for question in self.questions]
        for index, (name, label, question) in enumerate(columns):
            self.data.write_string(0, index, name, self.head)
            self.data.write_string(1, index, f"{REMARK} {label}" if index == 0 else label, self.remark)
            width = 34 if index == 0 else max(14, min(40, len(name) + 4))
            is_number = question is not None and question.type in ("integer", "decimal", "range")
            cells = self.day if question is not None and question.type == "date" else None if is_number else self.text
            self.data.set_column(index, index, width, cells)
            if question is not None and question.type == "select_one" and question.choices:
                self._add_list(index, label, [(choice.label(), choice.name) for choice in question.choices])
        self.data.set_row(1, 45)
        self.data.freeze_panes(2, 1)
        if units:
            self._add_list(0, _("Đơn vị"), [(name, f"{code}: {path}") for name, code, path in units])

    def _add_list(self, index: int, title: str, entries: Sequence[tuple[str, str]]) -> None:
        """The allowed values on the list sheet (a drop-down's own text may hold 255 characters only)."""
        column = self.list_column
        self.list_column += 3
        self.lists.write_string(0, column, title, self.head)
        self.lists.set_column(column, column, 34)
        self.lists.set_column(column + 1, column + 1, 44)
        for row, (value, note) in enumerate(entries, start=1):
            self.lists.write_string(row, column, value)
            self.lists.write_string(row, column + 1, note, self.remark)
        first = xlsxwriter.utility.xl_rowcol_to_cell(1, column, row_abs=True, col_abs=True)
        last = xlsxwriter.utility.xl_rowcol_to_cell(len(entries), column, row_abs=True, col_abs=True)
        self.data.data_validation(
            2, index, PREPARED_ROWS + 1, index,
            {
                "validate": "list", "source": f"='{LIST_SHEET}'!{first}:{last}", "error_type": "warning",
                "error_title": _("Không có trong danh mục"),
                "error_message": _("Hãy chọn trong danh sách, hoặc ghi mã như ở trang Danh mục."),
            },
        )  # fmt: skip

    def _write_guide(self, title: str) -> None:
        self.guide.set_column(0, 0, 26)
        self.guide.set_column(1, 1, 90)
        period = PERIOD_WORDS.get(self.kinds[0], "") if self.kinds else ""
        lines = [
            (title, ""),
            ("", _("Ghi vào trang “%(sheet)s”, mỗi dòng một bản ghi, từ dòng 3.") % {"sheet": DATA_SHEET}),
            ("", _("Giữ nguyên dòng 1 (tên cột). Dòng bắt đầu bằng # không được đọc.")),
            (
                "",
                _("Gửi lại tệp đã gửi thì không có gì thay đổi. Sửa số rồi gửi lại thì thành bản sửa, bản cũ vẫn lưu."),
            ),
            ("", _("Số thập phân ghi dấu phẩy: 1234,5. Số nguyên ghi liền: 1234. Không gộp ô, không ẩn dòng.")),
            (UNIT_COLUMN, _("Mã hoặc tên đơn vị. Trùng tên thì thêm cấp trên sau dấu phẩy: Thôn 1, Xã …")),
            (
                RECORD_COLUMN,
                _("Không bắt buộc. Thêm cột này và ghi số bản ghi để sửa bản ghi đã có; dòng không ghi số là bản mới."),
            ),
            *([(PERIOD_COLUMN, _("Kỳ báo cáo: %(example)s") % {"example": period})] if self.kinds else []),
        ]
        for question in self.questions:
            parts = [question.label(), question.hints.get("vi", ""), allowed_of(question)]
            parts.append(_("bắt buộc") if question.required else "")
            lines.append((question.name, ". ".join(part.rstrip(".") for part in parts if part)))
        for row, (name, text) in enumerate(lines):
            self.guide.write_string(row, 0, name, self.head if name else None)
            self.guide.write_string(row, 1, text, self.wrap)
