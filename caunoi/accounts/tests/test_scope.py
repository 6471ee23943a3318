"""What a role reaches. The law: nobody sees a day of a unit that did not lie under theirs or what theirs became."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caunoi.accounts.rules import Reach, clamp, compute_reach, open_ends, read_history
from caunoi.accounts.scope import Scope, Window, is_whole, join_windows
from caunoi.periods.rules import Days
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot

START = date(2020, 1, 1)
REFORM = date(2025, 7, 1)
LAST_OLD_DAY = REFORM - timedelta(days=1)

PROVINCE, EAST, WEST, UNITED, EAST_VILLAGE, WEST_VILLAGE = 1, 2, 3, 4, 5, 6


def two_communes_merged() -> PlaceSnapshot:
    """Communes East and West became United on the reform's day; each brought its village along."""
    return make_snapshot(
        [
            Unit(PROVINCE, "p", "province", START),
            Unit(EAST, "east", "commune", START, REFORM),
            Unit(WEST, "west", "commune", START, REFORM),
            Unit(UNITED, "united", "commune", REFORM),
            Unit(EAST_VILLAGE, "ev", "village", START),
            Unit(WEST_VILLAGE, "wv", "village", START),
        ],
        [
            Spell(PROVINCE, "P", "1", None, START),
            Spell(EAST, "East", "1.1", PROVINCE, START, REFORM),
            Spell(WEST, "West", "1.2", PROVINCE, START, REFORM),
            Spell(UNITED, "United", "1.3", PROVINCE, REFORM),
            Spell(EAST_VILLAGE, "Thôn 1", "", EAST, START, REFORM),
            Spell(EAST_VILLAGE, "Thôn 1", "", UNITED, REFORM),
            Spell(WEST_VILLAGE, "Thôn 1", "", WEST, START, REFORM),
            Spell(WEST_VILLAGE, "Thôn 1", "", UNITED, REFORM),
        ],
        [Step(REFORM, EAST, UNITED, ONE, ONE // 2), Step(REFORM, WEST, UNITED, ONE, ONE // 2)],
    )


def reach_of(*units: int, confirmed: tuple[tuple[int, int], ...] = ()) -> Reach:
    return compute_reach(units, confirmed, read_history(two_communes_merged()))


def scope_of(*units: int, confirmed: tuple[tuple[int, int], ...] = ()) -> Scope:
    reach = reach_of(*units, confirmed=confirmed)
    return Scope(False, reach, open_ends(reach, read_history(two_communes_merged())))


def test_a_province_sees_every_commune_and_village_on_all_their_days() -> None:
    reach = reach_of(PROVINCE)

    assert reach[EAST] == (Window(START, LAST_OLD_DAY),)
    assert reach[UNITED] == (Window(REFORM, None),)
    assert reach[EAST_VILLAGE] == (Window(START, None),)


def test_only_who_reaches_every_unit_on_all_its_days_is_not_filtered() -> None:
    history = read_history(two_communes_merged())

    def whole(*units: int) -> bool:
        return is_whole(open_ends(reach_of(*units), history), unit_count=6)

    assert whole(PROVINCE)
    assert not whole(UNITED)
    assert not whole(EAST, EAST_VILLAGE, WEST_VILLAGE)
    assert not is_whole({}, unit_count=0)


def test_after_a_merger_a_role_on_the_old_commune_reaches_the_new_one_from_that_day() -> None:
    reach = reach_of(EAST)

    assert reach[UNITED] == (Window(REFORM, None),)
    assert reach[EAST_VILLAGE] == (Window(START, None),)


def test_the_other_commune_s_village_is_seen_only_from_the_day_of_the_merger() -> None:
    reach = reach_of(EAST)

    assert reach[WEST_VILLAGE] == (Window(REFORM, None),)
    assert WEST not in reach


def test_a_role_on_the_new_commune_sees_no_older_records_until_confirmed() -> None:
    before = reach_of(UNITED)
    after = reach_of(UNITED, confirmed=((UNITED, EAST),))

    assert before[EAST_VILLAGE] == (Window(REFORM, None),)
    assert EAST not in before
    assert after[EAST] == (Window(START, LAST_OLD_DAY),)
    assert after[EAST_VILLAGE] == (Window(START, None),)
    assert after[WEST_VILLAGE] == (Window(REFORM, None),)


def test_confirming_one_commune_gives_nothing_to_those_who_do_not_reach_it() -> None:
    assert reach_of(WEST_VILLAGE, confirmed=((UNITED, EAST),)) == {WEST_VILLAGE: (Window(START, None),)}


def test_a_split_opens_the_old_commune_but_not_its_other_successor() -> None:
    places = make_snapshot(
        [Unit(1, "old", "commune", START, REFORM), Unit(2, "a", "commune", REFORM), Unit(3, "b", "commune", REFORM)],
        [Spell(1, "O", "", None, START, REFORM), Spell(2, "A", "", None, REFORM), Spell(3, "B", "", None, REFORM)],
        [Step(REFORM, 1, 2, ONE // 2, ONE), Step(REFORM, 1, 3, ONE // 2, ONE)],
    )

    reach = compute_reach([2], [(2, 1), (3, 1)], read_history(places))

    assert reach == {1: (Window(START, LAST_OLD_DAY),), 2: (Window(REFORM, None),)}


def test_days_across_the_merger_are_not_all_seen_by_those_who_came_with_it() -> None:
    scope = scope_of(UNITED)

    assert scope.sees(EAST_VILLAGE, Days(REFORM, date(2025, 7, 14)))
    assert not scope.sees(EAST_VILLAGE, Days(date(2025, 6, 15), date(2025, 7, 14)))


def test_a_village_s_report_across_the_merger_belongs_to_the_commune_that_has_it_when_it_ends() -> None:
    scope = scope_of(UNITED)

    assert scope.sees_record(EAST_VILLAGE, Days(date(2025, 6, 15), date(2025, 7, 14)))
    assert not scope.sees_record(EAST_VILLAGE, Days(date(2025, 5, 15), date(2025, 6, 14)))
    assert not scope.sees_record(EAST_VILLAGE, Days(date(2025, 6, 1), LAST_OLD_DAY))


def test_a_new_commune_s_own_report_of_the_year_it_began_is_its_own() -> None:
    year = Days(date(2025, 1, 1), date(2025, 12, 31))

    assert scope_of(UNITED).sees_record(UNITED, year)
    assert scope_of(EAST).sees_record(UNITED, year)
    assert not scope_of(WEST_VILLAGE).sees_record(UNITED, year)


def test_a_report_that_ends_after_its_commune_was_ended_stays_with_whoever_saw_the_commune_to_its_end() -> None:
    july = Days(REFORM, date(2025, 7, 31))

    assert scope_of(EAST).sees_record(EAST, july)
    assert scope_of(PROVINCE).sees_record(EAST, july)
    assert not scope_of(UNITED).sees_record(EAST, july)
    assert scope_of(UNITED, confirmed=((UNITED, EAST),)).sees_record(EAST, july)


def test_a_village_handed_over_takes_the_report_that_falls_due_with_its_new_commune_along() -> None:
    places = make_snapshot(
        [Unit(1, "a", "commune", START), Unit(2, "b", "commune", START), Unit(3, "v", "village", START)],
        [
            Spell(1, "A", "", None, START),
            Spell(2, "B", "", None, START),
            Spell(3, "V", "", 1, START, REFORM),
            Spell(3, "V", "", 2, REFORM),
        ],
    )
    history = read_history(places)
    reach = {unit: compute_reach([unit], [], history) for unit in (1, 2)}
    giving, taking = (Scope(False, reach[unit], open_ends(reach[unit], history)) for unit in (1, 2))
    across = Days(date(2025, 6, 15), date(2025, 7, 14))

    assert (giving.sees_record(3, across), taking.sees_record(3, across)) == (False, True)
    before = Days(date(2025, 5, 15), date(2025, 6, 14))
    assert (giving.sees_record(3, before), taking.sees_record(3, before)) == (True, False)


def test_neighbouring_windows_are_one() -> None:
    joined = join_windows([Window(REFORM, None), Window(START, LAST_OLD_DAY)])

    assert joined == (Window(START, None),)


# --- the law, on random histories -----------------------------------------------------------------------------------

LEVELS = ("province", "district", "commune", "village")
DAYS = [START + timedelta(days=10 * index) for index in range(6)]


@st.composite
def histories(draw: st.DrawFn) -> PlaceSnapshot:
    """Up to a dozen units on four levels; parents change, units end on change days and are succeeded."""
    units: list[Unit] = []
    spells: list[Spell] = []
    steps: list[Step] = []
    sizes = [draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 4)), draw(st.integers(1, 5))]
    by_level: list[list[Unit]] = []
    for depth, size in enumerate(sizes):
        row = []
        for _ in range(size):
            first = draw(st.sampled_from(DAYS[:5]))
            last = draw(st.one_of(st.none(), st.sampled_from([day for day in DAYS if day > first])))
            row.append(Unit(len(units) + 1, f"u{len(units)}", LEVELS[depth], first, last))
            units.append(row[-1])
        by_level.append(row)
    for depth, row in enumerate(by_level):
        above = [unit for upper in by_level[:depth] for unit in upper]
        for unit in row:
            inner = [day for day in DAYS if day > unit.starts_on and (unit.ends_on is None or day < unit.ends_on)]
            cuts = sorted(draw(st.sets(st.sampled_from(inner)))) if inner else []
            for first, last in zip([unit.starts_on, *cuts], [*cuts, unit.ends_on], strict=True):
                parents = [p.id for p in above if p.exists_on(first)]
                parent = draw(st.sampled_from(parents)) if parents else None
                spells.append(Spell(unit.id, unit.key, "", parent, first, last))
            heirs = [new for new in row if new.starts_on == unit.ends_on]
            for new in draw(st.lists(st.sampled_from(heirs), unique_by=lambda u: u.id)) if heirs else []:
                steps.append(Step(new.starts_on, unit.id, new.id, ONE, ONE))
    return make_snapshot(units, spells, steps)


def heirs_of(unit: int, places: PlaceSnapshot) -> set[int]:
    found = {unit}
    for step in places.successors(unit):
        found |= heirs_of(step.new, places)
    return found


def allowed_on(day: date, granted: set[int], confirmed: set[tuple[int, int]], places: PlaceSnapshot) -> set[int]:
    """The specification, a day at a time: what lies under the granted units or their heirs on that day; and where the
    successor is among what is reached on any day, what lay under the predecessor."""
    roots = {heir for unit in granted for heir in heirs_of(unit, places)}
    while True:
        ever = {unit for any_day in every_day() for unit in under(roots, any_day, places)}
        more = roots | {old for new, old in confirmed if new in ever}
        if more == roots:
            return under(roots, day, places)
        roots = more


def under(roots: set[int], day: date, places: PlaceSnapshot) -> set[int]:
    found = set()
    for unit in places.units.values():
        if unit.exists_on(day):
            line: list[int] = [unit.id]
            while (parent := places.parent_on(line[-1], day)) is not None and places.exists_on(parent, day):
                line.append(parent)
            if roots & set(line):
                found.add(unit.id)
    return found


def every_day() -> list[date]:
    return [START + timedelta(days=5 * index) for index in range(14)]


@given(places=histories(), data=st.data())
def test_a_scope_holds_exactly_what_lay_under_the_granted_units_and_what_they_became(
    places: PlaceSnapshot, data: st.DataObject
) -> None:
    granted, confirmed = draw_grants(places, data)

    scope = Scope(False, compute_reach(granted, confirmed, read_history(places)))

    for day in every_day():
        seen = {unit for unit in places.units if scope.sees(unit, Days(day, day))}
        assert seen == allowed_on(day, granted, confirmed, places)


@given(places=histories(), data=st.data())
def test_a_record_is_seen_exactly_by_those_who_may_see_its_unit_on_the_record_s_last_day(
    places: PlaceSnapshot, data: st.DataObject
) -> None:
    granted, confirmed = draw_grants(places, data)
    history = read_history(places)

    reach = compute_reach(granted, confirmed, history)
    scope = Scope(False, reach, open_ends(reach, history))

    for unit in places.units:
        for last in every_day():
            days = Days(last - timedelta(days=data.draw(st.integers(0, 400))), last)
            due = clamp(last, history.existed[unit])
            assert scope.sees_record(unit, days) == (unit in allowed_on(due, granted, confirmed, places))


def draw_grants(places: PlaceSnapshot, data: st.DataObject) -> tuple[set[int], set[tuple[int, int]]]:
    granted = data.draw(st.sets(st.sampled_from(sorted(places.units)), max_size=3))
    pairs = [(step.new, step.old) for step in places.steps]
    return granted, data.draw(st.sets(st.sampled_from(pairs))) if pairs else set()
