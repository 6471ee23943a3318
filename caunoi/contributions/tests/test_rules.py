"""What a record says of a work, who is named, and how money given is held against costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.contributions.rules.disclosing import Consent, Gift, Why, disclose, find_obstacle
from caunoi.contributions.rules.purse import Line, Side, read_lines, read_purse, write_purse
from caunoi.contributions.rules.reconciling import Standing, hold_together
from caunoi.contributions.tests.builders import read_pack_purse

SOURCES = ("nhan_dan", "doanh_nghiep")
YES = Consent(True, date(2026, 3, 1), "van_ban")
GIFT = Gift(1, 3, date(2026, 3, 2), "nhan_dan", {"tien": 500_000}, 1, "Vàng A Páo", YES)


def test_a_purse_is_kept_and_read_as_it_was() -> None:
    purse = read_pack_purse()

    assert read_purse(write_purse(purse)) == purse


def test_a_record_says_each_kind_under_its_form_s_source() -> None:
    answers = {"dat_m2": "120", "so_tien": "2000000", "so_ngay_cong": "", "ten_ho": "sealed:1:x"}

    assert read_lines(read_pack_purse(), "dong_gop", answers) == [
        Line(Side.GIVEN, "nhan_dan", "dat", 120),
        Line(Side.GIVEN, "nhan_dan", "tien", 2_000_000),
    ]


def test_where_the_form_asks_the_source_only_that_one_counts() -> None:
    lines = read_lines(read_pack_purse(), "kinh_phi_cong_trinh", {"nguon": "ngan_sach", "so_tien": "70000000"})

    assert lines == [Line(Side.GIVEN, "ngan_sach", "tien", 70_000_000)]


@pytest.mark.parametrize("answer", ["5 triệu", "1e", "NaN", "0.5", "", "Infinity", "99999999999999999999", "1E90"])
def test_what_is_no_amount_of_the_kind_s_unit_is_left_out(answer: str) -> None:
    assert read_lines(read_pack_purse(), "dong_gop", {"so_tien": answer}) == []


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"name": ""}, Why.NO_NAME),
        ({"consent": Consent(False, date(2026, 3, 1), "van_ban")}, Why.NO_CONSENT),
        ({"consent": Consent(True, None, "van_ban")}, Why.NO_CONSENT),
        ({"consent": Consent(True, date(2026, 3, 1), "")}, Why.NO_CONSENT),
        ({"withdrawn_on": date(2026, 3, 5)}, Why.WITHDRAWN),
        ({"withdrawn_on": date(2026, 3, 1)}, Why.WITHDRAWN),
        ({"withdrawn_on": date(2026, 2, 1)}, None),
    ],
)
def test_a_giver_is_named_only_with_consent_told_with_its_day_and_way(
    changed: dict[str, object], why: Why | None
) -> None:
    assert find_obstacle(replace(GIFT, **changed)) == why


gifts = st.lists(
    st.builds(
        Gift,
        record=st.integers(1, 99),
        org_unit=st.sampled_from([3, 4]),
        day=st.just(date(2026, 3, 2)),
        source=st.sampled_from(SOURCES),
        amounts=st.dictionaries(st.sampled_from(["tien", "dat"]), st.integers(1, 10**9)),
        households=st.none() | st.integers(1, 50),
        name=st.sampled_from(["", "Vàng A Páo"]),
        consent=st.builds(Consent, st.booleans(), st.none() | st.just(date(2026, 3, 1)), st.sampled_from(["", "giay"])),
        withdrawn_on=st.none() | st.just(date(2026, 3, 3)),
    ),
    max_size=12,
)


@given(gifts)
def test_named_and_others_together_are_all_that_was_given(several: list[Gift]) -> None:
    disclosed = disclose(several, SOURCES)

    wanted: dict[tuple[str, str], int] = {}
    for one in several:
        for kind, amount in one.amounts.items():
            wanted[one.source, kind] = wanted.get((one.source, kind), 0) + amount
    assert disclosed.total() == wanted
    assert len(disclosed.named) + sum(one.gifts for one in disclosed.others) == len(several)
    assert all(one.consent.given and one.consent.day and one.consent.way for one in disclosed.named)


money = st.dictionaries(st.sampled_from([*SOURCES, "khac"]), st.integers(0, 10**12))


@given(money, money)
def test_what_is_held_together_adds_up_on_both_sides(given_: dict[str, int], cost: dict[str, int]) -> None:
    held, whole = hold_together(SOURCES, given_, cost)

    assert (whole.given, whole.cost) == (sum(given_.values()), sum(cost.values()))
    assert whole.difference == sum(one.difference for one in held)
    assert [one.source for one in held][:2] == list(SOURCES)


def test_a_difference_says_which_side_is_more() -> None:
    held, _whole = hold_together(["a", "b", "c", "d"], {"a": 5, "b": 5, "c": 5}, {"a": 5, "b": 3, "d": 1})

    assert [one.standing for one in held] == [
        Standing.EQUAL, Standing.GIVEN_MORE, Standing.NO_COST, Standing.NOTHING_GIVEN,
    ]  # fmt: skip
