"""Rows of a form's sheet as far as they could be read, each with the rows of its repeats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caunoi.records.spreadsheet.cells import Cell
from caunoi.records.spreadsheet.repeat_rows import RepeatRow


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
