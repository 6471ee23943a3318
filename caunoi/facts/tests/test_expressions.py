from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.expressions import (
    AnswerRefused,
    ExpressionError,
    evaluate,
    evaluate_text,
    holds,
    list_uses,
    parse_condition,
    parse_expression,
)

ANSWERS: dict[str, Any] = {
    "so": "12",
    "le": "0.1",
    "trong": "",
    "loai": "hoi_nghi",
    "ma": "01",
    "chon": "dat tien",
    "ngay": "2023-03-25",
    "dong": [{"so": "1", "le": "0.2"}, {"so": "", "le": ""}, {"so": "4"}],
    "khong_dong": [],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "1"),
        ("${so}", "12"),
        ("${so} + ${so} * 2", "36"),
        ("(${so} + ${so}) * 2", "48"),
        ("${so} - 2 - 3", "7"),
        ("-${so} + 20", "8"),
        ("${so} div 5", "2.4"),
        ("${so} / 5", "2.4"),
        ("${le} + 0.2", "0.3"),
        ("sum(${dong.so})", "5"),
        ("sum(${so}, ${trong}, ${dong.so})", "17"),
        ("sum(${khong_dong.so})", "0"),
        ("count(${dong})", "3"),
        ("count(${dong.so})", "2"),
        ("count(${khong_hoi})", "0"),
        ("coalesce(${trong}, 0)", "0"),
        ("coalesce(${trong}, ${khong_co}, ${so})", "12"),
        ("if(${loai} = 'hoi_nghi', ${so}, 0)", "12"),
        ("if(selected(${chon}, 'dat'), 1, 0) + if(selected(${chon}, 'cong'), 1, 0)", "1"),
        ("${so} − 2 × 3", "6"),
    ],
)
def test_expressions_give_exact_numbers(text: str, value: str) -> None:
    assert evaluate(parse_expression(text), ANSWERS) == Decimal(value)


@pytest.mark.parametrize("text", ["${trong}", "${khong_co}", "${so} + ${trong}", "-${trong}", "sum(${trong})"])
def test_an_empty_answer_makes_the_whole_value_missing(text: str) -> None:
    assert evaluate(parse_expression(text), ANSWERS) is None


def test_a_class_code_that_looks_like_a_number_stays_a_code() -> None:
    assert evaluate_text(parse_expression("${ma}"), ANSWERS) == "01"


def test_decimals_as_phones_write_them_are_read_exactly() -> None:
    assert evaluate(parse_expression("${tien}"), {"tien": "1.0E7"}) == 10_000_000


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("", True),
        ("${loai} = 'hoi_nghi'", True),
        ("${loai} = “hoi_nghi”", True),
        ("${loai} != 'hoi_nghi'", False),
        ("${loai} = 'hoi_nghi' and ${so} > 12", False),
        ("${loai} = 'khac' or ${so} >= 12", True),
        ("${loai} = 'khac' or ${so} = 12 and ${le} < 1", True),
        ("not(${loai} = 'khac')", True),
        ("selected(${chon}, 'tien')", True),
        ("selected(${chon}, 'ti')", False),
        ("${trong} = ''", True),
        ("${trong} != 'a'", True),
        ("${trong} = 0", False),
        ("${trong} != 0", False),
        ("${trong} < 5", False),
        ("${so} = 12.0", True),
        ("${so} ≥ 12", True),
        ("${ngay} >= '2023-03-25'", True),
        ("${ngay} < date('2023-03-25')", False),
        ("(${so} > 1 and (${le} > 1 or ${so} < 20))", True),
        ("${so} > ${le}", True),
    ],
)
def test_conditions_hold_as_written(text: str, true: bool) -> None:
    assert holds(parse_condition(text), ANSWERS) is true


def test_names_are_those_written() -> None:
    assert parse_expression("sum(${dong.so}) + coalesce(${a}, 0)").names == {"dong.so", "a"}
    assert parse_condition("selected(${x}, 'a') and not(${y} > 1)").names == {"x", "y"}


def test_a_pack_check_learns_what_an_expression_takes_from_the_form() -> None:
    uses = list_uses(parse_expression("if(${loai} = 'x', sum(${dong.so}) + ${a}, count(${nhom}))"))

    assert uses.questions == {"loai", "a"}
    assert uses.columns == {("dong", "so")}
    assert uses.repeats == {"nhom"}
    assert uses.numbers == {"a", "dong.so"}
    assert uses.texts == {("loai", "x")}


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 1, "hết dòng"),
        ("${so} +", 8, "hết dòng"),
        ("so", 1, "${so}"),
        ("sum(so)", 5, "câu hỏi"),
        ("${số}", 1, "không dấu"),
        ("'abc", 1, "nháy đóng"),
        ("${so} = 1", 1, "không phải một điều kiện"),
        ("${dong.so}", 1, "sum()"),
        ("'a' + 1", 1, "không tính toán"),
        ("0,5", 2, "0.5"),
        ("coalesce(${a})", 14, "thay thế"),
        ("(${so}", 7, "“)”"),
        ("${so} ${so}", 7, "phép tính"),
        ("${so} & 1", 7, "&"),
        ("avg(${so})", 1, "sum, count"),
    ],
)
def test_a_wrong_expression_is_refused_where_it_is_wrong(text: str, position: int, says: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_expression(text)

    assert refused.value.position == position
    assert says in refused.value.sentence


@pytest.mark.parametrize("text", ["${so}", "1", "${loai} > 'a'", "${so} = 1 and", "selected('a', ${x})", "1 = 1 = 1"])
def test_a_filter_that_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_condition(text)


@pytest.mark.parametrize("text", ["(" * 500 + "1" + ")" * 500, "-" * 90 + "1", "+".join(["1"] * 900), "1" * 3000])
def test_an_endless_expression_is_refused_not_a_crash(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(text)


@pytest.mark.parametrize("text", ["${loai} + 1", "${so} / 0", "${so} * ${chon}", "sum(${loai})"])
def test_text_among_numbers_and_division_by_zero_are_refused(text: str) -> None:
    with pytest.raises(AnswerRefused):
        evaluate(parse_expression(text), ANSWERS)


@given(st.text(max_size=80) | st.text(alphabet="${}ab.()+-*/'=<>,!01 andorsumif", max_size=60))
def test_anything_typed_is_read_or_refused_with_a_position(text: str) -> None:
    for parse in (parse_expression, parse_condition):
        try:
            parse(text)
        except ExpressionError as error:
            assert 1 <= error.position <= len(text) + 1


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)))
def test_sums_of_rows_are_exact(values: list[Decimal]) -> None:
    answers = {"dong": [{"so": str(value)} for value in values]}

    assert evaluate(parse_expression("sum(${dong.so})"), answers) == sum(values, Decimal(0))
