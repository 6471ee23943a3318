"""Charts beside the table of figures: they show what the table shows, leave out what is unknown, and say so."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.desk.charts.drawing import NARROW, WIDE, Bubble, Dot, draw_bars, draw_map, draw_trend
from caunoi.desk.tests.builders import signed_in, user
from caunoi.facts.tests.builders import World
from caunoi.places.models import OrgUnit
from caunoi.places.rules.snapshot import PlaceSnapshot, Spell, Unit, make_snapshot

START = date(1900, 1, 1)
YEAR = "&place=u1&first=01/01/2024&last=31/12/2024"


def province_with_communes(count: int = 3) -> PlaceSnapshot:
    units = [Unit(1, "u1", "province", START), *(Unit(i, f"u{i}", "commune", START) for i in range(2, count + 2))]
    spells = [Spell(1, "Tỉnh Cao", "01", None, START)]
    spells += [Spell(i, f"Xã {i}", f"01.{i:02d}", 1, START) for i in range(2, count + 2)]
    return make_snapshot(units, spells)


def dot(name: str, value: float | None) -> Dot:
    return Dot(name, value, str(value), name)


# -- what is drawn ----------------------------------------------------------------------------------------------------


def test_what_is_unknown_is_a_gap_in_a_line_and_no_zero() -> None:
    drawn = draw_trend([("Xã 2", [dot("Quý I", 1.0), dot("Quý II", None), dot("Quý III", 3.0)])], WIDE)

    assert [row["value"] for row in drawn["data"]["values"]] == [1.0, None, 3.0]
    assert drawn["layer"][0]["mark"]["invalid"].startswith("break-paths")


def test_bars_begin_at_zero_whatever_their_length() -> None:
    assert draw_bars([dot("a", 90.0), dot("b", 100.0)], WIDE)["encoding"]["x"]["scale"]["domain"][0] == 0
    assert draw_bars([dot("a", -5.0)], NARROW)["encoding"]["x"]["scale"]["domain"][0] < -5


def test_a_kilometre_is_as_long_northward_as_eastward_on_the_map() -> None:
    corners = [Bubble(dot(str(i), 1.0), x, y) for i, (x, y) in enumerate([(104.0, 22.0), (105.0, 22.0), (104.0, 23.0)])]

    rows = draw_map(corners, WIDE, "", by_size=True)["data"]["values"]

    east, north = rows[1]["x"] - rows[0]["x"], rows[2]["y"] - rows[0]["y"]
    assert 0.91 < east / north < 0.94  # the cosine of 22.3 degrees is 0.925


def test_names_on_the_map_lie_neither_on_each_other_nor_on_a_bubble() -> None:
    crowd = [Bubble(dot(f"Xã {i}", 5.0), 104 + i / 1000, 22.0) for i in range(5)]
    far = Bubble(dot("Xã Xa", 1.0), 106.0, 22.5)

    rows = draw_map([*crowd, far], WIDE, "", by_size=True)["data"]["values"]

    named = [(row["caption_x"], row["caption_y"]) for row in rows if row["caption"]]
    assert {"Xã 0", "Xã Xa"} <= {row["caption"] for row in rows}
    assert all(abs(x - row["x"]) > 20 or abs(y - row["y"]) > 20 for x, y in named for row in rows if row["value"] == 5)
    assert all(abs(x - u) > 14 or abs(y - v) > 14 for x, y in named for u, v in named if (x, y) != (u, v))


# -- from figures -----------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> World:
    made = World(province_with_communes())
    made.element("so", levels="commune", unit="buổi")
    made.state("so", 2, date(2024, 1, 10), 1234)
    made.state("so", 3, date(2024, 5, 10), 7)
    return made


@pytest.fixture
def officer(world: World) -> Client:
    return signed_in(user("tinh", [(Role.VIEWER, 1)]))


def rows_of(client: Client, query: str) -> list[dict[str, object]]:
    answer = json.loads(client.get(f"/figures/chart.json?codes=so{YEAR}{query}").content)
    found: list[dict[str, object]] = answer["specification"]["data"]["values"]
    return found


def test_units_stand_from_the_largest_and_who_has_no_number_is_named_instead(officer: Client) -> None:
    rows = rows_of(officer, "&level=commune&chart=comparison")
    page = officer.get(f"/figures/?codes=so{YEAR}&level=commune&chart=comparison").content.decode()

    assert [(row["name"], row["label"]) for row in rows] == [("Xã 2", "1.234"), ("Xã 3", "7")]
    assert "Chưa có số liệu, không phải bằng 0: Xã 4." in page
    assert 'alt="Biểu đồ cột: so (buổi). Lớn nhất: Xã 2 (1.234), Xã 3 (7); nhỏ nhất: Xã 3 (7)."' in page


def test_the_table_and_its_files_stay_beside_the_chart(officer: Client) -> None:
    page = officer.get(f"/figures/?codes=so{YEAR}&level=commune&chart=comparison").content.decode()

    assert 'id="figures"' in page and 'id="export-csv"' in page and 'id="chart-png"' in page


def test_beyond_thirty_units_the_rest_is_said_with_its_sum(db: None) -> None:
    world = World(province_with_communes(33))
    world.element("so", levels="commune", unit="buổi")
    for unit in range(2, 35):
        world.state("so", unit, date(2024, 1, 10), unit)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    page = client.get(f"/figures/?codes=so{YEAR}&level=commune&chart=comparison").content.decode()

    assert "Vẽ 30 đơn vị lớn nhất; 3 đơn vị khác cộng lại 9 buổi, có trong bảng." in page


def test_a_trend_breaks_where_nothing_was_reported(officer: Client) -> None:
    rows = rows_of(officer, "&by=quarter&chart=trend")
    page = officer.get(f"/figures/?codes=so{YEAR}&by=quarter&chart=trend").content.decode()

    assert [row["value"] for row in rows] == [1234.0, 7.0, None, None]
    assert "(2 chỗ), không phải bằng 0" in page


def test_the_map_says_how_many_units_have_no_place_on_it(officer: Client) -> None:
    OrgUnit.objects.filter(pk=2).update(latitude=Decimal("22.3"), longitude=Decimal("103.9"))

    rows = rows_of(officer, "&level=commune&chart=map")
    page = officer.get(f"/figures/?codes=so{YEAR}&level=commune&chart=map").content.decode()

    assert [row["name"] for row in rows] == ["Xã 2"]
    assert "2 đơn vị không có tọa độ nên không có trên bản đồ" in page


def test_classes_are_shares_of_the_units_that_were_classed(world: World) -> None:
    world.element("loai", kind="category", levels="commune", classes="tot;kha;yeu")
    for unit, given in ((2, "tot"), (3, "tot"), (4, "yeu")):
        world.state("loai", unit, date(2024, 3, 1), given)
    client = signed_in(user("tinh", [(Role.VIEWER, 1)]))

    answer = json.loads(client.get(f"/figures/chart.json?codes=loai{YEAR}&chart=classes").content)

    rows = answer["specification"]["data"]["values"]
    assert [(row["class"], row["label"]) for row in rows] == [("tot", "2"), ("yeu", "1")]
    assert rows[0]["hint"] == "Tỉnh Cao, tot: 2/3 (66,7%)" and rows[1]["end"] == 100


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG")])
def test_the_picture_needs_no_script(officer: Client, form: str, begins: bytes) -> None:
    answer = officer.get(f"/figures/chart.{form}?codes=so{YEAR}&level=commune&chart=comparison&download=1")

    assert answer.content.startswith(begins) and f"bieu-do.{form}" in answer["Content-Disposition"]
    if form == "svg":
        assert "1.234" in answer.content.decode() and "Xã 2" in answer.content.decode()


def test_numbers_on_axes_are_written_as_the_reader_writes_them(officer: Client) -> None:
    officer.cookies["django_language"] = "en"

    answer = json.loads(officer.get(f"/figures/chart.json?codes=so{YEAR}&level=commune&chart=comparison").content)

    assert answer["locale"]["thousands"] == ","
    assert answer["specification"]["data"]["values"][0]["label"] == "1,234"


def test_a_picture_out_of_reach_is_refused_like_the_page(world: World) -> None:
    stranger = signed_in(user("xa", [(Role.VIEWER, 4)]))

    for form in ("svg", "json"):
        assert stranger.get(f"/figures/chart.{form}?codes=so{YEAR}&level=commune&chart=comparison").status_code == 404
    assert stranger.get("/figures/chart.svg?codes=khong-co").status_code == 404
