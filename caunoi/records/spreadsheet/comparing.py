"""Which answers of a row differ from what is stored, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from caunoi.forms.rules.questions import NUMBERS, Question, clean_answer
from caunoi.languages import show_number
from caunoi.records.spreadsheet.repeats import Repeat
from caunoi.records.spreadsheet.words import in_words


@dataclass(frozen=True)
class FieldChange:
    label: str
    before: str
    after: str


def compare_answers(
    questions: Sequence[Question],
    repeats: Sequence[Repeat],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    path: tuple[str, ...] = (),
) -> list[FieldChange]:
    """In the form's order; a repeat whose rows differ is one change. `path`: of the repeat whose row this is."""
    found = []
    for question in questions:
        old, new = str(before.get(question.name) or ""), str(after.get(question.name) or "")
        if not is_same(question, old, new):
            found.append(FieldChange(question.label(), show_answer(question, old), show_answer(question, new)))
    for repeat in repeats:
        if repeat.path[:-1] != path:
            continue
        several = repeat.questions
        olds, news = (
            [row for row in answers.get(repeat.name) or [] if says_something(row, repeat, repeats)]
            for answers in (before, after)
        )
        if len(olds) != len(news) or any(
            compare_answers(several, repeats, old, new, repeat.path) for old, new in zip(olds, news, strict=True)
        ):
            found.append(FieldChange(repeat.name, _rows_in_words(several, olds), _rows_in_words(several, news)))
    return found


def says_something(row: Mapping[str, Any], repeat: Repeat, repeats: Sequence[Repeat]) -> bool:
    """Whether any cell of the row, or of rows inside it, would be filled. One with nothing but a photo has none."""
    if any(row.get(question.name) for question in repeat.questions):
        return True
    inside = [one for one in repeats if one.path[:-1] == repeat.path]
    return any(says_something(under, one, repeats) for one in inside for under in row.get(one.name) or [])


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
