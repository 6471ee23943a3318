"""What the parts of a formula stand for, and which of them may not be added, compared or cumulated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from django.utils.translation import gettext as _

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number
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
    Path,
    Per,
    Percent,
    ShareAtLeast,
    ShareOfClass,
    Since,
    Step,
    UnitsInClass,
    UnitsWith,
    codes_in,
    count_steps,
    list_parts,
)
from caunoi.facts.rules.formula_units import PERCENT, POINTS, Unit, read_unit
from caunoi.places.rules.snapshot import LEVELS

PART_OF, TURNS_OF, TARGET_OF, NOT_GREATER_THAN = "part-of", "turns-of", "target-of", "not-greater-than"
RELATIONS = (PART_OF, NOT_GREATER_THAN, TARGET_OF, TURNS_OF)

STATES = ("stock", "own-level", "units", "category")
"""Kinds that say how things stand on a day: two days of them are never added."""


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
    """`unit` '': as the formula gives it."""

    formula: Node
    unit: str


@dataclass(frozen=True)
class FormulaMistake:
    """`position` counts the formula's characters from 1; 0 where the whole formula is meant. `remedy` may be ''."""

    sentence: str
    position: int = 0
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()


Relations = Collection[tuple[str, str, str]]  # (code, relation, other)


Term = tuple[str, Path]
"""A data element, and the way from the asked days to those it is read of."""


@dataclass(frozen=True)
class Amount:
    """What a part of a formula stands for.

    `unit` is None for a constant (and for what is unknown), which fits everything; `scaled`: a constant was multiplied
    in, so that the unit may be another than the data elements'. `plus` and `minus` are the data elements it adds up,
    with their sign; `own` those stated for one unit only that are in it.
    """

    unit: Unit | None
    plus: frozenset[Term] = frozenset()
    minus: frozenset[Term] = frozenset()
    own: frozenset[str] = frozenset()
    scaled: bool = False

    def turned(self) -> Amount:
        return Amount(self.unit, self.minus, self.plus, self.own, self.scaled)

    def moved(self, step: Step) -> Amount:
        return Amount(self.unit, _moved(step, self.plus), _moved(step, self.minus), self.own, self.scaled)


def _moved(step: Step, terms: Iterable[Term]) -> frozenset[Term]:
    return frozenset((code, (step, *path)) for code, path in terms)


class AmountCheck:
    def __init__(
        self,
        elements: Mapping[str, ElementFacts],
        indicators: Mapping[str, IndicatorFacts],
        relations: Relations,
    ) -> None:
        self.elements, self.indicators = elements, indicators
        self.wholes = _close(relations)
        self.turns = {frozenset((a, b)) for a, relation, b in relations if relation == TURNS_OF}
        self.targets = {(a, b) for a, relation, b in relations if relation == TARGET_OF}
        self.found: list[FormulaMistake] = []
        self.seen: dict[str, Amount] = {}
        self.depths: dict[str, int] = {}

    def say(self, sentence: str, position: int, remedy: str = "") -> None:
        self.found.append(FormulaMistake(sentence, position, remedy))

    def steps(self, node: Node) -> int:
        """The longest path of the formula with those of the indicators it names; each indicator is walked once."""
        below = 0
        for name in codes_in(node) & self.indicators.keys():
            if name not in self.depths:
                self.depths[name] = self.steps(self.indicators[name].formula)
            below = max(below, self.depths[name])
        return count_steps(node) + below

    def amount(self, node: Node) -> Amount:
        match node:
            case Number():
                return Amount(None)
            case Code(code, at):
                return self.code(code, at)
            case Negate(operand):
                return self.amount(operand).turned()
            case Percent(part, whole):
                left, right = self.amount(part), self.amount(whole)
                return Amount(PERCENT, own=left.own | right.own)
            case OutOf(part, whole):
                left, right = self.amount(part), self.amount(whole)
                return Amount(left.unit, left.plus, left.minus, left.own | right.own, left.scaled)
            case Per(part, whole, times):
                left, right = self.amount(part), self.amount(whole)
                unit = None if right.unit is None else (left.unit or Unit()).per(right.unit, times)
                return Amount(unit, own=left.own | right.own, scaled=left.scaled or right.scaled)
            case Arithmetic(op, left_node, right_node, at):
                left, right = self.amount(left_node), self.amount(right_node)
                if op == "+":
                    return self.adding(left, right, at)
                if op == "-":
                    return self.adding(left, right.turned(), at)
                return _multiply(left, right) if op == "*" else _divide(left, right)
            case ShareOfClass() | ShareAtLeast() | UnitsInClass():
                return self.class_function(node)
            case UnitsWith():
                return self.units_with(node)
            case Before(operand, against, at):
                self.comparable(operand, at)
                return self.amount(operand).moved(Earlier(against))
            case Change(operand, against, percent, at):
                self.comparable(operand, at)
                now = self.amount(operand)
                if percent:
                    return Amount(PERCENT, own=now.own)
                then = now.moved(Earlier(against))
                unit = POINTS if now.unit == PERCENT else now.unit
                return Amount(unit, now.plus | then.minus, now.minus | then.plus, now.own, now.scaled)
            case Cumulated(operand, first, at):
                inner = self.amount(operand)
                self.cumulable(operand, inner, at)
                return inner.moved(Since(first))
            case Attainment():
                return self.attainment(node)
        raise AssertionError(node)

    def code(self, code: str, at: int) -> Amount:
        if code in self.indicators:
            # Once each: indicators built on each other would otherwise be walked again and again. What is wrong
            # inside another indicator is said there, not here.
            if code not in self.seen:
                before = list(self.found)
                inner = self.amount(self.indicators[code].formula)
                self.found = before
                declared = self.indicators[code].unit
                unit = read_unit(declared) if declared else inner.unit
                self.seen[code] = Amount(unit, inner.plus, inner.minus, inner.own)
            return self.seen[code]
        element = self.elements.get(code)
        if element is None:  # said where unknown codes are
            return Amount(None)
        if element.kind == "category":
            self.say(
                _("“%(code)s” là xếp loại, không phải con số.") % {"code": code},
                at,
                _("Chỉ dùng xếp loại trong share_of_class, share_at_least hoặc units_in_class."),
            )
            return Amount(None)
        own = frozenset({code}) if element.kind == "own-level" else frozenset[str]()
        return Amount(read_unit(element.unit), frozenset({(code, ())}), own=own)

    def class_function(self, node: ClassNode) -> Amount:
        element = self.elements.get(node.category)
        if element is not None and element.kind != "category" or node.category in self.indicators:
            sentence = _("“%(code)s” không phải là xếp loại (kind = category).") % {"code": node.category}
            self.say(sentence, node.at, _("Hàm này đếm đơn vị theo loại; với con số hãy dùng percent."))
        elif element is not None:
            for class_ in (node.class_,) if isinstance(node, ShareAtLeast) else node.classes:
                if class_ not in element.classes:
                    self.say(
                        _("“%(code)s” không có loại '%(class)s'.") % {"code": node.category, "class": class_},
                        node.at,
                        _("Các loại: %(classes)s.") % {"classes": ", ".join(element.classes)},
                    )
        if isinstance(node, UnitsInClass):
            return Amount(read_unit(element.unit) if element else None)
        return Amount(PERCENT)

    def units_with(self, node: UnitsWith) -> Amount:
        """Units are counted, whatever the figure is counted in; of another level they are another count."""
        element = self.elements.get(node.code)
        if node.code in self.indicators or element is not None and element.kind not in ("flow", "stock"):
            self.say(
                _("“%(code)s” không phải số phát sinh hay số hiện có (kind = flow, stock).") % {"code": node.code},
                node.at,
                _("units_with đếm đơn vị có số đó lớn hơn 0; với xếp loại hãy dùng units_in_class."),
            )
        elif element is not None and not node.level and len(element.levels) > 1:
            self.say(
                _("“%(code)s” có ở nhiều cấp nên phải ghi đếm cấp nào.") % {"code": node.code},
                node.at,
                _("Ví dụ: units_with(%(code)s, '%(level)s').") % {"code": node.code, "level": element.levels[0]},
            )
        elif element is not None and element.levels and node.level and _is_below(node.level, element.levels):
            self.say(
                _("“%(code)s” không có số của cấp này.") % {"code": node.code},
                node.at,
                _("Các cấp có số: %(levels)s, và những cấp trên đó.") % {"levels": ", ".join(element.levels)},
            )
        return Amount(None)

    # -- Other days ------------------------------------------------------------------------------------------------

    def comparable(self, operand: Node, at: int) -> None:
        kinds = {self.elements[code].kind for code in self.behind(operand) if code in self.elements}
        if not codes_in(operand):
            self.say(_("Hằng số không thay đổi theo kỳ."), at, _("So sánh một mã chỉ tiêu hoặc chỉ số."))
        elif kinds == {"units"}:
            self.say(
                _("Số đơn vị hành chính đếm theo ranh giới đang hỏi nên kỳ nào cũng như nhau."),
                at,
                _("Để so sánh, hãy hỏi hai lần với hai ngày ranh giới."),
            )

    def behind(self, node: Node) -> set[str]:
        """All data elements of the formula, through its indicators."""
        found: set[str] = set()
        waiting = list(codes_in(node))
        while waiting:
            code = waiting.pop()
            if code not in found:
                found.add(code)
                if code in self.indicators:
                    waiting += codes_in(self.indicators[code].formula)
        return found - self.indicators.keys()

    def cumulable(self, operand: Node, amount: Amount, at: int) -> None:
        if not codes_in(operand):
            self.say(_("Hằng số không cộng dồn được."), at, _("Cộng dồn một số phát sinh (kind = flow)."))
        for part in list_parts(operand):
            if isinstance(part, ShareOfClass | ShareAtLeast | UnitsInClass):
                self.say(
                    _("Xếp loại “%(code)s” không cộng dồn theo thời gian.") % {"code": part.category},
                    part.at,
                    _("Hỏi tỷ lệ của từng kỳ."),
                )
            elif isinstance(part, UnitsWith):
                self.say(
                    _("Số đơn vị có “%(code)s” không cộng dồn được: một đơn vị chỉ tính một lần.")
                    % {"code": part.code},
                    part.at,
                    _("Bỏ cumulated; hỏi cả kỳ."),
                )
        for code in sorted({code for code, _path in amount.plus | amount.minus}):
            if self.elements[code].kind in STATES:
                self.say(
                    _("“%(code)s” cho biết số hiện có, không cộng dồn theo thời gian.") % {"code": code},
                    at,
                    _("Bỏ cumulated: số hiện có lấy ở cuối kỳ; hoặc dùng change để xem tăng giảm."),
                )

    def attainment(self, node: Attainment) -> Amount:
        result, target, at = node.result, node.target, node.at
        left, right = self.amount(result), self.amount(target)
        names = {"result": result.code, "target": target.code}
        known = self.elements.keys() | self.indicators.keys()
        computed = self.indicators if node.percent else ()
        if result.code in computed or target.code in self.indicators:
            one = result if result.code in computed else target
            self.say(
                _("attainment so một chỉ tiêu thống kê với chỉ tiêu phấn đấu; “%(code)s” là chỉ số tính được.")
                % {"code": one.code}
                if node.percent
                else _("“%(code)s” là chỉ số tính được, không phải chỉ tiêu phấn đấu.") % {"code": one.code},
                one.at,
                _("Ghi mã trong data_elements.csv; với chỉ số có chỉ tiêu phấn đấu riêng, dùng gap.")
                if node.percent
                else _("Ghi mã của chỉ tiêu phấn đấu (nature = target) trong data_elements.csv."),
            )
        elif not node.percent and result.code in self.elements:
            self.say(
                _("gap so một chỉ số tính được với chỉ tiêu phấn đấu của nó; “%(code)s” là chỉ tiêu thống kê.")
                % {"code": result.code},
                result.at,
                _("Dùng attainment(kết quả, chỉ tiêu)."),
            )
        elif {result.code, target.code} <= known and (target.code, result.code) not in self.targets:
            turned = (result.code, target.code) in self.targets
            self.say(
                _("“%(target)s” không được khai báo là chỉ tiêu phấn đấu của “%(result)s”.") % names,
                target.at,
                _("Đổi chỗ hai mã: kết quả đứng trước.")
                if turned
                else _("Thêm vào relations.csv dòng: %(target)s,target-of,%(result)s.") % names,
            )
        elif left.unit is not None and right.unit is not None and left.unit != right.unit:
            self.units_differ(left.unit, right.unit, at)
        unit = PERCENT if node.percent else POINTS if left.unit == PERCENT else left.unit
        return Amount(unit, own=left.own | right.own)

    # -- Adding: what stands on the same side is added, what stands on opposite sides is compared ------------------

    def adding(self, left: Amount, right: Amount, at: int) -> Amount:
        before = len(self.found)
        for added in ((left.plus, right.plus), (left.minus, right.minus)):
            for one, other in _pairs(*added):
                self.pair(one, other, at)
        for against in ((left.plus, right.minus), (left.minus, right.plus)):
            for one, other in _pairs(*against):
                self.turns_and_people(one[0], other[0], at)
        self.own_level(left, right, at)
        scaled = left.scaled or right.scaled
        units = [amount.unit for amount in (left, right) if amount.unit is not None]
        # A percentage reckoned by hand (100 * a / b) may stand beside one.
        by_hand = any(amount.scaled and amount.unit == Unit() for amount in (left, right))
        if len(self.found) == before and len(set(units)) == 2 and not by_hand:
            self.units_differ(units[0], units[1], at)
        return Amount(
            units[0] if units else None,
            left.plus | right.plus,
            left.minus | right.minus,
            left.own | right.own,
            scaled,
        )

    def units_differ(self, one: Unit, other: Unit, at: int) -> None:
        self.say(
            _("Không cộng, trừ, so sánh được hai đơn vị tính khác nhau: %(one)s và %(other)s.")
            % {"one": str(one) or _("(không đơn vị)"), "other": str(other) or _("(không đơn vị)")},
            at,
            _("Dùng per để chia cho nhau, hoặc hai chỉ số riêng."),
        )

    def pair(self, one: Term, other: Term, at: int) -> None:
        first, second = self.elements[one[0]], self.elements[other[0]]
        names = {"one": one[0], "other": other[0]}
        if one[0] == other[0] and one[1] != other[1] and first.kind in STATES:
            self.say(
                _("“%(one)s” cho biết số hiện có: không cộng số của hai kỳ với nhau.") % names,
                at,
                _("Trừ thì được: change cho biết tăng giảm."),
            )
        if first.nature != second.nature or {(one[0], other[0]), (other[0], one[0])} & self.targets:
            self.say(
                _("Không cộng chỉ tiêu với kết quả: “%(one)s” và “%(other)s”.") % names,
                at,
                _("Dùng attainment(kết quả, chỉ tiêu) hoặc percent(kết quả, chỉ tiêu)."),
            )
        for part, whole in ((one[0], other[0]), (other[0], one[0])):
            if whole in self.wholes.get(part, ()):
                self.say(
                    _("Không cộng phần với tổng: “%(part)s” đã nằm trong “%(whole)s”.")
                    % {"part": part, "whole": whole},
                    at,
                    _("Bỏ “%(part)s”.") % {"part": part},
                )
        self.turns_and_people(one[0], other[0], at)

    def turns_and_people(self, one: str, other: str, at: int) -> None:
        if frozenset((one, other)) in self.turns:
            self.say(
                _("Không cộng, trừ lượt với số người: “%(one)s” và “%(other)s”.") % {"one": one, "other": other},
                at,
                _("Dùng per để tính số lượt trên một người."),
            )

    def own_level(self, left: Amount, right: Amount, at: int) -> None:
        # A difference of two values of the same unit is fair ("criteria still to meet"); a sum is not.
        plus, minus = {code for code, _path in left.plus}, {code for code, _path in right.minus}
        if (left.own and right.own) and not (plus & left.own and minus & right.own):
            self.say(
                _("Không cộng số riêng của đơn vị (own-level): %(codes)s.")
                % {"codes": ", ".join(f"“{code}”" for code in sorted(left.own | right.own))},
                at,
                _("Hỏi từng số riêng, hoặc hiệu của hai số."),
            )


def _is_below(level: str, levels: Collection[str]) -> bool:
    return all(LEVELS.index(level) > LEVELS.index(one) for one in levels)


def _pairs(some: Iterable[Term], others: Iterable[Term]) -> Iterable[tuple[Term, Term]]:
    """By code: each mistake is said in the same order every time."""
    return product(sorted(some, key=lambda term: term[0]), sorted(others, key=lambda term: term[0]))


def _multiply(left: Amount, right: Amount) -> Amount:
    own = left.own | right.own
    if left.unit is None:
        return Amount(right.unit, right.plus, right.minus, own, scaled=True)
    if right.unit is None:
        return Amount(left.unit, left.plus, left.minus, own, scaled=True)
    return Amount(left.unit * right.unit, own=own, scaled=left.scaled or right.scaled)


def _divide(left: Amount, right: Amount) -> Amount:
    own = left.own | right.own
    if right.unit is None:
        return Amount(left.unit, left.plus, left.minus, own, scaled=True)
    unit = (left.unit or Unit()) / right.unit
    return Amount(unit, own=own, scaled=left.scaled or right.scaled or left.unit is None)


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
