"""What the explanation of a figure says about the records behind it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING
from caunoi.facts import engine, explanation
from caunoi.facts.explanation import explain
from caunoi.facts.projection import forget_projections
from caunoi.facts.questions import ask, make_question
from caunoi.facts.tests.builders import World
from caunoi.forms.rules.questions import Choice, Question, to_json
from caunoi.places.tests.test_snapshot import reform

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "name"), [("vi", "Tốt"), ("en", "Good")])
def test_a_class_is_named_as_on_the_form_that_stated_it(language: str, name: str) -> None:
    world = World(reform())
    world.element("xep_loai", "category", classes="xuat_sac;tot")
    classes = (Choice("xuat_sac", {"vi": "Xuất sắc", "en": "Excellent"}), Choice("tot", {"vi": "Tốt", "en": "Good"}))
    world.form_version.questions = to_json([Question("xep_loai", "select_one", "/data/xep_loai", choices=classes)])
    world.form_version.save()
    world.indicator("so_tot", 'units_in_class(xep_loai, "tot")')
    world.state("xep_loai", 3, date(2024, 5, 10), "tot")
    question = make_question(["so_tot"], "Xã A", date(2024, 1, 1), date(2024, 12, 31))

    with override(language):
        (line,) = explain(ask(question)[0].ref, EVERYTHING).evidence[0].lines

    assert (line.class_code, line.class_name) == ("tot", name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([3, 4, 5]), st.integers(0, 3), st.integers(0, 99)), max_size=9),
    st.integers(1, 4),
    st.sampled_from([1, 5_000]),
)
def test_pages_of_records_hold_each_once_newest_days_first_however_few_units_are_read(
    stated: list[tuple[int, int, int]], page: int, listed: int
) -> None:
    """`listed` 1: as for a country, whose units are too many to be named one by one."""
    with pytest.raises(_Undo), transaction.atomic(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(explanation, "PAGE", page)
        patched.setattr(engine, "MOST_LISTED", listed)
        world = World(reform())
        world.element("so")
        first = date(2024, 5, 10)
        for unit, later, value in stated:
            submission = world.state("so", unit, first + timedelta(days=later), value)
            if value % 3 == 0:
                world.correct(submission, "so", value + 1)
        forget_projections()
        (figure,) = ask(make_question(["so"], "Tỉnh P", date(2024, 1, 1), date(2024, 12, 31)))

        told = [explain(figure.ref, EVERYTHING, number) for number in range(1, len(stated) // page + 2)]

        lines = [line for one in told for line in one.evidence[0].lines]
        keys = {unit: world.places.units[unit].key for unit in (3, 4, 5)}
        corrected = [(later, keys[unit], value + (value % 3 == 0)) for unit, later, value in stated]
        assert sorted(((line.last - first).days, line.unit_key, line.value) for line in lines) == sorted(corrected)
        assert [line.last for line in lines] == sorted((line.last for line in lines), reverse=True)
        assert {one.evidence[0].total for one in told} == {len(stated)}
        below = ask(make_question(["so"], "Tỉnh P", date(2024, 1, 1), date(2024, 12, 31), level="district"))
        assert (told[0].figure, list(told[0].children)) == (figure, below)
        raise _Undo


class _Undo(Exception):
    """Rolls back what one generated example wrote."""
