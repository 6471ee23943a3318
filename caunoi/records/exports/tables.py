"""The flat tables of a form: its questions outside repeats, and a table for each repeat, also one inside another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from caunoi.forms.rules.questions import NUMBERS, Question
from caunoi.personal.vault import is_sealed
from caunoi.records.exports.request import Spelling

# What a cell holds. A text stays a text, whatever it looks like.
Value = str | int | Decimal | date | datetime | None
SEVERAL = ("select_multiple", "rank")
# Of people: read on the record's page, one by one and written down, never by the table.
HIDDEN = "•••"
SHOWN_TO_PEOPLE_ONLY = ("note",)


@dataclass(frozen=True)
class Column:
    """`choice`: the one choice of several that this column is about."""

    title: str
    question: Question
    choice: str = ""


@dataclass
class Table:
    """`name` blank for the form itself. `path`: the repeats around its rows, from the outermost inwards."""

    name: str
    path: tuple[str, ...]
    columns: list[Column] = field(default_factory=list)


def tables_of(versions: Sequence[Sequence[Question]], spelling: Spelling, *, split_choices: bool) -> list[Table]:
    """Of all versions of a form, the newest first: a question that is no longer asked keeps its column, at the end."""
    tables: dict[tuple[str, ...], Table] = {(): Table("", ())}
    seen: set[tuple[tuple[str, ...], str]] = set()
    for questions in versions:
        for question in questions:
            path = tuple(around.name for around in question.enclosing if around.repeats)
            if question.type in SHOWN_TO_PEOPLE_ONLY or (path, question.name) in seen:
                continue
            seen.add((path, question.name))
            for depth in range(len(path) + 1):
                around = path[:depth]
                tables.setdefault(around, Table(around[-1] if around else "", around))
            tables[path].columns += _columns_of(question, spelling, split_choices)
    return list(tables.values())


def _columns_of(question: Question, spelling: Spelling, split_choices: bool) -> list[Column]:
    title = question.name if spelling == "codes" else question.label(spelling)
    if not split_choices or question.type not in SEVERAL or not question.choices:
        return [Column(title, question)]
    return [
        Column(f"{title}/{choice.name if spelling == 'codes' else choice.label(spelling)}", question, choice.name)
        for choice in question.choices
    ]


def cells_of(table: Table, answers: Mapping[str, Any], spelling: Spelling) -> list[Value]:
    return [_cell(column, answers.get(column.question.name), spelling) for column in table.columns]


def rows_of_repeat(table: Table, answers: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(number, answers) of its rows; inside another repeat the number is `2.1`: the first of the second."""
    rows: list[tuple[str, Mapping[str, Any]]] = [("", answers)]
    for name in table.path:
        rows = [
            (f"{number}.{index}" if number else str(index), row)
            for number, above in rows
            for index, row in enumerate(_listed(above.get(name)), start=1)
        ]
    yield from rows


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _cell(column: Column, value: Any, spelling: Spelling) -> Value:
    if not isinstance(value, str) or value == "":
        return None
    if is_sealed(value):
        return HIDDEN
    question = column.question
    if column.choice:
        return int(column.choice in value.split())
    if question.type in NUMBERS:
        return _number(value)
    if spelling == "codes":
        return value
    if question.type == "date":
        return _day(value)
    if question.choices and question.type in SEVERAL:
        return "; ".join(question.choice_label(name, spelling) for name in value.split())
    if question.choices:
        return question.choice_label(value, spelling)
    return value


def _number(text: str) -> Value:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if number.is_finite() else text


def _day(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
