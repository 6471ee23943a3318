"""The grammar of expressions and conditions; what they mean stands in `expressions.py`."""

from __future__ import annotations

import re
from typing import Literal, cast

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Arithmetic, ArithmeticParser, Negate, Number
from caunoi.facts.rules.expression_tree import (
    TRUTHS,
    Choose,
    Coalesce,
    Column,
    Comparison,
    Condition,
    Count,
    Expression,
    Junction,
    Node,
    Not,
    Question,
    Selected,
    Sum,
    Text,
    Truth,
    Value,
    list_names,
)
from caunoi.facts.rules.tokens import ParseError, Token


class ExpressionError(ParseError):
    """An expression or condition that can't be read."""


def parse_expression(text: str) -> Expression:
    """Raises `ExpressionError` with the position of the first mistake."""
    parser = _ExpressionParser(text, ExpressionError)
    start = parser.token
    node = parser.value(parser.either(), start)
    parser.finish()
    return Expression(text, node, frozenset(list_names(node)))


def parse_condition(text: str) -> Condition:
    """Raises `ExpressionError` with the position of the first mistake. '' is the condition that always holds."""
    if not text.strip():
        return Condition(text, None, frozenset())
    parser = _ExpressionParser(text, ExpressionError)
    start = parser.token
    node = parser.truth(parser.either(), start)
    parser.finish(_("and, or hoặc hết dòng"))
    return Condition(text, node, frozenset(list_names(node)))


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
FUNCTIONS = ("sum", "count", "coalesce", "if", "selected", "not", "date")


class _ExpressionParser(ArithmeticParser[Node]):
    # Values and conditions share the levels of binding, since a bracket may open either; `value` and `truth` say which
    # one a place needs.

    words = ("div",)

    def made(self, node: Number | Negate[Node] | Arithmetic[Node]) -> Node:
        return cast(Value, node)  # `quantity` let only values in

    def value(self, node: Node, start: Token) -> Value:
        if isinstance(node, TRUTHS):
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

    def quantity(self, node: Node, start: Token) -> Node:
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
        if not isinstance(node, TRUTHS):
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
                    _("Ký tự thứ %(position)d: “%(sign)s” chỉ so sánh số, hoặc ngày dạng '2023-01-31'.")
                    % {"position": sign.position, "sign": op},
                    sign.position,
                )
        return Comparison(op, left, right)

    def primary(self) -> Node:
        token = self.token
        match token.kind:
            case "number":
                return self.number()
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
