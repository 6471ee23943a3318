"""The period's workbook as an .xlsx: a sheet a form, a row a unit, and next to each cell what it said last period."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from caunoi.approvals.rules import State
from caunoi.forms.rules.questions import NUMBERS, UNIT_COLUMN, Question
from caunoi.languages import in_reader_language
from caunoi.periods.wording import describe_period
from caunoi.places.queries import get_snapshot
from caunoi.records.spreadsheet.book.formats import Formats
from caunoi.records.spreadsheet.book.layout import (
    ABOVE_COLUMN,
    ALLOWED_ROW,
    BASE_COLUMN,
    BEFORE_PREFIX,
    FIRST_ROW,
    LABEL_ROW,
    MARK_ROW,
    NAME_COLUMN,
    NAME_ROW,
    STATE_COLUMN,
    TITLE_ROW,
)
from caunoi.records.spreadsheet.book.plan import Book, BookSheet, Line
from caunoi.records.spreadsheet.columns import RECORD_COLUMN, depends
from caunoi.records.spreadsheet.repeats import LINE_COLUMN, Repeat, item_label, link_label
from caunoi.records.spreadsheet.template import name_units
from caunoi.records.spreadsheet.words import DIGITS, explain, in_words, kind_of, watch, word_of
from caunoi.records.spreadsheet.workbooks import GUIDE_SHEET, LIST_SHEET

# Rows without a unit of their own (events, repeats) that are ready to be filled.
FREE_ROWS = 200
_OWN_WIDTHS = {
    UNIT_COLUMN: 16, NAME_COLUMN: 26, ABOVE_COLUMN: 24, STATE_COLUMN: 13, LINE_COLUMN: 7, RECORD_COLUMN: 10,
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """`question` None: one of the workbook's own. `before`: shows what stood there last period."""

    name: str
    label: str
    question: Question | None = None
    before: bool = False
    width: float = 14


def write_book(book: Book, *, today: date) -> bytes:
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(made, options)
    workbook.set_properties({"title": _("Sổ nhập số liệu")})
    writer = _Writer(workbook, book, today)
    writer.write()
    workbook.close()
    return made.getvalue()


def file_name_of(book: Book) -> str:
    key = get_snapshot().units[book.unit].key.replace(":", "-")
    return f"so-nhap-{key}-{book.period.key}.xlsx"


def state_words(state: str) -> str:
    return {
        "": _("chưa gửi"),
        State.DRAFT: _("đang ghi"),
        State.SUBMITTED: _("chờ duyệt"),
        State.RETURNED: _("đã trả lại"),
        State.APPROVED: _("đã duyệt"),
        State.LOCKED: _("đã khóa"),
        State.WITHDRAWN: _("đã rút"),
    }[State(state) if state else ""]


class _Writer:
    def __init__(self, workbook: Any, book: Book, today: date) -> None:
        self.workbook, self.book, self.today = workbook, book, today
        self.guide = workbook.add_worksheet(GUIDE_SHEET)
        self.formats = Formats(workbook)
        self.names: set[str] = {GUIDE_SHEET.lower(), LIST_SHEET.lower()}
        self.lists: list[tuple[str, Sequence[tuple[str, str]]]] = []
        self.listed: dict[tuple[str, ...], str] = {}
        self.titles: list[tuple[str, BookSheet]] = []

    def write(self) -> None:
        several = {sheet.version.form.code for sheet in self.book.sheets if sheet.period is not None}
        one_each = len(several) == sum(sheet.period is not None for sheet in self.book.sheets)
        for sheet in self.book.sheets:
            title = in_reader_language(sheet.version.form.title_vi, sheet.version.form.title_en)
            short = title if one_each or sheet.period is None else f"{sheet.mark.period} {title}"
            name = self._sheet_name(short)
            self.titles.append((name, sheet))
            self._write_sheet(name, title, sheet)
            for repeat in sheet.repeats:
                self._write_repeat(self._sheet_name(f"{name} - {repeat.name}"), title, sheet, repeat)
        self._write_lists()
        self._write_guide()
        if self.titles:
            self.guide.activate()

    # A form's sheet

    def _write_sheet(self, name: str, title: str, sheet: BookSheet) -> None:
        page = self.workbook.add_worksheet(name)
        columns = self._columns_of(sheet)
        self._write_head(page, title, sheet, columns)
        lines = list(sheet.lines)
        if sheet.period is None:
            lines += [Line(None)] * FREE_ROWS
        for index, line in enumerate(lines):
            self._write_line(page, FIRST_ROW + index, index + 1, line, columns)
        last = FIRST_ROW + max(len(lines), 1) - 1
        for index, column in enumerate(columns):
            if column.question is not None and not column.before:
                self._validate(page, index, last, column.question)
            elif column.name == UNIT_COLUMN and sheet.period is None:
                self._validate_units(page, index, last, sheet)
        fixed = sum(column.question is None for column in columns) - 1  # the base column stands last
        page.freeze_panes(FIRST_ROW, fixed)
        page.autofilter(ALLOWED_ROW, 0, last, len(columns) - 2)
        self._finish(page)

    def _columns_of(self, sheet: BookSheet) -> list[Column]:
        if sheet.period is None:
            own = [
                Column(LINE_COLUMN, _("Dòng")),
                Column(RECORD_COLUMN, _("Số bản ghi")),
                Column(UNIT_COLUMN, _("Đơn vị"), width=30),
            ]
        else:
            own = [Column(UNIT_COLUMN, _("Mã đơn vị")), Column(NAME_COLUMN, _("Đơn vị"))]
            if len({line.above for line in sheet.lines}) > 1:
                own.append(Column(ABOVE_COLUMN, _("Thuộc")))
        own.append(Column(STATE_COLUMN, _("Tình trạng")))
        asked: list[Column] = []
        for question in sheet.questions:
            asked.append(_column_of(question))
            compares = question.type in NUMBERS or question.type == "select_one"
            if compares and any(line.before.get(question.name) for line in sheet.lines):
                asked.append(Column(BEFORE_PREFIX + question.name, _("kỳ trước"), question, before=True, width=11))
        return [*(_sized(one) for one in own), *asked, Column(BASE_COLUMN, "", width=4)]

    def _write_head(self, page: Any, title: str, sheet: BookSheet, columns: Sequence[Column], repeat: str = "") -> None:
        formats = self.formats
        page.write_string(MARK_ROW, 0, replace(sheet.mark, repeat=repeat).to_text())
        period = describe_period(sheet.period) if sheet.period else describe_period(self.book.period)
        unit = get_snapshot().name_on(self.book.unit, self.today)
        page.write_string(TITLE_ROW, 0, " · ".join(part for part in (title, period, unit) if part), formats.title)
        for index, column in enumerate(columns):
            page.write_string(NAME_ROW, index, column.name)
            required = column.question is not None and column.question.required and not column.before
            star = "" if not required else " (*)" if column.question and depends(column.question) else " *"
            label = column.label + star
            head = formats.before_head if column.before else formats.required if required else formats.head
            allowed = explain(column.question) if column.question and not column.before else ""
            page.write_string(LABEL_ROW, index, label, head)
            page.write_string(ALLOWED_ROW, index, allowed, formats.before_allowed if column.before else formats.allowed)
            page.set_column(index, index, column.width, None, {"hidden": column.name == BASE_COLUMN})
        page.set_row(MARK_ROW, None, None, {"hidden": True})
        page.set_row(NAME_ROW, None, None, {"hidden": True})
        page.set_row(TITLE_ROW, 24)
        page.set_row(LABEL_ROW, 64)
        longest = max((len(explain(c.question)) / c.width for c in columns if c.question and not c.before), default=0)
        page.set_row(ALLOWED_ROW, 26 if longest < 3 else 64)

    def _write_line(self, page: Any, row: int, number: int, line: Line, columns: Sequence[Column]) -> None:
        formats = self.formats
        for index, column in enumerate(columns):
            if column.question is not None and column.before:
                value = line.before.get(column.question.name, "")
                self._write_answer(page, row, index, column.question, value, formats.before)
            elif column.question is not None:
                open_ = formats.locked if line.is_locked else formats.open
                self._write_answer(page, row, index, column.question, line.answers.get(column.question.name, ""), open_)
            elif column.name == UNIT_COLUMN and line.unit is None:
                page.write_blank(row, index, None, formats.open["text"])
            else:
                self._write_own(page, row, index, column.name, number, line)

    def _write_own(self, page: Any, row: int, index: int, name: str, number: int, line: Line) -> None:
        key = self.formats.key
        match name:
            case "@dong":
                page.write_number(row, index, number, key)
            case "@ban_ghi" if line.submission_id is not None:
                page.write_number(row, index, line.submission_id, key)
            case "@tinh_trang":
                words = state_words(line.state) if line.unit is not None else ""
                page.write_string(row, index, words, self.formats.states.get(line.state, key))
            case _:
                texts = {
                    UNIT_COLUMN: line.code, NAME_COLUMN: line.name, ABOVE_COLUMN: line.above,
                    BASE_COLUMN: line.instance_id,
                }  # fmt: skip
                page.write_string(row, index, texts.get(name, ""), key)

    def _write_answer(
        self, page: Any, row: int, index: int, question: Question, value: Any, formats: Mapping[str, Any]
    ) -> None:
        text = value if isinstance(value, str) else ""
        kind = kind_of(question)
        shown = formats[kind]
        if text == "":
            page.write_blank(row, index, None, shown)
        elif kind in ("whole", "number") and (number := _number(text)) is not None:
            page.write_number(row, index, number, shown)
        elif kind == "date" and (day := _day(text)) is not None:
            page.write_datetime(row, index, day, shown)
        elif question.choices:
            page.write_string(row, index, in_words(question, text), formats["text"])
        else:
            page.write_string(row, index, text, formats["text"])

    # A repeat's sheet

    def _write_repeat(self, name: str, title: str, sheet: BookSheet, repeat: Repeat) -> None:
        page = self.workbook.add_worksheet(name)
        by_unit = not repeat.above and sheet.period is not None
        link = (
            Column(UNIT_COLUMN, _("Đơn vị"), width=30)
            if by_unit
            else Column(repeat.link_column, link_label(repeat), width=12)
        )
        own = [link, *([Column(repeat.item_column, item_label(), width=8)] if repeat.has_inside else [])]
        self._write_head(
            page, f"{title}: {repeat.name}", sheet, [*own, *map(_column_of, repeat.questions)], repeat.name
        )
        written = list(self._rows_of(sheet, repeat))
        for row, (line, linked, answers) in enumerate(written, start=FIRST_ROW):
            shown = self.formats.locked if line.is_locked else self.formats.open
            page.write(row, 0, linked, shown["text" if by_unit else "whole"])
            for index, question in enumerate(repeat.questions, start=len(own)):
                self._write_answer(page, row, index, question, answers.get(question.name, ""), shown)
        free, last = FIRST_ROW + len(written), FIRST_ROW + len(written) + FREE_ROWS - 1
        for row in range(free, last + 1):
            page.write_blank(row, 0, None, self.formats.open["text" if by_unit else "whole"])
            for index, question in enumerate(repeat.questions, start=len(own)):
                page.write_blank(row, index, None, self.formats.open[kind_of(question)])
        if repeat.has_inside:
            for row in range(FIRST_ROW, last + 1):
                page.write_number(row, 1, row - FIRST_ROW + 1, self.formats.key)
        for index, question in enumerate(repeat.questions, start=len(own)):
            self._validate(page, index, last, question)
        if by_unit:
            self._validate_units(page, 0, last, sheet)
        page.freeze_panes(FIRST_ROW, len(own))
        self._finish(page)

    def _rows_of(self, sheet: BookSheet, repeat: Repeat) -> Iterator[tuple[Line, str | int, Mapping[str, Any]]]:
        """(main row, what its row names it by, answers) of the rows that were sent; a row inside another names this one
        by its place in its own sheet."""
        if repeat.above:
            outer = next(one for one in sheet.repeats if one.path == repeat.path[:-1])
            for number, (line, _link, answers) in enumerate(self._rows_of(sheet, outer), start=1):
                yield from ((line, number, row) for row in _listed(answers.get(repeat.name)))
            return
        names = {} if sheet.period is None else self._names_of(sheet)
        for number, line in enumerate(sheet.lines, start=1):
            link = number if sheet.period is None else names.get(line.unit or 0, line.code)
            yield from ((line, link, row) for row in _listed(line.answers.get(repeat.name)))

    def _names_of(self, sheet: BookSheet) -> dict[int, str]:
        """What its repeats call each unit: the name, with more where two bear the same."""
        by_code = {code: name for name, code, _path in self._units_for(sheet)}
        return {line.unit: by_code.get(line.code, line.code) for line in sheet.lines if line.unit is not None}

    # Watching what is typed

    def _validate(self, page: Any, index: int, last: int, question: Question) -> None:
        rule = self._rule_of(question)
        hint = ". ".join(p.rstrip(".") for p in (question.hints.get("vi", ""), explain(question)) if p)
        told = {"input_title": question.label()[:32], "input_message": hint[:255]} if hint else {}
        if not rule and not told:
            return
        message = question.constraint_messages.get("vi", "") or explain(question)
        refused = {"error_title": _("Chưa đúng"), "error_message": message[:255]} if rule and message else {}
        options = {**(rule or {"validate": "any"}), **told, **refused}
        page.data_validation(FIRST_ROW, index, last, index, options)

    def _rule_of(self, question: Question) -> dict[str, Any]:
        if question.type == "select_one" and question.choices:
            words = [(word_of(question, choice.name), choice.name) for choice in question.choices]
            return {"validate": "list", "source": self._list(question.label(), words)}
        return watch(question, self.today)

    def _validate_units(self, page: Any, index: int, last: int, sheet: BookSheet) -> None:
        units = self._units_for(sheet)
        if units:
            words = [(name, f"{code}: {path}") for name, code, path in units]
            # A code is as good as a name, so other text is only warned about.
            options = {"validate": "list", "source": self._list(_("Đơn vị"), words), "error_type": "warning"}
            options |= {"error_title": _("Không có trong danh mục"), "error_message": _("Hãy chọn trong danh sách.")}
            page.data_validation(FIRST_ROW, index, last, index, options)

    def _units_for(self, sheet: BookSheet) -> list[tuple[str, str, str]]:
        day = sheet.period.days.last if sheet.period else min(self.book.period.named_days.last, self.today)
        return name_units(sheet.units, get_snapshot(), day)

    def _list(self, title: str, words: Sequence[tuple[str, str]]) -> str:
        """Where on the list sheet the words stand (a drop-down's own text may hold 255 characters only)."""
        key = tuple(word for word, _note in words)
        if key not in self.listed:
            column = len(self.lists) * 3
            self.lists.append((title, words))
            first = xl_rowcol_to_cell(1, column, row_abs=True, col_abs=True)
            last = xl_rowcol_to_cell(len(words), column, row_abs=True, col_abs=True)
            self.listed[key] = f"='{LIST_SHEET}'!{first}:{last}"
        return self.listed[key]

    # The sheets around

    def _write_lists(self) -> None:
        page = self.workbook.add_worksheet(LIST_SHEET)
        for index, (title, words) in enumerate(self.lists):
            column = index * 3
            page.write_string(0, column, title, self.formats.head)
            page.write_string(0, column + 1, _("Mã"), self.formats.head)
            page.set_column(column, column, 34)
            page.set_column(column + 1, column + 1, 40)
            for row, (word, note) in enumerate(words, start=1):
                page.write_string(row, column, word)
                page.write_string(row, column + 1, note, self.formats.note)
        self._finish(page)

    def _write_guide(self) -> None:
        page, formats = self.guide, self.formats
        page.hide_gridlines(2)
        page.set_column(0, 0, 40)
        page.set_column(1, 1, 22)
        page.set_column(2, 4, 14)
        unit = get_snapshot().path_name(self.book.unit, self.today)
        page.write_string(0, 0, _("Sổ nhập số liệu"), formats.title)
        page.write_string(1, 0, f"{unit} · {describe_period(self.book.period)}", formats.bold)
        page.write_string(2, 0, _("Lập ngày %(day)s") % {"day": self.today.strftime("%d/%m/%Y")}, formats.note)
        steps = [
            _("1. Mỗi trang là một biểu mẫu, mỗi dòng một đơn vị. Chỉ ghi vào các ô màu trắng."),
            _("2. Cột có dấu * là bắt buộc; dấu (*) là chỉ bắt buộc khi câu trước yêu cầu."),
            _("3. Cột xám “kỳ trước” là số của kỳ liền trước, để đối chiếu."),
            _("4. Số 0 phải ghi rõ là 0. Dòng để trống cả là chưa có số liệu, không phải là 0, và sẽ được bỏ qua."),
            _("5. Số đã gửi đã có sẵn. Sửa số rồi nộp lại thì thành bản sửa; bản cũ vẫn được lưu."),
            _("6. Xóa trắng một dòng đã gửi không xóa bản ghi. Muốn bỏ bản ghi thì rút bản ghi ở trang của nó."),
            _("7. Câu chọn nhiều: ghi các lựa chọn cách nhau bằng dấu chấm phẩy (;)."),
            _("8. Không gộp ô, không ẩn dòng đã sửa. Đổi tên hay đổi thứ tự các trang thì được."),
            _("9. Lưu tệp dạng .xlsx rồi nộp ở mục “Nhập bảng tính”. Trang ấy cho xem trước rồi mới ghi."),
        ]
        for row, text in enumerate(steps, start=4):
            page.write_string(row, 0, text)
        row = 4 + len(steps) + 1
        heads = (_("Trang"), _("Kỳ"), _("Hạn gửi"), _("Số đơn vị"), _("Đã gửi"))
        for index, head in enumerate(heads):
            page.write_string(row, index, head, formats.head)
        for name, sheet in self.titles:
            row += 1
            page.write_url(row, 0, f"internal:'{name.replace(chr(39), chr(39) * 2)}'!A{FIRST_ROW + 1}", string=name)
            page.write_string(row, 1, describe_period(sheet.period or self.book.period))
            page.write_string(row, 2, sheet.due_on.strftime("%d/%m/%Y") if sheet.due_on else "")
            if sheet.period is not None:
                page.write_number(row, 3, len(sheet.lines))
                page.write_number(row, 4, sum(1 for line in sheet.lines if line.state))
        self._finish(page)

    def _finish(self, page: Any) -> None:
        # Without a password: it keeps hands off the keys by mistake, it does not lock anybody out.
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)

    def _sheet_name(self, title: str) -> str:
        """At most 31 characters, none of `[]:*?/\\`, no two alike."""
        plain = "".join(" " if char in "[]:*?/\\'" else char for char in title).strip() or "Trang"
        name, number = plain[:31].strip(), 1
        while name.lower() in self.names:
            number += 1
            name = f"{plain[: 31 - len(str(number)) - 1].strip()} {number}"
        self.names.add(name.lower())
        return name


def _listed(rows: Any) -> list[Mapping[str, Any]]:
    return rows if isinstance(rows, list) else []


def _sized(column: Column) -> Column:
    return replace(column, width=_OWN_WIDTHS.get(column.name, column.width) if column.width == 14 else column.width)


def _column_of(question: Question) -> Column:
    kind = kind_of(question)
    width = {"whole": 14, "number": 14, "date": 13}.get(kind, 24 if question.choices else 32)
    return Column(question.name, question.label(), question, width=width)


def _number(text: str) -> float | None:
    if len(text.replace("-", "").replace(".", "").lstrip("0")) > DIGITS:
        return None  # as text rather than rounded unseen
    try:
        return float(Decimal(text))
    except InvalidOperation:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
