"""Learners and marks as a spreadsheet: the list to fill in, and reading it back with every mistake at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.spreadsheet.cells import Wrong, is_empty, read_number, show
from caunoi.records.spreadsheet.reading import refuse
from caunoi.records.spreadsheet.workbooks import Table, read_table
from caunoi.refusals import Mistake, Refusal
from caunoi.training.actions.learners import check_mark
from caunoi.training.models import TrainingClass
from caunoi.training.people import Opened
from caunoi.training.queries import find_scale
from caunoi.training.rules.drafts import LONGEST_NAME, MOST_LEARNERS, Person
from caunoi.training.rules.results import Scale
from caunoi.vietnamese_text import clean, fold

OF_MARKS = ("mark", "seen")
Cell = float | bool | time | date | datetime | timedelta | str


@dataclass
class ReadList:
    """New people with their marks, in the order of the rows; marks of those who stand, by number: a cell left empty or
    as it was in the file is none of them, as a list that was filled in by one officer leaves another's marks alone.
    `seen`: what stood there in the file, where it says so."""

    people: list[Person] = field(default_factory=list)
    new_marks: list[Decimal | None] = field(default_factory=list)
    marks: dict[int, Decimal] = field(default_factory=dict)
    seen: dict[int, Decimal | None] = field(default_factory=dict)


def list_headings(*, marked: bool) -> list[str]:
    """The words by which a list is read again, in the reader's language."""
    titles = name_columns()
    return [titles[name] for name in ("number", "name", "unit", *OF_MARKS) if marked or name not in OF_MARKS]


def name_columns() -> dict[str, str]:
    return {
        "number": _("Số"), "name": _("Họ và tên"), "unit": _("Đơn vị"), "mark": _("Điểm"), "seen": _("Điểm khi tải"),
    }  # fmt: skip


def read_list(
    found: TrainingClass, content: bytes, file_name: str, standing: Mapping[int, tuple[int, Opened]]
) -> ReadList:
    """`standing`: learners in the list, by number with their unit. Raises FileRefused with all mistakes."""
    scale = find_scale(found.kind)
    table = read_table(content, file_name)
    mistakes = list(table.mistakes)
    columns = _find_columns(table, file_name, mistakes, marked=scale is not None)
    reader = _Reader(found, table, file_name, columns, scale, standing, mistakes)
    if "name" in columns:
        for index, row in enumerate(table.rows[1:], start=2):
            if not all(is_empty(cell) for cell in row):
                reader.read(index, row)
        if not reader.rows and not mistakes:
            mistakes.append(Mistake(file_name, table.sheet, 0, "", _("Tệp chưa có dòng nào.")))
        if len(reader.done.people) + len(standing) > MOST_LEARNERS:
            message = _("Một lớp có nhiều nhất 2.000 người học. Hãy chia thành nhiều lớp.")
            mistakes.append(Mistake(file_name, table.sheet, 0, "", message))
    if mistakes:
        raise refuse(file_name, mistakes)
    return reader.done


def _find_columns(table: Table, file_name: str, mistakes: list[Mistake], *, marked: bool) -> dict[str, int]:
    # As the field writes them, and as the file was given to this reader.
    names = {
        "so": "number",
        "ho va ten": "name",
        "ho ten": "name",
        "don vi": "unit",
        "diem": "mark",
        "diem khi tai": "seen",
    }
    names |= {fold(title): name for name, title in name_columns().items()}
    found: dict[str, int] = {}
    for index, cell in enumerate(table.rows[0] if table.rows else []):
        if is_empty(cell):
            continue
        title = show(cell)
        name = names.get(fold(title).strip())
        if name is None or (name in OF_MARKS and not marked):
            allowed = ", ".join(list_headings(marked=marked))
            message = _("Danh sách lớp không có cột này. Chỉ ghi những gì cần cho lớp.")
            mistakes.append(Mistake(file_name, table.sheet, 1, title, message, title, allowed))
        elif name in found:
            mistakes.append(Mistake(file_name, table.sheet, 1, title, _("Cột này có hai lần."), title))
        else:
            found[name] = index
    if "name" not in found:
        mistakes.append(Mistake(file_name, table.sheet, 1, name_columns()["name"], _("Dòng đầu thiếu cột này.")))
    return found


class _Reader:
    def __init__(
        self,
        found: TrainingClass,
        table: Table,
        file_name: str,
        columns: Mapping[str, int],
        scale: Scale | None,
        standing: Mapping[int, tuple[int, Opened]],
        mistakes: list[Mistake],
    ) -> None:
        self._class, self._table, self._file, self._columns = found, table, file_name, columns
        self._scale, self._standing, self._mistakes = scale, standing, mistakes
        self._places = get_snapshot()
        self._near = _list_near(found, self._places)
        self._taken = {
            Person(unit, one.name).identity: _("người số %(number)d trong danh sách") % {"number": number}
            for number, (unit, one) in standing.items()
            if one.known
        }
        self._named: set[int] = set()
        self.done = ReadList()
        self.rows = 0

    def _say(self, row: int, column: str, message: str, value: str = "", allowed: str = "") -> None:
        title = name_columns()[column]
        self._mistakes.append(Mistake(self._file, self._table.sheet, row, title, message, value, allowed))

    def _cell(self, row: Sequence[Cell], name: str) -> Cell:
        index = self._columns.get(name, -1)
        return row[index] if 0 <= index < len(row) else ""

    def read(self, number: int, row: Sequence[Cell]) -> None:
        self.rows += 1
        name = clean(show(self._cell(row, "name")))
        mark, good = self._read_mark(number, row)
        learner = self._cell(row, "number")
        if not is_empty(learner):
            self._read_standing(number, row, name, mark, good)
            return
        if not 2 <= len(name) <= LONGEST_NAME:
            self._say(number, "name", _("Mỗi tên dài từ 2 đến 200 ký tự."), name[:60])
            return
        unit = self._read_unit(number, clean(show(self._cell(row, "unit"))))
        if unit is None:
            return
        person = Person(unit, name)
        if (before := self._taken.get(person.identity)) is not None:
            message = _("Trùng với %(before)s. Nếu là người khác trùng tên, hãy thêm người này ở trang của lớp.")
            self._say(number, "name", message % {"before": before}, name)
            return
        self._taken[person.identity] = _("dòng %(row)d") % {"row": number}
        if good:
            self.done.people.append(person)
            self.done.new_marks.append(mark)

    def _read_standing(self, number: int, row: Sequence[Cell], name: str, mark: Decimal | None, good: bool) -> None:
        learner = self._cell(row, "number")
        read = read_number(learner, whole=True)
        known = self._standing.get(int(read)) if not isinstance(read, Wrong) and len(read) < 10 else None
        if known is None or not known[1].known:
            message = _("Danh sách lớp không có người số này. Để trống nếu là người mới.")
            self._say(number, "number", message, show(learner)[:40])
        elif name and fold(name) != fold(known[1].name):
            message = _("Tên khác với người có số này trong danh sách. Để trống cột số nếu là người mới.")
            self._say(number, "name", message, name[:60])
        elif int(str(read)) in self._named:
            self._say(number, "number", _("Người này có hai dòng trong tệp."), show(learner))
        else:
            self._named.add(int(str(read)))
            if good and mark is not None:
                self._take_mark(number, row, int(str(read)), mark, known[1].mark)

    def _take_mark(self, number: int, row: Sequence[Cell], learner: int, mark: Decimal, stands: Decimal | None) -> None:
        """One that the file had already says nothing new, however old the file is."""
        if "seen" in self._columns:
            cell = self._cell(row, "seen")
            read = None if is_empty(cell) else read_number(cell, whole=False)
            if isinstance(read, Wrong):
                self._say(number, "seen", read.message, show(cell)[:40], read.allowed)
                return
            seen = None if read is None else Decimal(read)
            if mark == seen:
                return
            if stands not in (seen, mark):
                message = _("Điểm này đã đổi sau khi danh sách được tải. Hãy tải lại danh sách rồi ghi vào đó.")
                self._say(number, "mark", message, show(self._cell(row, "mark"))[:40])
                return
            self.done.seen[learner] = seen
        self.done.marks[learner] = mark

    def _read_mark(self, number: int, row: Sequence[Cell]) -> tuple[Decimal | None, bool]:
        cell = self._cell(row, "mark")
        if self._scale is None or is_empty(cell):
            return None, True
        read = read_number(cell, whole=False)
        if isinstance(read, Wrong):
            self._say(number, "mark", read.message, show(cell)[:40], read.allowed)
            return None, False
        mark = Decimal(read)
        try:
            check_mark(mark, self._scale)
        except Refusal as refused:
            self._say(number, "mark", refused.sentence, show(cell)[:40])
            return None, False
        return mark, True

    def _read_unit(self, number: int, text: str) -> int | None:
        if not text:
            return self._class.org_unit_id
        near = self._near.get(fold(text), [])
        if len(near) == 1:
            return near[0]
        try:
            return get_place(text, self._class.day_from, self._places)
        except Refusal as refused:
            self._say(number, "unit", refused.sentence, text[:60])
            return None


def _list_near(found: TrainingClass, places: PlaceSnapshot) -> dict[str, list[int]]:
    """The holder and what is right below it, by name: villages of other communes bear the same name."""
    names: dict[str, list[int]] = {}
    for unit in (found.org_unit_id, *places.children_on(found.org_unit_id, found.day_from)):
        names.setdefault(fold(places.name_on(unit, found.day_from)), []).append(unit)
    return names
