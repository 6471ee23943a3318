from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from caunoi.targets.rules import balance, split_whole

DECIMALS = st.integers(0, 3)
WHOLES = st.integers(0, 10**9)
WEIGHTS = st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=60)


@given(whole=WHOLES, decimals=DECIMALS, weights=WEIGHTS)
def test_proposed_parts_always_add_up_to_the_whole(whole: int, decimals: int, weights: list[Decimal]) -> None:
    exact = Decimal(whole).scaleb(-decimals)

    parts = split_whole(exact, weights, decimals)

    if parts is None:
        assert not any(weights)
        return
    assert sum(parts) == exact
    assert all(part >= 0 and part == round(part, decimals) for part in parts)


@given(whole=WHOLES, decimals=DECIMALS, count=st.integers(1, 60))
def test_equal_parts_differ_by_one_unit_at_most(whole: int, decimals: int, count: int) -> None:
    parts = split_whole(Decimal(whole).scaleb(-decimals), [Decimal(1)] * count, decimals)

    assert parts is not None
    assert max(parts) - min(parts) <= Decimal(1).scaleb(-decimals)


@given(whole=WHOLES, parts=st.dictionaries(st.integers(), st.integers(0, 10**8).map(Decimal)), keeps=st.booleans())
def test_what_is_given_kept_and_left_is_the_whole(whole: int, parts: dict[int, Decimal], keeps: bool) -> None:
    found = balance(Decimal(whole), parts, may_keep=keeps)

    assert found.given + found.kept + found.difference == whole
    assert found.kept >= 0
    assert found.holds == (sum(parts.values()) == whole or (keeps and sum(parts.values()) < whole))


def test_parts_follow_the_weights_by_largest_remainder() -> None:
    assert split_whole(Decimal(10), [Decimal(1), Decimal(1), Decimal(1)], 0) == [4, 3, 3]
    assert split_whole(Decimal(100), [Decimal(2), Decimal(0), Decimal(1)], 0) == [67, 0, 33]
    assert split_whole(Decimal("1.5"), [Decimal(1), Decimal(1)], 1) == [Decimal("0.8"), Decimal("0.7")]
