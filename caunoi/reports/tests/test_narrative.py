"""Sentences that choose their words from the figures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caunoi.periods.rules import Days
from caunoi.reports.rules.narrative import (
    Turn,
    Verdict,
    choose,
    compare,
    fill_in,
    list_unknown,
    measure,
    word_against,
    word_amount,
)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.mark.parametrize(
    "now, earlier, turn, said",
    [
        ("1234", "1097", Turn.RISE, "12,5%"),
        ("1097", "1234", Turn.FALL, "11,1%"),
        ("5", "5", Turn.UNCHANGED, "0%"),
        ("5", "0", Turn.FROM_NOTHING, ""),
        ("0", "0", Turn.UNCHANGED, "0%"),
        ("5", None, Turn.NO_EARLIER, ""),
        (None, "5", Turn.NO_DATA, ""),
        (None, None, Turn.NO_DATA, ""),
        ("100001", "100000", Turn.RISE, "0%"),
        ("10003", "10000", Turn.RISE, "0,03%"),
    ],
)
def test_a_figure_rises_falls_stays_or_cannot_be_compared(
    now: str | None, earlier: str | None, turn: Turn, said: str
) -> None:
    verdict = compare(number(now), number(earlier), share=False)

    assert (verdict.turn, word_amount(verdict, share=False)) == (turn, said)


def test_two_shares_differ_by_points_not_by_percent() -> None:
    verdict = compare(Decimal("89.8"), Decimal("87.7"), share=True)

    assert (verdict.turn, word_amount(verdict, share=True)) == (Turn.RISE, "2,1 điểm phần trăm")


def test_a_change_below_the_templates_threshold_is_none() -> None:
    assert compare(Decimal(1005), Decimal(1000), share=False, steady=Decimal(1)).turn == Turn.UNCHANGED
    assert compare(Decimal(1010), Decimal(1000), share=False, steady=Decimal(1)).turn == Turn.RISE


@pytest.mark.parametrize(
    "now, target, turn, said",
    [
        ("219.2", "240", Turn.BELOW, "91,3%"),
        ("240", "240", Turn.REACHED, "100%"),
        ("300", "240", Turn.EXCEEDED, "125%"),
        ("5", "0", Turn.NO_TARGET, ""),
        ("5", None, Turn.NO_TARGET, ""),
        (None, "240", Turn.NO_DATA, ""),
    ],
)
def test_a_result_stands_against_its_target(now: str | None, target: str | None, turn: Turn, said: str) -> None:
    verdict = measure(number(now), number(target))

    assert (verdict.turn, word_amount(verdict, share=False)) == (turn, said)


@pytest.mark.parametrize(
    "first, last, before, year_before",
    [
        (date(2023, 1, 1), date(2023, 1, 31), "tháng trước", "cùng kỳ năm trước"),
        (date(2022, 12, 15), date(2023, 1, 14), "tháng trước", "cùng kỳ năm trước"),
        (date(2022, 12, 15), date(2023, 3, 14), "quý trước", "cùng kỳ năm trước"),
        (date(2023, 1, 1), date(2023, 6, 30), "6 tháng trước", "cùng kỳ năm trước"),
        (date(2022, 12, 15), date(2023, 12, 14), "năm trước", "năm trước"),
        (date(2020, 11, 24), date(2023, 11, 23), "kỳ trước", "cùng kỳ năm trước"),
    ],
)
def test_what_is_compared_with_is_named_as_people_say_it(
    first: date, last: date, before: str, year_before: str
) -> None:
    days = Days(first, last)

    assert (word_against("ky_truoc", days), word_against("cung_ky", days)) == (before, year_before)


def test_the_templates_own_words_go_before_the_usual_ones() -> None:
    rise = Verdict(Turn.RISE, Decimal(5))

    assert choose(rise, {"rise": "hơn {ky}"}) == "hơn {ky}"
    assert choose(rise, {"fall": "kém {ky}"}) == "{ten}: {so} {don_vi_tinh}, tăng {muc} so với {ky} ({so_truoc})."
    assert choose(Verdict(Turn.EXCEEDED, Decimal(125)), {"reached": "hoàn thành"}) == "hoàn thành"


def test_a_placeholder_that_stands_for_nothing_leaves_no_gap() -> None:
    assert fill_in("Có {so} {don_vi_tinh}, đủ.", {"so": "5", "don_vi_tinh": ""}) == "Có 5, đủ."
    assert list_unknown("{so} so với {nam}") == ["nam"]
