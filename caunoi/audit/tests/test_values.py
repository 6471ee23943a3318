"""What a line says of what changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from caunoi.audit.rules import compute_changes
from caunoi.audit.values import changes_of, mark_personal

FIELDS = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3) | st.text(max_size=2))


def test_old_and_new_stand_side_by_side_as_plain_values() -> None:
    old = {"to": None, "levels": ("a", "b"), "share": Decimal("0.50"), "same": 1}
    new = {"to": date(2026, 5, 1), "levels": ("b",), "share": Decimal("0.75"), "same": 1}

    assert compute_changes(old, new) == {
        "levels": [["a", "b"], ["b"]],
        "share": ["0.50", "0.75"],
        "to": [None, "2026-05-01"],
    }


def test_of_personal_values_there_are_marks_that_tell_whether_they_are_the_same() -> None:
    told = changes_of({"phone": "0912", "name": "x"}, {"phone": "0913", "name": "y"}, personal={"phone"})

    assert told == {"name": ["x", "y"], "phone": [mark_personal("0912"), mark_personal("0913")]}
    assert told["phone"][0].startswith("#") and "0912" not in str(told)
    assert mark_personal("") == "" == mark_personal(None)


@given(FIELDS, FIELDS)
def test_nothing_is_told_exactly_where_nothing_differs(old: dict[str, object], new: dict[str, object]) -> None:
    told = compute_changes(old, new)

    assert {name: old.get(name) for name in told} == {name: pair[0] for name, pair in told.items()}
    assert {**old, **{name: pair[1] for name, pair in told.items()}}.items() >= new.items()
    assert compute_changes(old, old) == {}
