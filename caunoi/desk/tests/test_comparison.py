"""The figures page with a second boundary day: both, the difference, and whether totals are kept."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.audit.clock import take_numbers
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.models import Indicator, Relation
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

    lines = b"".join(client.get(f"{ASKED}&level=commune&format=csv")).decode("utf-8-sig").splitlines()

    assert lines[1].endswith("Tỉnh Mới,1130,Tỉnh Cũ,1130,0")
    assert lines[2].endswith("Xã Bốn; Xã Năm,1130,Xã Ba,1130,0")


def test_a_place_out_of_reach_on_the_second_day_is_refused_in_the_form() -> None:
    page = signed_in(user("xa", [(Role.VIEWER, 6)])).get(ASKED.replace("u2", "u6")).content.decode()

    assert "phạm vi của bạn" in page and 'id="comparison"' not in page


def compared(client: Client, kind: str = "csv", codes: str = "so") -> list[list[str]]:
    """The file's rows, each from its first place on."""
    answer = client.get(f"{ASKED.replace('codes=so', f'codes={codes}')}&level=commune&format={kind}")
    if kind == "csv":
        return [row[4:] for row in csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig")))]
    sheet = load_workbook(io.BytesIO(b"".join(answer))).worksheets[0]
    return [[str(cell.value or "") for cell in row][4:] for row in sheet.iter_rows()]


def test_a_target_goes_with_what_it_is_given_to_and_stands_on_both_boundaries(world: World) -> None:
    world.element("so_giao", levels="commune", nature="target", day="period")
    Relation.objects.create(code="so_giao", relation="target-of", other="so", pack="thu")
    world.state("so_giao", 3, date(2019, 1, 1), 2260)
    client = signed_in(user("trung-uong", [(Role.VIEWER, 1), (Role.VIEWER, 2)]))

    page = client.get(f"{ASKED}&level=commune").content.decode()
    rows = compared(client)

    assert page.count("đạt 50% chỉ tiêu 2.260") >= 4 and "Chỉ có chỉ tiêu" not in page
    assert rows[0][5:] == [
        "Chỉ tiêu phấn đấu, ranh giới 01/01/2026", "Đạt chỉ tiêu (% hoặc chênh lệch), ranh giới 01/01/2026",
        "Chỉ tiêu phấn đấu, ranh giới 30/06/2025", "Đạt chỉ tiêu (% hoặc chênh lệch), ranh giới 30/06/2025",
        "Ghi chú về chỉ tiêu",
    ]  # fmt: skip
    assert rows[1][5:] == ["2260", "50", "2260", "50", ""] and rows[2][5:] == ["2260", "50", "2260", "50", ""]
    assert compared(client, "xlsx") == rows


def test_a_share_s_own_target_is_said_to_stand_on_one_boundary_only(world: World) -> None:
    Indicator.objects.create(
        code="ty_le", name_vi="Tỷ lệ", name_en="Share", unit="%", decimals=1, formula="percent(so, so)", pack="thu",
        direction="up", known_from=take_numbers(1)[0],
    )  # fmt: skip
    world.element("ty_le_giao", "own-level", levels="commune", unit="%", nature="target", day="period")
    Relation.objects.create(code="ty_le_giao", relation="target-of", other="ty_le", pack="thu")
    world.state("ty_le_giao", 5, date(2024, 1, 1), 90)
    client = signed_in(user("trung-uong", [(Role.VIEWER, 1), (Role.VIEWER, 2)]))

    page = client.get(f"{ASKED.replace('codes=so', 'codes=ty_le')}&level=commune").content.decode()
    rows = compared(client, codes="ty_le")

    assert "đạt chỉ tiêu 90%, vượt 10 điểm %" in page
    assert page.count("Chỉ có chỉ tiêu phấn đấu theo ranh giới ngày 30/06/2025.") == 1
    assert rows[1][5:] == ["", "", "", "", ""]
    assert rows[2][5:] == ["", "", "90", "10", "Chỉ có chỉ tiêu phấn đấu theo ranh giới ngày 30/06/2025."]


def test_a_comparison_of_what_has_no_target_says_nothing_of_targets() -> None:
    rows = compared(signed_in(user("trung-uong", [(Role.VIEWER, 1), (Role.VIEWER, 2)])))

    assert rows[0][-1] == "Chênh lệch"
