"""What changed since: was, is, and the records that did it; nothing that did not change, nothing out of reach."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING, Scope, Window
from caunoi.audit.clock import current_number
from caunoi.facts.changes import Changes, ChangesAsked, FactChange
from caunoi.facts.models import Book, Posting
from caunoi.facts.projection import forget_projections
from caunoi.facts.tests.builders import World
from caunoi.places.rules.snapshot import PlaceSnapshot, Spell, Unit, make_snapshot
from caunoi.places.tests.histories import START

pytestmark = pytest.mark.django_db
LAST = START + timedelta(days=4000)
DAY = date(2024, 3, 5)


@pytest.fixture
def world() -> World:
    made = World(_places())
    made.element("so")
    return made


def _places() -> PlaceSnapshot:
    rows = [(1, "province", None), (2, "commune", 1), (3, "village", 2), (4, "commune", 1), (5, "village", 4)]
    return make_snapshot(
        [Unit(n, f"u{n}", level, START) for n, level, _ in rows],
        [Spell(n, f"{level} {n}", f"c{n}", parent, START) for n, level, parent in rows],
    )


def since(number: int, place: str = "u1", scope: Scope = EVERYTHING, *, corrections: bool = False) -> list[FactChange]:
    asked = ChangesAsked(place, START, date(2199, 12, 31), DAY, number, current_number())
    return list(Changes(asked, scope, corrections=corrections))


def test_a_correction_says_what_was_what_is_and_which_record_did_it(world: World) -> None:
    record = world.state("so", 3, DAY, 100)
    world.state("so", 5, DAY, 7)
    then = current_number()

    world.correct(record, "so", 90)

    (change,) = since(then)
    assert (change.was, change.now, change.difference, change.kind) == (Decimal(100), Decimal(90), -10, "corrected")
    assert (change.place, change.first, change.code) == ("u3", DAY, "so")
    assert {(cause.submission, cause.version, cause.reversed) for cause in change.causes} == {
        (record, 2, False), (record, 1, True),
    }  # fmt: skip
    assert change.known_at is not None


def test_a_version_that_repeats_the_value_is_no_change(world: World) -> None:
    record = world.state("so", 3, DAY, 100)
    then = current_number()

    world.correct(record, "so", 100)

    assert since(then) == []


def test_what_came_late_is_new_and_what_was_withdrawn_is_gone(world: World) -> None:
    gone = world.state("so", 3, DAY, 100)
    then = current_number()

    world.state("so", 5, DAY, 8)
    world.withdraw(gone)

    assert {(c.place, c.kind, c.was, c.now) for c in since(then)} == {("u3", "gone", 100, None), ("u5", "new", None, 8)}
    assert [c.place for c in since(then, corrections=True)] == ["u3"]


def test_only_what_stands_under_the_place_and_only_in_the_days_asked(world: World) -> None:
    then = current_number()
    world.state("so", 3, DAY, 1)
    world.state("so", 5, DAY, 1)
    world.state("so", 3, date(2025, 3, 5), 1)

    asked = ChangesAsked("u2", date(2024, 1, 1), date(2024, 12, 31), DAY, then, current_number())

    assert [(c.place, c.first) for c in Changes(asked, EVERYTHING)] == [("u3", DAY)]


def test_a_reader_sees_changes_of_records_they_may_see_and_no_others(world: World) -> None:
    then = current_number()
    world.state("so", 3, DAY, 1)
    world.state("so", 5, DAY, 1)

    scope = Scope(False, {5: (Window(START, None),)})

    assert [c.place for c in since(then, scope=scope)] == ["u5"]


def test_a_class_that_changed_is_told_by_its_codes(world: World) -> None:
    world.element("loai", "category", classes="A;B", levels="commune")
    record = world.state("loai", 2, DAY, "A")
    then = current_number()

    world.correct(record, "loai", "B")

    (change,) = since(then)
    assert (change.was, change.now, change.difference) == ("A", "B", None)


def _number(value: Decimal | str | None) -> Decimal:
    return Decimal(value or 0)


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from([3, 5]), st.integers(0, 3), st.integers(0, 5)), max_size=8),
    at=st.integers(0, 8),
)
def test_the_changes_add_up_to_the_difference_of_what_is_known(steps: list[tuple[int, int, int]], at: int) -> None:
    """Whatever was stated, corrected and withdrawn, before and after the moment."""
    with pytest.raises(_Undo), transaction.atomic():
        forget_projections()
        world = World(_places())
        world.element("so")
        made: list[int] = []
        then = current_number()
        for number, (unit, act, value) in enumerate(steps):
            if number == at:
                then = current_number()
            if made and act == 1:
                world.correct(made[value % len(made)], "so", value)
            elif made and act == 2:
                world.withdraw(made.pop(value % len(made)))
            else:
                made.append(world.state("so", unit, DAY, value))

        changes = since(then)

        def total(until: int) -> int:
            rows = Posting.objects.filter(book=Book.APPROVED, seq__lte=until).values_list("amount", flat=True)
            return sum(rows)

        moved = sum((_number(c.now) - _number(c.was) for c in changes), Decimal(0))
        assert moved == total(current_number()) - total(then)
        assert all(c.was != c.now or c.causes for c in changes)
        raise _Undo
