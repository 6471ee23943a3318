"""A reader never sees a figure, a part of one, or a record outside their units and days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING, Scope, Window
from caunoi.facts.access import Reach, ask_as, may_see
from caunoi.facts.explanation import explain
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.tests.builders import World, store_places
from caunoi.facts.tests.test_laws import LAST, Entry, _Undo, worlds
from caunoi.periods.rules import Days
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.places.tests.histories import START
from caunoi.places.tests.test_snapshot import REFORM, reform
from caunoi.refusals import NotFound

pytestmark = pytest.mark.django_db
MAY = date(2024, 5, 10)
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def seen(*units: int, first: date = date(1900, 1, 1)) -> Scope:
    return Scope(False, {unit: (Window(first, None),) for unit in units})


def test_a_commune_officer_asks_for_their_own_commune_and_not_for_the_neighbour() -> None:
    world = World(reform())
    world.element("so")
    world.state("so", 3, MAY, 10)

    assert ask_as(make_question(["so"], "Xã A", *YEAR), seen(3, 5))[0].value == 10
    with pytest.raises(NotFound):
        ask_as(make_question(["so"], "Xã B", *YEAR), seen(3, 5))


def test_the_refusal_is_the_same_whether_the_neighbour_has_figures_or_not() -> None:
    world = World(reform())
    world.element("so")
    refusals = []
    for step in range(2):
        if step:
            world.state("so", 4, MAY, 10)
        with pytest.raises(NotFound) as refused:
            ask_as(make_question(["so"], "Xã B", *YEAR), seen(3))
        refusals.append(refused.value.sentence)

    assert refusals[0] == refusals[1]


def test_a_successors_officer_does_not_see_the_predecessors_days_until_they_are_opened() -> None:
    world = World(reform())
    world.element("so")
    world.state("so", 4, MAY, 10)
    question = make_question(["so"], "Xã C", *YEAR, boundaries=REFORM)

    with pytest.raises(NotFound):
        ask_as(question, seen(6, first=REFORM))
    assert ask_as(question, seen(3, 4, 5, 6))[0].value == 10


def test_a_successors_officer_who_may_see_all_its_predecessors_sees_it_on_their_days_too() -> None:
    world = World(reform())
    world.element("so")
    world.state("so", 3, MAY, 4)
    world.state("so", 4, MAY, 10)
    question = make_question(["so"], "Xã C", *YEAR, boundaries=REFORM)
    before, since = (Window(date(1900, 1, 1), REFORM - timedelta(days=1)),), (Window(REFORM, None),)

    with pytest.raises(NotFound):
        ask_as(question, Scope(False, {6: since, 4: before, 5: (*before, *since)}))
    assert (
        ask_as(question, Scope(False, {6: since, 3: before, 4: before, 5: (Window(date(1900, 1, 1), None),)}))[0].value
        == ask(question)[0].value
    )


def test_a_figure_that_rests_on_a_village_that_came_from_elsewhere_is_not_shown_for_its_earlier_days() -> None:
    world = World(reform())
    world.element("so")
    world.state("so", 5, MAY, 10)
    world.state("so", 3, MAY, 4)
    question = make_question(["so"], "Xã A", *YEAR)
    came_in_june = Scope(False, {3: (Window(date(1900, 1, 1), None),), 5: (Window(date(2024, 6, 1), None),)})

    with pytest.raises(NotFound):
        explain(ask(question)[0].ref, came_in_june)
    assert len(explain(ask(question)[0].ref, EVERYTHING).evidence[0].lines) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(worlds(), st.data())
def test_a_table_is_judged_row_by_row_as_each_row_is_by_itself(
    made: tuple[PlaceSnapshot, list[Entry], date], data: st.DataObject
) -> None:
    places, _entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        store_places(places)
        chosen = data.draw(st.lists(st.sampled_from(sorted(places.units)), unique=True))
        scope = seen(*chosen, first=START + timedelta(days=data.draw(st.integers(-10, 2000))))
        days = Days(START, START + timedelta(days=data.draw(st.integers(0, 4000))))

        together = Reach(days, boundaries, scope)

        for key, unit in places.by_key.items():
            under = places.subtree_on(unit.id, boundaries) if unit.exists_on(boundaries) else {unit.id}
            alone = scope.sees_unit(unit.id) and all(
                may_see(places.units[one].key, days, BEFORE_ALL, _everywhere(scope, one)) for one in under
            )
            assert together.sees(key) == may_see(key, days, boundaries, scope) == alone
        raise _Undo


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(worlds(), st.data())
def test_who_has_a_whole_country_sees_what_a_walk_through_it_would_open(
    made: tuple[PlaceSnapshot, list[Entry], date], data: st.DataObject
) -> None:
    places, _entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        store_places(places)
        reader = User.objects.create_user("tuy-y")
        for unit in data.draw(st.lists(st.sampled_from(sorted(places.units)), unique=True)):
            RoleGrant.objects.create(user=reader, role=Role.VIEWER, org_unit_id=unit, from_day=START)
        scope = scope_of(reader, START + timedelta(days=data.draw(st.integers(0, 4000))))
        days = Days(START, START + timedelta(days=data.draw(st.integers(0, 4000))))

        as_it_is, walked = (Reach(days, boundaries, one) for one in (scope, replace(scope, whole=False)))

        assert [as_it_is.sees(key) for key in places.by_key] == [walked.sees(key) for key in places.by_key]
        raise _Undo


# A day on which no unit exists yet: what is asked of a unit then is asked of it alone, not of what stands under it.
BEFORE_ALL = date(1899, 12, 31)


def _everywhere(scope: Scope, unit: int) -> Scope:
    """The same, besides that the unit itself is known to the reader; not for how long."""
    return Scope(False, {unit: (), **scope.windows})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(worlds(), st.data())
def test_whatever_is_asked_no_record_outside_the_scope_is_shown(
    made: tuple[PlaceSnapshot, list[Entry], date], data: st.DataObject
) -> None:
    places, entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        world = World(places)
        world.element("so")
        for entry in entries:
            world.state("so", entry.unit, entry.day, entry.value)
        forget_projections()
        chosen = data.draw(st.lists(st.sampled_from(sorted(places.units)), unique=True))
        scope = seen(*chosen, first=START + timedelta(days=data.draw(st.integers(-10, 2000))))

        for unit in places.units.values():
            question = make_question(["so"], unit.key, START, LAST, boundaries=boundaries)
            try:
                found = explain(ask_as(question, scope)[0].ref, scope)
            except NotFound:
                continue
            for evidence in found.evidence:
                assert evidence.hidden == 0
                for line in evidence.lines:
                    assert scope.sees(places.by_key[line.unit_key].id, Days(line.first, line.last))
            for child in found.children:
                if child.value is not None:
                    assert scope.sees_unit(places.by_key[child.place].id)
        raise _Undo
