"""How units map onto the units of other days. The law: nothing is lost, nothing doubles, whatever happened."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caunoi.places.rules.snapshot import ONE, Mapped, PlaceSnapshot, Spell, Step, Unit, compose, make_snapshot
from caunoi.places.tests.histories import START, place_histories

DAYS = st.integers(-800, 4000).map(lambda offset: START + timedelta(days=offset))
REFORM = date(2025, 7, 1)
ANY_HISTORY = st.one_of(place_histories(), place_histories(same_day=True))


def reform() -> PlaceSnapshot:
    """Province 1 with district 2 and communes 3 and 4 (village 5 in 3); on the reform 3 and 4 become 6, 2 ends."""
    long_ago = date(1900, 1, 1)
    return make_snapshot(
        [
            Unit(1, "p", "province", long_ago),
            Unit(2, "d", "district", long_ago, REFORM),
            Unit(3, "a", "commune", long_ago, REFORM),
            Unit(4, "b", "commune", long_ago, REFORM),
            Unit(5, "v", "village", long_ago),
            Unit(6, "c", "commune", REFORM),
        ],
        [
            Spell(1, "Tỉnh P", "10", None, long_ago),
            Spell(2, "Huyện D", "10.082", 1, long_ago, REFORM),
            Spell(3, "Xã A", "10.082.1", 2, long_ago, REFORM),
            Spell(4, "Xã B", "10.082.2", 2, long_ago, REFORM),
            Spell(5, "Thôn 1", "", 3, long_ago, REFORM),
            Spell(5, "Thôn 1", "", 6, REFORM),
            Spell(6, "Xã C", "10.1", 1, REFORM),
        ],
        [
            Step(REFORM, 3, 6, ONE, 250_000_000_000, "population"),
            Step(REFORM, 4, 6, ONE, 750_000_000_000, "population"),
        ],
    )


def test_a_merged_commune_goes_wholly_to_its_successor() -> None:
    assert reform().map_unit(3, REFORM) == (Mapped(6, ONE),)


def test_a_new_commune_goes_back_to_its_predecessors_by_stated_shares_with_their_basis() -> None:
    mapped = reform().map_unit(6, date(2020, 12, 1))

    assert mapped == (
        Mapped(3, 250_000_000_000, frozenset({"population"})),
        Mapped(4, 750_000_000_000, frozenset({"population"})),
    )


def test_a_village_stays_itself_and_follows_its_own_parents_not_its_communes_shares() -> None:
    places = reform()

    assert places.map_unit(5, date(2026, 1, 1)) == (Mapped(5, ONE),)
    assert places.ancestors_on(5, date(2020, 1, 1)) == [3, 2, 1]
    assert places.ancestors_on(5, date(2026, 1, 1)) == [6, 1]


def test_what_an_abolished_district_stated_passes_to_its_province_never_downward() -> None:
    assert reform().map_unit(2, date(2026, 1, 1)) == (Mapped(1, ONE),)


def test_the_day_of_the_succession_already_belongs_to_the_new_unit() -> None:
    places = reform()

    assert not places.exists_on(3, REFORM)
    assert places.exists_on(6, REFORM)
    assert places.exists_on(3, REFORM - timedelta(days=1))


def test_what_passed_through_a_unit_of_no_day_is_handed_on_whole_both_ways() -> None:
    """On one day two communes become a third, and that one is divided into two: nobody ever lived in the third."""
    long_ago, some, rest = date(1900, 1, 1), ONE * 3 // 10, ONE * 7 // 10
    places = make_snapshot(
        [
            Unit(1, "p", "province", long_ago), Unit(2, "a", "commune", long_ago, REFORM),
            Unit(3, "b", "commune", long_ago, REFORM), Unit(4, "ab", "commune", REFORM, REFORM),
            Unit(5, "c", "commune", REFORM), Unit(6, "d", "commune", REFORM),
        ],
        [Spell(1, "Tỉnh", "", None, long_ago)]
        + [Spell(unit, "Xã", "", 1, long_ago, REFORM) for unit in (2, 3)]
        + [Spell(4, "Xã", "", 1, REFORM, REFORM), Spell(5, "Xã", "", 1, REFORM), Spell(6, "Xã", "", 1, REFORM)],
        [
            Step(REFORM, 2, 4, ONE, ONE // 4, "dân số"), Step(REFORM, 3, 4, ONE, ONE * 3 // 4, "dân số"),
            Step(REFORM, 4, 5, some, ONE, "chia"), Step(REFORM, 4, 6, rest, ONE, "chia"),
        ],
    )  # fmt: skip
    before = REFORM - timedelta(days=1)

    assert [(m.unit, m.parts) for m in places.map_unit(2, REFORM)] == [(5, some), (6, rest)]
    assert [(m.unit, m.parts) for m in places.map_unit(6, before)] == [(2, ONE // 4), (3, ONE * 3 // 4)]
    assert not places.exists_on(4, REFORM) and not places.exists_on(4, before)


@given(ANY_HISTORY, DAYS)
def test_any_unit_maps_onto_any_day_in_parts_that_sum_to_exactly_one(places: PlaceSnapshot, day: date) -> None:
    for unit in places.units:
        assert sum(mapped.parts for mapped in places.map_unit(unit, day)) == ONE


@given(ANY_HISTORY, DAYS.filter(lambda day: day >= START))
def test_units_are_mapped_only_onto_units_that_exist_on_the_day(places: PlaceSnapshot, day: date) -> None:
    for unit in places.units:
        for mapped in places.map_unit(unit, day):
            assert places.exists_on(mapped.unit, day)


@given(ANY_HISTORY, DAYS.filter(lambda day: day >= START))
def test_the_whole_country_holds_everything_on_every_day(places: PlaceSnapshot, day: date) -> None:
    country = next(unit.id for unit in places.units.values() if unit.level == "country")

    for unit in places.units:
        for mapped in places.map_unit(unit, day):
            assert country in (mapped.unit, *places.ancestors_on(mapped.unit, day))


@given(ANY_HISTORY, DAYS.filter(lambda day: day >= START))
def test_every_unit_of_a_day_stands_once_in_the_tree_of_that_day(places: PlaceSnapshot, day: date) -> None:
    country = next(unit.id for unit in places.units.values() if unit.level == "country")
    living = {unit.id for unit in places.units.values() if unit.exists_on(day)}

    assert places.subtree_on(country, day) == living


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_shares_of_shares_keep_the_exact_sum_the_last_taking_the_rest(first: list[int], second: list[int]) -> None:
    def divide(weights: list[int], offset: int) -> list[Mapped]:
        shares = [ONE * weight // sum(weights) for weight in weights]
        shares[-1] = ONE - sum(shares[:-1])
        return [Mapped(offset + index, share) for index, share in enumerate(shares)]

    composed = compose(divide(first, 100), lambda unit: divide(second, 200))

    assert sum(share.parts for share in composed) == ONE
