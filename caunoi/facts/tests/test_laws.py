"""The laws of the house over random histories of places and records, against a naive reference in plain Python."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.audit.clock import current_number
from caunoi.facts.ledger import check_ledger
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.segments import rebuild
from caunoi.facts.tests.builders import World
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot
from caunoi.places.tests.histories import START, place_histories

pytestmark = pytest.mark.django_db
LAST = START + timedelta(days=4000)
slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@dataclass(frozen=True)
class Entry:
    unit: int
    day: date
    value: int


@st.composite
def worlds(draw: st.DrawFn) -> tuple[PlaceSnapshot, list[Entry], date]:
    """Places, facts stated on units that exist on their day, and a boundary day after the beginning."""
    places = draw(place_histories())
    entries = []
    for _ in range(draw(st.integers(1, 6))):
        day = START + timedelta(days=draw(st.integers(0, 4000)))
        living = sorted(u.id for u in places.units.values() if u.exists_on(day) and u.level in ("village", "commune"))
        if living:
            entries.append(Entry(draw(st.sampled_from(living)), day, draw(st.integers(0, 10**9))))
    return places, entries, START + timedelta(days=draw(st.integers(0, 4000)))


@slow
@given(worlds())
def test_a_recast_never_changes_the_total_on_any_boundaries_at_any_level(
    made: tuple[PlaceSnapshot, list[Entry], date],
) -> None:
    places, entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        world = World(places)
        world.element("so")
        for entry in entries:
            world.state("so", entry.unit, entry.day, entry.value)
        forget_projections()

        country = next(u.key for u in places.units.values() if u.level == "country")
        whole = ask(make_question(["so"], country, START, LAST, boundaries=boundaries))[0].value
        provinces = ask(make_question(["so"], country, START, LAST, boundaries=boundaries, level="province"))

        total = sum(entry.value for entry in entries)
        assert (whole or 0) == total
        assert sum((p.value or Decimal(0) for p in provinces), Decimal(0)) == total
        reference = _reference(places, entries, boundaries)
        for figure in provinces:
            unit = places.by_key[figure.place].id
            assert (figure.value or 0) * ONE == reference.get(unit, 0) * ONE
        raise _Undo


def _reference(places: PlaceSnapshot, entries: list[Entry], day: date) -> dict[int, Fraction]:
    """Entry by entry: share by share, up the tree."""
    found: dict[int, Fraction] = defaultdict(Fraction)
    for entry in entries:
        for mapped in places.map_unit(entry.unit, day):
            for unit in (mapped.unit, *places.ancestors_on(mapped.unit, day)):
                found[unit] += Fraction(entry.value * mapped.parts, ONE)
    return found


@slow
@given(worlds(), st.data())
def test_a_correction_leaves_every_earlier_answer_askable_as_known_at_its_time(
    made: tuple[PlaceSnapshot, list[Entry], date], data: st.DataObject
) -> None:
    places, entries, _boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        world = World(places)
        world.element("so")
        country = next(u.key for u in places.units.values() if u.level == "country")
        made_submissions: list[int] = []
        values: dict[int, int] = {}
        history: list[tuple[int, int]] = []
        for entry in entries:
            made_submissions.append(world.state("so", entry.unit, entry.day, entry.value))
            values[made_submissions[-1]] = entry.value
            history.append((current_number(), sum(values.values())))
            if data.draw(st.booleans()):
                chosen = data.draw(st.sampled_from(made_submissions))
                values[chosen] = data.draw(st.integers(0, 999))
                world.correct(chosen, "so", values[chosen])
                history.append((current_number(), sum(values.values())))
        forget_projections()

        for number, total in history:
            answer = ask(make_question(["so"], country, START, LAST, boundaries=LAST, as_known=number))[0]
            assert answer.value == total
        raise _Undo


@slow
@given(worlds())
def test_answers_are_the_same_from_segments_from_the_tail_and_after_a_rebuild(
    made: tuple[PlaceSnapshot, list[Entry], date],
) -> None:
    places, entries, boundaries = made
    with pytest.raises(_Undo), transaction.atomic():
        world = World(places)
        world.element("so")
        half = len(entries) // 2
        country = next(u.key for u in places.units.values() if u.level == "country")
        question = {"boundaries": boundaries, "level": "commune"}
        for entry in entries[:half]:
            world.state("so", entry.unit, entry.day, entry.value)
        forget_projections()
        rebuild()
        for entry in entries[half:]:
            world.state("so", entry.unit, entry.day, entry.value)

        mixed = [f.value for f in ask(make_question(["so"], country, START, LAST, **question))]
        rebuild()
        rebuilt = [f.value for f in ask(make_question(["so"], country, START, LAST, **question))]

        assert mixed == rebuilt
        assert check_ledger() == []
        raise _Undo
