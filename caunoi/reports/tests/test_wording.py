from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caunoi.facts.rules.question import Figure
from caunoi.periods.rules import Days
from caunoi.reports.rules.wording import (
    IN_TABLE,
    IN_TEXT,
    Style,
    list_notes,
    make_file_name,
    word_day,
    word_figure,
    word_list,
    word_long_day,
    word_money,
    word_number,
    word_percent,
    word_period,
)


def figure(value: str | None = "1234", **changes: object) -> Figure:
    given: dict[str, object] = {
        "code": "x", "name_vi": "X", "name_en": "X", "unit": "", "decimals": 0, "kind": "flow", "place": "u1",
        "place_code": "1", "place_name": "Xã", "level": "commune",
        "first": date(2023, 1, 1), "last": date(2023, 12, 31),
        "value": None if value is None else Decimal(value), "why": None if value else "Chưa có", "numerator": None,
        "denominator": None, "book": "approved", "boundaries": date(2023, 12, 31), "as_known": 1, "estimated": False,
        "bases": (), "carried_over": False, "partly_outside": None, "coverage": None,
    }  # fmt: skip
    return Figure(**{**given, **changes})


@pytest.mark.parametrize(
    "value, decimals, text",
    [
        ("0", 0, "0"),
        ("1234.5", 1, "1.234,5"),
        ("38667", 0, "38.667"),
        ("232925", 0, "232.925"),
        ("219.2", 1, "219,2"),
        ("219.0", 1, "219"),
        ("0.125", 2, "0,13"),
        ("2.5", 0, "3"),
        ("-1234.5", 1, "-1.234,5"),
    ],
)
def test_numbers_have_dots_between_thousands_and_a_comma_before_decimals(value: str, decimals: int, text: str) -> None:
    assert word_number(Decimal(value), decimals) == text


@pytest.mark.parametrize(
    "value, text",
    [
        ("0", "0 đồng"),
        ("950000", "950.000 đồng"),
        ("999999", "999.999 đồng"),
        ("1000000", "1 triệu đồng"),
        ("32600000", "32,6 triệu đồng"),
        ("450000000", "450 triệu đồng"),
        ("999949999", "999,9 triệu đồng"),
        ("999950000", "1 tỷ đồng"),
        ("1600000000", "1,6 tỷ đồng"),
        ("12345678901", "12,35 tỷ đồng"),
        ("-32600000", "-32,6 triệu đồng"),
    ],
)
def test_money_is_written_in_the_largest_unit_not_below_one(value: str, text: str) -> None:
    assert word_money(Decimal(value)) == text


@pytest.mark.parametrize("value, text", [("89.8", "89,8%"), ("100", "100%"), ("91.0", "91%"), ("0", "0%")])
def test_percent_has_at_most_one_decimal(value: str, text: str) -> None:
    assert word_percent(Decimal(value)) == text


def test_a_share_of_units_is_written_as_part_and_whole() -> None:
    share = figure("100", numerator=Decimal(21), denominator=Decimal(21), kind="rate", decimals=1, unit="%")

    assert word_figure(share, Style.OUT_OF) == "21/21"
    assert word_figure(share, Style.PERCENT) == "100%"


@pytest.mark.parametrize(
    "changes, in_text, in_table",
    [
        ({}, "1.234", "1.234"),
        ({"value": None}, "chưa có số liệu", "…"),
        ({"estimated": True}, "1.234 (ước tính)", "1.234*"),
        ({"carried_over": True}, "1.234 (số kỳ trước)", "1.234†"),
        ({"estimated": True, "carried_over": True}, "1.234 (ước tính) (số kỳ trước)", "1.234*†"),
    ],
)
def test_missing_estimated_and_carried_over_are_marked(changes: dict[str, object], in_text: str, in_table: str) -> None:
    one = figure(**changes)

    assert word_figure(one, Style.NUMBER, IN_TEXT) == in_text
    assert word_figure(one, Style.NUMBER, IN_TABLE) == in_table


def test_notes_name_the_basis_of_estimates_once() -> None:
    notes = list_notes([figure(estimated=True, bases=("dân số",)), figure(estimated=True, bases=("dân số",))])

    assert len(notes) == 1
    assert "căn cứ: dân số" in notes[0]
    assert list_notes([figure()]) == []


@pytest.mark.parametrize(
    "first, last, text",
    [
        (date(2023, 3, 25), date(2023, 3, 25), "ngày 25/03/2023"),
        (date(2023, 2, 1), date(2023, 2, 28), "tháng 02/2023"),
        (date(2023, 1, 1), date(2023, 3, 31), "quý I/2023"),
        (date(2023, 1, 1), date(2023, 6, 30), "6 tháng đầu năm 2023"),
        (date(2023, 1, 1), date(2023, 12, 31), "năm 2023"),
        (date(2020, 11, 24), date(2023, 11, 23), "từ ngày 24/11/2020 đến ngày 23/11/2023"),
    ],
)
def test_periods_are_named_where_they_have_a_name(first: date, last: date, text: str) -> None:
    assert word_period(Days(first, last)) == text


@pytest.mark.parametrize(
    "day, text",
    [
        (date(2024, 3, 5), "ngày 05 tháng 3 năm 2024"),
        (date(2024, 2, 15), "ngày 15 tháng 02 năm 2024"),
        (date(2024, 12, 9), "ngày 09 tháng 12 năm 2024"),
    ],
)
def test_the_date_line_takes_zeros_as_the_decree_says(day: date, text: str) -> None:
    assert word_long_day(day) == text


def test_file_names_are_readable_on_any_computer() -> None:
    name = make_file_name("so-ket", "Huyện Bát Xát", Days(date(2020, 11, 24), date(2023, 11, 23)))

    assert name == "so-ket-huyen-bat-xat-2020-11-24-2023-11-23.docx"
    assert make_file_name("so-ket", "Phường Đắk/..\\", Days(date(2023, 1, 1), date(2023, 1, 1))).startswith(
        "so-ket-phuong-dak-2023"
    )


def test_lists_and_days_are_written_out() -> None:
    assert word_list(["a"]) == "a"
    assert word_list(["a", "b", "c"]) == "a, b và c"
    assert word_day(date(2023, 1, 2)) == "02/01/2023"
