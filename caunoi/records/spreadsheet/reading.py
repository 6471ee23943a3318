"""Rows of a spreadsheet as sendings for the door, with every mistake of the file at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.forms.models import PeriodKind
from caunoi.forms.queries import checker_of, get_form_version, list_assignments
from caunoi.periods.rules import CutOff, PeriodType
from caunoi.records.actions.door import Door, Prepared
from caunoi.records.spreadsheet.columns import Columns, list_data_rows, read_header
from caunoi.records.spreadsheet.repeat_sheets import read_repeat_sheets, say_strays
from caunoi.records.spreadsheet.repeats import list_repeats
from caunoi.records.spreadsheet.row_reader import Advance, RowReader, record_text
from caunoi.records.spreadsheet.stored import read_events, read_files, record_number
from caunoi.records.spreadsheet.units import UnitFinder
from caunoi.records.spreadsheet.workbooks import read_table_and
from caunoi.refusals import FileRefused, Mistake

MAX_LISTED = 500


@dataclass(frozen=True)
class Row:
    """A row that passed; `number` as the spreadsheet program shows it."""

    number: int
    prepared: Prepared


@dataclass(frozen=True)
class Sheet:
    sheet: str
    rows: list[Row]
    columns: Columns
    notes: list[str]
    # Rows that name a record and say what it says already.
    unchanged: int = 0


def read_rows(
    form_code: str,
    content: bytes,
    file_name: str,
    *,
    by: User | None,
    by_name: str,
    at: datetime,
    scope: Scope,
    progress: Advance | None = None,
) -> Sheet:
    """Every row ready to be stored; or FileRefused with all mistakes (the first 500 listed, all counted)."""
    version = get_form_version(form_code)
    checker = checker_of(version)
    assignments = list_assignments(form_code)
    kinds = {(a.period_kind, a.cut_off) for a in assignments if a.period_kind != PeriodKind.EVENT}
    repeats = list_repeats(checker.questions)
    table, sheets = read_table_and([repeat.name for repeat in repeats], content, file_name)
    columns = read_header(table, checker.questions, file_name, periodic=bool(kinds))
    door = Door()
    reader = RowReader(
        table, columns, file_name, form_code, cast(list[tuple[PeriodType, CutOff]], sorted(kinds)), checker,
        UnitFinder(door.places, {a.level for a in assignments}, scope), scope, by, by_name, at, door,
        levels=frozenset(a.level for a in assignments), repeats=repeats,
        untrusted=frozenset((mistake.row, mistake.column) for mistake in table.mistakes),
    )  # fmt: skip
    reader.mistakes += [*table.mistakes, *columns.mistakes]
    if columns.record >= 0:
        named = {record_text(columns, cells) for _number, cells in list_data_rows(table, columns)} - {""}
        numbers = {text: record_number(text) for text in named}
        records = {number for number in numbers.values() if number is not None}
        instances = {text for text, number in numbers.items() if number is None}
        reader.stored = read_events(form_code, records, instances, (), scope)
        reader.files = read_files([*reader.stored.by_record.values()])
    reader.mains = read_repeat_sheets(reader, repeats, sheets)
    rows: list[Row] = []
    count = 0
    if columns.unit >= 0 and (columns.period >= 0 or not kinds):
        for number, cells in list_data_rows(table, columns):
            count += 1
            if (prepared := reader.read(number, cells)) is not None:
                rows.append(Row(number, prepared))
            if progress is not None and count % 500 == 0:
                progress(500)
        say_strays(reader)
        if not count and not reader.mistakes:
            reader.mistakes.append(Mistake(file_name, table.sheet, 0, "", _("Tệp chưa có dòng số liệu nào.")))
    if reader.mistakes:
        raise refuse(file_name, reader.mistakes)
    return Sheet(table.sheet, rows, columns, table.notes, reader.unchanged)


def refuse(file_name: str, mistakes: Sequence[Mistake]) -> FileRefused:
    count = len(mistakes)
    sentence = ngettext(
        "Tệp %(file)s có %(count)d lỗi; chưa dòng nào được nhập.",
        "Tệp %(file)s có %(count)d lỗi; chưa dòng nào được nhập.",
        count,
    ) % {"file": file_name, "count": count}
    if count > MAX_LISTED:
        more = _("Dưới đây là %(shown)d lỗi đầu; còn %(more)d lỗi nữa.")
        sentence += " " + more % {"shown": MAX_LISTED, "more": count - MAX_LISTED}
    return FileRefused(sentence, sorted(mistakes)[:MAX_LISTED])
