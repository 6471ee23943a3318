"""What is worth a second look, told from figures alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.plausibility import (
    History,
    Kind,
    Thresholds,
    find_implausible,
    find_jump,
    find_outlier,
    find_repeated_digits,
    is_copy,
    look_at,
    median,
)
from caunoi.facts.rules.thresholds import combine

USUAL = Thresholds()
MONTHS = [Decimal(value) for value in (28, 26, 31, 29, 24, 28, 30, 27, 28, 25, 29, 28)]

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
histories = st.lists(amounts, min_size=USUAL.least_history, max_size=36)


def history(*values: int, before: int | None = None, year_before: int | None = None) -> History:
    return History(
        [Decimal(value) for value in values],
        None if before is None else Decimal(before),
        None if year_before is None else Decimal(year_before),
    )


def kind_of(value: int | str, known: History, thresholds: Thresholds = USUAL) -> Kind | None:
    found = look_at(Decimal(value), known, thresholds)
    return None if found is None else found.kind


def test_a_zero_too_many_stands_out_of_the_unit_s_own_year() -> None:
    found = look_at(Decimal(280), History(MONTHS, Decimal(28)), USUAL)

    assert found is not None
    assert (found.kind, found.usual, found.least, found.most, found.count) == (Kind.OUTLIER, 28, 24, 31, 12)


@pytest.mark.parametrize("value", [24, 28, 31, 36])
def test_what_the_unit_states_every_month_is_passed_over(value: int) -> None:
    assert kind_of(value, History(MONTHS, Decimal(28))) is None


def test_a_festival_month_that_is_high_every_year_is_passed_over() -> None:
    assert kind_of(90, History([*MONTHS, Decimal(95)], Decimal(28), Decimal(95))) is None
    assert kind_of(90, History(MONTHS, Decimal(28), Decimal(28))) is Kind.OUTLIER


@pytest.mark.parametrize(
    ("value", "known", "expected"),
    [
        (280, history(28, before=28), Kind.JUMP),
        (28, history(280, before=280), Kind.JUMP),
        (280, history(28, 27, before=27, year_before=28), Kind.JUMP),
        # A season: the month before says one thing, the year before another.
        (280, history(28, 270, before=28, year_before=270), None),
        # Fewer than twenty more is nothing to stop for, however many times it is.
        (9, history(1, before=1), None),
        # Nothing has no number of times.
        (280, history(0, before=0), None),
        (0, history(280, before=280), None),
        (280, history(), None),
    ],
)
def test_sudden_jumps_against_the_period_before_and_the_year_before(
    value: int, known: History, expected: Kind | None
) -> None:
    assert kind_of(value, known) is expected


def test_bounds_are_themselves_plausible() -> None:
    district = replace(USUAL, plausible_from=Decimal(1000), plausible_to=Decimal(200_000))

    assert kind_of(90, History(), district) is Kind.MAGNITUDE
    assert kind_of(200_001, History(), district) is Kind.MAGNITUDE
    assert find_implausible(Decimal(1000), district) is find_implausible(Decimal(200_000), district) is None


@pytest.mark.parametrize("value", ["5555", "7777.7", "99999", "-1111", "5555.00"])
def test_one_digit_typed_over_and_over_is_told(value: str) -> None:
    assert kind_of(value, History()) is Kind.DIGITS


@pytest.mark.parametrize("value", ["555", "5550", "0", "0.000", "1234", "5000"])
def test_ordinary_numbers_have_no_repeated_digits(value: str) -> None:
    assert find_repeated_digits(Decimal(value), USUAL) is None


def test_a_report_is_a_copy_when_all_of_it_is_the_same_and_enough_of_it_is_not_zero() -> None:
    month = {"a": 2, "b": 30, "c": 17, "d": 4, "e": 0}

    assert is_copy(month, dict(month), USUAL)
    assert not is_copy(month, month | {"e": 1}, USUAL)
    assert not is_copy(month, month | {"f": 1}, USUAL)
    assert not is_copy({"a": 2, "b": 0, "c": 0, "d": 0}, {"a": 2, "b": 0, "c": 0, "d": 0}, USUAL)


def test_a_village_where_it_is_mostly_quiet_may_have_its_busy_month_again() -> None:
    known = history(0, 0, 0, 30, 0, 0, 0, before=0)

    assert kind_of(30, known) is None
    assert kind_of(300, known) is Kind.OUTLIER


def test_a_check_switched_off_says_nothing() -> None:
    quiet = replace(USUAL, score=None, jump=None, digits=None)

    assert kind_of(5555, History(MONTHS, Decimal(28)), quiet) is None


# -- Laws -------------------------------------------------------------------------------------------------------------


@given(value=amounts, earlier=histories, before=st.none() | amounts, times=st.sampled_from(["0.01", "100", "1.6093"]))
def test_the_same_figures_in_another_unit_get_the_same_answer(
    value: Decimal, earlier: list[Decimal], before: Decimal | None, times: str
) -> None:
    factor = Decimal(times)
    scaled = replace(USUAL, least_change=USUAL.least_change * factor)
    known = History(earlier, before)
    known_scaled = History([one * factor for one in earlier], None if before is None else before * factor)

    for check in (find_outlier, find_jump):
        told, told_scaled = check(value, known, USUAL), check(value * factor, known_scaled, scaled)
        assert (told is None) == (told_scaled is None)
        if told is not None and told_scaled is not None:
            assert told_scaled.usual == told.usual * factor


@given(
    same=amounts,
    count=st.integers(USUAL.least_history, 30),
    value=amounts,
)
def test_after_a_constant_history_only_a_real_change_is_told(same: Decimal, count: int, value: Decimal) -> None:
    known = History([same] * count, same, same)

    assert find_outlier(same, known, USUAL) is None
    told = find_outlier(value, known, USUAL)
    is_real = abs(value - same) >= USUAL.least_change and (
        same == 0 or value >= 5 * same or (value > 0 and 5 * value <= same)
    )
    assert (told is not None) == is_real


@given(value=amounts, earlier=st.lists(amounts, max_size=USUAL.least_history - 1))
def test_a_short_history_is_no_usual(value: Decimal, earlier: list[Decimal]) -> None:
    assert find_outlier(value, History(earlier), USUAL) is None


@given(earlier=histories, change=amounts, more=amounts)
def test_what_lies_further_out_is_told_if_what_is_nearer_is(
    earlier: list[Decimal], change: Decimal, more: Decimal
) -> None:
    value = median(earlier[-USUAL.most_history :]) + change

    if find_outlier(value, History(earlier), USUAL) is not None:
        assert find_outlier(value + more, History(earlier), USUAL) is not None


@given(earlier=histories, value=amounts)
def test_the_order_of_the_months_does_not_matter_to_the_usual(earlier: list[Decimal], value: Decimal) -> None:
    last = earlier[-USUAL.most_history :]

    told, other = (find_outlier(value, History(one), USUAL) for one in (last, sorted(last)))

    assert told == other


@given(values=st.lists(amounts, min_size=1, max_size=30))
def test_the_median_has_as_many_below_as_above(values: list[Decimal]) -> None:
    middle = median(values)

    assert sum(one < middle for one in values) <= len(values) // 2
    assert sum(one > middle for one in values) <= len(values) // 2


# -- What a pack says -------------------------------------------------------------------------------------------------


def test_the_most_particular_row_counts_for_each_column() -> None:
    found = combine([{"plausible_to": "90"}, {"jump": "-", "plausible_to": "10"}, {"jump": "3", "digits": "6"}])

    assert (found.plausible_to, found.jump, found.digits, found.score) == (Decimal(90), None, 6, Decimal("3.5"))
