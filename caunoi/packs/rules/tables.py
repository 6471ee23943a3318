"""CSV files as officers save them: rows with the numbers their spreadsheet program shows, and mistakes by cell."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from caunoi.refusals import Mistake
from caunoi.vietnamese_text import clean

CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
LONGEST_CODE = 80


@dataclass(frozen=True)
class Row:
    """`number` as the spreadsheet program shows it: the header is row 1. Every column of the header has a cell."""

    file: str
    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def values(self, column: str) -> tuple[str, ...]:
        """The values between the semicolons."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())


class Notes:
    """Mistakes collected on the way; reading goes on after each, so that all are told at once."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def add(
        self, row: Row, column: str, message: str, *, allowed: str = "", value: str | None = None, position: int = 0
    ) -> None:
        stood = row[column] if value is None else value
        self.mistakes.append(Mistake(row.file, "", row.number, column, message, _shorten(stood), allowed, position))

    def add_file(
        self, file: str, message: str, *, row: int = 0, column: str = "", value: str = "", allowed: str = ""
    ) -> None:
        self.mistakes.append(Mistake(file, "", row, column, message, _shorten(value), allowed))

    # -- What cells are asked for everywhere ----------------------------------------------------------------------

    def code(self, row: Row, column: str = "code") -> str:
        value = row[column]
        if not value:
            self.add(row, column, _("Thiếu mã."))
        elif not CODE.fullmatch(value) or len(value) > LONGEST_CODE:
            self.add(
                row,
                column,
                _("Mã viết không đúng."),
                allowed=_("chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ, nhiều nhất 80 ký tự."),
            )
        return value

    def text(self, row: Row, column: str, most: int) -> str:
        if len(row[column]) > most:
            self.add(row, column, _("Dài quá %(most)d ký tự.") % {"most": most})
        return row[column]

    def names(self, row: Row, most: int = 200) -> tuple[str, str]:
        """`name_vi` and `name_en`, both needed."""
        for column, message in (
            ("name_vi", _("Thiếu tên tiếng Việt.")),
            ("name_en", _("Thiếu tên tiếng Anh (bản dịch).")),
        ):
            if not row[column]:
                self.add(row, column, message)
        return self.text(row, "name_vi", most), self.text(row, "name_en", most)

    def both_languages(self, row: Row, stem: str) -> tuple[str, str]:
        """A text that may be left out, but not in one of the languages only."""
        vietnamese, english = row[f"{stem}_vi"], row[f"{stem}_en"]
        if bool(vietnamese) != bool(english):
            missing = f"{stem}_en" if vietnamese else f"{stem}_vi"
            self.add(row, missing, _("Thiếu bản dịch: ghi cả tiếng Việt và tiếng Anh, hoặc để trống cả hai."))
        return vietnamese, english

    def one_of(self, row: Row, column: str, allowed: Sequence[str], default: str | None = None) -> str:
        value = row[column]
        if not value and default is not None:
            return default
        if value not in allowed:
            message = _("Giá trị không dùng được.") + suggest(value, allowed) if value else _("Chưa ghi.")
            self.add(row, column, message, allowed=", ".join(allowed))
        return value

    def whole_number(self, row: Row, column: str, least: int, most: int, default: int | None = None) -> int:
        value = row[column]
        if not value and default is not None:
            return default
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
            message = _("Không phải là số nguyên trong khoảng cho phép.")
            self.add(row, column, message, allowed=_("từ %(least)d đến %(most)d") % {"least": least, "most": most})
            return least
        return int(value)

    def levels(self, row: Row, column: str, known: Sequence[str]) -> tuple[str, ...]:
        values = row.values(column)
        if not values:
            self.add(row, column, _("Chưa ghi cấp."), allowed=", ".join(known))
        for value in values:
            if value not in known:
                message = _("Gói không có cấp “%(level)s”.") % {"level": value} + suggest(value, known)
                self.add(row, column, message, allowed=", ".join(known))
        return values

    def day(self, row: Row, column: str) -> date | None:
        """Empty is None. `2025-07-01`, or `1/7/2025` as spreadsheet programs in Vietnam write it."""
        value = row[column]
        if not value:
            return None
        vietnamese = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", value, re.ASCII)
        try:
            if vietnamese:
                return date(int(vietnamese[3]), int(vietnamese[2]), int(vietnamese[1]))
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            pass  # no such day in the calendar; said below
        self.add(row, column, _("Không phải là một ngày có thật."), allowed=_("2025-07-01 hoặc 01/07/2025"))
        return None


def suggest(word: str, known: Iterable[str]) -> str:
    """` Có phải “x”?` with the leading space, or '' if nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return " " + _("Có phải “%(near)s”?") % {"near": near[0]} if near else ""


def _shorten(value: str) -> str:
    return value if len(value) <= 120 else value[:119] + "…"


def decode(file: str, content: bytes, notes: Notes) -> str | None:
    """UTF-8 with or without byte order mark; None and a mistake otherwise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.add_file(file, _("Tệp không phải là UTF-8. Hãy lưu lại dạng “CSV UTF-8” (hoặc văn bản UTF-8)."), row=line)
        return None
    if "\0" in text:
        notes.add_file(file, _("Tệp có ký tự lạ (NUL): đây không phải là tệp văn bản."))
        return None
    return text


def read_table(
    file: str, content: bytes, columns: Sequence[str], notes: Notes, optional: Sequence[str] = ()
) -> list[Row]:
    """The rows; none if the header is wrong, since every row would then be wrong for the same reason.

    `optional` columns may be absent; their cells are then empty.
    """
    text = decode(file, content, notes)
    if text is None:
        return []
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        notes.add_file(file, _("Tệp CSV hỏng (dấu nháy kép không khớp): %(detail)s") % {"detail": error})
        return []
    header = [clean(cell) for cell in records[0]] if records else []
    while header and not header[-1]:
        header.pop()
    if not _check_header(file, header, columns, notes, optional):
        return []
    rows = []
    for number, record in enumerate(records[1:], start=2):
        cells = [clean(cell) for cell in record]
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            message = _("Dòng có nhiều ô hơn tiêu đề: có dấu phẩy nằm ngoài dấu nháy kép?")
            notes.add_file(file, message, row=number, value=", ".join(cells[len(header) :]))
            continue
        cells += [""] * (len(header) - len(cells))
        rows.append(Row(file, number, dict(zip(header, cells[: len(header)], strict=True))))
    return rows


def _check_header(
    file: str, header: Sequence[str], columns: Sequence[str], notes: Notes, optional: Sequence[str] = ()
) -> bool:
    if not header:
        notes.add_file(file, _("Tệp trống: dòng đầu phải là tên các cột."), row=1, allowed=",".join(columns))
        return False
    if len(header) == 1 and ";" in header[0] and header[0].split(";")[0] in columns:
        message = _("Các cột đang cách nhau bằng dấu chấm phẩy. Hãy lưu lại với dấu phẩy.")
        notes.add_file(file, message, row=1, value=header[0])
        return False
    before = len(notes.mistakes)
    for column in columns:
        if column not in header:
            notes.add_file(file, _("Thiếu cột “%(column)s”.") % {"column": column}, row=1, column=column)
    for position, column in enumerate(header):
        if column in header[:position]:
            notes.add_file(file, _("Cột “%(column)s” có hai lần.") % {"column": column}, row=1, column=column)
        elif column not in columns and column not in optional:
            missing = [known for known in (*columns, *optional) if known not in header]
            message = _("Không có cột nào tên “%(column)s”.") % {"column": column} + suggest(column, missing)
            notes.add_file(file, message, row=1, column=column, allowed=", ".join((*columns, *optional)))
    return len(notes.mistakes) == before


def check_unique(
    rows: Sequence[Row], column: str, notes: Notes, owners: Mapping[str, str], taken: Mapping[str, Row]
) -> None:
    """A code stands once: in this file, in the pack's other file (`taken`), and in other packs (`owners`)."""
    seen: dict[str, Row] = dict(taken)
    for row in rows:
        code = row[column]
        if not code:
            continue
        if (first := seen.get(code)) is not None:
            where = {"file": first.file, "row": first.number}
            notes.add(row, column, _("Mã này đã dùng ở %(file)s, dòng %(row)d.") % where)
        elif code in owners:
            notes.add(row, column, _("Mã này đã thuộc gói “%(pack)s”; hãy đặt mã khác.") % {"pack": owners[code]})
        seen.setdefault(code, row)
