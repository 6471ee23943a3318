"""The header row: which column is which question, by name or by label."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import FILES, PERIOD_COLUMN, PERIOD_QUESTION, UNIT_COLUMN, Question
from caunoi.records.spreadsheet.cells import Cell, is_empty, show
from caunoi.records.spreadsheet.repeats import LINE_COLUMN, Repeat
from caunoi.records.spreadsheet.workbooks import Table, column_letter
from caunoi.refusals import Mistake
from caunoi.vietnamese_text import clean, fold

# The number of the record a row corrects. No question can bear a name with `@`.
RECORD_COLUMN = "@ban_ghi"
# In an export's sheet of a repeat: the row's number within its record, `2.1` for the first row inside the second.
EXPORT_LINE_COLUMN = "dong"
# A row whose first cell begins so is for people: labels, explanations, examples.
REMARK = "#"


# What only those who know it need.
_NOT_OFFERED = frozenset({RECORD_COLUMN, EXPORT_LINE_COLUMN, "phien_ban", "instance_id"})


@dataclass
class Columns:
    """Where each question stands; -1 for a column that is missing. `header_row` counts from 0; `has_header`: whether
    anything in it is, or is like, the name of a column."""

    header_row: int
    has_header: bool = True
    unit: int = -1
    period: int = -1
    record: int = -1
    line: int = -1
    # Columns that number or link rows, by name: of a repeat's sheet.
    keys: dict[str, int] = field(default_factory=dict)
    questions: dict[int, Question] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    # Needed columns that are not there.
    missing: set[str] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)

    def title_of(self, index: int) -> str:
        """`C (so_ho)`: the letter to find it, the name to know it."""
        title = self.titles.get(index, "")
        return f"{column_letter(index)} ({title})" if title else column_letter(index)

    def title_of_question(self, name: str) -> str:
        index = next((i for i, question in self.questions.items() if question.name == name), None)
        return name if index is None else self.title_of(index)


def list_columns(questions: Sequence[Question], *, periodic: bool) -> list[Question]:
    """Questions that have a column: asked of a person, answerable in a cell, once a submission."""
    return [
        question
        for question in questions
        if question.is_asked
        and question.repeat is None
        and question.type not in FILES
        and not (periodic and question.name == PERIOD_QUESTION)
    ]


def read_header(table: Table, questions: Sequence[Question], file_name: str, *, periodic: bool) -> Columns:
    """Never raises: what is wrong with the header stands in `mistakes`."""
    wanted = list_columns(questions, periodic=periodic)
    own: dict[str, tuple[str, ...]] = {UNIT_COLUMN: ("Đơn vị", "Mã đơn vị", "Tên đơn vị", "Unit")}
    if periodic:
        own[PERIOD_COLUMN] = ("Kỳ", "Kỳ báo cáo", "Period")
    own[RECORD_COLUMN] = _RECORD_LABELS
    if any(question.repeat for question in questions):
        own[LINE_COLUMN] = ("Dòng", "Row")
    names = _Names(wanted, own, {PERIOD_QUESTION: PERIOD_COLUMN} if periodic else {})
    columns, seen = _find_columns(table, names, file_name)
    columns.unit, columns.period = seen.get(UNIT_COLUMN, -1), seen.get(PERIOD_COLUMN, -1)
    columns.record, columns.line = seen.get(RECORD_COLUMN, -1), seen.get(LINE_COLUMN, -1)
    columns.questions = {seen[question.name]: question for question in wanted if question.name in seen}
    needed = [UNIT_COLUMN, *([PERIOD_COLUMN] if periodic else [])]
    # A file that only corrects records may leave out what it does not correct.
    if columns.record < 0:
        needed += [question.name for question in wanted if question.required and not depends(question)]
    _say_missing(columns, [name for name in needed if name not in seen], table, file_name)
    return columns


def read_repeat_header(table: Table, repeat: Repeat, file_name: str) -> Columns:
    """Of a repeat's sheet: what links its rows stands in `keys`. Never raises, as `read_header`."""
    own: dict[str, tuple[str, ...]] = {repeat.link_column: ("Dòng ở trang chính",) if not repeat.above else ()}
    if repeat.has_inside:
        own[repeat.item_column] = ("Số mục",)
    own |= {RECORD_COLUMN: _RECORD_LABELS, EXPORT_LINE_COLUMN: ("Dòng", "Row")}
    # What an export says besides, of no use here.
    own |= {"phien_ban": ("Phiên bản", "Version"), "instance_id": ("instanceID",)}
    names = _Names(repeat.questions, own, {})
    columns, seen = _find_columns(table, names, file_name)
    columns.questions = {seen[question.name]: question for question in repeat.questions if question.name in seen}
    links = (repeat.link_column, repeat.item_column, RECORD_COLUMN, EXPORT_LINE_COLUMN)
    columns.keys = {name: seen[name] for name in links if name in seen}
    is_exported = RECORD_COLUMN in seen and (EXPORT_LINE_COLUMN in seen or not repeat.above)
    needed = [] if repeat.link_column in seen or is_exported else [repeat.link_column]
    needed += [question.name for question in repeat.questions if question.required and not depends(question)]
    _say_missing(columns, [name for name in needed if name not in seen], table, file_name)
    return columns


_RECORD_LABELS = ("ban_ghi", "Số bản ghi", "Record number")  # as exports call it


def _find_columns(table: Table, names: _Names, file_name: str) -> tuple[Columns, dict[str, int]]:
    start = next((i for i, row in enumerate(table.rows) if any(not is_empty(cell) for cell in row)), -1)
    columns = Columns(max(start, 0))
    header = table.rows[start] if start >= 0 else []

    def mistake(message: str, index: int, allowed: str = "") -> None:
        where = column_letter(index)
        columns.mistakes.append(Mistake(file_name, table.sheet, columns.header_row + 1, where, message, "", allowed))

    seen: dict[str, int] = {}
    is_alike = False
    for index, cell in enumerate(header):
        if is_empty(cell):
            if any(index < len(row) and not is_empty(row[index]) for row in table.rows[columns.header_row + 1 :]):
                mistake(_("Cột có dữ liệu nhưng không có tên ở dòng tiêu đề."), index)
            continue
        title = columns.titles[index] = show(cell)
        name = names.find(title)
        if name is None:
            near = names.guess(title)
            is_alike = is_alike or bool(near)
            mistake(_("Không có cột nào tên “%(title)s”.") % {"title": title}, index, near or names.list_all())
        elif name in seen:
            where = column_letter(seen[name])
            mistake(_("Cột “%(name)s” đã có ở cột %(where)s.") % {"name": name, "where": where}, index)
        else:
            seen[name] = index
    columns.has_header = bool(seen) or is_alike or not columns.titles
    if not columns.has_header:
        columns.mistakes = [_say_no_header(columns, names, table, file_name)]
    return columns, seen


def _say_no_header(columns: Columns, names: _Names, table: Table, file_name: str) -> Mistake:
    message = _(
        "Đây không phải dòng tiêu đề: không ô nào mang tên cột của biểu mẫu. Dòng đầu tiên có chữ phải là dòng tên "
        "cột, như trong mẫu tải về; hãy xóa các dòng đề mục phía trên."
    )
    first = next(iter(columns.titles.values()))
    return Mistake(file_name, table.sheet, columns.header_row + 1, "", message, first, names.list_all())


def _say_missing(columns: Columns, names: Sequence[str], table: Table, file_name: str) -> None:
    columns.missing = set(names)
    if not columns.has_header:
        return
    row = columns.header_row + 1
    columns.mistakes += [
        Mistake(file_name, table.sheet, row, "", _("Thiếu cột “%(name)s”.") % {"name": name}) for name in names
    ]


def depends(question: Question) -> bool:
    """Whether it is asked only after certain answers: a file without such answers needs no column for it."""
    return bool(question.relevant or any(around.relevant for around in question.enclosing))


class _Names:
    """Names and labels that a header may use. `own`: columns that are no questions, with their labels; keys give way
    to questions of the same name or label."""

    def __init__(
        self, questions: Sequence[Question], own: Mapping[str, Sequence[str]], others: Mapping[str, str]
    ) -> None:
        self._names: dict[str, str] = {name: name for name in own} | dict(others)
        labels: dict[str, set[str]] = {}
        for question in questions:
            self._names[question.name] = question.name
            for label in question.labels.values():
                labels.setdefault(fold(label), set()).add(question.name)
        for name, several in own.items():
            for label in several:
                if name in (UNIT_COLUMN, PERIOD_COLUMN):
                    labels.setdefault(fold(label), set()).add(name)
                elif label not in self._names:  # a question of that name or label goes first
                    labels.setdefault(fold(label), {name})
        self._labels = {label: min(names) for label, names in labels.items() if len(names) == 1}

    def find(self, title: str) -> str | None:
        plain = clean(title.lstrip(REMARK).removesuffix("*"))
        return self._names.get(plain) or self._names.get(plain.lower()) or self._labels.get(fold(plain))

    def guess(self, title: str) -> str:
        """The column the title seems to mean; blank if it is like none."""
        near = difflib.get_close_matches(fold(title), [*self._names, *self._labels], n=1, cutoff=0.6)
        if near:
            name = self._names.get(near[0]) or self._labels[near[0]]
            return _("có phải “%(name)s”?") % {"name": name}
        return ""

    def list_all(self) -> str:
        shown = [name for name in dict.fromkeys(self._names.values()) if name not in _NOT_OFFERED]
        return _("một trong: %(names)s") % {"names": ", ".join(shown)}


def list_data_rows(table: Table, columns: Columns) -> Iterator[tuple[int, Sequence[Cell]]]:
    """(row number as shown, cells) of every row that is neither empty nor a remark."""
    for index in range(columns.header_row + 1, len(table.rows)):
        row = table.rows[index]
        # A template numbers more rows than are used.
        said = any(at != columns.line and not is_empty(cell) for at, cell in enumerate(row))
        first = next((cell for cell in row if not is_empty(cell)), None) if said else None
        if first is None or (isinstance(first, str) and first.lstrip().startswith(REMARK)):
            continue
        yield index + 1, row
