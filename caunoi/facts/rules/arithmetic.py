"""What the two small languages share: numbers, the four operations, how they bind and what they give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from django.utils.translation import gettext as _

from caunoi.facts.rules.tokens import EXACT, Parser, Token, read_number

Op = Literal["+", "-", "*", "/"]
NodeT = TypeVar("NodeT")


@dataclass(frozen=True)
class Number:
    """Never negative: a minus is `Negate`."""

    value: Decimal


@dataclass(frozen=True)
class Negate(Generic[NodeT]):
    operand: NodeT


@dataclass(frozen=True)
class Arithmetic(Generic[NodeT]):
    """`at` is where the sign stands, counted from 1; two trees are the same wherever they were written."""

    op: Op
    left: NodeT
    right: NodeT
    at: int = field(default=0, compare=False)


def list_nodes(node: Any) -> Iterator[Any]:
    """The node and all below it, whatever the language."""
    yield node
    for one in fields(node):
        value = getattr(node, one.name)
        for child in value if isinstance(value, tuple) else (value,):
            if is_dataclass(child):
                yield from list_nodes(child)


def reckon(op: Op, left: Decimal, right: Decimal) -> Decimal | None:
    """None: a division by zero."""
    match op:
        case "+":
            return EXACT.add(left, right)
        case "-":
            return EXACT.subtract(left, right)
        case "*":
            return EXACT.multiply(left, right)
        case "/":
            return EXACT.divide(left, right) if right else None


class ArithmeticParser(Parser, Generic[NodeT]):
    """One method a level of binding, loosest first. A language says what the smallest parts are (`primary`), and what
    may be reckoned with (`quantity`)."""

    words: tuple[str, ...] = ()
    """Words that divide, besides the sign."""

    def primary(self) -> NodeT:
        raise NotImplementedError

    def quantity(self, node: NodeT, start: Token) -> NodeT:
        """Raises where the part that began at `start` is nothing to reckon with."""
        return node

    def made(self, node: Number | Negate[NodeT] | Arithmetic[NodeT]) -> NodeT:
        """The same node, as the language's own type."""
        raise NotImplementedError

    def addition(self) -> NodeT:
        start = self.token
        node = self.product()
        while sign := self.take_sign("+", "-"):
            right_start = self.token
            left, right = self.quantity(node, start), self.quantity(self.product(), right_start)
            node = self.made(Arithmetic("+" if sign.text == "+" else "-", left, right, sign.position))
        return node

    def product(self) -> NodeT:
        start = self.token
        node = self.unary()
        while sign := self.take_sign("*", "/") or self.take_word(*self.words):
            right_start = self.token
            left, right = self.quantity(node, start), self.quantity(self.unary(), right_start)
            node = self.made(Arithmetic("*" if sign.text == "*" else "/", left, right, sign.position))
        return node

    def unary(self) -> NodeT:
        if self.take_sign("-"):
            self.enter()
            start = self.token
            operand = self.quantity(self.unary(), start)
            self.leave()
            return self.made(Negate(operand))
        return self.primary()

    def number(self) -> NodeT:
        return self.made(Number(read_number(self.take())))

    def finish(self, allowed: str = "") -> None:
        if self.has_more():
            raise self.unexpected(allowed or _("một phép tính (+ - * /) hoặc hết dòng"))
