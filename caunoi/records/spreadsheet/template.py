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
from caunoi.records.spreadsheet.repeats import LINE_COLUMN, Repeat, item_label, link_label, list_repeats
from caunoi.records.spreadsheet.workbooks import DATA_SHEET, GUIDE_SHEET, LIST_SHEET, MAX_SHEET_NAME

# Drop-downs reach this far; further rows may be filled too.
PREPARED_ROWS = 2000
# Name in the first row, label in the second, the question if it is one.
_Column = tuple[str, str, Question | None]


def template_workbook(form_code: str, unit_ids: Collection[int], *, today: date) -> bytes:
    """An empty .xlsx for the form and these units. Row 1 holds the machine names, row 2 (`#`) the labels."""
    version = get_form_version(form_code)
    kinds = {a.period_kind for a in list_assignments(form_code)} - {PeriodKind.EVENT}
    asked = questions_of(version)
    questions, repeats = list_columns(asked, periodic=bool(kinds)), list_repeats(asked)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "dd/mm/yyyy"})
    writer = _Template(book, questions, repeats, sorted(kinds))
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
    def __init__(
        self, book: Any, questions: Sequence[Question], repeats: Sequence[Repeat], kinds: Sequence[str]
    ) -> None:
        self.book, self.questions, self.kinds = book, questions, kinds
        self.data = book.add_worksheet(DATA_SHEET)
        self.repeats = [(repeat, book.add_worksheet(repeat.name[:MAX_SHEET_NAME])) for repeat in repeats]
        self.guide, self.lists = book.add_worksheet(GUIDE_SHEET), book.add_worksheet(LIST_SHEET)
        self.head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
        self.remark = book.add_format({"italic": True, "font_color": "#595959", "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "dd/mm/yyyy"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.list_column = 0

    def write(self, title: str, units: list[tuple[str, str, str]]) -> None:
        self._write_guide(title)
        columns: list[_Column] = [(LINE_COLUMN, _("Dòng"), None)] if self.repeats else []
        columns.append((UNIT_COLUMN, _("Đơn vị"), None))
        if self.kinds:
            columns.append((PERIOD_COLUMN, _("Kỳ báo cáo"), None))
        columns += [(question.name, question.label(), question) for question in self.questions]
        self._write_page(self.data, columns, 2 if self.repeats else 1)
        if units:
            place = [name for name, _label, _question in columns].index(UNIT_COLUMN)
            self._add_list(self.data, place, _("Đơn vị"), [(name, f"{code}: {path}") for name, code, path in units])
        for repeat, page in self.repeats:
            keys: list[_Column] = [(repeat.item_column, item_label(), None)] if repeat.has_inside else []
            keys.append((repeat.link_column, link_label(repeat), None))
            asked = [(question.name, question.label(), question) for question in repeat.questions]
            self._write_page(page, [*keys, *asked], len(keys))

    def _write_page(self, page: Any, columns: Sequence[_Column], fixed: int) -> None:
        for index, (name, label, question) in enumerate(columns):
            page.write_string(0, index, name, self.head)
            page.write_string(1, index, f"{REMARK} {label}" if index == 0 else label, self.remark)
            width = 34 if name == UNIT_COLUMN else max(14, min(40, len(name) + 4))
            is_number = question is not None and question.type in ("integer", "decimal", "range")
            cells = self.day if question is not None and question.type == "date" else None if is_number else self.text
            page.set_column(index, index, width, cells)
            if question is not None and question.type == "select_one" and question.choices:
                self._add_list(page, index, label, [(choice.label(), choice.name) for choice in question.choices])
        if fixed == 2:  # its own number first, then what it belongs to
            for number in range(1, PREPARED_ROWS + 1):
                page.write_number(number + 1, 0, number, self.remark)
        page.set_row(1, 45)
        page.freeze_panes(2, fixed)

    def _add_list(self, page: Any, index: int, title: str, entries: Sequence[tuple[str, str]]) -> None:
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
        page.data_validation(
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
            *self._explain_repeats(),
            *([(PERIOD_COLUMN, _("Kỳ báo cáo: %(example)s") % {"example": period})] if self.kinds else []),
        ]
        for question in (*self.questions, *(one for repeat, _page in self.repeats for one in repeat.questions)):
            parts = [question.label(), question.hints.get("vi", ""), allowed_of(question)]
            parts.append(_("bắt buộc") if question.required else "")
            lines.append((question.name, ". ".join(part.rstrip(".") for part in parts if part)))
        for row, (name, text) in enumerate(lines):
            self.guide.write_string(row, 0, name, self.head if name else None)
            self.guide.write_string(row, 1, text, self.wrap)

    def _explain_repeats(self) -> list[tuple[str, str]]:
        if not self.repeats:
            return []
        names = ", ".join(f"“{page.name}”" for _repeat, page in self.repeats)
        return [
            (
                LINE_COLUMN,
                _(
                    "Các trang %(names)s ghi phần lặp lại: mỗi dòng ghi số dòng (cột @dong) của bản ghi mà nó thuộc "
                    "về. Sửa bản ghi đã có mà không ghi dòng nào cho một phần lặp thì phần ấy giữ nguyên."
                )
                % {"names": names},
            ),
        ]
