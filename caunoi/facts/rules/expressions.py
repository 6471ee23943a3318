"""Expressions and conditions over the answers of one submission, in the words of XLSForm.

`${so_nguoi}`, `${a} + ${b}`, `sum(${dong.so})`, `count(${dong})`, `coalesce(${a}, 0)`, `if(${x} = 'a', ${b}, 0)`, `1`;
`${loai} = 'hoi_nghi' and ${so_nguoi} > 0`, `selected(${x}, 'a')`, `not(...)`.

An answer is missing when it is absent or ''. A missing answer makes the whole value missing, except inside `sum()` and
`coalesce()`. Compared with a text, a missing answer is ''; compared with a number, it makes the comparison false.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number, reckon
from caunoi.facts.rules.expression_parser import ExpressionError, parse_condition, parse_expression
from caunoi.facts.rules.expression_tree import (
    Choose,
    Coalesce,
    Column,
    Comparison,
    Condition,
    Count,
    Expression,
    Junction,
    Not,
    Question,
    Selected,
    Sum,
    Text,
    Truth,
    Value,
    list_uses,
    name_of,
)
from caunoi.facts.rules.tokens import EXACT

__all__ = [
    "AnswerRefused",
    "Answers",
    "Condition",
    "Expression",
    "ExpressionError",
    "Question",
    "evaluate",
    "evaluate_text",
    "holds",
    "list_uses",
    "parse_condition",
    "parse_expression",
    "read_decimal",
]

Answers = Mapping[str, Any]


class AnswerRefused(Exception):
    """The answers don't fit the expression: a text where a number is needed, a division by zero."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


# As XForms clients write decimals; JavaRosa writes ten million as 1.0E7.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)


def read_decimal(text: str) -> Decimal | None:
    """The exact number that an answer states, or None if it states none."""
    return Decimal(text) if len(text) <= 60 and _NUMBER.fullmatch(text) else None


def evaluate(expression: Expression, answers: Answers) -> Decimal | str | None:
    """The value, or None when it is missing. A bare question gives a number if its answer reads as one, else the text.

    Raises `AnswerRefused` for a text among numbers and for a division by zero.
    """
    value = _value(expression.node, answers)
    if isinstance(value, str):
        number = read_decimal(value)
        return value if number is None else number
    return value


def evaluate_text(expression: Expression, answers: Answers) -> str | None:
    """As `evaluate`, for codes: a class called `01` stays `01`."""
    value = _value(expression.node, answers)
    return format(value, "f") if isinstance(value, Decimal) else value


def holds(condition: Condition, answers: Answers) -> bool:
    """Raises `AnswerRefused` as `evaluate` does."""
    return condition.node is None or _truth(condition.node, answers)


def _answer(name: str, answers: Answers) -> str | None:
    given = answers.get(name)
    return None if given is None or given == "" else str(given).strip() or None


def _rows(repeat: str, answers: Answers) -> list[Answers]:
    given = answers.get(repeat)
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []


def _number(value: Decimal | str | None, said_by: Value | Column) -> Decimal | None:
    if not isinstance(value, str):
        return value
    number = read_decimal(value)
    if number is None:
        where = name_of(said_by) if isinstance(said_by, Question | Column) else ""
        raise AnswerRefused(
            _("Câu trả lời “%(value)s” %(where)skhông phải là số.")
            % {"value": value, "where": _("của câu hỏi %(name)s ") % {"name": where} if where else ""}
        )
    return number


def _value(node: Value, answers: Answers) -> Decimal | str | None:
    match node:
        case Question(name):
            return _answer(name, answers)
        case Number(value):
            return value
        case Text(text):
            return text
        case Arithmetic():
            return _reckon(node, answers)
        case Negate(operand):
            number = _number(_value(operand, answers), operand)
            return None if number is None else EXACT.minus(number)
        case Sum(parts):
            return _sum(parts, answers)
        case Count(Question(repeat)):
            return Decimal(len(_rows(repeat, answers)))
        case Count(Column(repeat, name)):
            return Decimal(sum(_answer(name, row) is not None for row in _rows(repeat, answers)))
        case Coalesce(values):
            found = (_value(part, answers) for part in values)
            return next((value for value in found if value is not None), None)
        case Choose(condition, then, otherwise):
            return _value(then if _truth(condition, answers) else otherwise, answers)
        case _:
            raise AssertionError(node)


def _reckon(node: Arithmetic[Value], answers: Answers) -> Decimal | None:
    left = _number(_value(node.left, answers), node.left)
    right = _number(_value(node.right, answers), node.right)
    if left is None or right is None:
        return None
    found = reckon(node.op, left, right)
    if found is None:
        raise AnswerRefused(_("Phép chia cho 0."))
    return found


def _sum(parts: tuple[Question | Column, ...], answers: Answers) -> Decimal | None:
    total, asked, answered = Decimal(0), 0, 0
    for part in parts:
        sources = _rows(part.repeat, answers) if isinstance(part, Column) else [answers]
        for source in sources:
            asked += 1
            number = _number(_answer(part.name, source), part)
            if number is not None:
                answered += 1
                total = EXACT.add(total, number)
    return None if asked and not answered else total


def _truth(node: Truth, answers: Answers) -> bool:
    match node:
        case Comparison():
            return _compare(node, answers)
        case Selected(question, choice):
            return choice in (_answer(question.name, answers) or "").split()
        case Not(operand):
            return not _truth(operand, answers)
        case Junction("and", left, right):
            return _truth(left, answers) and _truth(right, answers)
        case Junction(_, left, right):
            return _truth(left, answers) or _truth(right, answers)


def _compare(node: Comparison, answers: Answers) -> bool:
    left, right = _value(node.left, answers), _value(node.right, answers)
    if isinstance(node.left, Text) or isinstance(node.right, Text):
        # Answers with a time of day compare by their date with a date.
        texts = [str(side) if side is not None else "" for side in (left, right)]
        if node.op not in ("=", "!="):
            if "" in texts:
                return False
            texts = [text[:10] for text in texts]
        return _holds_between(node.op, texts[0], texts[1])
    if left is None or right is None:
        return False
    if isinstance(left, str) and isinstance(right, str):
        numbers = read_decimal(left), read_decimal(right)
        if numbers[0] is None or numbers[1] is None:
            return _holds_between(node.op, left, right)
        return _holds_between(node.op, numbers[0], numbers[1])
    return _holds_between(node.op, _number(left, node.left), _number(right, node.right))


def _holds_between(op: str, left: Any, right: Any) -> bool:
    match op:
        case "=":
            return bool(left == right)
        case "!=":
            return bool(left != right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)
