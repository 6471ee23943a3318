"""Rows of a form's sheet as far as they could be read, each with the rows of its repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from caunoi.forms.rules.check import Problem
from caunoi.records.spreadsheet.book.parts import Part
from caunoi.records.spreadsheet.cells import Cell, show
from caunoi.records.spreadsheet.columns import Columns
from caunoi.records.spreadsheet.reading import RowReader
from caunoi.refusals import Mistake


@dataclass(frozen=True)
class RepeatRow:
    part: Part
    columns: Columns
    number: int
    cells: Sequence[Cell]
    answers: Mapping[str, str]


@dataclass
class FilledRow:
    """A row of the main sheet as far as it could be read."""

    number: int
    cells: Sequence[Cell]
    unit: int | None
    line: str
    record: int | None
    base: str
    answers: dict[str, Any]
    broken: set[str]
    repeats: dict[str, list[RepeatRow]]

    @property
    def is_blank(self) -> bool:
        return not self.answers and not self.broken and not any(self.repeats.values())


@dataclass
class BookReader(RowReader):
    """Names problems inside repeats where their own rows stand."""

    row_repeats: Mapping[str, list[RepeatRow]] = field(default_factory=dict)

    def say_problems(
        self,
        number: int,
        row: Sequence[Cell],
        problems: Sequence[Problem],
        answers: dict[str, str],
        broken: set[str],
    ) -> None:
        own = []
        for problem in problems:
            place = self._place_of(problem)
            if place is None:
                own.append(problem)
                continue
            column = place.columns.title_of_question(problem.question)
            index = next(
                (i for i, q in place.columns.questions.items() if q.name == problem.question), len(place.cells)
            )
            value = show(place.cells[index]) if index < len(place.cells) else ""
            self.mistakes.append(
                Mistake(
                    self.file_name,
                    place.part.table.sheet,
                    place.number,
                    column,
                    problem.message,
                    value,
                    problem.allowed,
                )
            )
        super().say_problems(number, row, own, answers, broken)

    def _place_of(self, problem: Problem) -> RepeatRow | None:
        question = self.checker.by_name.get(problem.question)
        rows = self.row_repeats.get(question.repeat or "", []) if question and problem.row else []
        return rows[problem.row - 1] if problem.row <= len(rows) and rows else None
