"""Expressions and conditions over the answers of one submission, in the words of XLSForm.

`${so_nguoi}`, `${a} + ${b}`, `sum(${dong.so})`, `count(${dong})`, `coalesce(${a}, 0)`, `if(${x} = 'a', ${b}, 0)`, `1`;
`${loai} = 'hoi_nghi' and ${so_nguoi} > 0`, `selected(${x}, 'a')`, `not(...)`.

An answer is missing when it is absent or ''. A missing answer makes the whole value missing, except inside `sum()` and
`coalesce()`. Compared with a text, a missing answer is ''; compared with a number, it makes the comparison false.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal, cast

from django.utils.translation import gettext as _

from caunoi.facts.rules.tokens import EXACT, ParseError, Parser, Token, read_number

Answers = Mapping[str, Any]


class ExpressionError(ParseError):
    """An expression or condition that can't be read."""


class AnswerRefused(Exception):
    """The answers don't fit the expression: a text where a number is needed, a division by zero."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


# -- What was written, as a tree --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    value: Decimal


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Question:
    name: str


@dataclass(frozen=True)
class Column:
    """A question of a repeated group, in every row: `${dong.so}`."""

    repeat: str
    name: str


@dataclass(frozen=True)
class Negate:
    operand: Value


@dataclass(frozen=True)
class Arithmetic:
    op: Literal["+", "-", "*", "/"]
    left: Value
    right: Value


@dataclass(frozen=True)
class Sum:
    """Adds what was answered. Missing only if rows or questions are there and none of them was answered."""

    parts: tuple[Question | Column, ...]


@dataclass(frozen=True)
class Count:
    """How many rows a repeated group has; of a column, how many rows answered it."""

    of: Question | Column


@dataclass(frozen=True)
class Coalesce:
    """The first part that is not missing."""

    parts: tuple[Value, ...]


@dataclass(frozen=True)
class Choose:
    condition: Truth
    then: Value
    otherwise: Value


@dataclass(frozen=True)
class Comparison:
    op: Literal["=", "!=", "<", "<=", ">", ">="]
    left: Value
    right: Value


@dataclass(frozen=True)
class Selected:
    question: Question
    choice: str


@dataclass(frozen=True)
class Not:
    operand: Truth


@dataclass(frozen=True)
class Junction:
    op: Literal["and", "or"]
    left: Truth
    right: Truth


Value = Number | Text | Question | Column | Negate | Arithmetic | Sum | Count | Coalesce | Choose
Truth = Comparison | Selected | Not | Junction
Node = Value | Truth
_TRUTHS = (Comparison, Selected, Not, Junction)


@dataclass(frozen=True)
class Uses:
    """What an expression takes from a form. `numbers` names what must be numbers, `texts` what is compared with which
    text; both name a column as `dong.so`."""

    questions: frozenset[str]
    columns: frozenset[tuple[str, str]]
    repeats: frozenset[str]
    numbers: frozenset[str]
    texts: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Expression:
    """`names` are the questions as written, a column as `dong.so`."""

    text: str
    node: Value
    names: frozenset[str]


@dataclass(frozen=True)
class Condition:
    """`node` is None when nothing was written: always true."""

    text: str
    node: Truth | None
    names: frozenset[str]


# -- Reading ----------------------------------------------------------------------------------------------------------


def parse_expression(text: str) -> Expression:
    """Raises `ExpressionError` with the position of the first mistake."""
    parser = _ExpressionParser(text, ExpressionError)
    start = parser.token
    node = parser.value(parser.either(), start)
    if parser.has_more():
        raise parser.unexpected(_("một phép tính (+ - * /) hoặc hết dòng"))
    return Expression(text, node, frozenset(_names(node)))


def parse_condition(text: str) -> Condition:
    """Raises `ExpressionError` with the position of the first mistake. '' is the condition that always holds."""
    if not text.strip():
        return Condition(text, None, frozenset())
    parser = _ExpressionParser(text, ExpressionError)
    start = parser.token
    node = parser.truth(parser.either(), start)
    if parser.has_more():
        raise parser.unexpected(_("and, or hoặc hết dòng"))
    return Condition(text, node, frozenset(_names(node)))


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FUNCTIONS = ("sum", "count", "coalesce", "if", "selected", "not", "date")


class _ExpressionParser(Parser):
    # One method a level of binding, loosest first. Values and conditions share the levels, since a bracket may open
    # either; `value` and `truth` say which one a place needs.

    def value(self, node: Node, start: Token) -> Value:
        if isinstance(node, _TRUTHS):
            raise self.error(
                _("Ký tự thứ %(position)d: ở đây phải là một giá trị, không phải một điều kiện.")
                % {"position": start.position},
                start.position,
            )
        if isinstance(node, Column):
            raise self.error(
                _("Ký tự thứ %(position)d: câu hỏi của nhóm lặp chỉ dùng trong sum() hoặc count().")
                % {"position": start.position},
                start.position,
            )
        return node

    def quantity(self, node: Node, start: Token) -> Value:
        """A value to reckon with: not a text."""
        value = self.value(node, start)
        if isinstance(value, Text):
            raise self.error(
                _("Ký tự thứ %(position)d: không tính toán được với chữ %(found)s.")
                % {"position": start.position, "found": start.describe()},
                start.position,
            )
        return value

    def truth(self, node: Node, start: Token) -> Truth:
        if not isinstance(node, _TRUTHS):
            raise self.error(
                _("Ký tự thứ %(position)d: ở đây phải là một điều kiện, ví dụ ${loai} = 'a' hoặc ${so} > 0.")
                % {"position": start.position},
                start.position,
            )
        return node

    def either(self) -> Node:
        start = self.token
        node = self.both()
        while self.take_word("or"):
            node = Junction("or", self.truth(node, start), self.truth_of_both())
        return node

    def truth_of_both(self) -> Truth:
        start = self.token
        return self.truth(self.both(), start)

    def both(self) -> Node:
        start = self.token
        node = self.comparison()
        while self.take_word("and"):
            next_start = self.token
            node = Junction("and", self.truth(node, start), self.truth(self.comparison(), next_start))
        return node

    def comparison(self) -> Node:
        start = self.token
        node = self.addition()
        sign = self.take_sign("=", "!=", "<", "<=", ">", ">=")
        if sign is None:
            return node
        right_start = self.token
        left, right = self.value(node, start), self.value(self.addition(), right_start)
        op = cast(Literal["=", "!=", "<", "<=", ">", ">="], sign.text)
        for side in (left, right):
            if op not in ("=", "!=") and isinstance(side, Text) and not _DATE.fullmatch(side.value):
                raise self.error(
                    _(
                        "Ký tự thứ %(position)d: “%(sign)s” chỉ so sánh số hoặc ngày dạng '2023-01-31', không so sánh chữ."
                    )
                    % {"position": sign.position, "sign": op},
                    sign.position,
                )
        return Comparison(op, left, right)

    def addition(self) -> Node:
        start = self.token
        node = self.product()
        while sign := self.take_sign("+", "-"):
            right_start = self.token
            left, right = self.quantity(node, start), self.quantity(self.product(), right_start)
            node = Arithmetic("+" if sign.text == "+" else "-", left, right)
        return node

    def product(self) -> Node:
        start = self.token
        node = self.unary()
        while sign := self.take_sign("*", "/") or self.take_word("div"):
            right_start = self.token
            left, right = self.quantity(node, start), self.quantity(self.unary(), right_start)
            node = Arithmetic("*" if sign.text == "*" else "/", left, right)
        return node

    def unary(self) -> Node:
        if self.take_sign("-"):
            self.enter()
            start = self.token
            operand = self.quantity(self.unary(), start)
            self.leave()
            return Negate(operand)
        return self.primary()

    def primary(self) -> Node:
        token = self.token
        match token.kind:
            case "number":
                return Number(read_number(self.take()))
            case "text":
                return Text(self.take().text)
            case "question":
                return self.reference()
            case "name":
                return self.call()
        if self.take_sign("("):
            self.enter()
            node = self.either()
            self.expect_sign(")")
            self.leave()
            return node
        raise self.unexpected(_("một số, một câu hỏi dạng ${ten_cau_hoi}, chữ trong dấu nháy, một hàm hoặc “(”"))

    def reference(self) -> Question | Column:
        if self.token.kind != "question":
            raise self.unexpected(_("một câu hỏi dạng ${ten_cau_hoi}"))
        first, dot, rest = self.take().text.partition(".")
        return Column(first, rest) if dot else Question(first)

    def call(self) -> Node:
        token = self.token
        if token.text not in FUNCTIONS:
            raise self.unexpected(
                _("một trong các hàm %(functions)s, hoặc câu hỏi viết dạng ${%(name)s}")
                % {"functions": ", ".join(FUNCTIONS), "name": token.text}
            )
        self.take()
        self.expect_sign("(")
        self.enter()
        node = self.arguments(token.text)
        self.expect_sign(")")
        self.leave()
        return node

    def arguments(self, function: str) -> Node:
        match function:
            case "sum":
                parts = [self.reference()]
                while self.take_sign(","):
                    parts.append(self.reference())
                return Sum(tuple(parts))
            case "count":
                return Count(self.reference())
            case "coalesce":
                values = [self.argument()]
                while self.take_sign(","):
                    values.append(self.argument())
                if len(values) < 2:
                    raise self.unexpected(_("“,” và giá trị thay thế, ví dụ coalesce(${a}, 0)"))
                return Coalesce(tuple(values))
            case "if":
                start = self.token
                condition = self.truth(self.either(), start)
                self.expect_sign(",")
                then = self.argument()
                self.expect_sign(",")
                return Choose(condition, then, self.argument())
            case "selected":
                question = self.reference()
                if isinstance(question, Column):
                    raise self.unexpected(_("một câu hỏi ngoài nhóm lặp"))
                self.expect_sign(",")
                return Selected(question, self.quoted())
            case "not":
                start = self.token
                return Not(self.truth(self.either(), start))
            case _:
                token = self.token
                text = self.quoted()
                if not _DATE.fullmatch(text):
                    raise self.error(
                        _("Ký tự thứ %(position)d: ngày phải viết dạng '2023-01-31'.") % {"position": token.position},
                        token.position,
                    )
                return Text(text)

    def argument(self) -> Value:
        start = self.token
        return self.value(self.either(), start)

    def quoted(self) -> str:
        if self.token.kind != "text":
            raise self.unexpected(_("chữ trong dấu nháy, ví dụ 'a'"))
        return self.take().text


# -- What it takes from the form --------------------------------------------------------------------------------------


def list_nodes(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for field in fields(node):
        value = getattr(node, field.name)
        for child in value if isinstance(value, tuple) else (value,):
            if isinstance(child, Node):
                yield from list_nodes(child)


def _name(node: Question | Column) -> str:
    return node.name if isinstance(node, Question) else f"{node.repeat}.{node.name}"


def _names(node: Node) -> Iterator[str]:
    return (_name(found) for found in list_nodes(node) if isinstance(found, Question | Column))


def list_uses(written: Expression | Condition) -> Uses:
    """What the form must have for this to be answerable; checked when a pack is checked."""
    nodes = list(list_nodes(written.node)) if written.node else []
    counted = {id(node.of) for node in nodes if isinstance(node, Count)}
    numbers: set[str] = set()
    texts: set[tuple[str, str]] = set()
    for node in nodes:
        match node:
            case Arithmetic(_, left, right):
                numbers |= {side.name for side in (left, right) if isinstance(side, Question)}
            case Negate(Question(name)):
                numbers.add(name)
            case Sum(parts):
                numbers |= {_name(part) for part in parts}
            case Selected(Question(name), choice):
                texts.add((name, choice))
            case Comparison(_, Question(name), other) | Comparison(_, other, Question(name)):
                if isinstance(other, Text):
                    texts.add((name, other.value))
                elif not isinstance(other, Question):
                    numbers.add(name)
    return Uses(
        questions=frozenset(n.name for n in nodes if isinstance(n, Question) and id(n) not in counted),
        columns=frozenset((n.repeat, n.name) for n in nodes if isinstance(n, Column)),
        repeats=frozenset(n.name for n in nodes if isinstance(n, Question) and id(n) in counted),
        numbers=frozenset(numbers),
        texts=frozenset(texts),
    )


# -- Answering --------------------------------------------------------------------------------------------------------

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
        where = _name(said_by) if isinstance(said_by, Question | Column) else ""
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


def _reckon(node: Arithmetic, answers: Answers) -> Decimal | None:
    left = _number(_value(node.left, answers), node.left)
    right = _number(_value(node.right, answers), node.right)
    if left is None or right is None:
        return None
    match node.op:
        case "+":
            return EXACT.add(left, right)
        case "-":
            return EXACT.subtract(left, right)
        case "*":
            return EXACT.multiply(left, right)
        case "/":
            if right == 0:
                raise AnswerRefused(_("Phép chia cho 0."))
            return EXACT.divide(left, right)


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
