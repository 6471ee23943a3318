"""docs/formulas.md stays true: its examples are computed, and its refusals refused, as it says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from caunoi.facts.rules.formula import FUNCTIONS, Computed, FormulaError, compute, parse_formula
from caunoi.facts.rules.formula_check import ElementFacts, IndicatorFacts, judge_formula
from caunoi.facts.rules.formula_tree import Earlier, Since, Step

PAGE = (Path(__file__).parents[3] / "docs" / "formulas.md").read_text(encoding="utf-8")
RELATIONS = [
    ("labour_days_roads", "part-of", "labour_days"),
    ("road_km_target", "target-of", "road_km"),
    ("on_time_share_target", "target-of", "on_time_share"),
]
INDICATORS = {"on_time_share": IndicatorFacts(parse_formula("percent(requests_on_time, requests_due)"), "%")}
KINDS = {"target": "flow", "own target": "own-level"}
CLASSES = ("tot", "kha", "yeu")


def rows_of(first_header: str, columns: int) -> list[list[str]]:
    """The rows of the page's tables whose header begins so and that have so many columns."""
    found: list[list[str]] = []
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0] == first_header and len(cells) == columns:
            inside = True
        elif inside and not cells[0].startswith("---"):
            found.append(cells)
    return found


FIGURES = {row[0]: row[1:] for row in rows_of("code", 8)}
ELEMENTS = {
    code: ElementFacts(
        KINDS.get(kind, kind),
        "target" if kind in KINDS else "result",
        unit,
        classes=CLASSES if kind == "category" else (),
    )
    for code, (kind, unit, *_values) in FIGURES.items()
}
REFUSED = [row for row in rows_of("formula", 2) if not row[1].startswith(("Chưa", "Số của", "Mẫu"))]
MISSING = [row for row in rows_of("formula", 2) if row not in REFUSED]


class District:
    def __init__(self, column: int = 2) -> None:
        self.column = column

    def value_of(self, code: str) -> Computed:
        if code in INDICATORS:
            return compute(INDICATORS[code].formula, self)
        stated = FIGURES[code][self.column]
        return Computed(None, missing=(code,)) if stated == "–" else Computed(Decimal(stated))

    def classes_of(self, category: str) -> Mapping[str, int]:
        return {code: int(count) for code, count in re.findall(r"(\w+): (\d+)", FIGURES[category][self.column])}

    def order_of(self, category: str) -> tuple[str, ...]:
        return CLASSES

    def units_with(self, code: str, level: str) -> Computed:
        return Computed(Decimal(8))

    def go(self, step: Step) -> District:
        match step:
            case Earlier(against):
                return District(3 if against == "period" else 4)
            case Since():
                return District(5)
            case _:
                return District(6 if step.whole else 5)


@pytest.mark.parametrize("row", rows_of("formula", 5), ids=lambda row: row[0])
def test_an_example_gives_what_the_page_says(row: list[str]) -> None:
    formula, value, unit, numerator, denominator = row
    node = parse_formula(formula)

    judged = judge_formula(node, ELEMENTS, RELATIONS, INDICATORS)
    found = compute(node, District())

    assert judged.mistakes == ()
    assert (judged.unit or "") == unit
    assert (found.value, found.why) == (Decimal(value), None)
    parts = [None if part is None else str(part) for part in (found.numerator, found.denominator)]
    assert parts == [numerator or None, denominator or None]


@pytest.mark.parametrize("row", MISSING, ids=lambda row: row[0])
def test_a_missing_figure_is_missing_for_the_reason_the_page_says(row: list[str]) -> None:
    found = compute(parse_formula(row[0]), District())

    assert (found.value, found.why) == (None, row[1])


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[0])
def test_a_wrong_formula_is_refused_as_the_page_says_where_it_is_wrong(row: list[str]) -> None:
    formula, says = row
    try:
        (mistake,) = judge_formula(parse_formula(formula), ELEMENTS, RELATIONS, INDICATORS).mistakes
    except FormulaError as error:
        assert error.sentence.startswith(says)
        assert 1 <= error.position <= len(formula) + 1
    else:
        assert str(mistake).startswith(says)
        assert mistake.remedy
        assert 0 <= mistake.position <= len(formula)


def test_every_function_has_an_example() -> None:
    examples = " ".join(row[0] for row in rows_of("formula", 5))

    assert [function for function in FUNCTIONS if f"{function}(" not in examples] == []


def test_all_that_is_wrong_is_said_at_once_in_the_order_of_the_text() -> None:
    text = "labour_dayz + rating + households + labour_days"

    mistakes = judge_formula(parse_formula(text), ELEMENTS, RELATIONS).mistakes

    assert [text[one.position - 1 :][:6] for one in mistakes] == ["labour", "rating", "+ labo"]


@pytest.mark.parametrize(
    ("formula", "unit", "accepted"),
    [
        ("labour_days / households", "ngày công/hộ", True),
        ("labour_days / households", "ngày công / hộ", True),
        ("labour_days / households", "", True),
        ("labour_days / households", "ngày công", False),
        ("percent(labour_days_roads, labour_days)", "ngày công", False),
        ("cash_vnd / 1000000", "triệu đồng", True),
        ("labour_days / households * households", "ngày công", True),
    ],
)
def test_a_declared_unit_must_be_the_one_the_formula_gives(formula: str, unit: str, accepted: bool) -> None:
    judged = judge_formula(parse_formula(formula), ELEMENTS, RELATIONS, unit=unit)

    assert (judged.mistakes == ()) is accepted
