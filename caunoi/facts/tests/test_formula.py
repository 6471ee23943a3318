from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number
from caunoi.facts.rules.formula import (
    Computed,
    FormulaError,
    Node,
    codes_in,
    compute,
    divides,
    parse_formula,
    print_formula,
)
from caunoi.facts.rules.formula_check import (
    ElementFacts,
    IndicatorFacts,
    check_formula,
    check_sum,
)
from caunoi.facts.rules.formula_tree import (
    Attainment,
    Before,
    Change,
    Code,
    Cumulated,
    OutOf,
    Per,
    Percent,
    ShareAtLeast,
    ShareOfClass,
    Step,
    UnitsInClass,
    UnitsWith,
    list_parts,
)

# -- Reading and printing ---------------------------------------------------------------------------------------------

names = st.sampled_from(["a", "b", "c", "labour_days"])
against = st.sampled_from(["period", "year"])
classes = st.sampled_from(["tot", "kha", "1", "trung_binh"])
numbers = st.decimals(min_value=0, max_value=10**9, places=4, allow_nan=False).map(lambda value: Number(abs(value)))


def _nodes(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def grow(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return (
            st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/"]), children, children)
            | st.builds(Negate, children)
            | st.builds(Percent, children, children)
            | st.builds(OutOf, children, children)
            | st.builds(Per, children, children, st.sampled_from([Decimal(1), Decimal(1000), Decimal("0.5")]))
            | st.builds(Before, children, against)
            | st.builds(Change, children, against, st.booleans())
            | st.builds(Cumulated, children, st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)))
        )

    return st.recursive(leaves, grow, max_leaves=12)


class_nodes = (
    st.builds(ShareOfClass, names, st.lists(classes, min_size=1, max_size=3).map(tuple))
    | st.builds(UnitsInClass, names, st.lists(classes, min_size=1, max_size=3).map(tuple))
    | st.builds(ShareAtLeast, names, classes)
)
attainments = st.builds(Attainment, st.builds(Code, names), st.builds(Code, names), st.booleans())
counted = st.builds(UnitsWith, names, st.sampled_from(["", "commune", "village"]))
formulas = _nodes(st.builds(Code, names) | numbers | class_nodes | attainments | counted)


@given(formulas)
def test_a_formula_printed_and_read_again_is_the_same(node: Node) -> None:
    assert parse_formula(print_formula(node)) == node


@given(st.text(max_size=60) | st.text(alphabet="ab()+-*/',.01 percent", max_size=50))
def test_anything_typed_is_read_or_refused_with_a_position(text: str) -> None:
    try:
        parse_formula(text)
    except FormulaError as error:
        assert 1 <= error.position <= len(text) + 1


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 1, "hết dòng"),
        ("a +", 4, "hết dòng"),
        ("percent(a)", 10, "“,”"),
        ("percent a, b", 9, "phép tính"),
        ("avg(a)", 1, "percent, out_of"),
        ("share_of_class(xep_loai, tot)", 26, "dấu nháy"),
        ("units_with(a, 'xa')", 15, "một cấp trong dấu nháy"),
        ("share_at_least('a', 'b')", 16, "xếp loại"),
        ("${a}", 1, "câu hỏi"),
        ("a * 1,5", 6, "0.5"),
        ("a = b", 3, "="),
    ],
)
def test_a_wrong_formula_is_refused_where_it_is_wrong(text: str, position: int, says: str) -> None:
    with pytest.raises(FormulaError) as refused:
        parse_formula(text)

    assert refused.value.position == position
    assert says in refused.value.sentence


def test_codes_in_names_elements_and_categories() -> None:
    assert codes_in(parse_formula("percent(a, b + c) - units_in_class(x, 'tot')")) == {"a", "b", "c", "x"}


# -- Computing --------------------------------------------------------------------------------------------------------

VALUES = {"c": Decimal(7), "a": Decimal(8), "b": Decimal(46), "zero": Decimal(0), "labour_days": Decimal(38667)}
CLASSES = {"xep_loai": {"xuat_sac": 3, "tot": 5, "kha": 2}, "chua": {}}
ORDER = ["xuat_sac", "tot", "kha", "trung_binh", "yeu"]


THEN = {"a": Decimal(4), "b": Decimal(46), "zero": Decimal(5), "c": Decimal(0), "labour_days": Decimal(-1)}


class Told:
    """Sources that know two stretches of days: those asked and, behind any step, others."""

    def __init__(self, now: Mapping[str, Decimal], then: Mapping[str, Decimal] | str = "chưa có kỳ trước") -> None:
        self.now, self.then = now, then

    def value_of(self, code: str) -> Computed:
        value = self.now.get(code)
        return Computed(value, missing=() if value is not None else (code,))

    def classes_of(self, category: str) -> Mapping[str, int]:
        return CLASSES[category]

    def order_of(self, category: str) -> list[str]:
        return ORDER

    def units_with(self, code: str, level: str) -> Computed:
        return Computed(Decimal(3)) if code in self.now else Computed(None, missing=(code,))

    def go(self, step: Step) -> Told | str:
        return self.then if isinstance(self.then, str) else Told(self.then, self.then)


def _compute(text: str) -> Computed:
    return compute(parse_formula(text), Told(VALUES, THEN))


@pytest.mark.parametrize(
    ("text", "value", "numerator", "denominator"),
    [
        ("a + b", 54, None, None),
        ("a - b - a", -46, None, None),
        ("-(a + b) * 2", -108, None, None),
        ("percent(a, 16)", 50, 8, 16),
        ("out_of(a, b)", 8, 8, 46),
        ("b / a", Decimal("5.75"), 46, 8),
        ("100 * a / 16", 50, None, None),
        ("share_of_class(xep_loai, 'xuat_sac')", 30, 3, 10),
        ("share_of_class(xep_loai, 'kha', 'tot', 'kha')", 70, 7, 10),
        ("share_at_least(xep_loai, 'tot')", 80, 8, 10),
        ("share_at_least(xep_loai, 'yeu')", 100, 10, 10),
        ("units_in_class(xep_loai, 'kha', 'yeu')", 2, None, None),
        ("100 - share_of_class(xep_loai, 'kha')", 80, None, None),
        ("percent(units_with(a), 6)", 50, 3, 6),
    ],
)
def test_formulas_give_value_numerator_and_denominator(
    text: str, value: Decimal, numerator: int | None, denominator: int | None
) -> None:
    found = _compute(text)

    assert (found.value, found.numerator, found.denominator, found.why) == (value, numerator, denominator, None)


def test_a_missing_part_makes_the_whole_missing_and_is_named() -> None:
    found = _compute("a + khong_co + percent(thieu, b)")

    assert found.value is None
    assert found.missing == ("khong_co", "thieu")
    assert found.why == "Chưa có số liệu: khong_co, thieu."


def test_a_share_of_nothing_is_no_share_but_shows_both_parts() -> None:
    found = _compute("percent(a, zero)")

    assert (found.value, found.numerator, found.denominator) == (None, 8, 0)
    assert found.why == "Mẫu số bằng 0."
    assert _compute("a + b / zero").why == "Mẫu số bằng 0."


def test_where_no_unit_is_rated_there_is_no_share() -> None:
    found = _compute("share_at_least(chua, 'tot')")

    assert found.value is None
    assert found.missing == ("chua",)


def test_a_count_of_a_set_whose_size_is_unknown_still_counts() -> None:
    assert _compute("out_of(a, khong_co)") == Computed(Decimal(8), Decimal(8), None)


@dataclass(frozen=True)
class Reference:
    """Naively: fractions, None where anything is missing. `then` stands behind every step."""

    now: Mapping[str, int | None]
    then: Mapping[str, int | None]

    def value(self, node: Node) -> Fraction | None:
        match node:
            case Number(value):
                return Fraction(value)
            case Code(code):
                return None if self.now[code] is None else Fraction(self.now[code] or 0)
            case Negate(operand):
                inner = self.value(operand)
                return None if inner is None else -inner
            case Arithmetic(op, left, right):
                return self.reckon(op, self.value(left), self.value(right))
            case Percent(part, whole):
                return self.reckon("/", self.reckon("*", Fraction(100), self.value(part)), self.value(whole))
            case Per(part, whole, times):
                return self.reckon("/", self.reckon("*", Fraction(times), self.value(part)), self.value(whole))
            case OutOf(part, _):
                return self.value(part)
            case Before(operand) | Cumulated(operand):
                return self.earlier.value(operand)
            case Change(operand, _, percent):
                now, then = self.value(operand), self.earlier.value(operand)
                if not percent:
                    return self.reckon("-", now, then)
                return None if now is None or then is None or then <= 0 else 100 * (now - then) / then
            case Attainment(result, target, percent):
                reached, wanted = self.earlier.value(result), self.earlier.value(target)
                if not percent:
                    return self.reckon("-", reached, wanted)
                return self.reckon("/", self.reckon("*", Fraction(100), reached), wanted)
        raise AssertionError(node)

    @property
    def earlier(self) -> Reference:
        return Reference(self.then, self.then)

    def reckon(self, op: str, one: Fraction | None, other: Fraction | None) -> Fraction | None:
        if one is None or other is None or (op == "/" and other == 0):
            return None
        return {"+": one + other, "-": one - other, "*": one * other}[op] if op != "/" else one / other

    def largest(self, node: Node) -> Fraction:
        found = [self.earlier.value(part) for part in list_parts(node)] + [
            self.value(part) for part in list_parts(node)
        ]
        return max((abs(value) for value in found if value is not None), default=Fraction(0))


small = st.integers(0, 9999).map(lambda value: Number(Decimal(value).scaleb(-2)))
known_values = st.fixed_dictionaries(
    {name: st.none() | st.integers(-(10**9), 10**9) for name in ("a", "b", "c", "labour_days")}
)
element_formulas = _nodes(st.builds(Code, names) | small | attainments)


@given(element_formulas, known_values, known_values)
def test_computing_agrees_with_exact_fractions(
    node: Node, now: dict[str, int | None], then: dict[str, int | None]
) -> None:
    reference = Reference(now, then)
    exact = reference.value(node)

    found = compute(node, Told(_decimals(now), _decimals(then))).value

    # A quotient may be cut at 50 digits, and a difference of two such be all error: what exactly is nothing may then be
    # something, and the other way round; values are measured against the largest term.
    if sum(divides(part) for part in list_parts(node)) < 2:
        assert (found is None) == (exact is None)
    if found is not None and exact is not None:
        scale = max(reference.largest(node), Fraction(1))
        assert abs(Fraction(found) - exact) <= scale * scale * Fraction(1, 10**20)


def _decimals(values: Mapping[str, int | None]) -> dict[str, Decimal]:
    return {code: Decimal(value) for code, value in values.items() if value is not None}


@given(element_formulas, known_values, known_values, st.sampled_from(["a", "b", "c", "labour_days"]))
def test_what_is_missing_anywhere_makes_the_whole_missing_and_is_named(
    node: Node, now: dict[str, int | None], then: dict[str, int | None], gone: str
) -> None:
    """Only the whole of `out_of` may be missing: what was counted counts, however large the set."""
    assume(any(isinstance(part, Code) and part.code == gone for part in list_parts(node)))
    assume(not any(isinstance(part, OutOf) for part in list_parts(node)))

    found = compute(node, Told(_decimals({**now, gone: None}), _decimals({**then, gone: None})))

    assert found.value is None
    assert gone in found.missing
    assert gone in (found.why or "")


@pytest.mark.parametrize(
    ("text", "value", "numerator", "denominator"),
    [
        ("before(a)", 4, None, None),
        ("change(a)", 4, None, None),
        ("change(a, 'year')", 4, None, None),
        ("change_percent(a)", 100, 4, 4),
        ("change_percent(b)", 0, 0, 46),
        ("change(percent(a, b))", Decimal(400) / Decimal(46), None, None),
        ("cumulated(a + b)", 50, None, None),
        ("before(percent(a, b))", Decimal(400) / Decimal(46), 4, 46),
        ("attainment(a, b)", Decimal(400) / Decimal(46), 4, 46),
        ("gap(a, b)", -42, 4, 46),
        ("per(labour_days, b, 1000)", Decimal(38667000) / 46, 38667, 46),
        ("per(a, b)", Decimal(8) / 46, 8, 46),
    ],
)
def test_functions_over_other_days_give_value_numerator_and_denominator(
    text: str, value: Decimal, numerator: int | None, denominator: int | None
) -> None:
    found = _compute(text)

    assert (found.value, found.why) == (pytest.approx(value), None)
    assert (found.numerator, found.denominator) == (numerator, denominator)


@pytest.mark.parametrize(
    ("text", "numerator", "denominator"), [("change_percent(c)", 7, 0), ("change_percent(labour_days)", 38668, -1)]
)
def test_of_nothing_and_of_less_there_is_no_percentage(text: str, numerator: int, denominator: int) -> None:
    found = _compute(text)

    assert (found.value, found.numerator, found.denominator) == (None, numerator, denominator)
    assert "bằng 0 hoặc âm" in (found.why or "")


def test_where_there_are_no_such_days_the_reason_is_said() -> None:
    assert compute(parse_formula("change(a)"), Told(VALUES)).why == "chưa có kỳ trước"


# -- What may not be asked --------------------------------------------------------------------------------------------

ELEMENTS = {
    "labour_days": ElementFacts("flow", "result", "ngày công"),
    "labour_days_roads": ElementFacts("flow", "result", "ngày công"),
    "labour_days_near": ElementFacts("flow", "result", "ngày công"),
    "households": ElementFacts("stock", "result", "hộ"),
    "income": ElementFacts("own-level", "result", "đồng"),
    "income_other": ElementFacts("own-level", "result", "đồng"),
    "road_km": ElementFacts("flow", "result", "km"),
    "road_km_target": ElementFacts("flow", "target", "km"),
    "learners": ElementFacts("flow", "result", "người"),
    "attendances": ElementFacts("flow", "result", "người"),
    "groups_commune": ElementFacts("stock", "result", "đội"),
    "groups_village": ElementFacts("stock", "result", "đội"),
    "rating": ElementFacts("category", "result", "xã", classes=("tot", "kha")),
}
RELATIONS = [
    ("labour_days_roads", "part-of", "labour_days"),
    ("labour_days_near", "part-of", "labour_days_roads"),
    ("road_km_target", "target-of", "road_km"),
    ("attendances", "turns-of", "learners"),
]


def _check(text: str, **indicators: str) -> list[str]:
    known = {code: IndicatorFacts(parse_formula(formula), "") for code, formula in indicators.items()}
    return check_formula(parse_formula(text), ELEMENTS, RELATIONS, known, code="chi_so")


@pytest.mark.parametrize(
    "text",
    [
        "groups_commune + groups_village",
        "labour_days / households",
        "percent(road_km, road_km_target)",
        "road_km_target - road_km",
        "labour_days - labour_days_roads",
        "income - income_other",
        "percent(income, income_other)",
        "100 - percent(labour_days_roads, labour_days)",
        "share_at_least(rating, 'kha')",
        "attendances / learners",
        "units_in_class(rating, 'tot') + 1",
        "percent(units_with(households), learners)",
    ],
)
def test_formulas_that_make_sense_are_accepted(text: str) -> None:
    assert _check(text) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("road_km + road_km_target", "chỉ tiêu với kết quả"),
        ("labour_days + labour_days_roads", "phần với tổng"),
        ("labour_days_near + labour_days", "phần với tổng"),
        ("2 * labour_days_near + labour_days / 3", "phần với tổng"),
        ("labour_days - -labour_days_roads", "phần với tổng"),
        ("percent(labour_days + labour_days_roads, households)", "phần với tổng"),
        ("income + income_other", "own-level"),
        ("income / 2 + income_other / 2", "own-level"),
        ("labour_days + households", "đơn vị tính khác nhau: ngày công và hộ"),
        ("labour_days / households + labour_days", "đơn vị tính khác nhau"),
        ("learners + attendances", "lượt với số người"),
        ("attendances - learners", "lượt với số người"),
        ("rating + 1", "xếp loại"),
        ("share_of_class(rating, 'gioi')", "không có loại 'gioi'"),
        ("share_of_class(households, 'tot')", "không phải là xếp loại"),
        ("labour_dayz + 1", "Có phải: labour_days"),
        ("chi_so + 1", "vòng"),
    ],
)
def test_adding_what_cannot_be_added_is_refused_with_the_reason(text: str, says: str) -> None:
    found = _check(text)

    assert len(found) == 1
    assert says in found[0]


def test_a_circle_through_other_indicators_is_found_and_shown() -> None:
    assert _check("a + 1", a="b * 2", b="chi_so") == [
        "Công thức chạy vòng: chi_so → a → b → chi_so. Bỏ một mã trong vòng này."
    ]


def test_adding_through_another_indicator_is_seen_too() -> None:
    found = _check("labour_days + tong", tong="labour_days_roads + 0")

    assert "phần với tổng" in found[0]


def test_indicators_built_on_each_other_many_times_are_checked_at_once() -> None:
    chain = {f"i{n}": f"i{n + 1} + i{n + 1}" for n in range(40)}

    assert _check("i0", **chain, i40="groups_commune") == []


def test_any_question_that_adds_codes_can_be_judged() -> None:
    assert check_sum(["groups_commune", "groups_village"], ELEMENTS, RELATIONS) == []
    assert check_sum(["income", "income_other"], ELEMENTS, RELATIONS) != []
