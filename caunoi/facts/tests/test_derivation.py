from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.derivation import DerivedFact, ElementRule, Frame, compile_element, derive
from caunoi.facts.rules.expressions import ExpressionError

MONTH = Frame(date(2022, 12, 15), date(2023, 1, 14), date(2023, 1, 1), date(2023, 1, 31), "village")


def element(code: str = "so_nguoi", **given: Any) -> ElementRule:
    columns: dict[str, Any] = {
        "kind": "flow",
        "decimals": 0,
        "levels": ["village"],
        "expression": "${so}",
        "filter": "",
        "day": "period",
    }
    return compile_element(code=code, **{**columns, **given})


def only(rule: ElementRule, answers: dict[str, Any], frame: Frame = MONTH) -> DerivedFact:
    derivation = derive([rule], answers, frame)
    assert derivation.problems == []
    (fact,) = derivation.facts
    return fact


def test_a_monthly_value_covers_the_days_and_the_named_month() -> None:
    fact = only(element(), {"so": "12"})

    assert (fact.day_from, fact.day_to) == (date(2022, 12, 15), date(2023, 1, 14))
    assert (fact.named_from, fact.named_to) == (date(2023, 1, 1), date(2023, 1, 31))
    assert fact.amount == 12


def test_a_stock_at_the_end_stands_on_the_last_day() -> None:
    fact = only(element(day="end"), {"so": "12"})

    assert (fact.day_from, fact.day_to) == (date(2023, 1, 14), date(2023, 1, 14))
    assert (fact.named_from, fact.named_to) == (date(2023, 1, 31), date(2023, 1, 31))


def test_the_answered_day_is_the_fact_s_day() -> None:
    fact = only(element(day="${ngay}"), {"so": "1", "ngay": "2023-01-05T08:30:00.000+07:00"})

    assert (fact.day_from, fact.named_to) == (date(2023, 1, 5), date(2023, 1, 5))


def test_amounts_are_whole_numbers_of_the_smallest_decimal() -> None:
    assert only(element(decimals=1), {"so": "219.2"}).amount == 2192
    assert only(element(decimals=1), {"so": "219.20"}).amount == 2192
    assert only(element(decimals=3), {"so": "-1.5"}).amount == -1500


def test_one_a_submission_counts_submissions() -> None:
    assert only(element(expression="1", filter="${loai} = 'a'"), {"loai": "a"}).amount == 1
    assert derive([element(expression="1", filter="${loai} = 'a'")], {"loai": "b"}, MONTH).facts == []


def test_a_category_keeps_its_class() -> None:
    fact = only(element(kind="category", expression="${xl}", classes=["1", "01"]), {"xl": "01"})

    assert (fact.class_code, fact.amount) == ("01", 0)


def test_a_zero_is_a_fact_and_a_missing_answer_is_none() -> None:
    assert only(element(), {"so": "0"}).amount == 0
    assert derive([element()], {"so": ""}, MONTH).facts == []
    assert derive([element()], {}, MONTH).problems == []


def test_a_form_of_several_levels_gives_each_level_its_elements() -> None:
    assert derive([element(levels=["commune"])], {"so": "1"}, MONTH).facts == []
    assert derive([element(levels=["commune"])], {"so": "1"}, MONTH).problems == []


@pytest.mark.parametrize(
    ("given", "answers", "says"),
    [
        ({}, {"so": "1.5"}, "quá 0 chữ số thập phân"),
        ({"decimals": 2, "expression": "${so} / 3"}, {"so": "1"}, "thập phân"),
        ({}, {"so": "9" * 19}, "quá lớn"),
        ({}, {"so": "1E90"}, "quá lớn"),
        ({}, {"so": "mười"}, "không phải là số"),
        ({"expression": "1 / ${so}"}, {"so": "0"}, "chia cho 0"),
        ({"kind": "category", "classes": ["a"]}, {"so": "b"}, "không phải là một loại"),
        ({"day": "${ngay}"}, {"so": "1", "ngay": "31/02/2023"}, "không phải là ngày"),
    ],
)
def test_what_cannot_be_stated_exactly_is_a_problem_never_rounded(
    given: dict[str, Any], answers: dict[str, Any], says: str
) -> None:
    derivation = derive([element(**given)], answers, MONTH)

    assert derivation.facts == []
    assert says in derivation.problems[0].sentence


def test_a_day_that_is_no_question_is_refused() -> None:
    with pytest.raises(ExpressionError):
        element(day="ngay")


@given(st.integers(0, 10**12), st.integers(0, 6), st.booleans())
def test_a_count_is_the_same_fact_however_it_is_written(count: int, decimals: int, padded: bool) -> None:
    rule = compile_element(
        code="a", kind="flow", decimals=decimals, levels=["village"], expression="${n}", filter="", day="period"
    )
    frame = Frame(date(2024, 1, 1), date(2024, 1, 31), date(2024, 1, 1), date(2024, 1, 31), "village")
    said = f"{count:012d}" if padded else str(count)

    (fact,) = derive([rule], {"n": said}, frame).facts
    (exact,) = derive([rule], {"n": f"{said}.0"}, frame).facts

    assert fact == exact and fact.amount == count * 10**decimals
