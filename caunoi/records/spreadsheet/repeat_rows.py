"""Rows of repeats' sheets, each under the row it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.questions import Question
from caunoi.records.spreadsheet.cells import Cell
from caunoi.records.spreadsheet.columns import Columns
from caunoi.records.spreadsheet.repeats import Repeat


@dataclass
class RepeatRow:
    """A row of a repeat's sheet; `number` as the spreadsheet program shows it. `inside`: repeat -> its rows."""

    sheet: str
    columns: Columns
    number: int
    cells: Sequence[Cell]
    answers: Mapping[str, str]
    broken: set[str]
    inside: dict[str, list[RepeatRow]] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        """Its keys alone say nothing."""
        return not self.answers and not self.broken and not self.inside


RowsOf = Mapping[str, Sequence[RepeatRow]]
"""Repeat -> its rows, of one record or of one row of the repeat around it."""
Mains = dict[str, dict[str, list[RepeatRow]]]
"""Key of the main sheet's row -> repeat -> rows, in the order of their sheet."""
Say = Callable[[RepeatRow, str, str], None]


def answers_of(rows: RowsOf) -> dict[str, Any]:
    """As a record holds them: repeat -> list of answers, with the repeats inside."""
    return {name: [{**row.answers, **answers_of(row.inside)} for row in several] for name, several in rows.items()}


def find_row(rows: RowsOf, question: Question | None, problem: Problem) -> RepeatRow | None:
    """Where a problem stands, if it stands in a repeat that has a sheet."""
    if question is None or not problem.row:
        return None
    names = [around.name for around in question.enclosing if around.repeats]
    found: RepeatRow | None = None
    for name, number in zip(names, (*problem.within, problem.row), strict=False):
        several = rows.get(name, ())
        if not 0 < number <= len(several):
            return None
        found = several[number - 1]
        rows = found.inside
    return found


@dataclass(frozen=True)
class RepeatSheet:
    """`item_of`: the number a row bears, '' for none. `link_of`: what it says it belongs to, '' for nothing; None if
    that could not be read and was told already."""

    repeat: Repeat
    rows: Sequence[RepeatRow]
    item_of: Callable[[RepeatRow], str]
    link_of: Callable[[RepeatRow], str | None]


def hang_rows(sheets: Iterable[RepeatSheet], say: Say) -> Mains:
    """Each row under the row it names; `say` is told the row, the column's name and what is wrong."""
    found: Mains = {}
    deepest_first = sorted(sheets, key=lambda one: -len(one.repeat.path))
    items: dict[str, dict[str, RepeatRow]] = {}
    for sheet in deepest_first:
        if sheet.repeat.has_inside:
            items[sheet.repeat.name] = _number_rows(sheet, say)
    for sheet in deepest_first:
        repeat = sheet.repeat
        for row in sheet.rows:
            if row.is_blank:
                continue
            link = sheet.link_of(row)
            if link is None:
                continue
            if not link:
                where = _("trang tính “%(sheet)s”") % {"sheet": repeat.above} if repeat.above else _("trang chính")
                say(row, repeat.link_column, _("Chưa ghi dòng này thuộc dòng nào của %(where)s.") % {"where": where})
            elif not repeat.above:
                found.setdefault(link, {}).setdefault(repeat.name, []).append(row)
            elif (outer := items.get(repeat.above, {}).get(link)) is not None:
                outer.inside.setdefault(repeat.name, []).append(row)
            else:
                message = _("Trang “%(sheet)s” không có dòng nào mang số %(number)s.")
                say(row, repeat.link_column, message % {"sheet": repeat.above, "number": link})
    return found


def _number_rows(sheet: RepeatSheet, say: Say) -> dict[str, RepeatRow]:
    numbered: dict[str, RepeatRow] = {}
    for row in sheet.rows:
        number = sheet.item_of(row)
        other = numbered.setdefault(number, row) if number else row
        if other is not row:
            say(row, sheet.repeat.item_column, _("Số này đã có ở dòng %(row)d.") % {"row": other.number})
    return numbered


def stray_sentence() -> str:
    return _("Không có dòng nào ở trang chính mà dòng này thuộc về.")
