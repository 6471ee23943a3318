from __future__ import annotations

from datetime import date

import pytest

from caunoi.documents.rules.spans import read_span, write_span
from caunoi.periods.rules import Days


@pytest.mark.parametrize(
    ("text", "first", "last", "shown"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("năm 2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026 – 2030", date(2026, 1, 1), date(2030, 12, 31), "2026-2030"),
        ("8/2026", date(2026, 8, 1), date(2026, 8, 31), "08/2026"),
        ("quý III/2026", date(2026, 7, 1), date(2026, 9, 30), "Q3/2026"),
        ("Q4/2026", date(2026, 10, 1), date(2026, 12, 31), "Q4/2026"),
    ],
)
def test_the_planned_time_is_read_as_officers_write_it(text: str, first: date, last: date, shown: str) -> None:
    read = read_span(text)

    assert read == Days(first, last)
    assert write_span(read) == shown
    assert read_span(shown) == read


@pytest.mark.parametrize("text", ["", "sang năm", "2030-2026", "13/2026", "Q5/2026", "0001"])
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert read_span(text) is None
