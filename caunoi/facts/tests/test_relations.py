from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.relations import Bound, find_broken, list_bounds

PART, NOT_GREATER = "part-of", "not-greater-than"


def broken(relations: list[tuple[str, str, str]], **values: int) -> list[tuple[str, str]]:
    found = find_broken(list_bounds(relations), {code: Decimal(value) for code, value in values.items()})
    return [(one.bound.code, one.bound.other) for one in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": 1, "b": 2, "c": 3}, []),
        ({"a": 2, "b": 2, "c": 2}, []),
        ({"a": 3, "b": 2, "c": 9}, [("a", "b")]),
        ({"a": 1, "b": 3, "c": 2}, [("b", "c")]),
        # What stands between says it already.
        ({"a": 9, "b": 2, "c": 3}, [("a", "b")]),
        ({"a": 3, "c": 2}, [("a", "c")]),
        ({"a": 0, "b": 0}, []),
        ({"a": 1, "b": 0}, [("a", "b")]),
        ({"c": 1}, []),
    ],
)
def test_a_part_of_a_part_is_part_of_the_whole(values: dict[str, int], expected: list[tuple[str, str]]) -> None:
    assert broken([("a", PART, "b"), ("b", PART, "c")], **values) == expected


def test_targets_and_turns_bound_nothing() -> None:
    assert list_bounds([("a", "target-of", "b"), ("a", "turns-of", "b")]) == []


def test_a_circle_ends() -> None:
    assert {(b.code, b.other) for b in list_bounds([("a", NOT_GREATER, "b"), ("b", PART, "a")])} == {
        ("a", "b"), ("b", "a"),
    }  # fmt: skip


def test_not_greater_than_a_part_is_not_a_part_itself() -> None:
    found = list_bounds([("a", NOT_GREATER, "b"), ("b", PART, "c")])

    assert Bound("a", NOT_GREATER, "c", frozenset({"b"})) in found


CODES = st.sampled_from("abcde")


@given(
    st.lists(st.tuples(CODES, st.sampled_from([PART, NOT_GREATER, "turns-of"]), CODES), max_size=8),
    st.dictionaries(CODES, st.integers(0, 3).map(Decimal)),
)
def test_nothing_is_named_exactly_if_no_chain_of_relations_is_broken(
    relations: list[tuple[str, str, str]], values: dict[str, Decimal]
) -> None:
    above: dict[str, set[str]] = {code: {code} for code in "abcde"}
    for _step in range(5):
        for code, relation, other in relations:
            if relation != "turns-of":
                for reached in above.values():
                    if code in reached:
                        reached.add(other)

    found = find_broken(list_bounds(relations), values)

    wrong = {(a, b) for a in values for b in values if b in above[a] and values[a] > values[b]}
    assert {(one.bound.code, one.bound.other) for one in found} <= wrong
    assert bool(found) == bool(wrong)
