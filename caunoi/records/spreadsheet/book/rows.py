"""The rows of one form's sheet beside its records: what each would do, or what is wrong with it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.approvals.errors import StepImpossible
from caunoi.approvals.rules import State, Step
from caunoi.forms.models import FormVersion
from caunoi.forms.queries import checker_of, list_assignments
from caunoi.forms.rules.questions import UNIT_COLUMN, find_event_question
from caunoi.moments import VIETNAM, local_date
from caunoi.periods.rules import Days, Period
from caunoi.records.actions.door import Door, Prepared
from caunoi.records.incoming import Incoming, IncomingFile
from caunoi.records.models import Source, SubmissionVersion
from caunoi.records.spreadsheet.book.changes import Outcome, RowChange
from caunoi.records.spreadsheet.book.filled import FilledRow
from caunoi.records.spreadsheet.book.identity import is_from, line_instance, new_instance
from caunoi.records.spreadsheet.book.layout import BASE_COLUMN
from caunoi.records.spreadsheet.book.parts import Part
from caunoi.records.spreadsheet.book.plan import code_for
from caunoi.records.spreadsheet.carrying import Carrier, choose_files
from caunoi.records.spreadsheet.cells import Cell, is_empty, show
from caunoi.records.spreadsheet.columns import RECORD_COLUMN, Columns, list_columns
from caunoi.records.spreadsheet.comparing import compare_answers
from caunoi.records.spreadsheet.repeat_rows import (
    Mains,
    RepeatRow,
    RepeatSheet,
    RowsOf,
    answers_of,
    hang_rows,
    stray_sentence,
)
from caunoi.records.spreadsheet.repeats import LINE_COLUMN, Repeat, list_repeats
from caunoi.records.spreadsheet.row_reader import Advance, RowReader
from caunoi.records.spreadsheet.stored import StoredRows, read_events, read_files, read_reports, record_number
from caunoi.records.spreadsheet.units import UnitFinder
from caunoi.records.spreadsheet.workbooks import hidden_row_sentence
from caunoi.refusals import Mistake, Refusal


@dataclass(frozen=True)
class Sender:
    """Who uploads, when, and for which units they may enter."""

    by: User | None
    by_name: str
    at: datetime
    scope: Scope


@dataclass
class SheetWork:
    """One form's sheet with its repeats. After `run`: what it would do, and what stands against it."""

    part: Part
    repeats: Sequence[Part]
    version: FormVersion
    period: Period | None
    file_name: str
    sender: Sender
    door: Door
    finder: UnitFinder
    progress: Advance | None = None
    changes: list[RowChange] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    # With the row each stands in.
    prepared: list[tuple[int, Prepared]] = field(default_factory=list)
    empty: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        checker = checker_of(self.version)
        self.questions = list_columns(checker.questions, periodic=self.period is not None)
        present = {part.mark.repeat for part in self.repeats}
        asked = list_repeats(checker.questions)
        self.asked_repeats = [repeat for repeat in asked if repeat.name in present]
        self.columns = self.part.columns_for(self.questions, self.file_name)
        form = self.version.form.code
        levels = frozenset(assignment.level for assignment in list_assignments(form))
        self.reader = RowReader(
            self.part.table, self.columns, self.file_name, form, [], checker, self.finder, self.sender.scope,
            self.sender.by, self.sender.by_name, self.sender.at, self.door, self.mistakes, levels=levels,
        )  # fmt: skip
        self.mistakes += [*self.columns.mistakes, *self.part.list_distrusted(self.columns)]
        if self.columns.unit < 0:
            self._say_sheet(_("Thiếu cột đơn vị. Hãy tải sổ mới; không xóa cột nào của sổ."))
        roots = {repeat.path[0] for repeat in self.asked_repeats}
        for repeat in asked:
            if repeat.path[0] in roots and repeat.name not in present:
                message = _("Thiếu trang của nhóm lặp “%(name)s”. Hãy tải sổ mới; không xóa trang nào của nhóm lặp.")
                self._say_sheet(message % {"name": repeat.name})
        if self.mistakes:
            return
        repeated = self._read_repeats()
        rows = self._read_rows(repeated)
        stored = self._read_stored(rows)
        correcting = [version for row in rows if (version := self._find_stored(row, stored)) is not None]
        files = read_files(correcting)
        for row in rows:
            self._take(row, stored, files)
        self._say_hidden_columns()

    # Reading

    def _read_rows(self, repeated: Mains) -> list[FilledRow]:
        found = []
        for count, (number, cells) in enumerate(self.part.rows(), start=1):
            row = self._read_row(number, cells, repeated)
            if row is not None:
                found.append(row)
            if self.progress is not None and count % 100 == 0:
                self.progress(100)
        self._say_strays(repeated, {self._key_of(row) for row in found})
        return found

    def _read_row(self, number: int, cells: Sequence[Cell], repeated: Mains) -> FilledRow | None:
        answers, broken = self.reader.read_answers(number, cells)
        line = show(self.part.cell(cells, LINE_COLUMN))
        record_text = show(self.part.cell(cells, RECORD_COLUMN))
        base = show(self.part.cell(cells, BASE_COLUMN))
        # What names no record is still said to name one: the row must not become a new record in silence.
        record = (record_number(record_text) or 0) if record_text else None
        blank_unit = is_empty(self.part.cell(cells, UNIT_COLUMN))
        row = FilledRow(number, cells, None, line, record, base, dict(answers), broken, {})
        if blank_unit and row.is_blank and (self.period is not None or line not in repeated):
            return None  # a free row that nobody used
        day = self.period.days.last if self.period else self._event_day(answers)
        row.unit = self.reader.read_unit(number, cells, day)
        key = self._key_of(row)
        row.repeats = dict(repeated.get(key, {}))
        row.answers.update(answers_of(row.repeats))
        return row

    def _read_repeats(self) -> Mains:
        parts = {part.mark.repeat: part for part in self.repeats}
        return hang_rows(
            [self._read_repeat(parts[repeat.name], repeat) for repeat in self.asked_repeats], self._say_key
        )

    def _read_repeat(self, part: Part, repeat: Repeat) -> RepeatSheet:
        columns = part.columns_for(repeat.questions, self.file_name)
        columns.keys = part.keys()
        reader = replace(self.reader, table=part.table, columns=columns)
        self.mistakes += [*columns.mistakes, *part.list_distrusted(columns)]
        rows = []
        for number, cells in part.rows():
            answers, broken = reader.read_answers(number, cells)
            rows.append(RepeatRow(part.table.sheet, columns, number, cells, answers, broken))

        def link_of(row: RepeatRow) -> str | None:
            if self.period is None or repeat.above:
                return show(part.cell(row.cells, repeat.link_column))
            unit = reader.read_unit(row.number, row.cells, self.period.days.last)
            return None if unit is None else str(unit)

        return RepeatSheet(repeat, rows, lambda row: show(part.cell(row.cells, repeat.item_column)), link_of)

    def _say_key(self, row: RepeatRow, column: str, sentence: str) -> None:
        index = row.columns.keys.get(column, -1)
        title = row.columns.title_of(index) if index >= 0 else ""
        value = show(row.cells[index]) if 0 <= index < len(row.cells) else ""
        self.mistakes.append(Mistake(self.file_name, row.sheet, row.number, title, sentence, value))

    def _key_of(self, row: FilledRow) -> str:
        return row.line if self.period is None else str(row.unit)

    def _say_strays(self, repeated: Mains, keys: set[str]) -> None:
        strays = [rows for key, by_name in repeated.items() if key not in keys for rows in by_name.values()]
        for row in itertools.chain(*strays):
            self._say_key(row, "", stray_sentence())

    def _event_day(self, answers: Mapping[str, str]) -> date | None:
        event = find_event_question(self.reader.checker.questions)
        try:
            return date.fromisoformat(answers.get(event.name, "") if event else "")
        except ValueError:
            return None

    # Comparing

    def _read_stored(self, rows: Sequence[FilledRow]) -> StoredRows:
        form = self.version.form.code
        bases = {row.base for row in rows} - {""}
        if self.period is not None:
            return read_reports(form, self.period.key, {row.unit for row in rows if row.unit is not None}, bases)
        records = {row.record for row in rows if row.record is not None}
        lines = {line_instance(self.part.mark, row.line) for row in rows if row.line and row.record is None}
        return read_events(form, records, lines, bases, self.sender.scope)

    def _find_stored(self, row: FilledRow, stored: StoredRows) -> SubmissionVersion | None:
        if self.period is not None:
            return stored.by_unit.get(row.unit) if row.unit is not None else None
        if row.record is not None:
            return stored.by_record.get(row.record)
        return stored.by_instance.get(line_instance(self.part.mark, row.line)) if row.line else None

    def _take(self, row: FilledRow, stored: StoredRows, files: Mapping[int, list[IncomingFile]]) -> None:
        version = self._find_stored(row, stored)
        self._forgive(row, version, stored.bases.get(row.base))
        self.reader.fill_hidden(row.number, row.cells, row.answers, row.broken, version)
        if row.is_blank:
            if version is not None and self._is_seen(version):
                self._tell(row, "emptied", version)
            elif row.record is None:
                self.empty += 1
            return
        if row.record is not None and version is None:
            self._say(row, _("Không có bản ghi số %(number)d, hoặc bạn không được sửa nó.") % {"number": row.record})
            return
        if row.unit is None:
            self.reader.row_repeats = row.repeats
            self.reader.list_problems(row.number, row.cells, row.answers, row.broken)
            return
        if not self._is_first(row):
            return
        if version is None:
            self._send(row, None, [])
            return
        changed = compare_answers(self.questions, self.asked_repeats, version.answers, row.answers)
        if not changed and not row.broken:
            self._tell(row, "unchanged", version)
            return
        base = stored.bases.get(row.base)
        if row.base != version.instance_id and not is_from(version.instance_id, self.part.mark):
            if base is not None and not row.broken and not self._differs(row, base):
                self._tell(row, "kept", version)
                return
            self._say(row, _sentence_of_newer(version))
            return
        if (obstacle := self._find_obstacle(row, version)) is not None:
            self._say(row, obstacle)
            return
        self._send(row, version, files.get(version.pk, []))

    def _forgive(self, row: FilledRow, *versions: SubmissionVersion | None) -> None:
        """A cell that says what the record said already is no mistake of the sheet, whatever it is: a phone sent it so,
        an officer decides about it there, and one such cell must not hold up the other villages' rows."""
        for said in [version.answers for version in versions if version is not None]:
            title = self.part.table.sheet
            self._forgive_cells(title, self.columns, row.number, row.cells, row.answers, row.broken, said)
            self._forgive_inside(row.repeats, said)
        row.answers.update(answers_of(row.repeats))

    def _forgive_inside(self, repeats: RowsOf, said: Mapping[str, Any]) -> None:
        for name, rows in repeats.items():
            for one, before in zip(rows, said.get(name) or (), strict=False):
                answers = dict(one.answers)
                self._forgive_cells(one.sheet, one.columns, one.number, one.cells, answers, one.broken, before)
                one.answers = answers
                self._forgive_inside(one.inside, before)

    def _forgive_cells(
        self, sheet: str, columns: Columns, number: int, cells: Sequence[Cell], answers: dict[str, Any],
        broken: set[str], said: Mapping[str, Any],
    ) -> None:  # fmt: skip
        for index, question in columns.questions.items():
            before = said.get(question.name)
            if question.name not in broken or not before or index >= len(cells) or show(cells[index]) != before:
                continue
            place = (sheet, number, columns.title_of(index))
            self.mistakes[:] = [one for one in self.mistakes if (one.sheet, one.row, one.column) != place]
            answers[question.name] = before
            broken.discard(question.name)

    def _differs(self, row: FilledRow, base: SubmissionVersion) -> bool:
        return bool(compare_answers(self.questions, self.asked_repeats, base.answers, row.answers))

    def _find_obstacle(self, row: FilledRow, version: SubmissionVersion) -> str | None:
        state = State(version.submission.state)
        if state in (State.LOCKED, State.WITHDRAWN):
            return StepImpossible(state, Step.CORRECT).sentence
        if row.unit != version.submission.org_unit_id:
            return _("Bản ghi này của đơn vị khác. Muốn ghi cho đơn vị khác thì ghi ở một dòng trống.")
        if version.form_version_id != self.version.pk and version.form_version.published_at > self.version.published_at:
            return _("Bản ghi đã theo phiên bản mới của biểu mẫu. Hãy tải sổ mới rồi sửa.")
        return None

    def _is_first(self, row: FilledRow) -> bool:
        key = self._key_of(row)
        if not key:
            return True
        other = self.seen.setdefault(key, row.number)
        if other == row.number:
            return True
        if self.period is not None:
            message = _("Đơn vị này đã có số liệu ở dòng %(row)d. Mỗi đơn vị chỉ một dòng.")
        else:
            message = _("Dòng này mang cùng số với dòng %(row)d (do chép cả dòng). Hãy ghi lại ở một dòng trống.")
        self._say(row, message % {"row": other})
        return False

    def _is_seen(self, version: SubmissionVersion) -> bool:
        submission = version.submission
        return self.sender.scope.sees_record(submission.org_unit_id, Days(submission.day_from, submission.day_to))

    # Sending

    def _send(self, row: FilledRow, version: SubmissionVersion | None, files: Sequence[IncomingFile]) -> None:
        assert row.unit is not None
        before = len(self.mistakes)
        answers = self._carry(row, version)
        item = Incoming(
            self.version.form.code,
            row.unit,
            self.sender.at,
            self.period.key if self.period else "",
            answers=answers,
            instance_id=self._instance_for(row, version),
            deprecated_id=version.instance_id if version else None,
            source=Source.SPREADSHEET,
            entered_by=self.sender.by,
            entered_by_name=self.sender.by_name,
            attachments=choose_files(files, version.answers, answers) if version else (),
            form_version=self.version.version,
        )
        self.reader.row_repeats = row.repeats
        if row.broken:
            self.reader.list_problems(row.number, row.cells, answers, row.broken)
            return
        try:
            prepared = self.door.prepare(item)
        except Refusal:
            for refusal in self.door.list_refusals(item):
                self.reader.say_refusal(row.number, row.cells, refusal, answers, row.broken)
            if len(self.mistakes) == before:
                self._say(row, _("Dòng này không nhận được."))
            return
        occasion = prepared.occasion
        if not self.sender.scope.sees_record(prepared.unit.id, occasion.days):
            self._say(row, _("Đơn vị này ngoài phạm vi bạn được nhập số liệu."))
            return
        if self.part.is_hidden(row.number):
            self._say(row, hidden_row_sentence())
            return
        self.prepared.append((row.number, prepared))
        self._tell(row, "corrected" if version else "new", version)

    def _instance_for(self, row: FilledRow, version: SubmissionVersion | None) -> str | None:
        if version is not None or self.period is not None:
            return new_instance(self.part.mark)
        return line_instance(self.part.mark, row.line) if row.line else None

    def _carry(self, row: FilledRow, version: SubmissionVersion | None) -> dict[str, Any]:
        if version is None:
            return row.answers
        shown = {question.name for question in self.questions} | {repeat.name for repeat in self.asked_repeats}
        return Carrier(self.asked_repeats, self.reader.checker.by_name).carry(version.answers, row.answers, shown)

    # Telling

    def _tell(self, row: FilledRow, outcome: Outcome, version: SubmissionVersion | None) -> None:
        unit = version.submission.org_unit_id if version else row.unit
        day = version.submission.day_to if version else self.period.days.last if self.period else None
        places = self.door.places
        on = day or local_date(self.sender.at)
        name = places.name_on(unit, on) if unit is not None else ""
        code = code_for(unit, on, places) if unit is not None else ""
        before = version.answers if version else {}
        fields = (
            compare_answers(self.questions, self.asked_repeats, before, row.answers) if outcome == "corrected" else []
        )
        self.changes.append(
            RowChange(
                self.part.table.sheet,
                row.number,
                self.version.form.code,
                name,
                code,
                self.period.key if self.period else "",
                outcome,
                version.submission.state if version else "",
                version.submission_id if version else None,
                tuple(fields),
            )
        )

    def _say(self, row: FilledRow, sentence: str) -> None:
        self.reader.say(row.number, self.columns.unit, sentence, row.cells)

    def _say_sheet(self, sentence: str) -> None:
        self.mistakes.append(Mistake(self.file_name, self.part.table.sheet, 0, "", sentence))

    def _say_hidden_columns(self) -> None:
        """Hidden is fine as long as nothing is to be written from this sheet."""
        if self.prepared:
            for index in self.part.list_hidden_columns(self.columns):
                message = _("Cột %(title)s đang bị ẩn. Hãy bỏ ẩn: không nên gửi những gì không nhìn thấy.")
                self._say_sheet(message % {"title": self.columns.title_of(index)})


def _sentence_of_newer(version: SubmissionVersion) -> str:
    return _(
        "%(name)s đã gửi hoặc sửa bản ghi này lúc %(time)s, sau khi sổ được tải về. "
        "Hãy tải sổ mới, xem số hiện có rồi sửa nếu cần."
    ) % {"name": version.entered_by_name, "time": version.received_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")}
