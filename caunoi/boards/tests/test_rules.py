"""What a saved view keeps of a question, and which days a relative period means."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.boards.models import RelativePeriod
from caunoi.boards.rules import compute_days, fill_query, keep_query, move
from caunoi.periods.rules import Days

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("this-month", Days(date(2026, 3, 1), TODAY)),
        ("last-month", Days(date(2026, 2, 1), date(2026, 2, 28))),
        ("this-quarter", Days(date(2026, 1, 1), TODAY)),
        ("year-so-far", Days(date(2026, 1, 1), TODAY)),
        ("last-year", Days(date(2025, 1, 1), date(2025, 12, 31))),
        ("last-12-months", Days(date(2025, 3, 1), date(2026, 2, 28))),
        ("", None),
    ],
)
def test_a_relative_period_is_counted_from_the_day_it_is_opened(period: str, days: Days | None) -> None:
    assert compute_days(period, TODAY) == days


@given(st.sampled_from(RelativePeriod.values), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_no_period_runs_backward_or_beyond_today(period: str, today: date) -> None:
    days = compute_days(period, today)

    assert days is None or days.first <= days.last <= today


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_the_last_12_months_are_12_whole_months(today: date) -> None:
    days = compute_days("last-12-months", today)

    assert days is not None and days.first.day == 1 and (days.last + timedelta(days=1)).day == 1
    assert (days.last.year - days.first.year) * 12 + days.last.month - days.first.month == 11


def test_what_belongs_to_the_moment_is_not_kept() -> None:
    kept = keep_query("figures", "?codes=a&codes=b&place=u1&page=7&format=csv&level=&csrfmiddlewaretoken=x&chart=map")

    assert parse_qs(kept) == {"codes": ["a", "b"], "place": ["u1"], "chart": ["map"]}
    assert keep_query("audit", "actor=x") == ""


def test_relative_days_take_the_place_of_the_days_and_boundaries_of_the_question() -> None:
    query = keep_query("figures", "codes=a&place=u1&first=01/01/2020&last=31/12/2020&boundaries=01/01/2020")

    filled = parse_qs(fill_query("figures", query, compute_days("last-year", TODAY), "u9"))

    assert filled == {"codes": ["a"], "place": ["u9"], "first": ["01/01/2025"], "last": ["31/12/2025"]}
    assert parse_qs(fill_query("figures", query, None, "")) == parse_qs(query)


@given(st.lists(st.integers(), min_size=1), st.data(), st.integers(-5, 5))
def test_moving_loses_nothing_and_stays_inside(items: list[int], data: st.DataObject, by: int) -> None:
    index = data.draw(st.integers(0, len(items) - 1))

    moved = move(items, index, by)

    assert sorted(moved) == sorted(items)
    assert moved[min(max(index + by, 0), len(items) - 1)] == items[index]
