"""The sheets of an uploaded workbook that are ours, whatever they are called by now and wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import UNIT_COLUMN, Question
from caunoi.records.spreadsheet.book.layout import (
    BEFORE_PREFIX,
    FIRST_ROW,
    LABEL_ROW,
    NAME_ROW,
    Mark,
    read_mark,
)
from caunoi.records.spreadsheet.cells import Cell, is_empty, show
from caunoi.records.spreadsheet.columns import REMARK, Columns
from caunoi.records.spreadsheet.repeats import ITEM_PREFIX, LINE_COLUMN
from caunoi.records.spreadsheet.workbooks import GUIDE_SHEET, LIST_SHEET, Table, column_letter, read_tables
from caunoi.refusals import FileRefused, Mistake
from caunoi.vietnamese_text import fold

# How far down and right the mark is looked for, if somebody inserted rows or columns.
_REACH_ROWS, _REACH_COLUMNS = 20, 5


@dataclass(frozen=True)
class Part:
    """One of our sheets. `top` counts from 0: the row its mark stands in; `names`: column name -> where it stands."""

    mark: Mark
    table: Table
    top: int
    names: dict[str, int]

    def columns_for(self, questions: Sequence[Question], file_name: str) -> Columns:
        """Where the questions stand. A question without a column is a mistake: nobody can tell whether the cells were
        emptied or never there."""
        labels = self._row(LABEL_ROW)
        found = Columns(self.top + FIRST_ROW - 1, unit=self.names.get(UNIT_COLUMN, -1))
        for index in self.names.values():
            found.titles[index] = show(labels[index]) if index < len(labels) else ""
        for question in questions:
            if question.name in self.names:
                found.questions[self.names[question.name]] = question
            else:
                message = _("Thiếu cột “%(name)s”. Hãy tải sổ mới; không xóa cột nào của sổ.")
                found.missing.add(question.name)
                found.mistakes.append(Mistake(file_name, self.table.sheet, 0, "", message % {"name": question.label()}))
        return found

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """(row number as shown, cells) of every row for data; rows that begin with # are remarks."""
        for index in range(self.top + FIRST_ROW, len(self.table.rows)):
            row = self.table.rows[index]
            first = next((cell for cell in row if not is_empty(cell)), None)
            if first is not None and not (isinstance(first, str) and first.lstrip().startswith(REMARK)):
                yield index + 1, row

    def cell(self, row: Sequence[Cell], name: str) -> Cell:
        index = self.names.get(name, len(row))
        return row[index] if index < len(row) else ""

    def is_hidden(self, number: int) -> bool:
        return number - 1 in self.table.hidden_rows

    def list_distrusted(self, columns: Columns) -> list[Mistake]:
        """Formulas in error, merged cells: only where they touch what is read."""
        read = {column_letter(index) for index in (*columns.questions, *self.keys().values())}
        first = self.top + FIRST_ROW
        return [one for one in self.table.mistakes if one.row > first and one.column in read]

    def keys(self) -> dict[str, int]:
        """The columns that number or link rows, by name."""
        return {
            name: index
            for name, index in self.names.items()
            if name in (UNIT_COLUMN, LINE_COLUMN) or name.startswith(ITEM_PREFIX)
        }

    def list_hidden_columns(self, columns: Columns) -> list[int]:
        return [index for index in self.table.hidden_columns if index in columns.questions]

    def _row(self, offset: int) -> Sequence[Cell]:
        index = self.top + offset
        return self.table.rows[index] if index < len(self.table.rows) else []


@dataclass
class Parts:
    """`forms`: the main sheets in the workbook's order; `repeats`: theirs, by form and period."""

    forms: list[Part] = field(default_factory=list)
    repeats: dict[tuple[str, str], list[Part]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_parts(content: bytes, file_name: str) -> Parts:
    """Raises FileRefused if it cannot be read, or holds no sheet of ours."""
    found = Parts()
    seen: dict[Mark, str] = {}
    others = []
    for table in read_tables(content, file_name):
        part = _find_part(table)
        if part is None:
            if fold(table.sheet) not in (fold(GUIDE_SHEET), fold(LIST_SHEET)) and any(map(any, table.rows)):
                others.append(table.sheet)
        elif part.mark in seen:
            message = _("Trang này là bản chép của trang “%(sheet)s”. Hãy xóa một trong hai.")
            found.mistakes.append(Mistake(file_name, table.sheet, 0, "", message % {"sheet": seen[part.mark]}))
        else:
            seen[part.mark] = table.sheet
            if part.mark.repeat:
                found.repeats.setdefault((part.mark.form, part.mark.period), []).append(part)
            else:
                found.forms.append(part)
    if not seen:
        raise not_a_book(file_name)
    if others:
        found.notes.append(_("Không đọc các trang không thuộc sổ: %(names)s.") % {"names": ", ".join(others)})
    for key, parts in found.repeats.items():
        if key not in {(part.mark.form, part.mark.period) for part in found.forms}:
            message = _("Trang chính của biểu mẫu này đã bị xóa nên không biết các dòng thuộc bản ghi nào.")
            found.mistakes += [Mistake(file_name, part.table.sheet, 0, "", message) for part in parts]
    return found


def is_book(content: bytes) -> bool:
    """Whether these are the bytes of one of our workbooks; False for what cannot be read."""
    try:
        return any(_find_part(table) is not None for table in read_tables(content, ""))
    except FileRefused:
        return False


def not_a_book(file_name: str) -> FileRefused:
    why = _("Đây không phải là sổ nhập tải từ trang “Sổ nhập cả kỳ”, hoặc các dòng ẩn ở đầu trang đã bị xóa.")
    remedy = _("Hãy tải sổ mới, hoặc nộp ở trang “Nhập bảng tính theo từng biểu mẫu” nếu là mẫu của một biểu mẫu.")
    return FileRefused(f"{why} {remedy}", [Mistake(file_name, "", 0, "", why, "", remedy)])


def _find_part(table: Table) -> Part | None:
    for top, row in enumerate(table.rows[:_REACH_ROWS]):
        for cell in row[:_REACH_COLUMNS]:
            mark = read_mark([[cell]])
            if mark is not None:
                return Part(mark, table, top, _read_names(table, top))
    return None


def _read_names(table: Table, top: int) -> dict[str, int]:
    names: dict[str, int] = {}
    row = table.rows[top + NAME_ROW] if top + NAME_ROW < len(table.rows) else []
    for index, cell in enumerate(row):
        name = show(cell) if not is_empty(cell) else ""
        if name and not name.startswith(BEFORE_PREFIX):
            names.setdefault(name, index)
    return names
