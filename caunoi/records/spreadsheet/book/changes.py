"""What a row says beside what is stored: which answers differ, in the reader's words."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import NUMBERS, Question, clean_answer
from caunoi.languages import show_number
from caunoi.records.spreadsheet.book.words import in_words

# new, corrected, unchanged; emptied: was sent, and the row is empty now, which deletes nothing; kept: the row is as it
# was downloaded, the record is newer.
Outcome = Literal["new", "corrected", "unchanged", "emptied", "kept"]


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


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


def compare_answers(
    questions: Sequence[Question],
    repeats: Mapping[str, Sequence[Question]],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> list[FieldChange]:
    """In the form's order; a repeat whose rows differ is one change."""
    found = []
    for question in questions:
        old, new = str(before.get(question.name) or ""), str(after.get(question.name) or "")
        if not is_same(question, old, new):
            found.append(FieldChange(question.label(), show_answer(question, old), show_answer(question, new)))
    for name, several in repeats.items():
        olds, news = before.get(name) or [], after.get(name) or []
        if len(olds) != len(news) or any(
            compare_answers(several, {}, old, new) for old, new in zip(olds, news, strict=True)
        ):
            found.append(FieldChange(name, _rows_in_words(several, olds), _rows_in_words(several, news)))
    return found


def is_same(question: Question, old: str, new: str) -> bool:
    if old == new:
        return True
    if question.type in NUMBERS and old and new:
        try:
            return Decimal(old) == Decimal(new)
        except InvalidOperation:
            return False
    if question.type == "select_multiple":
        return set(old.split()) == set(new.split())
    return clean_answer(old) == clean_answer(new)


def show_answer(question: Question, text: str) -> str:
    """As the reader writes it; – for no answer."""
    if text == "":
        return "–"
    if question.choices:
        return in_words(question, text)
    if question.type in NUMBERS:
        try:
            return show_number(Decimal(text))
        except InvalidOperation:
            return text
    if question.type == "date":
        try:
            return date.fromisoformat(text).strftime("%d/%m/%Y")
        except ValueError:
            return text
    return text


def _rows_in_words(questions: Sequence[Question], rows: Sequence[Mapping[str, Any]]) -> str:
    told = [
        ", ".join(show_answer(question, str(row.get(question.name) or "")) for question in questions)
        for row in rows[:3]
    ]
    more = "; …" if len(rows) > 3 else ""
    return _("%(count)d dòng") % {"count": len(rows)} + (f" ({'; '.join(told)}{more})" if told else "")
