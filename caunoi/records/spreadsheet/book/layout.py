"""How a sheet of the period's workbook says what it is: its mark, its hidden names, its rows for people.

Row 1 (hidden) holds the mark in its first cell, row 2 (hidden) the columns' names, rows 3 to 5 the title, the labels
and what is allowed; data begin in row 6. Sheets may be renamed, moved and reordered, columns too: only the marks and
names count. No question can bear a name with `@`, so the workbook's own columns never collide with one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from caunoi.records.spreadsheet.cells import Cell

MARK_ROW, NAME_ROW, TITLE_ROW, LABEL_ROW, ALLOWED_ROW, FIRST_ROW = range(6)
FORMAT = 1
_KEY = "caunoi"

# The workbook's own columns beside `don_vi` and that of the record a row corrects.
NAME_COLUMN, ABOVE_COLUMN, STATE_COLUMN = "@ten", "@cap_tren", "@tinh_trang"
# The instanceID of the version that stood in the row when the workbook was made.
BASE_COLUMN = "@goc"
BEFORE_PREFIX = "@truoc:"


@dataclass(frozen=True)
class Mark:
    """`book`: the workbook's own id (a UUID). `period` is blank for events, `repeat` for a form's main sheet.

    `unit` is the key of the unit it was made for, `chosen` the key of the period it was made for.
    """

    book: str
    unit: str
    chosen: str
    form: str
    version: str
    period: str = ""
    repeat: str = ""

    def to_text(self) -> str:
        return json.dumps({_KEY: FORMAT, **asdict(self)}, ensure_ascii=False)


def read_mark(rows: Sequence[Sequence[Cell]]) -> Mark | None:
    """The mark of a sheet, or None if it is none of ours."""
    text = rows[MARK_ROW][0] if rows and rows[MARK_ROW] else ""
    if not isinstance(text, str) or _KEY not in text[:40]:
        return None
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    names = Mark.__dataclass_fields__
    if not isinstance(found, dict) or found.get(_KEY) != FORMAT:
        return None
    told = {name: found.get(name, "") for name in names}
    return Mark(**told) if all(isinstance(value, str) for value in told.values()) else None
