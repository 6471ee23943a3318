"""A version's answers as rows to read: in the form's order, with labels, beside another version's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from caunoi.desk.templatetags.caunoi import day_, moment, number
from caunoi.forms.rules.questions import FILES, NOT_ASKED, NUMBERS, PERIOD_QUESTION, Branch, Question
from caunoi.personal.vault import is_sealed


@dataclass(frozen=True)
class AnswerRow:
    """`before`: the other version's answer, None where there is none to compare with. `change`: this less that, as
    text with its sign, for numbers that differ. `file` is the attachment's name where the answer is one.
    """

    question: str
    label: str
    value: str
    before: str | None = None
    change: str = ""
    changed: bool = False
    numeric: bool = False
    file: str = ""
    heading: bool = False
    remark: str = ""
    """what the approver said of the answer when the record was returned"""
    address: str = ""
    """of the thing in a register that the answer names"""


def list_rows(
    branch: Branch, answers: Mapping[str, Any], before: Mapping[str, Any] | None, language: str
) -> list[AnswerRow]:
    """All questions that a person can read, answered or not; a repeat's rows each under a heading of its own.

    Repeats are compared row by row in their order. The period's question is left out: the page's heading says it.
    """
    return list(_walk(branch, answers, before, language))


def _walk(
    branch: Branch, answers: Mapping[str, Any], before: Mapping[str, Any] | None, language: str
) -> Iterator[AnswerRow]:
    for child in branch.children:
        if isinstance(child, Question):
            if child.labels and child.type not in NOT_ASKED and child.name != PERIOD_QUESTION:
                yield _row(child, _text(answers, child.name), before, language)
        elif child.repeats:
            yield from _walk_repeat(child, answers, before, language)
        else:
            yield from _walk(child, answers, before, language)


def _walk_repeat(
    branch: Branch, answers: Mapping[str, Any], before: Mapping[str, Any] | None, language: str
) -> Iterator[AnswerRow]:
    rows = answers.get(branch.name) or []
    others = [] if before is None else before.get(branch.name) or []
    for index in range(max(len(rows), len(others))):
        row = rows[index] if index < len(rows) else {}
        other = None if before is None else others[index] if index < len(others) else {}
        label = _("Mục %(number)d") % {"number": index + 1}
        if index >= len(rows):
            label = _("Mục %(number)d (đã bỏ)") % {"number": index + 1}
        yield AnswerRow(branch.name, label, "", heading=True)
        yield from _walk(branch, row, other, language)


def _row(question: Question, value: str, before: Mapping[str, Any] | None, language: str) -> AnswerRow:
    old = None if before is None else _text(before, question.name)
    numeric = question.type in NUMBERS or (question.type == "calculate" and _number(value) is not None)
    return AnswerRow(
        question=question.name,
        label=question.label(language),
        value=show_answer(question, value, language),
        before=None if old is None else show_answer(question, old, language),
        change=_change(value, old) if numeric and old is not None else "",
        changed=old is not None and old != value,
        numeric=numeric,
        file=value if question.type in FILES else "",
    )


def show_answer(question: Question, value: str, language: str) -> str:
    """The answer as readers write it; a missing one is a dash, not zero."""
    if not value:
        return "–"
    if is_sealed(value):
        return _("(dữ liệu cá nhân)")
    match question.type:
        case "select_one" | "select_one_from_file":
            return question.choice_label(value, language)
        case "select_multiple" | "rank":
            return ", ".join(question.choice_label(name, language) for name in value.split())
        case "date":
            try:
                return day_(date.fromisoformat(value[:10]))
            except ValueError:
                return value
        case "datetime":
            try:
                found = datetime.fromisoformat(value)
            except ValueError:
                return value
            return moment(found) if found.tzinfo else value
        case kind if kind in NUMBERS or kind == "calculate":
            return number(value)
    return value


def _change(value: str, before: str) -> str:
    now, old = _number(value), _number(before)
    if now is None or old is None or now == old:
        return ""
    text = number(now - old)
    return text.replace("-", "−", 1) if now < old else f"+{text}"


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _text(answers: Mapping[str, Any], name: str) -> str:
    value = answers.get(name)
    return value if isinstance(value, str) else ""
