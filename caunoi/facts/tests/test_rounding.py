"""Only the display rounds, and what stands under a total adds up to it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.question import exact, plain, round_half_up, spread_rounding, text_of

VALUES = st.lists(st.decimals(-10_000, 10_000, places=12), max_size=12)


@given(VALUES, st.integers(0, 3))
def test_rounded_siblings_sum_exactly_to_the_rounded_total_above_them(values: list[Decimal], decimals: int) -> None:
    total = sum(values, Decimal(0))

    shown = spread_rounding(values, total, decimals)

    assert sum(shown, Decimal(0)) == (round_half_up(total, decimals) if values else 0)


@given(VALUES.filter(bool), st.integers(0, 3))
def test_no_sibling_moves_by_a_whole_step_or_more_than_its_rounding(values: list[Decimal], decimals: int) -> None:
    shown = spread_rounding(values, sum(values, Decimal(0)), decimals)

    step = Decimal(1).scaleb(-decimals)
    assert all(abs(after - before) <= step for before, after in zip(values, shown, strict=True))


def test_three_thirds_of_one_hundred_are_shown_as_34_33_33() -> None:
    third = Decimal(100) / 3

    assert spread_rounding([third] * 3, Decimal(100), 0) == [34, 33, 33]


def test_halves_are_rounded_up_as_vietnamese_statistics_print_them() -> None:
    assert round_half_up(Decimal("17.45"), 1) == Decimal("17.5")
    assert round_half_up(Decimal("2.5"), 0) == 3


@given(st.integers(-(2**62), 2**62), st.integers(0, 6))
def test_amounts_come_back_from_whole_numbers_without_losing_a_digit(amount: int, decimals: int) -> None:
    assert exact(amount, decimals, parts=False) * 10**decimals == amount


def test_values_are_written_plainly_without_exponent_or_trailing_zeros() -> None:
    assert text_of(Decimal("91.0")) == "91"
    assert text_of(Decimal("5E+1")) == "50"
    assert plain(Decimal("0.00")) == 0
