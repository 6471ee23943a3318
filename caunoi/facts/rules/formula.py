"""Formulas of indicators: `labour_days / households`, `percent(a, b)`, `share_at_least(rating, 'kha')`.

Read, printed and computed here; whether a formula may be asked at all is decided in `formula_check.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from django.utils.translation import gettext as _

from caunoi.facts.rules.tokens import EXACT, ParseError, Parser, read_number


class FormulaError(ParseError):
    """A formula that can't be read."""


# -- What was written, as a tree --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """Never negative: a minus is `Negate`."""

    value: Decimal


@dataclass(frozen=True)
class Code:
    """A data element or another indicator."""

    code: str


@dataclass(frozen=True)
class Binary:
    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True)
class Negate:
    operand: Node


@dataclass(frozen=True)
class Percent:
    """100 · part / whole."""

    part: Node
    whole: Node


@dataclass(frozen=True)
class OutOf:
    """The part, shown as part/whole."""

    part: Node
    whole: Node


@dataclass(frozen=True)
class ShareOfClass:
    """Units in these classes ÷ units with a class, in %."""

    category: str
    classes: tuple[str, ...]


@dataclass(frozen=True)
class ShareAtLeast:
    """Units in this class or a better one ÷ units with a class, in %."""

    category: str
    class_: str


@dataclass(frozen=True)
class UnitsInClass:
    """How many units are in these classes."""

    category: str
    classes: tuple[str, ...]


ClassNode = ShareOfClass | ShareAtLeast | UnitsInClass
Node = Number | Code | Binary | Negate | Percent | OutOf | ShareOfClass | ShareAtLeast | UnitsInClass

FUNCTIONS = ("percent", "out_of", "share_of_class", "share_at_least", "units_in_class")


def list_parts(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    match node:
        case Binary(_, left, right) | Percent(left, right) | OutOf(left, right):
            yield from list_parts(left)
            yield from list_parts(right)
        case Negate(operand):
            yield from list_parts(operand)


def codes_in(node: Node) -> frozenset[str]:
    """All codes named, categories among them."""
    return frozenset(
        part.code if isinstance(part, Code) else part.category
        for part in list_parts(node)
        if isinstance(part, Code | ShareOfClass | ShareAtLeast | UnitsInClass)
    )


# -- Reading and printing ---------------------------------------------------------------------------------------------

CLASS_CODE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)


def parse_formula(text: str) -> Node:
    """Raises `FormulaError` with the position of the first mistake."""
    parser = _FormulaParser(text, FormulaError)
    node = parser.addition()
    if parser.has_more():
        raise parser.unexpected(_("một phép tính (+ - * /) hoặc hết dòng"))
    return node


class _FormulaParser(Parser):
    def addition(self) -> Node:
        node = self.product()
        while sign := self.take_sign("+", "-"):
            node = Binary("+" if sign.text == "+" else "-", node, self.product())
        return node

    def product(self) -> Node:
        node = self.unary()
        while sign := self.take_sign("*", "/"):
            node = Binary("*" if sign.text == "*" else "/", node, self.unary())
        return node

    def unary(self) -> Node:
        if self.take_sign("-"):
            self.enter()
            node = Negate(self.unary())
            self.leave()
            return node
        return self.primary()

    def primary(self) -> Node:
        if self.token.kind == "number":
            return Number(read_number(self.take()))
        if self.token.kind == "name":
            return self.call() if self.tokens[self.at + 1].text == "(" else Code(self.take().text)
        if self.take_sign("("):
            self.enter()
            node = self.addition()
            self.expect_sign(")")
            self.leave()
            return node
        if self.token.kind == "question":
            raise self.unexpected(_("một mã viết trần, không có ${}: công thức tính từ mã chỉ tiêu, không từ câu hỏi"))
        raise self.unexpected(_("một số, một mã, một hàm hoặc “(”"))

    def call(self) -> Node:
        function = self.token.text
        if function not in FUNCTIONS:
            raise self.unexpected(_("một trong các hàm %(functions)s") % {"functions": ", ".join(FUNCTIONS)})
        self.take()
        self.enter()
        self.expect_sign("(")
        node: Node
        match function:
            case "percent" | "out_of":
                first = self.addition()
                self.expect_sign(",")
                second = self.addition()
                node = Percent(first, second) if function == "percent" else OutOf(first, second)
            case "share_at_least":
                category = self.category()
                self.expect_sign(",")
                node = ShareAtLeast(category, self.class_code())
            case _:
                category = self.category()
                self.expect_sign(",")
                classes = [self.class_code()]
                while self.take_sign(","):
                    classes.append(self.class_code())
                made = ShareOfClass if function == "share_of_class" else UnitsInClass
                node = made(category, tuple(classes))
        self.expect_sign(")")
        self.leave()
        return node

    def category(self) -> str:
        if self.token.kind != "name":
            raise self.unexpected(_("mã của một xếp loại"))
        return self.take().text

    def class_code(self) -> str:
        if self.token.kind != "text" or not CLASS_CODE.fullmatch(self.token.text):
            raise self.unexpected(_("mã của một loại trong dấu nháy, ví dụ 'tot'"))
        return self.take().text


_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}


def print_formula(node: Node) -> str:
    """In the words it was written in; `parse_formula` gives the same tree back."""
    match node:
        case Number(value):
            return format(value, "f")
        case Code(code):
            return code
        case Negate(operand):
            return f"-{_bracketed(operand, 3)}"
        case Binary(op, left, right):
            binding = _BINDING[op]
            # All four bind to the left: a right side of the same strength keeps its brackets.
            return f"{_bracketed(left, binding)} {op} {_bracketed(right, binding + 1)}"
        case Percent(part, whole):
            return f"percent({print_formula(part)}, {print_formula(whole)})"
        case OutOf(part, whole):
            return f"out_of({print_formula(part)}, {print_formula(whole)})"
        case ShareAtLeast(category, class_):
            return f"share_at_least({category}, '{class_}')"
        case ShareOfClass(category, classes):
            return f"share_of_class({category}, {_quoted(classes)})"
        case UnitsInClass(category, classes):
            return f"units_in_class({category}, {_quoted(classes)})"


def _quoted(classes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in classes)


def _bracketed(node: Node, at_least: int) -> str:
    printed = print_formula(node)
    return f"({printed})" if isinstance(node, Binary) and _BINDING[node.op] < at_least else printed


# -- Computing --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Computed:
    """A value, or why there is none. Shares and plain ratios keep their numerator and denominator.

    `missing` names the codes without a value that made the whole missing, in the order they stand in the formula.
    """

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    why: str | None = None
    missing: tuple[str, ...] = ()


ValueOf = Callable[[str], Decimal | None]
ClassesOf = Callable[[str], Mapping[str, int]]
OrderOf = Callable[[str], Sequence[str]]


def compute(node: Node, value_of: ValueOf, classes_of: ClassesOf, order_of: OrderOf) -> Computed:
    """The indicator's unrounded value.

    `value_of` gives the value of a data element or another indicator, None when missing; `classes_of` how many units
    have each class of a category; `order_of` the category's classes from best to worst. Missing is not zero: one
    missing part makes the whole missing, and says so. A division by zero gives no value but keeps both parts.
    """
    match node:
        case Percent(part, whole):
            return _divide(part, whole, Decimal(100), _Asked(value_of, classes_of, order_of))
        case Binary("/", left, right) if not _has_number(left) and not isinstance(right, Number):
            return _divide(left, right, Decimal(1), _Asked(value_of, classes_of, order_of))
        case OutOf(part, whole):
            asked = _Asked(value_of, classes_of, order_of)
            numerator = asked.value(part)
            if numerator is None:
                return asked.nothing()
            return Computed(numerator, numerator, asked.value(whole))
        case ShareOfClass() | ShareAtLeast() | UnitsInClass():
            return _compute_classes(node, classes_of(node.category), order_of)
        case _:
            asked = _Asked(value_of, classes_of, order_of)
            value = asked.value(node)
            return asked.nothing() if value is None else Computed(value)


def _has_number(node: Node) -> bool:
    """A ratio with a constant above its bar is not shown as numerator and denominator: `100 * a / b`."""
    return any(isinstance(part, Number) for part in list_parts(node))


def _divide(part: Node, whole: Node, times: Decimal, asked: _Asked) -> Computed:
    numerator, denominator = asked.value(part), asked.value(whole)
    if numerator is None or denominator is None:
        why = asked.nothing()
        return Computed(None, numerator, denominator, why.why, why.missing)
    if denominator == 0:
        return Computed(None, numerator, denominator, _("Mẫu số bằng 0."))
    return Computed(EXACT.divide(EXACT.multiply(times, numerator), denominator), numerator, denominator)


def _compute_classes(node: ClassNode, counts: Mapping[str, int], order_of: OrderOf) -> Computed:
    rated = sum(counts.values())
    if not rated:
        why = _("Chưa có đơn vị nào được xếp loại (%(code)s).") % {"code": node.category}
        return Computed(None, why=why, missing=(node.category,))
    if isinstance(node, ShareAtLeast):
        order = list(order_of(node.category))
        wanted = frozenset(order[: order.index(node.class_) + 1])
    else:
        wanted = frozenset(node.classes)
    numerator, denominator = Decimal(sum(counts.get(code, 0) for code in wanted)), Decimal(rated)
    if isinstance(node, UnitsInClass):
        return Computed(numerator)
    return Computed(EXACT.divide(100 * numerator, denominator), numerator, denominator)


class _Asked:
    """One computation's sources, and what it found missing or impossible on the way."""

    def __init__(self, value_of: ValueOf, classes_of: ClassesOf, order_of: OrderOf) -> None:
        self.value_of, self.classes_of, self.order_of = value_of, classes_of, order_of
        self.missing: list[str] = []
        self.why: str | None = None

    def nothing(self) -> Computed:
        if self.missing:
            why = _("Chưa có số liệu: %(codes)s.") % {"codes": ", ".join(self.missing)}
            return Computed(None, why=why, missing=tuple(self.missing))
        return Computed(None, why=self.why)

    def value(self, node: Node) -> Decimal | None:
        match node:
            case Number(value):
                return value
            case Code(code):
                found = self.value_of(code)
                if found is None and code not in self.missing:
                    self.missing.append(code)
                return found
            case Negate(operand):
                number = self.value(operand)
                return None if number is None else EXACT.minus(number)
            case Binary(op, left, right):
                return self.reckon(op, self.value(left), self.value(right))
            case _:
                inner = compute(cast(Node, node), self.value_of, self.classes_of, self.order_of)
                if inner.value is None:
                    self.missing += [code for code in inner.missing if code not in self.missing]
                    self.why = self.why or inner.why
                return inner.value

    def reckon(self, op: str, left: Decimal | None, right: Decimal | None) -> Decimal | None:
        # Both sides were asked before, so that everything missing is named at once.
        if left is None or right is None:
            return None
        match op:
            case "+":
                return EXACT.add(left, right)
            case "-":
                return EXACT.subtract(left, right)
            case "*":
                return EXACT.multiply(left, right)
        if right == 0:
            self.why = self.why or _("Mẫu số bằng 0.")
            return None
        return EXACT.divide(left, right)
