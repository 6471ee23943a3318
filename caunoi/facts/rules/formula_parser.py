"""The grammar of formulas, and how a tree is written down again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Arithmetic, ArithmeticParser, Negate, Number
from caunoi.facts.rules.formula_tree import (
    Against,
    Attainment,
    Before,
    Change,
    Code,
    Cumulated,
    Node,
    OutOf,
    Per,
    Percent,
    ShareAtLeast,
    ShareOfClass,
    UnitsInClass,
    UnitsWith,
)
from caunoi.facts.rules.tokens import ParseError, read_number
from caunoi.periods.rules import BEGINNING, END
from caunoi.places.rules.snapshot import LEVELS


class FormulaError(ParseError):
    """A formula that can't be read."""


CLASS_CODE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_AGAINST: dict[str, Against] = {"period": "period", "year": "year"}


def parse_formula(text: str) -> Node:
    """Raises `FormulaError` with the position of the first mistake."""
    parser = _FormulaParser(text, FormulaError)
    node = parser.addition()
    parser.finish()
    return node


class _FormulaParser(ArithmeticParser[Node]):
    def made(self, node: Number | Negate[Node] | Arithmetic[Node]) -> Node:
        return node

    def primary(self) -> Node:
        if self.token.kind == "number":
            return self.number()
        if self.token.kind == "name":
            return self.call() if self.tokens[self.at + 1].text == "(" else self.code()
        if self.take_sign("("):
            self.enter()
            node = self.addition()
            self.expect_sign(")")
            self.leave()
            return node
        if self.token.kind == "question":
            raise self.unexpected(_("một mã viết trần, không có ${}: công thức tính từ mã chỉ tiêu, không từ câu hỏi"))
        raise self.unexpected(_("một số, một mã, một hàm hoặc “(”"))

    def code(self) -> Code:
        if self.token.kind != "name" or self.tokens[self.at + 1].text == "(":
            raise self.unexpected(_("mã của một chỉ tiêu, viết trần"))
        token = self.take()
        return Code(token.text, token.position)

    def call(self) -> Node:
        function = self.token
        if function.text not in FUNCTIONS:
            raise self.unexpected(_("một trong các hàm %(functions)s") % {"functions": ", ".join(FUNCTIONS)})
        self.take()
        self.enter()
        self.expect_sign("(")
        node = _ARGUMENTS[function.text](self, function.position)
        self.expect_sign(")")
        self.leave()
        return node

    # -- One method a kind of function ---------------------------------------------------------------------------------

    def pair(self) -> tuple[Node, Node]:
        first = self.addition()
        self.expect_sign(",")
        return first, self.addition()

    def percent(self, at: int) -> Node:
        return Percent(*self.pair(), at)

    def out_of(self, at: int) -> Node:
        return OutOf(*self.pair(), at)

    def per(self, at: int) -> Node:
        part, whole = self.pair()
        return Per(part, whole, self.factor() if self.take_sign(",") else Decimal(1), at)

    def factor(self) -> Decimal:
        if self.token.kind != "number" or not Decimal(self.token.text):
            raise self.unexpected(_("một số lớn hơn 0, ví dụ 1000"))
        return read_number(self.take())

    def share_of_class(self, at: int) -> Node:
        return ShareOfClass(*self.classes(), at)

    def units_in_class(self, at: int) -> Node:
        return UnitsInClass(*self.classes(), at)

    def units_with(self, at: int) -> Node:
        code = self.code().code
        return UnitsWith(code, self.level() if self.take_sign(",") else "", at)

    def level(self) -> str:
        if self.token.kind != "text" or self.token.text not in LEVELS:
            raise self.unexpected(_("một cấp trong dấu nháy: %(levels)s") % {"levels": ", ".join(LEVELS)})
        return self.take().text

    def share_at_least(self, at: int) -> Node:
        category = self.category()
        self.expect_sign(",")
        return ShareAtLeast(category, self.class_code(), at)

    def classes(self) -> tuple[str, tuple[str, ...]]:
        category = self.category()
        self.expect_sign(",")
        classes = [self.class_code()]
        while self.take_sign(","):
            classes.append(self.class_code())
        return category, tuple(classes)

    def category(self) -> str:
        if self.token.kind != "name":
            raise self.unexpected(_("mã của một xếp loại"))
        return self.take().text

    def class_code(self) -> str:
        if self.token.kind != "text" or not CLASS_CODE.fullmatch(self.token.text):
            raise self.unexpected(_("mã của một loại trong dấu nháy, ví dụ 'tot'"))
        return self.take().text

    def before(self, at: int) -> Node:
        return Before(self.addition(), self.against(), at)

    def change(self, at: int) -> Node:
        return Change(self.addition(), self.against(), percent=False, at=at)

    def change_percent(self, at: int) -> Node:
        return Change(self.addition(), self.against(), percent=True, at=at)

    def against(self) -> Against:
        if not self.take_sign(","):
            return "period"
        if self.token.kind != "text" or self.token.text not in _AGAINST:
            raise self.unexpected(_("'period' (kỳ liền trước) hoặc 'year' (cùng kỳ năm trước)"))
        return _AGAINST[self.take().text]

    def cumulated(self, at: int) -> Node:
        operand = self.addition()
        return Cumulated(operand, self.day() if self.take_sign(",") else None, at)

    def day(self) -> date:
        found = _DAY.fullmatch(self.token.text) if self.token.kind == "text" else None
        try:
            if found:
                year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
                typed = date(int(year), int(month), int(day))
                if BEGINNING <= typed < END:
                    self.take()
                    return typed
        except ValueError:
            pass  # no such day in the calendar; said below
        raise self.unexpected(_("một ngày có thật trong dấu nháy, ví dụ '2020-11-24' hoặc '24/11/2020'"))

    def attainment(self, at: int, *, percent: bool = True) -> Node:
        result = self.code()
        self.expect_sign(",")
        return Attainment(result, self.code(), percent, at)

    def gap(self, at: int) -> Node:
        return self.attainment(at, percent=False)


_ARGUMENTS: dict[str, Callable[[_FormulaParser, int], Node]] = {
    "percent": _FormulaParser.percent,
    "out_of": _FormulaParser.out_of,
    "per": _FormulaParser.per,
    "share_of_class": _FormulaParser.share_of_class,
    "share_at_least": _FormulaParser.share_at_least,
    "units_in_class": _FormulaParser.units_in_class,
    "units_with": _FormulaParser.units_with,
    "before": _FormulaParser.before,
    "change": _FormulaParser.change,
    "change_percent": _FormulaParser.change_percent,
    "cumulated": _FormulaParser.cumulated,
    "attainment": _FormulaParser.attainment,
    "gap": _FormulaParser.gap,
}
FUNCTIONS = tuple(_ARGUMENTS)


# -- Printing ---------------------------------------------------------------------------------------------------------

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
        case Arithmetic(op, left, right):
            binding = _BINDING[op]
            # All four bind to the left: a right side of the same strength keeps its brackets.
            return f"{_bracketed(left, binding)} {op} {_bracketed(right, binding + 1)}"
        case Percent(part, whole):
            return f"percent({print_formula(part)}, {print_formula(whole)})"
        case OutOf(part, whole):
            return f"out_of({print_formula(part)}, {print_formula(whole)})"
        case Per(part, whole, times):
            factor = "" if times == 1 else f", {times:f}"
            return f"per({print_formula(part)}, {print_formula(whole)}{factor})"
        case ShareAtLeast(category, class_):
            return f"share_at_least({category}, '{class_}')"
        case ShareOfClass(category, classes):
            return f"share_of_class({category}, {_quoted(classes)})"
        case UnitsInClass(category, classes):
            return f"units_in_class({category}, {_quoted(classes)})"
        case UnitsWith(code, level):
            return f"units_with({code}, '{level}')" if level else f"units_with({code})"
        case Before(operand, against):
            return f"before({print_formula(operand)}{_print_against(against)})"
        case Change(operand, against, percent):
            function = "change_percent" if percent else "change"
            return f"{function}({print_formula(operand)}{_print_against(against)})"
        case Cumulated(operand, first):
            since = f", '{first.isoformat()}'" if first else ""
            return f"cumulated({print_formula(operand)}{since})"
        case Attainment(result, target, percent):
            return f"{'attainment' if percent else 'gap'}({result.code}, {target.code})"


def _print_against(against: Against) -> str:
    return "" if against == "period" else f", '{against}'"


def _quoted(classes: Sequence[str]) -> str:
    return ", ".join(f"'{code}'" for code in classes)


def _bracketed(node: Node, at_least: int) -> str:
    printed = print_formula(node)
    return f"({printed})" if isinstance(node, Arithmetic) and _BINDING[node.op] < at_least else printed
