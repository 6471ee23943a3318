"""A chart of a report shows what was to be reached beside what was, where both are of the same days."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import docx
import pytest
from PIL import Image

from caunoi.facts.models import Relation
from caunoi.facts.tests.builders import World
from caunoi.reports.queries import read_run
from caunoi.reports.rules.manifest import Outcome
from caunoi.reports.tests.builders import DISTRICT, WEST, make, state_usual, store_template, store_world
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


def drawn(last: date = date(2023, 12, 31), **chart: Any) -> tuple[str, bool, list[tuple[str, str]]]:
    """What is read out, whether a stroke is drawn, and the codes and numbers behind the picture."""
    asked = {"code": "ngay_cong", "title": "Ngày công", **chart}
    store_template(["{{ bieu_do('x') }}"], parameters={"title": {"vi": "Thử", "en": "Test"}, "chart": {"x": asked}})
    report = make(last=last)
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
