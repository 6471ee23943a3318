"""One row of a sheet as a sending, or what is wrong with each of its cells."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.forms.rules.check import FormChecker, Problem
from caunoi.forms.rules.questions import NUMBERS, PERIOD_QUESTION, Question, find_event_question
from caunoi.moments import local_date
from caunoi.periods.rules import CutOff, Days, Period, PeriodType
from caunoi.records.actions.door import Door, Prepared
from caunoi.records.errors import (
    AnswersRefused,
    EventDayMissing,
    EventInFuture,
    PeriodMissing,
    PeriodNotBegun,
    UnitNotOnDay,
)
from caunoi.records.exports.tables import HIDDEN
from caunoi.records.incoming import Incoming, IncomingFile
from caunoi.records.models import Source, SubmissionVersion
from caunoi.records.spreadsheet.carrying import Carrier, choose_files
from caunoi.records.spreadsheet.cells import Cell, Wrong, is_empty, read_answer, read_period, show
from caunoi.records.spreadsheet.columns import Columns
from caunoi.records.spreadsheet.comparing import compare_answers
from caunoi.records.spreadsheet.repeat_rows import Mains, RepeatRow, RowsOf, answers_of, find_row
from caunoi.records.spreadsheet.repeats import Repeat
from caunoi.records.spreadsheet.stored import StoredRows, record_number
from caunoi.records.spreadsheet.units import UnitFinder
from caunoi.records.spreadsheet.words import explain
from caunoi.records.spreadsheet.workbooks import Table, column_letter
from caunoi.refusals import Mistake, Refusal

Advance = Callable[[int], None]


@dataclass
class RowReader:
    """Reads the rows of one sheet into sendings, and names what is wrong with each cell. `levels`: whose units send
    the form."""

    table: Table
    columns: Columns
    file_name: str
    form_code: str
    kinds: Sequence[tuple[PeriodType, CutOff]]
    checker: FormChecker
    finder: UnitFinder
    scope: Scope
    by: User | None
    by_name: str
    at: datetime
    door: Door = field(default_factory=Door)
    mistakes: list[Mistake] = field(default_factory=list)
    seen: dict[tuple[int, str], int] = field(default_factory=dict)
    levels: frozenset[str] = frozenset()
    # Of the records that rows say they correct.
    stored: StoredRows = field(default_factory=StoredRows)
    files: Mapping[int, Sequence[IncomingFile]] = field(default_factory=dict)
    unchanged: int = 0
    repeats: Sequence[Repeat] = ()
    # Rows of repeats, by the main row they name, until it is read; and those of the row that is being read.
    mains: Mains = field(default_factory=dict)
    row_repeats: RowsOf = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    # Cells (row, letter) whose formula is in error: named already, and not to be told to be empty besides.
    untrusted: frozenset[tuple[int, str]] = frozenset()

    def read(self, number: int, row: Sequence[Cell]) -> Prepared | None:
        before = len(self.mistakes)
        given, broken = self.read_answers(number, row)
        if self.untrusted:
            broken |= {
                question.name
                for index, question in self.columns.questions.items()
                if question.name not in given and (number, column_letter(index)) in self.untrusted
            }
        self.row_repeats = self._take_repeats(number, row)
        answers: dict[str, Any] = {**given, **answers_of(self.row_repeats)}
        version = self._find_corrected(number, row)
        self.fill_hidden(number, row, answers, broken, version)
        if version is not None:
            answers = self._carry(version, answers)
        period, day = self._read_day(number, row, answers)
        unit = self.read_unit(number, row, day)
        item = None
        if unit is not None:
            item = Incoming(
                self.form_code,
                unit,
                self.at,
                period.key if period else "",
                answers=answers,
                instance_id=f"uuid:{uuid.uuid4()}" if version else None,
                deprecated_id=version.instance_id if version else None,
                source=Source.SPREADSHEET,
                entered_by=self.by,
                entered_by_name=self.by_name,
                attachments=choose_files(self.files.get(version.pk, ()), version.answers, answers) if version else (),
            )
        if version is not None and len(self.mistakes) == before and self._says_nothing_new(version, unit, answers):
            self.unchanged += 1
            return None
        if item is None or len(self.mistakes) > before:
            self.list_problems(number, row, answers, broken)
            return None
        try:
            prepared = self.door.prepare(item)
        except Refusal:
            for refusal in self.door.list_refusals(item):
                self.say_refusal(number, row, refusal, answers, broken)
            return None
        occasion = prepared.occasion
        if not self.scope.sees_record(prepared.unit.id, Days(occasion.days.first, occasion.days.last)):
            self.say(number, self.columns.unit, _("Đơn vị này ngoài phạm vi bạn được nhập số liệu."), row)
            return None
        return prepared if self._is_first(number, row, prepared) else None

    def _take_repeats(self, number: int, row: Sequence[Cell]) -> RowsOf:
        line = line_key(self._text(row, self.columns.line))
        if line and (other := self.lines.setdefault(line, number)) != number:
            self.say(number, self.columns.line, _("Số này đã có ở dòng %(row)d.") % {"row": other}, row)
            return {}
        found: dict[str, list[RepeatRow]] = {}
        for key in filter(None, (line, record_key(record_text(self.columns, row)))):
            for name, rows in self.mains.pop(key, {}).items():
                found.setdefault(name, []).extend(rows)
        return found

    def _text(self, row: Sequence[Cell], index: int) -> str:
        cell = row[index] if 0 <= index < len(row) else ""
        return "" if is_empty(cell) else show(cell)

    def _find_corrected(self, number: int, row: Sequence[Cell]) -> SubmissionVersion | None:
        """The newest version of the record that the row names by its number or an instanceID."""
        text = record_text(self.columns, row)
        if not text:
            return None
        record = record_number(text)
        found = self.stored.by_instance.get(text) if record is None else self.stored.by_record.get(record)
        if found is None:
            self.say(number, self.columns.record, _("Không có bản ghi này, hoặc bạn không được sửa nó."), row)
        return found

    def _carry(self, version: SubmissionVersion, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Answers that have no column here stay as they are, and repeats that no row tells of."""
        shown = {question.name for question in self.columns.questions.values()}
        return Carrier(self.repeats, self.checker.by_name).carry(version.answers, answers, shown)

    def _says_nothing_new(self, version: SubmissionVersion, unit: int | None, answers: dict[str, Any]) -> bool:
        questions = list(self.columns.questions.values())
        return unit == version.submission.org_unit_id and not compare_answers(
            questions, self.repeats, version.answers, answers
        )

    def read_answers(self, number: int, row: Sequence[Cell]) -> tuple[dict[str, str], set[str]]:
        answers: dict[str, str] = {}
        broken: set[str] = set()
        for index, question in self.columns.questions.items():
            cell = row[index] if index < len(row) else ""
            value = read_answer(question, cell)
            if isinstance(value, Wrong):
                broken.add(question.name)
                self.say(number, index, value.message, row, value.allowed)
            elif value:
                answers[question.name] = value
        return answers, broken

    def _is_hidden(self, question: Question, cell: Cell) -> bool:
        personal = self.door.personal_of(self.form_code)
        return personal is not None and question.name in personal.names and cell == HIDDEN

    def fill_hidden(
        self,
        number: int,
        row: Sequence[Cell],
        answers: dict[str, Any],
        broken: set[str],
        version: SubmissionVersion | None,
    ) -> None:
        """Where an export hid what a person said, the row doesn't tell it: of a record that it corrects it stays, as it
        is stored; of any other nobody knows it."""
        if HIDDEN not in answers.values():
            return
        for index, question in self.columns.questions.items():
            if answers.get(question.name) != HIDDEN or not self._is_hidden(question, HIDDEN):
                continue
            stored = version.answers.get(question.name) if version is not None else None
            answers.pop(question.name)
            if stored:
                answers[question.name] = stored
            elif version is None:
                message = _(
                    "“•••” chỉ che dữ liệu cá nhân trong tệp xuất. Hãy ghi nội dung, hoặc ghi số bản ghi cần sửa."
                )
                broken.add(question.name)
                self.say(number, index, message, row)

    def _read_day(
        self, number: int, row: Sequence[Cell], answers: Mapping[str, Any]
    ) -> tuple[Period | None, date | None]:
        """The period, and the record's last day as far as it is known."""
        if not self.kinds:
            event = find_event_question(self.checker.questions)
            try:
                return None, date.fromisoformat(answers.get(event.name, "") if event else "")
            except ValueError:
                return None, None
        cell = row[self.columns.period] if self.columns.period < len(row) else ""
        if is_empty(cell):
            self.say(number, self.columns.period, _("Chưa ghi kỳ báo cáo."), row)
            return None, None
        wrong: Wrong | None = None
        for kind, cut_off in self.kinds:
            period = read_period(cell, kind, cut_off)
            if not isinstance(period, Wrong):
                return period, period.days.last
            wrong = wrong or period
        assert wrong is not None
        self.say(number, self.columns.period, wrong.message, row, wrong.allowed)
        return None, None

    def read_unit(self, number: int, row: Sequence[Cell], day: date | None) -> int | None:
        cell = row[self.columns.unit] if self.columns.unit < len(row) else ""
        if is_empty(cell):
            self.say(number, self.columns.unit, _("Chưa ghi đơn vị."), row)
            return None
        unit = self.finder.find(show(cell), day or local_date(self.at))
        if isinstance(unit, Wrong):
            self.say(number, self.columns.unit, unit.message, row, unit.allowed)
            return None
        if not self.scope.sees_unit(unit):
            self.say(number, self.columns.unit, _("Đơn vị này ngoài phạm vi bạn được nhập số liệu."), row)
            return None
        return unit

    def list_problems(self, number: int, row: Sequence[Cell], answers: Mapping[str, Any], broken: set[str]) -> None:
        today = local_date(self.at)
        checked = self.checker.check(answers, today, self.at, calculate=True)
        further = self.door.check_unplaced(
            self.form_code, self.checker, checked.answers, checked.problems,
            levels=self.levels, on=today, unread=broken | self.columns.missing,
        )  # fmt: skip
        self.say_problems(number, row, [*checked.problems, *further], answers, broken)

    def say_problems(
        self,
        number: int,
        row: Sequence[Cell],
        problems: Sequence[Problem],
        answers: Mapping[str, Any],
        broken: set[str],
    ) -> None:
        """Only what the row itself can mend: a broken cell or a missing column was named already, and what may be
        wrong only because a cell is empty is not told beside the empty cell."""
        unread = broken | self.columns.missing
        empty = {problem.question for problem in problems if problem.kind == "required"}
        certain = self._list_certain(answers, unread) if unread else set()
        whatever = self._list_certain(answers, unread | empty) if empty else certain
        for problem in problems:
            place = find_row(self.row_repeats, self.checker.by_name.get(problem.question), problem)
            if place is not None:
                self._say_inside(place, problem)
                continue
            if problem.question in unread | {PERIOD_QUESTION}:
                continue
            about, sure = (unread, certain) if problem.kind == "required" else (unread | empty, whatever)
            if (problem.question, problem.kind) in sure or not self._hangs_on(problem, about):
                column = self.columns.title_of_question(problem.question)
                self.add(number, column, problem.message, self.shown(row, problem.question), self._allowed(problem))

    def _allowed(self, problem: Problem) -> str:
        """A form's own message may say it or not; its plain limits are told in any case."""
        question = self.checker.by_name.get(problem.question)
        if question is None or problem.allowed or problem.kind != "constraint":
            return problem.allowed
        return explain(question)

    def _say_inside(self, place: RepeatRow, problem: Problem) -> None:
        """Where its own row stands."""
        if problem.question in place.broken:
            return
        names = {question.name: index for index, question in place.columns.questions.items()}
        value = self._text(place.cells, names.get(problem.question, -1))
        column = place.columns.title_of_question(problem.question)
        self.mistakes.append(
            Mistake(self.file_name, place.sheet, place.number, column, problem.message, value, self._allowed(problem))
        )

    def _list_certain(self, answers: Mapping[str, Any], unread: set[str]) -> set[tuple[str, str]]:
        """Problems that stand whatever the unread cells were meant to say: -60 is no count, with or without them."""
        certain: set[tuple[str, str]] | None = None
        numbers = [
            name for name in unread if name in self.checker.by_name and self.checker.by_name[name].type in NUMBERS
        ]
        for guess in ("0", "1", "999999999"):
            checked = self.checker.check({**answers, **dict.fromkeys(numbers, guess)}, local_date(self.at), self.at)
            found = {(problem.question, problem.kind) for problem in checked.problems}
            certain = found if certain is None else certain & found
        return certain or set()

    def _hangs_on(self, problem: Problem, unread: set[str]) -> bool:
        question = self.checker.by_name.get(problem.question)
        return question is not None and bool(_names_in(question) & unread)

    def say_refusal(
        self, number: int, row: Sequence[Cell], refusal: Refusal, answers: Mapping[str, Any], broken: set[str]
    ) -> None:
        if isinstance(refusal, AnswersRefused):
            self.say_problems(number, row, refusal.problems, answers, broken)
        elif isinstance(refusal, UnitNotOnDay):
            self.say(number, self.columns.unit, refusal.sentence, row)
        elif isinstance(refusal, PeriodNotBegun | PeriodMissing):
            self.say(number, self.columns.period, refusal.sentence, row)
        elif isinstance(refusal, EventDayMissing | EventInFuture):
            event = find_event_question(self.checker.questions)
            name = event.name if event else ""
            self.add(number, self.columns.title_of_question(name), refusal.sentence, self.shown(row, name), "")
        else:
            self.add(number, "", refusal.sentence, "", "")

    def _is_first(self, number: int, row: Sequence[Cell], prepared: Prepared) -> bool:
        """One row for one unit and period; no row twice."""
        key = (prepared.unit.id, prepared.occasion.period_key or prepared.deprecated_id or prepared.instance_id)
        other = self.seen.setdefault(key, number)
        if other == number:
            return True
        if prepared.occasion.period_key:
            message = _("Đơn vị này đã có số liệu của cùng kỳ ở dòng %(row)d. Mỗi đơn vị, mỗi kỳ chỉ một dòng.")
        else:
            message = _(
                "Dòng này giống hệt dòng %(row)d. Nếu là hai hoạt động khác nhau thì phải có chi tiết khác nhau."
            )
        self.say(number, self.columns.unit, message % {"row": other}, row)
        return False

    def shown(self, row: Sequence[Cell], name: str) -> str:
        index = next((i for i, question in self.columns.questions.items() if question.name == name), len(row))
        return show(row[index]) if index < len(row) else ""

    def say(self, number: int, index: int, message: str, row: Sequence[Cell], allowed: str = "") -> None:
        value = show(row[index]) if 0 <= index < len(row) else ""
        self.add(number, self.columns.title_of(index), message, value, allowed)

    def add(self, number: int, column: str, message: str, value: str, allowed: str) -> None:
        self.mistakes.append(Mistake(self.file_name, self.table.sheet, number, column, message, value, allowed))


def record_text(columns: Columns, row: Sequence[Cell]) -> str:
    """The record's number or instanceID in the row, '' for none."""
    cell = row[columns.record] if 0 <= columns.record < len(row) else ""
    return "" if is_empty(cell) else show(cell)


def line_key(text: str) -> str:
    """What rows of a repeat name a main row by: its own number, or the record's; blank for none."""
    return f"dong {text}" if text else ""


def record_key(text: str) -> str:
    return f"ban_ghi {text}" if text else ""


def _names_in(question: Question) -> set[str]:
    """The questions its rules look at."""
    rules = [question.constraint, question.relevant, question.required_expr, question.calculate]
    rules += [around.relevant for around in question.enclosing]
    return {name for rule in rules for name in re.findall(r"/([\w.\-]+)(?![\w.\-/])", rule)}
