"""A figure that adds up a number of a register's things leads to the things themselves."""

from __future__ import annotations

import pytest

from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import commune_officer, page, signed_in, store_world
from caunoi.facts.models import DataElement
from caunoi.facts.questions import ask, make_question
from caunoi.places.models import OrgUnit
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import DAY, GROUP, OTHER, create

pytestmark = pytest.mark.django_db


def test_the_explanation_shows_each_thing_with_its_number_and_says_which_state_none() -> None:
    store_world()
    given.register()
    given.publish()
    DataElement.objects.create(
        code="people", name_vi="Người của các đội", kind="stock", levels=["village"], register="doi", unit="người",
        expression="${so_nguoi}", pack="thu", known_from=take_numbers(1)[0],
    )  # fmt: skip
    village = OrgUnit.objects.get(pk=3)
    create(village, "Đội kèn Pí lè", so_nguoi="12")
    create(village, "Đội xòe", OTHER, so_nguoi="")
    figure = ask(make_question(["people"], village.key, DAY, DAY, book="reported"))[0]

    text = " ".join(page(signed_in(commune_officer()), f"/figures/{figure.ref}/").split())

    assert "12 người" in text
    assert f'<a href="/registers/doi/{GROUP}/">Đội kèn Pí lè</a>' in text
    assert 'Đội xòe</a> </th> <td>02/03/2026</td> <td class="num"> chưa ghi </td>' in text
    assert "1 mục chưa ghi số này nên không cộng vào, cũng không tính là 0." in text
