from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.forms.rules.questions import Choice, Question
from caunoi.periods.rules import PeriodType
from caunoi.records.spreadsheet.cells import Cell, Wrong, read_answer, read_date, read_number, read_period


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (12, "12"), (12.0, "12"), (-3.0, "-3"), ("12", "12"), ("-3", "-3"), ("−3", "-3"), (" 12 ", "12"),
        ("1.234,5", "1234.5"), ("1,234.5", "1234.5"), ("1.234.567", "1234567"), ("1,234,567", "1234567"),
        ("1.234.567,89", "1234567.89"), ("1 234 567", "1234567"), ("1 234,5", "1234.5"), ("１２", "12"),
        ("１２，５", "12.5"), ("1\u00a0234\u00a0567", "1234567"), ("1,5", "1.5"), ("1.5", "1.5"), ("0,123", "0.123"),
        ("1234,567", "1234.567"), ("12,50", "12.5"), (0.1 + 0.2, "0.3"), (1.1, "1.1"), (5e15, "5000000000000000"),
        ("'12", "12"), ("+7", "7"), ("007", "007"), ("1000000", "1000000"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_officers_write_them(cell: Cell, number: str) -> None:
    assert read_number(cell, whole=False) == number


@pytest.mark.parametrize("cell", ["1.234", "1,234", "12.345", "-1.234", "１.２３４", "999,000"])
def test_a_number_that_reads_two_ways_is_asked_about(cell: str) -> None:
    for whole in (True, False):
        wrong = read_number(cell, whole=whole)

        assert isinstance(wrong, Wrong)
        assert "hai cách" in wrong.message
        readings = wrong.allowed.split(" hoặc ")
        assert all(isinstance(read_number(reading, whole=False), str) for reading in readings)
        assert len({read_number(reading, whole=False) for reading in readings}) == 2


@pytest.mark.parametrize(
    "cell",
    [
        "mười hai", "12 người", "1.23.456", "1,23,456", "1.234.56", "12,34.5.6", "1,234,56.7", "--3", "1e3", "½",
        "12-3",
        "=A1", "#REF!", True, date(2023, 1, 1), datetime(2023, 1, 1), time(8), "1..5", ".", ",5", "5,", "٣",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    assert isinstance(read_number(cell, whole=False), Wrong)


def test_a_count_has_no_decimals() -> None:
    assert isinstance(read_number("1,5", whole=True), Wrong)
    assert isinstance(read_number(1.5, whole=True), Wrong)
    assert read_number("12,0", whole=True) == "12"


@given(st.integers(-(10**9), 10**9))
def test_every_whole_number_survives_in_any_spelling_with_two_or_more_groups(number: int) -> None:
    for text in (str(number), f"{number:,}", f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " ")):
        found = read_number(text, whole=True)
        assert found == str(number) or (isinstance(found, Wrong) and text.count(",") + text.count(".") == 1)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("31/01/2023", "2023-01-31"), ("1/2/2023", "2023-02-01"), ("01-02-2023", "2023-02-01"),
        ("1.2.2023", "2023-02-01"), ("2023-02-01", "2023-02-01"), ("０１/０２/２０２３", "2023-02-01"),
        (date(2023, 2, 1), "2023-02-01"), (datetime(2023, 2, 1, 8, 30), "2023-02-01"), ("29/02/2024", "2024-02-29"),
    ],
)  # fmt: skip
def test_dates_are_read_with_the_day_first(cell: Cell, day: str) -> None:
    assert read_date(cell) == day


@pytest.mark.parametrize(
    "cell", ["31/02/2023", "29/02/2023", "12/25/2023", "1/2/23", "hôm qua", 45000.0, True, "00/01/2023"]
)
def test_days_that_are_none_are_refused(cell: Cell) -> None:
    assert isinstance(read_date(cell), Wrong)


@pytest.mark.parametrize(
    ("cell", "type", "key"),
    [
        ("2023-01", "month", "2023-01"), ("01/2023", "month", "2023-01"), ("1/2023", "month", "2023-01"),
        ("tháng 1/2023", "month", "2023-01"),
        ("Tháng 12 năm 2023", "month", "2023-12"), ("T3/2023", "month", "2023-03"),
        (date(2023, 1, 1), "month", "2023-01"), (datetime(2023, 1, 1), "month", "2023-01"),
        ("01/01/2023", "month", "2023-01"), ("2023/5", "month", "2023-05"),
        ("2023-Q1", "quarter", "2023-Q1"), ("Q4/2023", "quarter", "2023-Q4"), ("Quý I/2023", "quarter", "2023-Q1"),
        ("quý III năm 2023", "quarter", "2023-Q3"), ("quy iv/2023", "quarter", "2023-Q4"),
        ("2023-H2", "half-year", "2023-H2"), ("6 tháng đầu năm 2023", "half-year", "2023-H1"),
        ("6 tháng cuối năm 2023", "half-year", "2023-H2"),
        ("2023", "year", "2023"), (2023, "year", "2023"), (2023.0, "year", "2023"), ("năm 2023", "year", "2023"),
    ],
)  # fmt: skip
def test_periods_are_read_as_officers_write_them(cell: Cell, type: PeriodType, key: str) -> None:
    for cut_off in (1, 15):
        found = read_period(cell, type, cut_off)
        assert not isinstance(found, Wrong)
        assert (found.key, found.cut_off) == (key, cut_off)


@pytest.mark.parametrize(
    ("cell", "type"),
    [
        ("13/2023", "month"), ("0/2023", "month"), ("2023", "month"), ("2023-Q5", "quarter"), ("2023-Q1", "month"),
        (date(2023, 1, 2), "month"), (date(2023, 2, 1), "quarter"), ("20230-01", "month"), ("đầu năm", "half-year"),
        (True, "year"), ("23", "year"), (202.3, "year"),
    ],
)  # fmt: skip
def test_what_is_no_period_of_the_kind_is_refused(cell: Cell, type: PeriodType) -> None:
    assert isinstance(read_period(cell, type, 1), Wrong)


KIND = Question(
    "loai", "select_one", "/data/loai",
    choices=(Choice("duong", {"vi": "Đường, cầu", "en": "Road"}), Choice("truong", {"vi": "Trường học"})),
)  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("duong", "duong"),
        ("Đường, cầu", "duong"),
        ("duong, cau", "duong"),
        ("Road", "duong"),
        (" TRƯỜNG HỌC ", "truong"),
    ],
)
def test_choices_are_found_by_name_or_label(cell: str, name: str) -> None:
    assert read_answer(KIND, cell) == name


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("duong truong", "duong truong"), ("duong; truong", "duong truong"), ("duong,truong", "duong truong"),
        ("Đường, cầu; Trường học", "duong truong"), ("Trường học\nRoad", "truong duong"), ("duong; duong", "duong"),
    ],
)  # fmt: skip
def test_several_choices_may_be_separated_in_several_ways(cell: str, names: str) -> None:
    question = Question("loai", "select_multiple", "/data/loai", choices=KIND.choices)

    assert read_answer(question, cell) == names
    wrong = read_answer(question, "duong; cầu")
    assert isinstance(wrong, Wrong) and "cầu" in wrong.message and "truong" in wrong.allowed


def test_text_keeps_what_was_written() -> None:
    question = Question("ten", "text", "/data/ten")

    assert read_answer(question, 125.0) == "125"
    assert read_answer(question, "  125/QĐ-UBND ") == "125/QĐ-UBND"
    assert read_answer(question, "") == ""
    assert isinstance(read_answer(KIND, "hầm"), Wrong)
