"""The three CSV files of places, read into rows; every cell that cannot be read is named."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from django.utils.translation import gettext as _

from caunoi.places.queries import get_place
from caunoi.places.rules.drafts import Problem
from caunoi.places.rules.snapshot import LEVELS, PlaceSnapshot
from caunoi.places.rules.succession_rows import SuccessionRow
from caunoi.places.rules.successions import KINDS, parts_of
from caunoi.places.rules.units import ChangeRow, UnitRow
from caunoi.refusals import FileRefused, Mistake, Refusal, explain_os_error
from caunoi.vietnamese_text import clean

T = TypeVar("T")
Point = tuple[Decimal | None, Decimal | None]


@dataclass
class Cells:
    """One row of a file. Reading a cell that is wrong leaves a mistake in `problems` and gives nothing."""

    row: int
    values: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, column: str, *, longest: int = 120, needed: bool = False) -> str:
        value = clean(self.values.get(column, ""))
        if needed and not value:
            self.problems.append(Problem(self.row, column, _("Ô này không được để trống.")))
        if len(value) > longest:
            self.problems.append(Problem(self.row, column, _("Dài quá %d ký tự.") % longest, value[:40]))
        return value

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        value = self.text(column)
        if value not in allowed:
            self.problems.append(Problem(self.row, column, _("Giá trị không được phép."), value, ", ".join(allowed)))
        return value

    def day(self, column: str, *, needed: bool = False) -> date | None:
        value = self.text(column, needed=needed)
        if not value:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.problems.append(
                Problem(self.row, column, _("Không phải là một ngày có thật."), value, _("năm-tháng-ngày: 2025-07-01"))
            )
            return None

    def number(self, column: str, lowest: int, highest: int) -> Decimal | None:
        value = self.text(column)
        if not value:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_nan() or not lowest <= number <= highest:
            allowed = _("số từ %(low)d đến %(high)d, dấu chấm thập phân") % {"low": lowest, "high": highest}
            self.problems.append(
                Problem(self.row, column, _("Không phải là số trong khoảng cho phép."), value, allowed)
            )
            return None
        return number

    def parts(self, column: str) -> int | None:
        share = self.number(column, 0, 1)
        if share is None:
            return None
        parts = parts_of(share)
        if parts is None:
            self.problems.append(
                Problem(self.row, column, _("Nhiều nhất 12 chữ số thập phân."), self.values.get(column, ""))
            )
        return parts


@dataclass
class PlaceFile:
    """A file as read: its rows, and the hash of its bytes for the audit line."""

    name: str
    sha256: str
    cells: list[Cells]

    def rows(self, make: Callable[[Cells], T | None]) -> list[T]:
        return [row for cells in self.cells if (row := make(cells)) is not None]

    def refuse_if(self, problems: Iterable[Problem]) -> None:
        found = [*(problem for cells in self.cells for problem in cells.problems), *problems]
        if found:
            sentence = _("Tệp %(file)s có %(count)d lỗi; chưa nạp gì. Hãy sửa rồi nạp lại cả tệp.") % {
                "file": self.name,
                "count": len(found),
            }
            mistakes = [Mistake(self.name, "", p.row, p.column, p.message, p.value, p.allowed) for p in found]
            raise FileRefused(sentence, mistakes)


def read_file(path: Path, needed: Collection[str], optional: Collection[str] = ()) -> PlaceFile:
    try:
        content = path.read_bytes()
    except OSError as error:
        message = _("Không đọc được tệp: %s.") % explain_os_error(error)
        raise FileRefused(message, [Mistake(path.name, "", 0, "", message)]) from error
    return read_bytes(content, path.name, needed, optional)


def read_bytes(content: bytes, name: str, needed: Collection[str], optional: Collection[str] = ()) -> PlaceFile:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = _("Tệp không phải UTF-8. Trong Excel hãy chọn “CSV UTF-8” khi lưu.")
        raise FileRefused(message, [Mistake(name, "", 0, "", message)]) from error
    # Excel writes a carriage return of its own inside quoted cells; the reader must see it (newline="").
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [clean(column) for column in next(reader, [])]
    mistakes = [
        Mistake(name, "", 1, column, _("Thiếu cột này."), "", ",".join([*needed, *optional]))
        for column in needed
        if column not in header
    ]
    mistakes += [
        Mistake(name, "", 1, column, _("Không có cột nào tên như vậy."), column, ",".join([*needed, *optional]))
        for column in header
        if column and column not in needed and column not in optional
    ]
    if mistakes:
        raise FileRefused(_("Dòng tiêu đề của tệp %s không đúng.") % name, mistakes)
    cells = []
    for values in reader:
        if any(value.strip() for value in values):
            row = Cells(reader.line_num, dict(zip(header, values, strict=False)))
            if len(values) > len(header):
                row.problems.append(Problem(row.row, "", _("Dòng có nhiều ô hơn tiêu đề.")))
            cells.append(row)
    return PlaceFile(name, hashlib.sha256(content).hexdigest(), cells)


UNIT_COLUMNS = ("key", "level", "name", "short_name", "code", "parent", "from", "to")
UNIT_OPTIONAL = ("latitude", "longitude", "synthetic")
CHANGE_COLUMNS = ("key", "from", "name", "short_name", "code", "parent")
SUCCESSION_COLUMNS = ("day", "kind", "old", "new", "share_of_old", "share_of_new", "basis")
SUCCESSION_OPTIONAL = ("name", "short_name", "code", "parent")


def read_unit(cells: Cells) -> UnitRow | None:
    key = cells.text("key", longest=80, needed=True)
    level = cells.one_of("level", LEVELS)
    name = cells.text("name", needed=True)
    short_name = cells.text("short_name") or name
    code, parent = cells.text("code", longest=40), cells.text("parent", longest=80)
    first, last = cells.day("from"), cells.day("to")
    if first and last and last <= first:
        cells.problems.append(Problem(cells.row, "to", _("Ngày kết thúc phải sau ngày bắt đầu."), last.isoformat()))
    synthetic = cells.text("synthetic").lower()
    if synthetic not in ("", "0", "1", "true", "false"):
        cells.problems.append(Problem(cells.row, "synthetic", _("Giá trị không được phép."), synthetic, "1, 0"))
    read_point(cells)
    if cells.problems:
        return None
    return UnitRow(cells.row, key, level, name, short_name, code, parent, first, last, synthetic in ("1", "true"))


def read_point(cells: Cells) -> Point:
    places = Decimal("0.00001")
    found = [cells.number("latitude", -90, 90), cells.number("longitude", -180, 180)]
    latitude, longitude = (value.quantize(places) if value is not None else None for value in found)
    return latitude, longitude


def read_change(cells: Cells) -> ChangeRow | None:
    key = cells.text("key", longest=80, needed=True)
    first = cells.day("from", needed=True)
    name = cells.text("name", needed=True)
    short_name = cells.text("short_name") or name
    code, parent = cells.text("code", longest=40), cells.text("parent", longest=80)
    if cells.problems or first is None:
        return None
    return ChangeRow(cells.row, key, first, name, short_name, code, parent)


def read_succession(cells: Cells) -> SuccessionRow | None:
    day = cells.day("day", needed=True)
    kind = cells.one_of("kind", KINDS)
    old = cells.text("old", longest=80, needed=True)
    new = cells.text("new", longest=80, needed=kind in ("merge", "split"))
    old_parts, new_parts = cells.parts("share_of_old"), cells.parts("share_of_new")
    basis = cells.text("basis", longest=60)
    name, short_name, code = cells.text("name"), cells.text("short_name"), cells.text("code", longest=40)
    parent = cells.text("parent", longest=80)
    # A transfer may name its new parent in the column `new`: the unit itself stays the same one.
    if kind == "transfer" and new and not parent:
        new, parent = "", new
    if cells.problems or day is None:
        return None
    return SuccessionRow(cells.row, day, kind, old, new, old_parts, new_parts, basis, name, short_name, code, parent)


REORGANISATION_COLUMNS = ("kind", "old")
REORGANISATION_OPTIONAL = ("day", "new", "share_of_old", "share_of_new", "basis", *SUCCESSION_OPTIONAL)


def read_reorganisation_file(
    content: bytes, name: str, day: date, places: PlaceSnapshot
) -> tuple[PlaceFile, list[SuccessionRow]]:
    """A successions' file of one day, as an officer writes it: units by key, code or name; `new` of a unit that begins
    may be any word, or blank where its code tells it apart; `day` may be left out. Mistakes stay in the file's cells.
    """
    file = read_bytes(content, name, REORGANISATION_COLUMNS, REORGANISATION_OPTIONAL)
    last = day - timedelta(days=1)
    begun: set[str] = set()
    for cells in file.cells:
        cells.values["day"] = cells.values.get("day") or day.isoformat()
        kind = clean(cells.values.get("kind", ""))
        if kind in ("merge", "split"):
            word = clean(cells.values.get("new", "")) or clean(cells.values.get("code", ""))
            standing = places.by_key.get(word)
            # Codes of old units are given to new ones: only a unit that begins that day is meant by its key.
            if word and (standing is None or standing.starts_on != day):
                word = word if "@" in word else f"{word}@{day.isoformat()}"
                begun.add(word)
            cells.values["new"] = word
    for cells in file.cells:
        _put_key(cells, "old", last, places, begun)
        _put_key(cells, "parent", day, places, begun)
        if clean(cells.values.get("kind", "")) == "transfer":
            _put_key(cells, "new", day, places, begun)
    rows = file.rows(read_succession)
    for cells in file.cells:
        if not cells.problems and clean(cells.values["day"]) != day.isoformat():
            message = _("Mọi dòng phải có hiệu lực cùng ngày với bản chuẩn bị.")
            cells.problems.append(Problem(cells.row, "day", message, cells.values["day"], day.isoformat()))
    return file, rows


def _put_key(cells: Cells, column: str, day: date, places: PlaceSnapshot, begun: Collection[str]) -> None:
    text = clean(cells.values.get(column, ""))
    if not text or text in places.by_key:
        return
    if (made := text if "@" in text else f"{text}@{day.isoformat()}") in begun:
        cells.values[column] = made
        return
    try:
        cells.values[column] = places.units[get_place(text, day, places)].key
    except Refusal as refusal:
        cells.problems.append(Problem(cells.row, column, refusal.sentence, text))
