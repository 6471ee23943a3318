"""Formulas of indicators: `per(labour_days, households)`, `percent(a, b)`, `change(cumulated(a), 'year')`.

Computed here; read and printed by `formula_parser.py`; whether a formula may be asked at all is decided in
`formula_check.py`. The field guide is docs/formulas.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number, reckon
from caunoi.facts.rules.formula_parser import FUNCTIONS, FormulaError, parse_formula, print_formula
from caunoi.facts.rules.formula_tree import (
    Attainment,
    Before,
    Change,
    ClassNode,
    Code,
    Cumulated,
    Earlier,
    Node,
    OutOf,
    Per,
    Percent,
    ShareAtLeast,
    ShareOfClass,
    Since,
    Step,
    TargetPeriod,
    UnitsInClass,
    UnitsWith,
    codes_in,
    divides,
    list_parts,
    list_reads,
)
from caunoi.facts.rules.tokens import EXACT

__all__ = [
    "FUNCTIONS",
    "Computed",
    "FormulaError",
    "Node",
    "OutOf",
    "ShareAtLeast",
    "ShareOfClass",
    "Sources",
    "codes_in",
    "compute",
    "divides",
    "list_reads",
    "parse_formula",
    "print_formula",
]


@dataclass(frozen=True)
class Computed:
    """A value, or why there is none. Shares and plain ratios keep their numerator and denominator.

    `missing` names what had no value and made the whole missing, in the order of the formula; where it was read of
    other days than those asked, with the days.
    """

    value: Decimal | None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    why: str | None = None
    missing: tuple[str, ...] = ()


class Sources(Protocol):
    """The figures of one unit over one stretch of days."""

    def value_of(self, code: str) -> Computed:
        """Of a data element or another indicator."""

    def classes_of(self, category: str) -> Mapping[str, int]:
        """How many units have each class."""

    def order_of(self, category: str) -> Sequence[str]:
        """The category's classes from best to worst."""

    def units_with(self, code: str, level: str) -> Computed:
        """How many units of the level have more than none of a data element."""

    def go(self, step: Step) -> Sources | str:
        """The same unit's figures over other days; or, in a sentence, why there are no such days."""


def compute(node: Node, sources: Sources) -> Computed:
    """The indicator's unrounded value.

    Missing is not zero: one missing part makes the whole missing, and says so. A division by zero gives no value but
    keeps both parts; so does a change in % of nothing.
    """
    match node:
        case Number(value):
            return Computed(value)
        case Code(code):
            found = sources.value_of(code)
            return _nothing(found) if found.value is None else Computed(found.value)
        case Negate(operand):
            inner = compute(operand, sources)
            return _nothing(inner) if inner.value is None else Computed(EXACT.minus(inner.value))
        case Arithmetic("/", part, whole) if not _has_number(part) and not isinstance(whole, Number):
            return _divide(compute(part, sources), compute(whole, sources), Decimal(1))
        case Arithmetic():
            return _reckon(node, compute(node.left, sources), compute(node.right, sources))
        case Percent(part, whole):
            return _divide(compute(part, sources), compute(whole, sources), Decimal(100))
        case Per(part, whole, times):
            return _divide(compute(part, sources), compute(whole, sources), times)
        case OutOf(part, whole):
            counted = compute(part, sources)
            if counted.value is None:
                return _nothing(counted)
            return Computed(counted.value, counted.value, compute(whole, sources).value)
        case ShareOfClass() | ShareAtLeast() | UnitsInClass():
            return _compute_classes(node, sources)
        case UnitsWith(code, level):
            counted = sources.units_with(code, level)
            return _nothing(counted) if counted.value is None else counted
        case Before(operand, against):
            return _elsewhere(operand, Earlier(against), sources)
        case Cumulated(operand, first):
            return _elsewhere(operand, Since(first), sources)
        case Change(operand, against, percent):
            now, then = compute(operand, sources), _elsewhere(operand, Earlier(against), sources)
            return _change_percent(now, then) if percent else _reckon(Arithmetic("-", operand, operand), now, then)
        case Attainment(result, target, percent):
            reached = _elsewhere(result, TargetPeriod(target.code, result.code, whole=False), sources)
            wanted = _elsewhere(target, TargetPeriod(target.code, result.code, whole=True), sources)
            if percent:
                return _divide(reached, wanted, Decimal(100))
            apart = _reckon(Arithmetic("-", result, target), reached, wanted)
            return replace(apart, numerator=reached.value, denominator=wanted.value)


def _elsewhere(node: Node, step: Step, sources: Sources) -> Computed:
    found = sources.go(step)
    return Computed(None, why=found) if isinstance(found, str) else compute(node, found)


def _has_number(node: Node) -> bool:
    """A ratio with a constant above its bar is not shown as numerator and denominator: `100 * a / b`."""
    return any(isinstance(part, Number) for part in list_parts(node))


def _nothing(*parts: Computed) -> Computed:
    """Everything missing is named at once."""
    missing = tuple(dict.fromkeys(name for part in parts if part.value is None for name in part.missing))
    if missing:
        return Computed(None, why=_("Chưa có số liệu: %(codes)s.") % {"codes": ", ".join(missing)}, missing=missing)
    return Computed(None, why=next((part.why for part in parts if part.value is None and part.why), None))


def _reckon(node: Arithmetic[Node], left: Computed, right: Computed) -> Computed:
    if left.value is None or right.value is None:
        return _nothing(left, right)
    value = reckon(node.op, left.value, right.value)
    return Computed(None, why=_("Mẫu số bằng 0.")) if value is None else Computed(value)


def _divide(part: Computed, whole: Computed, times: Decimal) -> Computed:
    if part.value is None or whole.value is None:
        why = _nothing(part, whole)
        return Computed(None, part.value, whole.value, why.why, why.missing)
    value = reckon("/", EXACT.multiply(times, part.value), whole.value)
    return Computed(value, part.value, whole.value, _("Mẫu số bằng 0.") if value is None else None)


def _change_percent(now: Computed, then: Computed) -> Computed:
    if now.value is None or then.value is None:
        return _nothing(now, then)
    grown = EXACT.subtract(now.value, then.value)
    if then.value <= 0:
        # Of nothing there is no percentage, and of less than nothing one whose sign would say the opposite.
        why = _("Số của kỳ so sánh bằng 0 hoặc âm nên không tính được phần trăm thay đổi.")
        return Computed(None, grown, then.value, why)
    return _divide(Computed(grown), then, Decimal(100))


def _compute_classes(node: ClassNode, sources: Sources) -> Computed:
    counts = sources.classes_of(node.category)
    rated = sum(counts.values())
    if not rated:
        why = _("Chưa có đơn vị nào được xếp loại (%(code)s).") % {"code": node.category}
        return Computed(None, why=why, missing=(node.category,))
    if isinstance(node, ShareAtLeast):
        order = list(sources.order_of(node.category))
        wanted = frozenset(order[: order.index(node.class_) + 1])
    else:
        wanted = frozenset(node.classes)
    numerator, denominator = Decimal(sum(counts.get(code, 0) for code in wanted)), Decimal(rated)
    if isinstance(node, UnitsInClass):
        return Computed(numerator)
    return _divide(Computed(numerator), Computed(denominator), Decimal(100))
