"""The picture of what became of a unit agrees with how its figures are handed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caunoi.places.rules.chains import Link, trace_backward, trace_forward
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot
from caunoi.places.tests.histories import START, place_histories

FIRST, THEN = date(2020, 7, 1), date(2025, 7, 1)
AFTER = START + timedelta(days=9000)


def chained() -> PlaceSnapshot:
    """Xã Một and Xã Hai merged in 2020; half of that went to Xã Bốn in 2025, when their province merged too."""
    rows = [
        (1, "province", "Tỉnh Cũ", None, START, THEN), (2, "province", "Tỉnh Mới", None, THEN, None),
        (3, "commune", "Xã Một", 1, START, FIRST), (4, "commune", "Xã Hai", 1, START, FIRST),
        (5, "commune", "Xã Ba", 1, FIRST, THEN), (6, "commune", "Xã Bốn", 2, THEN, None),
        (7, "commune", "Xã Năm", 2, THEN, None),
    ]  # fmt: skip
    return make_snapshot(
        [Unit(n, f"u{n}", level, start, end) for n, level, _name, _parent, start, end in rows],
        [Spell(n, name, "", parent, start, end) for n, _level, name, parent, start, end in rows],
        [
            Step(FIRST, 3, 5, ONE, ONE // 4, "dân số"), Step(FIRST, 4, 5, ONE, ONE // 4 * 3, "dân số"),
            Step(THEN, 5, 6, ONE // 2, ONE, "chia đều"), Step(THEN, 5, 7, ONE // 2, ONE, "chia đều"),
            Step(THEN, 1, 2, ONE, ONE, ""),
        ],
    )  # fmt: skip


def ends(links: tuple[Link, ...]) -> Iterator[Link]:
    for link in links:
        if link.further:
            yield from ends(link.further)
        else:
            yield link


def test_a_chain_forward_tells_days_and_shares_of_the_first_unit() -> None:
    (merged,) = trace_forward(3, chained())

    assert (merged.unit, merged.day, merged.parts, merged.is_estimated) == (5, FIRST, ONE, False)
    assert [(link.unit, link.day, link.total, link.basis) for link in merged.further] == [
        (6, THEN, ONE // 2, "chia đều"), (7, THEN, ONE // 2, "chia đều"),
    ]  # fmt: skip


def test_a_chain_backward_tells_what_the_unit_came_from() -> None:
    (split,) = trace_backward(6, chained())

    assert split.unit == 5 and split.parts == ONE
    assert [(link.unit, link.total) for link in split.further] == [(3, ONE // 4), (4, ONE // 4 * 3)]


def test_what_was_abolished_passes_to_what_stood_above_it_and_on() -> None:
    places = chained()
    places = make_snapshot(
        [*places.units.values(), Unit(8, "u8", "district", START, THEN)],
        [*(s for several in places.spells.values() for s in several), Spell(8, "Huyện", "", 1, START, THEN)],
        places.steps,
    )

    (passed,) = trace_forward(8, places)

    assert passed.passed and passed.unit == 1
    assert [link.unit for link in passed.further] == [2]


@given(st.one_of(place_histories(), place_histories(same_day=True)))
def test_the_ends_of_the_chain_are_the_units_that_stand_for_it_with_the_same_shares(places: PlaceSnapshot) -> None:
    for unit in places.units:
        links = trace_forward(unit, places)
        shown: dict[int, int] = defaultdict(int)
        for link in ends(links):
            shown[link.unit] += link.total

        mapped = {m.unit: m.parts for m in places.map_unit(unit, AFTER)}
        if links and sum(1 for _ in ends(links)) < 200:
            assert set(mapped) <= set(shown)
            # Products are cut to 12 places at each step.
            assert all(abs(shown[one] - parts) <= 100 for one, parts in mapped.items())
