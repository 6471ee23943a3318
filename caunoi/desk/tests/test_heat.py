"""The coverage heat table: a shade beside the number, and nothing that lacks looks complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.contrib.staticfiles import finders
from hypothesis import given
from hypothesis import strategies as st

from caunoi.desk.charts.drawing import SHADES, Patch, draw_heat
from caunoi.desk.charts.heat import compute_shade, list_heats, make_picture
from caunoi.facts.reporting_rates import PeriodCoverage
from caunoi.facts.rules.question import Coverage
from caunoi.periods.rules import Days


def line(unit: str, month: int, reported: int, part: str = "child", form: str = "thang") -> PeriodCoverage:
    days = Days(date(2026, month, 1), date(2026, month, 28))
    return PeriodCoverage(
        form, form, "village", f"2026-{month:02d}", f"tháng {month}", days, unit, "", unit, part,
        Coverage(10, reported, reported),
    )  # fmt: skip


@given(st.integers(0, 500), st.integers(1, 500))
def test_only_all_is_the_darkest_and_only_nothing_the_lightest(reported: int, expected: int) -> None:
    shade = compute_shade(min(reported, expected), expected)

    assert (shade == 5) == (reported >= expected)
    assert (shade == 1) == (reported == 0)


@given(st.integers(1, 100), st.data())
def test_more_is_never_lighter(expected: int, data: st.DataObject) -> None:
    less = data.draw(st.integers(0, expected))
    more = data.draw(st.integers(less, expected))

    assert compute_shade(less, expected) <= compute_shade(more, expected)


def test_units_stand_below_each_other_and_periods_beside() -> None:
    heats = list_heats([line("Xã A", 1, 10), line("Xã A", 2, 0), line("Xã B", 2, 4), line("Xã A", 1, 3, form="quy")])

    assert [heat.title for heat in heats] == ["thang", "quy"]
    assert heats[0].periods == ("tháng 1", "tháng 2")
    assert [(row.name, [cell.shade for cell in row.cells]) for row in heats[0].rows] == [
        ("Xã A", [5, 1]),
        ("Xã B", [0, 3]),
    ]


def test_the_picture_shows_the_cells_of_the_table_and_leaves_out_where_nobody_owed_a_report() -> None:
    [heat] = list_heats([line("Xã A", 1, 10, "total"), line("Xã A", 1, 10, "own"), line("Xã B", 2, 4)])

    drawn = make_picture(heat, "Huyện C")

    scale = drawn["layer"][0]["encoding"]["color"]["scale"]
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert [
        (cell["row"], cell["label"], cell["below"], colours[cell["shade"]]) for cell in drawn["data"]["values"]
    ] == [
        ("Xã A (tất cả)", "100%", "10/10", SHADES[4]),
        ("Xã A (chính đơn vị)", "100%", "10/10", SHADES[4]),
        ("Xã B", "40%", "4/10", SHADES[2]),
    ]
    assert drawn["title"]["text"] == "thang" and drawn["title"]["subtitle"][0] == "Huyện C"


def test_a_picture_of_many_months_stays_as_wide_as_a_page() -> None:
    widths = []
    for months in (12, 60):
        patches = [Patch("Xã A", f"tháng {number}", 1, "1/3", "33%", "") for number in range(months)]
        drawn = draw_heat(patches, ["Xã A"], [one.column for one in patches], ["0", "1", "2", "3", "4"], ["B", "x"])
        widths.append((drawn["width"], len(drawn["layer"])))

    assert widths == [(984, 3), (1600, 1)]


def test_units_of_one_name_have_rows_of_their_own_in_the_picture() -> None:
    old, new = line("Xã A", 1, 10), line("Xã A", 2, 10)

    drawn = make_picture(list_heats([replace(old, place="u1", place_code="01"), replace(new, place="u2")])[0], "")

    assert drawn["encoding"]["y"]["scale"]["domain"] == ["Xã A · 01", "Xã A · u2"]


def test_the_shades_of_the_picture_are_those_of_the_page() -> None:
    css = Path(finders.find("desk/caunoi.css")).read_text(encoding="utf-8")

    assert all(f".heat .shade-{number} {{ background: {shade};" in css for number, shade in enumerate(SHADES, 1))
