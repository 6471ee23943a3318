"""What an indicator's formula says, as a tree, and which figures of which days it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number, list_nodes

# -- Days other than those asked --------------------------------------------------------------------------------------

Against = Literal["period", "year"]


@dataclass(frozen=True)
class Earlier:
    """The period just before the asked days, or the same days a year earlier."""

    against: Against


@dataclass(frozen=True)
class Since:
    """From a day (None: from the beginning of the year) up to the end of the asked days."""

    first: date | None


@dataclass(frozen=True)
class TargetPeriod:
    """The periods for which the target is set that the asked days touch: whole, or only up to the asked days' end. Of a
    result that is there rather than happens, and of a share, the last of them."""

    target: str
    result: str
    whole: bool


Step = Earlier | Since | TargetPeriod
Path = tuple[Step, ...]
"""How to come from the asked days to others, in the order of going."""


# -- The tree ---------------------------------------------------------------------------------------------------------
# `at` is where a part stands in the text, counted from 1; two trees are the same wherever they were written.


@dataclass(frozen=True)
class Code:
    """A data element or another indicator."""

    code: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Percent:
    """100 · part / whole."""

    part: Node
    whole: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class OutOf:
    """The part, shown as part/whole."""

    part: Node
    whole: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Per:
    """times · part / whole: per household, per 1,000 people."""

    part: Node
    whole: Node
    times: Decimal
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ShareOfClass:
    """Units in these classes ÷ units with a class, in %."""

    category: str
    classes: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class ShareAtLeast:
    """Units in this class or a better one ÷ units with a class, in %."""

    category: str
    class_: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class UnitsInClass:
    """How many units are in these classes."""

    category: str
    classes: tuple[str, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class UnitsWith:
    """How many units of a level have more than none of something; `level` '': the only one it is stated by."""

    code: str
    level: str = ""
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Before:
    """The operand in the earlier period."""

    operand: Node
    against: Against = "period"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Change:
    """The operand less what it was in the earlier period; or that difference in % of what it was."""

    operand: Node
    against: Against = "period"
    percent: bool = False
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Cumulated:
    """The operand from a day (None: from the beginning of the year) up to the end of the asked days."""

    operand: Node
    first: date | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Attainment:
    """What was reached of a target by the end of the asked days: both over the periods the target is set for. In
    `percent` of it; of an indicator, whose parts are never added, how far it lies above or below."""

    result: Code
    target: Code
    percent: bool = True
    at: int = field(default=0, compare=False)


ClassNode = ShareOfClass | ShareAtLeast | UnitsInClass
Ratio = Percent | OutOf | Per
Comparison = Before | Change | Cumulated | Attainment
Node = Number | Code | Negate["Node"] | Arithmetic["Node"] | Ratio | ClassNode | UnitsWith | Comparison


def list_parts(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    return list_nodes(node)


def codes_in(node: Node) -> frozenset[str]:
    """All codes named, categories among them."""
    return frozenset(code for code, _at in list_names(node))


def list_names(node: Node) -> Iterator[tuple[str, int]]:
    """(code, where it stands), in the order of the text; a category stands where its function does."""
    for part in list_parts(node):
        match part:
            case Code(code, at):
                yield code, at
            case ShareOfClass() | ShareAtLeast() | UnitsInClass():
                yield part.category, part.at
            case UnitsWith(code, _level, at):
                yield code, at


def divides(node: Node) -> bool:
    """Whether the value may have more decimals than can be written down: what divides is rounded, once, at the edge."""
    return any(
        isinstance(part, Percent | Per | ShareOfClass | ShareAtLeast)
        or (isinstance(part, Change | Attainment) and part.percent)
        or (isinstance(part, Arithmetic) and part.op == "/")
        for part in list_parts(node)
    )


def list_reads(node: Node) -> Iterator[tuple[str, Path]]:
    """(code, path): every figure the value is made of, and from the asked days to its days. Repeats some."""
    match node:
        case Code(code) | UnitsWith(code):
            yield code, ()
        case ShareOfClass() | ShareAtLeast() | UnitsInClass():
            yield node.category, ()
        case Negate(operand):
            yield from list_reads(operand)
        case Arithmetic(_, left, right) | Percent(left, right) | OutOf(left, right) | Per(left, right):
            yield from list_reads(left)
            yield from list_reads(right)
        case Before(operand, against):
            yield from _after(Earlier(against), operand)
        case Change(operand, against):
            yield from list_reads(operand)
            yield from _after(Earlier(against), operand)
        case Cumulated(operand, first):
            yield from _after(Since(first), operand)
        case Attainment(result, target):
            yield result.code, (TargetPeriod(target.code, result.code, whole=False),)
            yield target.code, (TargetPeriod(target.code, result.code, whole=True),)


def _after(step: Step, node: Node) -> Iterator[tuple[str, Path]]:
    return ((code, (step, *path)) for code, path in list_reads(node))


def count_steps(node: Node) -> int:
    """How many steps the longest path takes that the formula itself writes down."""
    match node:
        case Before(operand) | Change(operand) | Cumulated(operand):
            return 1 + count_steps(operand)
        case Attainment():
            return 1
        case Negate(operand):
            return count_steps(operand)
        case Arithmetic(_, left, right) | Percent(left, right) | OutOf(left, right) | Per(left, right):
            return max(count_steps(left), count_steps(right))
        case _:
            return 0
