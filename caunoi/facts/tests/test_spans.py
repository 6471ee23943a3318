from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.engine import find_ranges
from caunoi.facts.postings import COLUMNAR
from caunoi.facts.rules.spans import Span, pack_span, unpack_span
from caunoi.periods.rules import BEGINNING, END

DAYS = st.dates(BEGINNING, END - timedelta(days=800))
SPANS = st.builds(
    lambda first, length, begins, ends: Span(
        first,
        first + timedelta(days=length),
        max(first + timedelta(days=begins), BEGINNING),
        first + timedelta(days=length + ends),
    ),
    DAYS.filter(lambda day: day >= BEGINNING + timedelta(days=40)),
    st.integers(0, 366),
    st.integers(-31, 31),
    st.integers(-31, 31),
)


@given(SPANS)
def test_the_number_of_a_span_gives_its_days_back(span: Span) -> None:
    assert unpack_span(pack_span(span)) == span


@given(SPANS, SPANS)
def test_numbers_of_spans_are_in_the_order_of_their_first_days(one: Span, other: Span) -> None:
    if one.day_from < other.day_from:
        assert pack_span(one) < pack_span(other)


def test_days_that_no_report_has_are_refused() -> None:
    day = date(2025, 7, 1)

    with pytest.raises(ValueError, match="2025"):
        pack_span(Span(day, day, day - timedelta(days=600), day))
    with pytest.raises(ValueError, match="2025"):
        pack_span(Span(day, day - timedelta(days=1), day, day))


def test_the_columnar_side_packs_a_span_as_the_rule_does() -> None:
    spans = [
        Span(date(2025, 6, 15), date(2025, 7, 14), date(2025, 7, 1), date(2025, 7, 31)),
        Span(BEGINNING, END - timedelta(days=1), BEGINNING, END - timedelta(days=1)),
        Span(date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29), date(2024, 2, 29)),
    ]
    count = len(spans)
    posting = {"seq": 1, "book": 1, "data_element_id": 1, "org_unit_id": 1, "amount": 1, "sign": 1, "version_id": 1}
    columns: dict[str, list[object]] = {name: [value] * count for name, value in posting.items()}
    columns |= {"disaggregation": [""] * count, "class_code": [""] * count}
    columns |= {name: [str(getattr(span, name)) for span in spans] for name in Span._fields}
    connection = duckdb.connect()
    connection.register("incoming", pa.table(columns))

    packed = connection.execute(f"SELECT span FROM (SELECT {COLUMNAR} FROM incoming)").fetchall()

    assert [number for (number,) in packed] == [pack_span(span) for span in spans]


@given(st.sets(st.integers(1, 10_000), min_size=1), st.integers(1, 8))
def test_ranges_hold_every_number_and_are_no_more_than_wanted(numbers: set[int], most: int) -> None:
    ordered = sorted(numbers)

    ranges = find_ranges(ordered, most)

    assert len(ranges) <= most
    assert all(any(first <= number <= last for first, last in ranges) for number in ordered)
    assert all(before[1] < after[0] for before, after in zip(ranges, ranges[1:], strict=False))
