"""Laws of units: fractions of names."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.facts.rules.formula_units import Unit, read_unit

names = st.lists(st.sampled_from(["hộ", "người", "ngày công", "năm"]), max_size=3)
units = st.builds(lambda top, bottom: Unit(tuple(sorted(top))) / Unit(tuple(sorted(bottom))), names, names)


@given(units, units, units)
def test_multiplying_is_in_any_order(a: Unit, b: Unit, c: Unit) -> None:
    assert a * b == b * a
    assert (a * b) * c == a * (b * c)


@given(units, units)
def test_dividing_undoes_multiplying(a: Unit, b: Unit) -> None:
    assert a * b / b == a
    assert a / b == Unit() / (b / a)
    assert a / a == Unit()


@given(units)
def test_a_unit_written_and_read_again_is_the_same(unit: Unit) -> None:
    assert read_unit(str(unit)) == unit


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("", Unit()),
        ("đồng/người/năm", Unit(("đồng",), ("người", "năm"))),
        (" ngày công / hộ ", Unit(("ngày công",), ("hộ",))),
        ("1/hộ", Unit((), ("hộ",))),
        ("km·chuyến", Unit(("chuyến", "km"))),
    ],
)
def test_units_are_read_as_people_write_them(written: str, unit: Unit) -> None:
    assert read_unit(written) == unit


def test_per_a_thousand_stands_in_the_unit() -> None:
    people = Unit(("người",))

    assert str(Unit(("ca",)).per(people, Decimal(100000))) == "ca/100.000 người"
    assert str(Unit(("ca",)).per(people, Decimal("0.5"))) == "ca/0,5 người"
    assert Unit(("ca",)).per(people, Decimal(1)) == Unit(("ca",)) / people
