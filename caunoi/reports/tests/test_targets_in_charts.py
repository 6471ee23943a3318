"""A chart of a report shows what was to be reached beside what was, where both are of the same days; a sentence says of
an indicator whether it is where it was to be."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import docx
import pytest
from PIL import Image

from caunoi.facts.models import Indicator, Relation
from caunoi.facts.tests.builders import World
from caunoi.forms.models import Assignment
from caunoi.reports.queries import read_run
from caunoi.reports.rules.manifest import Outcome
from caunoi.reports.tests.builders import (
    DISTRICT,
    EAST,
    WEST,
    make,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)
from caunoi.reports.verification import verify_docx

pytestmark = pytest.mark.django_db
RED = (0xA3, 0x23, 0x2B)


@pytest.fixture
def world() -> World:
    """Of 2023: Y Tý reached 1,200 of 1,500 days, Cốc Mỳ, which has no target, 34; the district kept 100 for itself."""
    made = store_world()
    state_usual(made)
    made.element("ngay_cong_giao", levels="district;commune", unit="ngày công", nature="target", day="period")
    Relation.objects.create(code="ngay_cong_giao", relation="target-of", other="ngay_cong", pack="thu")
    made.state("ngay_cong_giao", WEST, date(2023, 1, 1), 1500, to=date(2023, 12, 31))
    made.state("ngay_cong_giao", DISTRICT, date(2023, 1, 1), 100, to=date(2023, 12, 31))
    return made


def drawn(
    last: date = date(2023, 12, 31), first: date = date(2023, 1, 1), **chart: Any
) -> tuple[str, bool, list[tuple[str, str]]]:
    """What is read out, whether a stroke is drawn, and the codes and numbers behind the picture."""
    asked = {"code": "ngay_cong", "title": "Ngày công", **chart}
    store_template(["{{ bieu_do('x') }}"], parameters={"title": {"vi": "Thử", "en": "Test"}, "chart": {"x": asked}})
    report = make(first=first, last=last)
    described = [
        node.get("descr") for node in docx.Document(io.BytesIO(report.content)).element.body.iter()
        if node.tag.endswith("}docPr")
    ]  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(report.content)) as file:
        (picture,) = [file.read(name) for name in file.namelist() if name.startswith("word/media/")]
    colours = Image.open(io.BytesIO(picture)).convert("RGB").getcolors(1_000_000)
    behind = [(point.code, point.shown) for chart in read_run(report.run)[1].charts for point in chart.points]
    assert {point.outcome for one in verify_docx(report.content).charts for point in one.points} == {Outcome.UNCHANGED}
    return described[0], any(colour == RED for _times, colour in colours or []), behind


def test_a_bar_has_a_stroke_at_its_target_that_is_read_out_and_kept_in_the_list_of_figures(world: World) -> None:
    words, stroke, behind = drawn(level="commune")

    assert "Xã Y Tý 1.200 (chỉ tiêu 1.500); Xã Cốc Mỳ 34." in words and "vạch đỏ: chỉ tiêu" in words
    assert stroke
    assert behind == [("ngay_cong", "1.200"), ("ngay_cong", "34"), ("ngay_cong_giao", "1.500")]


def test_the_bar_of_the_period_has_it_and_not_the_one_of_the_year_before(world: World) -> None:
    words, stroke, _behind = drawn(level="commune", kind="pairs")

    assert "Xã Y Tý 1.200 (chỉ tiêu 1.500), trước đó" in words and stroke


def test_a_point_of_a_year_has_the_year_s_target(world: World) -> None:
    world.state("ngay_cong", 5, date(2022, 3, 1), 900)

    words, stroke, behind = drawn(kind="trend", by="year", months=24)

    assert "2022 900; 2023 1.234 (chỉ tiêu 1.600)" in words and stroke
    assert behind[-1] == ("ngay_cong_giao", "1.600")


def test_a_year_s_target_stands_beside_no_shorter_days(world: World) -> None:
    words, stroke, behind = drawn(date(2023, 6, 30), level="commune")

    assert "chỉ tiêu" not in words and not stroke
    assert behind == [("ngay_cong", "1.200"), ("ngay_cong", "34")]


# -- What is there rather than happens --------------------------------------------------------------------------------


def store_stock(world: World) -> None:
    """Of 2023: Y Tý had 40 models in March, Cốc Mỳ, which has no target, 7; Y Tý was to have 50 by the year's end."""
    world.element("mo_hinh", "stock", levels="commune", unit="mô hình")
    world.element("mo_hinh_giao", levels="district;commune", unit="mô hình", nature="target", day="period")
    Relation.objects.create(code="mo_hinh_giao", relation="target-of", other="mo_hinh", pack="thu")
    Assignment.objects.create(
        form=world.form, level="commune", period_kind="year", cut_off=1, due_days=10, known_from=1
    )
    world.state("mo_hinh", WEST, date(2023, 3, 1), 40)
    world.state("mo_hinh", EAST, date(2023, 3, 1), 7)
    world.state("mo_hinh_giao", WEST, date(2023, 1, 1), 50, to=date(2023, 12, 31))


@pytest.mark.parametrize("last", [date(2023, 12, 31), date(2023, 6, 30)])
def test_a_stock_has_the_stroke_of_the_year_its_last_day_lies_in_also_in_half_of_it(world: World, last: date) -> None:
    store_stock(world)

    words, stroke, behind = drawn(last, code="mo_hinh", level="commune")

    assert "Xã Y Tý 40 (chỉ tiêu 50); Xã Cốc Mỳ 7." in words and stroke
    assert behind[-1] == ("mo_hinh_giao", "50")


def test_a_stock_of_two_years_has_the_last_one_s_target_alone(world: World) -> None:
    store_stock(world)
    world.state("mo_hinh_giao", WEST, date(2022, 1, 1), 30, to=date(2022, 12, 31))

    words, stroke, behind = drawn(first=date(2022, 1, 1), code="mo_hinh", level="commune", kind="pairs")

    assert "Xã Y Tý 40 (chỉ tiêu 50), trước đó" in words and stroke and behind[-1] == ("mo_hinh_giao", "50")


# -- Shares -----------------------------------------------------------------------------------------------------------


def store_share(world: World, direction: str = "up") -> None:
    """Of 2023: 9 of 10 passed in Y Tý, 7 of 10 in Cốc Mỳ; 85% was to in the district, 92% in Y Tý."""
    world.state("dat", 7, date(2023, 4, 1), 7)
    world.state("tong", 7, date(2023, 4, 1), 10)
    Indicator.objects.filter(code="ty_le_dat").update(unit="%", direction=direction)
    world.element("ty_le_giao", "own-level", levels="district;commune", unit="%", nature="target", day="period")
    Relation.objects.create(code="ty_le_giao", relation="target-of", other="ty_le_dat", pack="thu")
    Assignment.objects.create(
        form=world.form, level="commune", period_kind="year", cut_off=1, due_days=10, known_from=1
    )
    world.state("ty_le_giao", DISTRICT, date(2023, 1, 1), 85, to=date(2023, 12, 31))
    world.state("ty_le_giao", WEST, date(2023, 1, 1), 92, to=date(2023, 12, 31))


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        ("up", "80%, chưa đạt chỉ tiêu đề ra (85%), kém 5 điểm phần trăm."),
        ("down", "80%, đạt chỉ tiêu đề ra (không quá 85%), thấp hơn 5 điểm phần trăm."),
        ("", "80%, thấp hơn chỉ tiêu đề ra (85%) 5 điểm phần trăm."),
    ],
)
@pytest.mark.parametrize("last", [date(2023, 12, 31), date(2023, 6, 30)])
def test_a_share_is_held_against_the_year_s_target_in_points_whatever_the_report_s_days(
    world: World, direction: str, words: str, last: date
) -> None:
    store_share(world, direction)
    store_template(["{{ so('ty_le_dat') }}, {{ so_chi_tieu('ty_le_dat', 'ty_le_giao') }}."])

    report = make(last=last)

    assert words in text_of_docx(report.content)
    assert {one.outcome for one in verify_docx(report.content).figures} == {Outcome.UNCHANGED}


def test_a_bar_of_a_share_has_a_stroke_at_the_unit_s_own_target(world: World) -> None:
    store_share(world)

    words, stroke, behind = drawn(code="ty_le_dat", level="commune", last=date(2023, 6, 30))

    assert "Xã Y Tý 90 (chỉ tiêu 92); Xã Cốc Mỳ 70." in words and stroke
    assert behind[-1] == ("ty_le_giao", "92")


def test_a_share_of_other_days_than_its_target_s_has_no_stroke(world: World) -> None:
    store_share(world)
    world.state("dat", 5, date(2022, 4, 1), 1)
    world.state("tong", 5, date(2022, 4, 1), 10)

    words, stroke, _behind = drawn(code="ty_le_dat", level="commune", first=date(2022, 1, 1))

    assert "chỉ tiêu" not in words and not stroke
