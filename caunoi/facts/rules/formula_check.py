"""What a formula may not ask: to add what can't be added, an unknown code, a circle.

Everything wrong is listed, each in a sentence with what to do instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from django.utils.translation import gettext as _

from caunoi.facts.rules.formula import (
    Binary,
    ClassNode,
    Code,
    Negate,
    Node,
    Number,
    OutOf,
    Percent,
    ShareAtLeast,
    ShareOfClass,
    UnitsInClass,
    codes_in,
)

PART_OF, TURNS_OF, TARGET_OF, NOT_GREATER_THAN = "part-of", "turns-of", "target-of", "not-greater-than"
RELATIONS = (PART_OF, NOT_GREATER_THAN, TARGET_OF, TURNS_OF)


@dataclass(frozen=True)
class ElementFacts:
    """What a formula's check must know of a data element. `classes` from best to worst, for a category."""

    kind: str
    nature: str
    unit: str
    levels: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class IndicatorFacts:
    formula: Node
    unit: str


Relations = Collection[tuple[str, str, str]]  # (code, relation, other)


def check_formula(
    node: Node,
    elements: Mapping[str, ElementFacts],
    relations: Relations = (),
    indicators: Mapping[str, IndicatorFacts] | None = None,
    code: str = "",
) -> list[str]:
    """Sentences on all that is wrong, none if the formula may be asked.

    `code` is the indicator's own, for finding circles; an unknown or circular code is said first and alone, since
    nothing else can be judged.
    """
    known = indicators or {}
    unknown = sorted(codes_in(node) - elements.keys() - known.keys() - ({code} if code else set()))
    if unknown:
        return [describe_unknown(name, [*elements, *known]) for name in unknown]
    if circle := find_circle(node, known, code):
        return [_("Công thức chạy vòng: %(circle)s.") % {"circle": " → ".join(circle)}]
    check = _Check(elements, known, relations)
    check.amount(node)
    return list(dict.fromkeys(check.found))


def describe_unknown(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    sentence = _("Không có mã “%(code)s”.") % {"code": name}
    return f"{sentence} {_('Có phải: %(codes)s?') % {'codes': ', '.join(near)}}" if near else sentence


def find_circle(node: Node, indicators: Mapping[str, IndicatorFacts], code: str) -> list[str]:
    """The codes of a circle the formula runs into, the first repeated at the end; [] if there is none."""
    done: set[str] = set()

    def walk(formula: Node, path: list[str]) -> list[str]:
        for name in sorted(codes_in(formula)):
            if name in path:
                return [*path[path.index(name) :], name]
            if name in indicators and name not in done:
                if found := walk(indicators[name].formula, [*path, name]):
                    return found
                done.add(name)
        return []

    return walk(node, [code] if code else [])


def check_sum(codes: Sequence[str], elements: Mapping[str, ElementFacts], relations: Relations = ()) -> list[str]:
    """Why these data elements must not be added to each other; [] if they may. For any question that adds codes."""
    check = _Check(elements, {}, relations)
    amounts = [check.amount(Code(code)) for code in codes]
    for left, right in combinations(amounts, 2):
        check.adding(left, right)
    return list(dict.fromkeys(check.found))


@dataclass(frozen=True)
class _Amount:
    """What a part of a formula stands for. `unit` is None for a pure number; `plus` and `minus` are the data elements
    it adds up, with their sign; `own` says that a value stated for one unit only is in it."""

    unit: str | None
    plus: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def turned(self) -> _Amount:
        return _Amount(self.unit, self.minus, self.plus, self.own)


class _Check:
    def __init__(
        self,
        elements: Mapping[str, ElementFacts],
        indicators: Mapping[str, IndicatorFacts],
        relations: Relations,
    ) -> None:
        self.elements, self.indicators = elements, indicators
        self.wholes = _close(relations)
        self.turns = {frozenset((a, b)) for a, relation, b in relations if relation == TURNS_OF}
        self.targets = {frozenset((a, b)) for a, relation, b in relations if relation == TARGET_OF}
        self.found: list[str] = []
        self.seen: dict[str, _Amount] = {}

    def amount(self, node: Node) -> _Amount:
        match node:
            case Number():
                return _Amount(None)
            case Code(code):
                return self.code(code)
            case Negate(operand):
                return self.amount(operand).turned()
            case Percent(part, whole):
                left, right = self.amount(part), self.amount(whole)
                return _Amount("%", own=left.own | right.own)
            case OutOf(part, whole):
                left, right = self.amount(part), self.amount(whole)
                return _Amount(left.unit, left.plus, left.minus, left.own | right.own)
            case Binary(op, left_node, right_node):
                left, right = self.amount(left_node), self.amount(right_node)
                if op == "+":
                    return self.adding(left, right)
                if op == "-":
                    return self.adding(left, right.turned())
                return _multiply(left, right) if op == "*" else _divide(left, right)
            case ShareOfClass() | ShareAtLeast() | UnitsInClass():
                self.class_function(node)
                return _Amount(None if isinstance(node, UnitsInClass) else "%")
        raise AssertionError(node)

    def code(self, code: str) -> _Amount:
        if code in self.indicators:
            # Once each: indicators built on each other would otherwise be walked again and again. What is wrong
            # inside another indicator is said there, not here.
            if code not in self.seen:
                before = list(self.found)
                inner = self.amount(self.indicators[code].formula)
                self.found = before
                self.seen[code] = _Amount(self.indicators[code].unit, inner.plus, inner.minus, inner.own)
            return self.seen[code]
        element = self.elements.get(code)
        if element is None:  # inside another indicator, where it is said
            return _Amount(None)
        if element.kind == "category":
            self.found.append(
                _(
                    "“%(code)s” là xếp loại, không phải con số: chỉ dùng trong share_of_class, share_at_least "
                    "hoặc units_in_class."
                )
                % {"code": code}
            )
            return _Amount(None)
        own = frozenset({code}) if element.kind == "own-level" else frozenset[str]()
        return _Amount(element.unit, frozenset({code}), own=own)

    def class_function(self, node: ClassNode) -> None:
        element = self.elements.get(node.category)
        if element is None or element.kind != "category":
            self.found.append(_("“%(code)s” không phải là xếp loại (kind = category).") % {"code": node.category})
            return
        for class_ in (node.class_,) if isinstance(node, ShareAtLeast) else node.classes:
            if class_ not in element.classes:
                self.found.append(
                    _("“%(code)s” không có loại '%(class)s'; các loại: %(classes)s.")
                    % {"code": node.category, "class": class_, "classes": ", ".join(element.classes)}
                )

    # -- Adding: what stands on the same side is added, what stands on opposite sides is compared ------------------

    def adding(self, left: _Amount, right: _Amount) -> _Amount:
        before = len(self.found)
        for added in ((left.plus, right.plus), (left.minus, right.minus)):
            for one in sorted(added[0]):
                for other in sorted(added[1]):
                    self.pair(one, other)
        for against in ((left.plus, right.minus), (left.minus, right.plus)):
            for one in sorted(against[0]):
                for other in sorted(against[1]):
                    self.turns_and_people(one, other)
        self.own_level(left, right)
        units = [amount.unit for amount in (left, right) if amount.unit is not None]
        if len(self.found) == before and len(set(units)) == 2:
            self.found.append(
                _("Không cộng, trừ được hai đơn vị tính khác nhau: %(one)s và %(other)s.")
                % {"one": units[0] or _("(không đơn vị)"), "other": units[1] or _("(không đơn vị)")}
            )
        return _Amount(
            units[0] if units else None, left.plus | right.plus, left.minus | right.minus, left.own | right.own
        )

    def pair(self, one: str, other: str) -> None:
        first, second = self.elements[one], self.elements[other]
        names = {"one": one, "other": other}
        if first.nature != second.nature or frozenset((one, other)) in self.targets:
            self.found.append(
                _("Không cộng chỉ tiêu với kết quả: “%(one)s” và “%(other)s”. Dùng percent(kết quả, chỉ tiêu).") % names
            )
        for part, whole in ((one, other), (other, one)):
            if whole in self.wholes.get(part, ()):
                self.found.append(
                    _("Không cộng phần với tổng: “%(part)s” đã nằm trong “%(whole)s”.") % {"part": part, "whole": whole}
                )
        self.turns_and_people(one, other)

    def turns_and_people(self, one: str, other: str) -> None:
        if frozenset((one, other)) in self.turns:
            self.found.append(
                _("Không cộng, trừ lượt với số người: “%(one)s” và “%(other)s”.") % {"one": one, "other": other}
            )

    def own_level(self, left: _Amount, right: _Amount) -> None:
        # A difference of two values of the same unit is fair ("criteria still to meet"); a sum is not.
        if (left.own and right.own) and not (left.plus & left.own and right.minus & right.own):
            self.found.append(
                _("Không cộng số riêng của đơn vị (own-level): %(codes)s.")
                % {"codes": ", ".join(f"“{code}”" for code in sorted(left.own | right.own))}
            )


def _multiply(left: _Amount, right: _Amount) -> _Amount:
    own = left.own | right.own
    if left.unit is None:
        return _Amount(right.unit, right.plus, right.minus, own)
    if right.unit is None:
        return _Amount(left.unit, left.plus, left.minus, own)
    return _Amount(f"{left.unit}·{right.unit}", own=own)


def _divide(left: _Amount, right: _Amount) -> _Amount:
    own = left.own | right.own
    if right.unit is None:
        return _Amount(left.unit, left.plus, left.minus, own)
    if left.unit == right.unit:
        return _Amount(None, own=own)
    return _Amount(f"{left.unit or 1}/{right.unit}", own=own)


def _close(relations: Relations) -> dict[str, set[str]]:
    """Part -> all wholes it lies in, through several steps."""
    wholes: dict[str, set[str]] = {}
    for part, relation, whole in relations:
        if relation == PART_OF:
            wholes.setdefault(part, set()).add(whole)
    for part in list(wholes):
        waiting = list(wholes[part])
        while waiting:
            for further in wholes.get(waiting.pop(), set()) - wholes[part]:
                wholes[part].add(further)
                waiting.append(further)
    return wholes
