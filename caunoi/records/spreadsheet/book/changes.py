"""What an upload would do with each row, or did."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from caunoi.records.spreadsheet.comparing import FieldChange

# new, corrected, unchanged; emptied: was sent, and the row is empty now, which deletes nothing; kept: the row is as it
# was downloaded, the record is newer.
Outcome = Literal["new", "corrected", "unchanged", "emptied", "kept"]


@dataclass(frozen=True)
class RowChange:
    """`row` as the spreadsheet program shows it; `state` of the stored record, blank if there is none yet."""

    sheet: str
    row: int
    form_code: str
    unit: str
    code: str
    period_key: str
    outcome: Outcome
    state: str = ""
    submission_id: int | None = None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class BookChanges:
    """What an upload would do, or did. `empty`: rows left empty of units that have not sent."""

    unit_key: str
    chosen: str
    rows: tuple[RowChange, ...]
    empty: int
    notes: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return Counter(row.outcome for row in self.rows)[outcome]

    @property
    def writes(self) -> bool:
        return any(row.outcome in ("new", "corrected") for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """Differs if the same workbook would do anything else by now."""
        told = [
            (row.form_code, row.period_key, row.code, row.row, row.outcome, row.submission_id, str(row.fields))
            for row in self.rows
            if row.outcome in ("new", "corrected")
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]
