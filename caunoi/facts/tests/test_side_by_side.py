"""Figures on the boundaries of two days, side by side: units that are made of each other, and the same totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING, Scope, Window
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import make_question
from caunoi.facts.side_by_side import SideBySide, compare_boundaries
from caunoi.facts.tests.builders import World
from caunoi.facts.tests.test_laws import Entry, worlds
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.places.tests.histories import START
from caunoi.places.tests.test_chains import THEN, chained
from caunoi.refusals import NotFound

pytestmark = pytest.mark.django_db
LAST = START + timedelta(days=4000)


@pytest.fixture
def world() -> World:
    made = World(chained())
    made.element("so", levels="commune")
    made.state("so", 3, date(2019, 1, 1), 100)
    made.state("so", 5, date(2024, 1, 1), 30)
    made.state("so", 7, date(2026, 1, 1), 4)
    return made


def compare(
    place: str, left: date, right: date, level: str | None = "commune", scope: Scope = EVERYTHING
) -> SideBySide:
    question = make_question(["so"], place, date(2019, 1, 1), date(2026, 12, 31), boundaries=left, level=level)
    return compare_boundaries(question, right, scope)


def test_units_that_became_each_other_stand_side_by_side(world: World) -> None:
    found = compare("u2", date(2026, 1, 1), THEN - timedelta(days=1))

    (pair,) = found.pairs
    assert [(f.place, f.value) for f in pair.left.figures] == [("u6", 65), ("u7", 69)]
    assert [(f.place, f.value) for f in pair.right.figures] == [("u5", 134)]
    assert pair.difference == 0


def test_the_place_itself_is_compared_with_what_stood_for_it(world: World) -> None:
    found = compare("u2", date(2026, 1, 1), date(2019, 6, 1), level=None)

    (total,) = found.totals
    assert [f.place for f in total.left.figures] == ["u2"] and [f.place for f in total.right.figures] == ["u1"]
    assert total.left.total == total.right.total == 134
    assert found.is_kept and found.pairs == ()


def test_a_place_out_of_reach_on_either_day_is_refused(world: World) -> None:
    seen = (Window(date(1900, 1, 1), None),)

    with pytest.raises(NotFound):
        compare(
            "u2", date(2026, 1, 1), THEN - timedelta(days=1), scope=Scope(False, {unit: seen for unit in (2, 6, 7)})
        )


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(worlds(), st.integers(0, 4000))
def test_totals_are_kept_between_any_two_boundaries(made: tuple[PlaceSnapshot, list[Entry], date], days: int) -> None:
    places, entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        world = World(places)
        world.element("so")
        for entry in entries:
            world.state("so", entry.unit, entry.day, entry.value)
        forget_projections()
        country = next(u.key for u in places.units.values() if u.level == "country")
        question = make_question(["so"], country, START, LAST, boundaries=boundaries, level="province")

        found = compare_boundaries(question, START + timedelta(days=days), EVERYTHING)

        assert found.is_kept is not False
        for side in ("left", "right"):
            parts = [getattr(pair, side).total or Decimal(0) for pair in found.pairs]
            assert sum(parts, Decimal(0)) == sum(entry.value for entry in entries)
        raise _Undo
