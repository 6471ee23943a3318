"""The figures page with a second boundary day: both, the difference, and whether totals are kept."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.tests.builders import World
from caunoi.places.tests.test_chains import chained

pytestmark = pytest.mark.django_db
ASKED = "/figures/?codes=so&place=u2&first=01/01/2019&last=31/12/2026&boundaries=01/01/2026&compare=30/06/2025"


@pytest.fixture(autouse=True)
def world() -> World:
    made = World(chained())
    made.element("so", levels="commune")
    made.state("so", 3, date(2019, 1, 1), 1100)
    made.state("so", 5, date(2024, 1, 1), 30)
    return made


def test_both_boundaries_stand_side_by_side_and_the_total_is_said_to_be_kept() -> None:
    client = signed_in(user("trung-uong", [(Role.VIEWER, 1), (Role.VIEWER, 2)]))

    page = client.get(f"{ASKED}&level=commune").content.decode()

    assert 'id="totals-kept"' in page
    for said in ("Xã Ba", "Xã Bốn", "Xã Năm", "1.130", "565"):
        assert said in page


def test_the_comparison_comes_as_a_file() -> None:
    client = signed_in(user("trung-uong", [(Role.VIEWER, 1), (Role.VIEWER, 2)]))

    lines = client.get(f"{ASKED}&level=commune&format=csv").content.decode("utf-8-sig").splitlines()

    assert lines[1].endswith("Tỉnh Mới,1130,Tỉnh Cũ,1130,0")
    assert lines[2].endswith("Xã Bốn; Xã Năm,1130,Xã Ba,1130,0")


def test_a_place_out_of_reach_on_the_second_day_is_refused_in_the_form() -> None:
    page = signed_in(user("xa", [(Role.VIEWER, 6)])).get(ASKED.replace("u2", "u6")).content.decode()

    assert "phạm vi của bạn" in page and 'id="comparison"' not in page
