"""Seats of a register: empty ones, yearly reviews, terms; and what was known of its things at a past moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING
from caunoi.places.models import OrgUnit
from caunoi.records.entities.actions import edit_entity
from caunoi.records.entities.errors import EntityUnchanged
from caunoi.records.entities.rules.seats import Holder, count_seats, cycle_start
from caunoi.records.entities.rules.states import find_state, tell_story
from caunoi.records.entities.rules.versions import CREATE, UPDATE, Version
from caunoi.records.entities.seats import list_unit_seats
from caunoi.records.entities.tests.builders import AT, OTHER
from caunoi.records.entities.tests.people import LIST, change, join, publish_people
from caunoi.records.models import Entity, EntityList
from caunoi.records.tests.builders import unit, user

TODAY = date(2026, 3, 20)
WANTED = {"to_truong": 1, "thanh_vien": 2}


def held(seat: str, reviewed: date = TODAY, until: date | None = None) -> Holder:
    return Holder(seat, reviewed, until)


def test_a_seat_held_twice_leaves_no_other_filled() -> None:
    seats = count_seats(WANTED, [held("to_truong"), held("to_truong"), held("la")], None, TODAY)

    assert (seats.total, seats.filled, seats.empty, seats.extra) == (3, 1, {"thanh_vien": 2}, 2)


def test_a_term_is_over_after_its_last_day_and_a_review_is_due_from_the_first_of_the_cycle() -> None:
    since = cycle_start("01-01", TODAY)
    holders = (
        [held("a", since - timedelta(days=1), TODAY), held("a", since, TODAY - timedelta(days=1))] if since else []
    )

    seats = count_seats({}, holders, since, TODAY)

    assert (since, seats.due, seats.over, seats.extra) == (date(2026, 1, 1), 1, 1, 0)


@pytest.mark.parametrize(
    ("today", "start"),
    [
        (date(2026, 7, 14), date(2025, 7, 15)),
        (date(2026, 7, 15), date(2026, 7, 15)),
        (date(2026, 12, 31), date(2026, 7, 15)),
    ],
)
def test_a_cycle_begins_anew_on_its_day(today: date, start: date) -> None:
    assert cycle_start("07-15", today) == start
    assert cycle_start("", today) is None


@generated(st.lists(st.sampled_from(["to_truong", "thanh_vien", "khac"])))
def test_filled_empty_and_extra_add_up(seats: Sequence[str]) -> None:
    found = count_seats(WANTED, [held(seat) for seat in seats], None, TODAY)

    assert found.filled + sum(found.empty.values()) == found.total
    assert found.filled + found.extra == len(seats)


days = st.dates(date(2024, 1, 1), date(2024, 12, 31))
words = st.dictionaries(st.sampled_from(["vai_tro", "stt", "label"]), st.sampled_from(["", "1", "2", "3"]), min_size=1)


@generated(st.lists(st.tuples(days, words), min_size=1, max_size=8), st.data())
def test_a_past_day_is_what_was_known_then_and_what_was_corrected_later(
    said: list[tuple[date, dict[str, str]]], data: st.DataObject
) -> None:
    """Both askable: as known then (the versions of before), and as known now: what was known, under every later word
    that holds on that day."""
    versions: list[Version] = []
    values: dict[str, str] = {}
    for number, (day, words_) in enumerate(said, start=1):
        values = {**values, **words_}
        act = CREATE if number == 1 else UPDATE
        versions.append(Version(number, act, day, values, frozenset(words_)))
    known = data.draw(st.integers(1, len(versions)))
    asked = data.draw(days)

    then = find_state(tell_story(versions[:known]), asked)
    now = find_state(tell_story(versions), asked)

    assert then == find_state(tell_story(versions, counts=lambda one: one.number <= known), asked)
    assert (then is None) == (now is None) == (asked < versions[0].from_day)
    if then is not None and now is not None:
        expected = dict(then.values)
        for one in versions[known:]:
            if one.from_day <= asked:
                expected.update({name: one.values[name] for name in one.changed})
        assert now.values == expected


@pytest.mark.django_db
def test_each_unit_in_the_reader_s_scope_is_told_its_seats() -> None:
    publish_people()
    commune = unit("Xã Bản Qua", "commune")
    first, second = unit("Thôn 1", "village", commune), unit("Thôn 2", "village", commune)
    other = unit("Thôn 9", "village", unit("Xã khác", "commune"))
    join(first, den="2026-03-19", day=date(2025, 6, 1))
    join(first, OTHER, vai_tro="thanh_vien", stt="1")
    register = EntityList.objects.get(code=LIST)
    officer = user("xa", (Role.EDITOR, commune))

    found = {one.org_unit_id: one.seats for one in list_unit_seats(register, scope_of(officer, TODAY), TODAY)}

    assert set(found) == {first.pk, second.pk}
    told = found[first.pk]
    assert (told.filled, told.empty, told.due, told.over) == (2, {"thanh_vien": 1}, 1, 1)
    assert found[second.pk].empty == WANTED
    everywhere = list_unit_seats(register, EVERYTHING, TODAY, unit_ids=frozenset({other.pk}))
    assert [one.org_unit_id for one in everywhere] == [other.pk]


@pytest.mark.django_db
def test_a_record_that_says_nothing_new_is_a_review() -> None:
    publish_people()
    village = unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"))
    join(village, day=date(2025, 6, 1))
    register = EntityList.objects.get(code=LIST)
    assert list_unit_seats(register, EVERYTHING, TODAY)[0].seats.due == 1

    change(village, day=date(2026, 1, 15), stt="1", at=AT)

    assert list_unit_seats(register, EVERYTHING, TODAY)[0].seats.due == 0
    assert OrgUnit.objects.count() == 2


@pytest.mark.django_db
def test_whoever_stays_is_reviewed_by_a_later_day_alone() -> None:
    publish_people()
    commune = unit("Xã Bản Qua", "commune")
    village = unit("Thôn 1", "village", commune)
    join(village, day=date(2025, 6, 1))
    register, officer = EntityList.objects.get(code=LIST), user("xa", (Role.EDITOR, commune))
    person = Entity.objects.get()

    edit_entity(person.pk, "", person.properties, date(2026, 1, 15), number=1, by=officer, at=AT)

    assert list_unit_seats(register, EVERYTHING, TODAY)[0].seats.due == 0
    with pytest.raises(EntityUnchanged):
        edit_entity(person.pk, "", person.properties, date(2026, 1, 15), number=2, by=officer, at=AT)
