"""The templates of the packs: no mistakes in them, and no pages of “…” where nothing is approved."""

from __future__ import annotations

import csv
import io
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest

from caunoi.documents.actions import store_bytes
from caunoi.facts.tests.builders import World
from caunoi.reports.checking import check_template
from caunoi.reports.models import ReportTemplate
from caunoi.reports.rules.parameters import read_parameters
from caunoi.reports.template_file import read_template_tags
from caunoi.reports.tests.builders import AT, make, store_world, text_of_docx
from caunoi.reports.word_file import MEDIA_TYPE

PACKS = Path(__file__).parents[3] / "packs"
TEMPLATES = sorted(path.relative_to(PACKS) for path in PACKS.glob("*/reports/*.docx"))
YEARLY = PACKS / "tuyen-van" / "reports" / "bao-cao-nam.docx"
LACKING = "Đơn vị chưa có số liệu được duyệt nên không có trong bảng:"
NO_ANNEX = "nên báo cáo này không kèm phụ lục"


def read_codes(path: Path) -> set[str]:
    """All that the template and its parameters ask for."""
    asked = read_template_tags(path.read_bytes())
    parameters = read_parameters(read_toml(path))[0]
    codes = {*asked.all_codes, *parameters.codes, *(chart.code for chart in parameters.charts.values())}
    for sentence in parameters.sentences.values():
        codes |= {sentence.code, sentence.target} - {""}
    return codes


def read_toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))


def store(path: Path, world: World) -> ReportTemplate:
    for code in sorted(read_codes(path)):
        world.element(code)
    word = store_bytes(path.read_bytes(), media_type=MEDIA_TYPE, at=AT)
    return ReportTemplate.objects.create(
        code="thu", title_vi="Báo cáo thử", pack="thu", template=word, parameters=read_toml(path)
    )


def read_rows(content: bytes, heading: str) -> list[list[str]]:
    """The cells of the table with that column, links among them; none if there is no such table."""
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
    for table in docx.Document(io.BytesIO(content)).tables:
        rows = [["".join(t.text or "" for t in cell._tc.iter(name)) for cell in row.cells] for row in table.rows]
        if heading in rows[0]:
            return rows
    return []


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_a_template_of_a_pack_has_no_mistakes(template: Path) -> None:
    path = PACKS / template
    codes: set[str] = set()
    for name in ("data_elements.csv", "indicators.csv"):
        with (PACKS / template.parts[0] / name).open(encoding="utf-8-sig", newline="") as file:
            codes |= {row["code"] for row in csv.DictReader(file)}

    assert check_template(path.read_bytes(), read_toml(path), codes, path.name) == []


@pytest.mark.django_db
def test_units_without_any_figure_are_named_below_the_annex_instead_of_having_rows() -> None:
    world = store_world()
    store(YEARLY, world)
    world.state("labour_days", 5, date(2023, 3, 1), 1200)

    content = make().content

    rows = read_rows(content, "Ngày công")
    assert [row[:2] for row in rows[1:]] == [["", "Tổng số"], ["1", "Xã Y Tý"]]
    assert "Phụ lục I" in text_of_docx(content)
    assert f"{LACKING} Xã Cốc Mỳ." in text_of_docx(content) and NO_ANNEX not in text_of_docx(content)


@pytest.mark.django_db
def test_where_all_units_have_figures_none_is_named() -> None:
    world = store_world()
    store(YEARLY, world)
    world.state("labour_days", 5, date(2023, 3, 1), 1200)
    world.state("meetings", 7, date(2023, 3, 1), 2)

    content = make().content

    assert [row[1] for row in read_rows(content, "Ngày công")[1:]] == ["Tổng số", "Xã Y Tý", "Xã Cốc Mỳ"]
    assert f"{LACKING} không có đơn vị nào." in text_of_docx(content)


@pytest.mark.django_db
def test_without_a_figure_for_the_annex_one_sentence_stands_for_it() -> None:
    world = store_world()
    store(YEARLY, world)
    world.state("conferences", 5, date(2023, 3, 1), 3)

    content = make().content

    assert "Phụ lục I" not in text_of_docx(content) and read_rows(content, "Ngày công") == []
    assert NO_ANNEX in text_of_docx(content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "stated"),
    [
        ("bao-cao-thang", "conferences"),
        ("bao-cao-quy", "conferences"),
        ("bao-cao-6-thang", "conferences"),
        ("so-ket", "conferences"),
        ("chuyen-de-suc-dan", "road_widened_km"),
    ],
)
def test_no_table_over_units_stands_where_nothing_is_approved_for_it(name: str, stated: str) -> None:
    path = YEARLY.with_name(f"{name}.docx")
    world = store_world()
    store(path, world)
    world.state(stated, 5, date(2023, 3, 1), 3)

    content = make().content

    assert read_rows(content, "Đơn vị") == []
    assert text_of_docx(content).lower().count("chưa có số liệu được duyệt") >= 1
