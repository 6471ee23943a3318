"""What the explanation of a figure says about the records behind it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from caunoi.accounts.scope import EVERYTHING
from caunoi.facts.explanation import explain
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
