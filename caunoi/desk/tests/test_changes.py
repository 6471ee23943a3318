"""Pages of what changed since a report or a figure: each change with its record, and nobody else's."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction

from caunoi.accounts.models import Role
from caunoi.audit.actions import write_line
from caunoi.audit.clock import current_number, take_numbers
from caunoi.audit.past import keep_past
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.models import DataElement
from caunoi.facts.questions import make_question
from caunoi.facts.refs import encode
from caunoi.facts.tests.builders import TESTER, World
from caunoi.facts.tests.test_changes import DAY, _places

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    made = World(_places())
    made.element("so")
    return made


def ref_of(place: str) -> str:
    return encode(make_question(["so"], place, date(2024, 1, 1), date(2024, 12, 31)))


def test_a_figure_says_what_changed_since_it_was_shown(world: World) -> None:
    record = world.state("so", 3, DAY, 1100)
    ref = ref_of("u1")
    world.correct(record, "so", 1090)
    world.state("so", 5, DAY, 4)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = client.get(f"/figures/{ref}/changes/").content.decode()
    only = client.get(f"/figures/{ref}/changes/?only=corrections").content.decode()

    assert "1.100" in page and "1.090" in page and f"#{record}" in page
    assert "1.100 → 1.094" in page
    assert "2 số đã thay đổi" in page and "1 số đã thay đổi" in only
    assert f"/figures/{ref}/changes/" in client.get(f"/figures/{ref}/").content.decode()


def test_the_table_comes_as_a_file_for_the_spreadsheet_program(world: World) -> None:
    record = world.state("so", 3, DAY, 1100)
    ref = ref_of("u1")
    world.correct(record, "so", 1090)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    lines = client.get(f"/figures/{ref}/changes/?format=csv").getvalue().decode("utf-8-sig").splitlines()

    assert len(lines) == 2 and ",1100,1090,-10," in lines[1] and f"#{record} v" in lines[1]


def test_an_officer_of_another_commune_is_not_told(world: World) -> None:
    world.state("so", 3, DAY, 1)
    ref, before = ref_of("u2"), current_number()
    world.state("so", 3, DAY, 2)
    assert current_number() > before

    answer = signed_in(user("xa", [(Role.VIEWER, 4)])).get(f"/figures/{ref}/changes/")

    assert answer.status_code == 404


def test_nothing_changed_is_said_so(world: World) -> None:
    world.state("so", 3, DAY, 1)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    assert "Không số nào thay đổi" in client.get(f"/figures/{ref_of('u1')}/changes/").content.decode()


def test_a_figure_whose_definition_changed_says_so(world: World) -> None:
    world.state("so", 3, DAY, 1100)
    ref, before = ref_of("u1"), DataElement.objects.get()
    with transaction.atomic():
        (number,) = take_numbers(1)
        keep_past([before], until=number)
        DataElement.objects.update(name_vi="Số cuộc họp", known_from=number)
        write_line("test.define", "test", by=TESTER, at=world.at)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = client.get(f"/figures/{ref}/changes/").content.decode()
    explanation = client.get(f"/figures/{ref}/").content.decode()

    assert 'id="redefined"' in page and "Số cuộc họp" in page
    assert "Số cuộc họp" not in explanation


def test_a_figure_compared_with_a_day_before_it_was_defined_says_so(world: World) -> None:
    ref = ref_of("u1")
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = client.get(f"/figures/{ref}/changes/?since=01/01/2020").content.decode()

    assert "khi ấy chưa có chỉ tiêu này" in page
