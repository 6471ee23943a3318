"""A file of a country's size is made from columns: line by line what the same figures give one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from caunoi.accounts.scope import EVERYTHING, NOTHING, Scope, Window
from caunoi.facts import questions
from caunoi.facts.access import ask_as_in_parts
from caunoi.facts.errors import OnlyReleased
from caunoi.facts.lines import csv_of_parts, csv_text
from caunoi.facts.models import DataElement
from caunoi.facts.projection import forget_projections
from caunoi.facts.queries import forget_catalogues
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import Question
from caunoi.facts.tests import random_questions
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_chains import chained
from caunoi.refusals import NotFound

YEAR = date(2024, 1, 1), date(2024, 12, 31)


@contextmanager
def at_most(figures: int) -> Iterator[None]:
    """So many in a part."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(questions, "MOST_FIGURES", figures)
        yield


def both(question: Question, scope: Scope = EVERYTHING) -> tuple[bytes, bytes]:
    """From columns, and from figures."""
    return b"".join(csv_text(question, scope)), b"".join(csv_of_parts(ask_as_in_parts(question, scope)))


@pytest.mark.duckdb  # on a cluster the hundreds of parts of the examples would take minutes
class EveryQuestion(TestCase):
    @settings(max_examples=15, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(random_questions.ledgers(), st.lists(random_questions.questions(), min_size=1, max_size=3), st.data())
    def test_the_lines_are_those_of_the_figures(
        self, ledger: random_questions.Ledger, asked: list[dict[str, Any]], data: st.DataObject
    ) -> None:
        """Units that were split, days that cut facts, decimals, formulas between sums: whatever is drawn."""
        random_questions.write(ledger)
        for question in random_questions.put(asked, ledger):
            with at_most(data.draw(st.sampled_from([200, 1000, 200_000]))):
                from_columns, from_figures = both(question)
            assert from_columns == from_figures


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(chained())
    forget_projections()
    made.element("so", levels="commune", decimals=2, unit='công "lao động"')
    made.element("khac", levels="commune", day="period")
    made.state("so", 5, date(2024, 3, 1), "25.5")
    made.state("so", 5, date(2024, 5, 1), "-0.25")
    made.state("so", 5, date(2024, 6, 1), 0)
    made.state("khac", 5, date(2024, 6, 20), 7, to=date(2024, 7, 10))
    monkeypatch.setattr(questions, "MOST_FIGURES", 12)
    return made


def by_month(place: str = "u2", boundaries: date = date(2026, 1, 1)) -> Question:
    return make_question(["so", "khac"], place, *YEAR, level="commune", by="month", boundaries=boundaries)


@pytest.mark.parametrize(("place", "day"), [("u1", date(2024, 12, 31)), ("u2", date(2026, 1, 1))])
def test_values_units_and_reasons_are_written_as_in_any_other_file(world: World, place: str, day: date) -> None:
    from_columns, from_figures = both(by_month(place, day))

    assert from_columns == from_figures
    text = from_columns.decode()
    shared = place == "u2"
    assert (",12.75,,," if shared else ",25.5,,,") in text and (",-0.125,,," if shared else ",-0.25,,,") in text
    assert ",0,,," in text and '"công ""lao động"""' in text and (",có," in text) == shared
    assert "vắt qua ngày đầu hoặc ngày cuối kỳ" in text


def test_what_is_refused_is_refused_before_the_first_line(world: World) -> None:
    asked = by_month()
    with pytest.raises(NotFound):
        csv_text(asked, Scope(False, {6: (Window(date(1900, 1, 1), None),)}))
    DataElement.objects.update(sensitive=True)
    forget_catalogues()
    with pytest.raises(OnlyReleased):
        csv_text(asked, NOTHING)


def test_a_unit_that_is_not_there_on_the_day_has_one_line_with_the_reason(world: World) -> None:
    from_columns, from_figures = both(by_month("u1"))

    assert from_columns == from_figures
