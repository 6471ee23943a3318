"""What scripts and spreadsheets rely on: the shape of `caunoi figures`, `explain` and `coverage`."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from caunoi.cli.figures import coverage, explain, figures
from caunoi.facts.errors import CannotBeAdded
from caunoi.facts.tests.builders import World
from caunoi.places.errors import PlaceUnknown
from caunoi.places.tests.test_snapshot import reform

pytestmark = pytest.mark.django_db
ASKED = ["--place", "Xã A", "--from", "2024-01-01", "--to", "31/12/2024"]


@pytest.fixture
def world() -> World:
    world = World(reform())
    world.element("ngay_cong", unit="ngày công")
    world.element("chi_tieu", unit="ngày công", nature="target")
    world.element("dat", unit="m²", decimals=1)
    world.state("ngay_cong", 3, date(2024, 5, 10), 38667)
    world.state("dat", 3, date(2024, 5, 10), "219.2")
    return world


def run(command: Any, *arguments: str) -> str:
    result = CliRunner().invoke(command, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_json_gives_every_field_of_the_contract_and_values_as_decimal_strings(world: World) -> None:
    found = json.loads(run(figures, "ngay_cong", "dat", *ASKED, "--format", "json"))

    assert [f["value"] for f in found] == ["38667", "219.2"]
    assert set(found[0]) >= {
        "code", "place", "place_name", "level", "from", "to", "value", "unit", "book", "boundaries", "as_known",
        "estimated", "carried_over", "partly_outside", "coverage", "ref",
    }  # fmt: skip
    assert (found[0]["place"], found[0]["level"], found[0]["book"]) == ("10.082.1", "commune", "approved")
    assert (found[0]["from"], found[0]["to"], found[0]["boundaries"]) == ("2024-01-01", "2024-12-31", "2024-12-31")
    assert "why" not in found[0]


def test_a_missing_figure_is_null_with_its_reason(world: World) -> None:
    found = json.loads(run(figures, "chi_tieu", *ASKED, "--json"))

    assert found[0]["value"] is None
    assert found[0]["why"]


def test_a_ref_explains_itself_down_to_the_submission(world: World) -> None:
    ref = json.loads(run(figures, "ngay_cong", *ASKED, "--json"))[0]["ref"]

    found = json.loads(run(explain, ref, "--json"))

    assert found["figure"]["value"] == "38667"
    (record,) = found["records"][0]["submissions"]
    assert (record["value"], record["unit"], record["form"]) == ("38667", "a", "phieu")
    assert "38.667" in run(explain, f"http://127.0.0.1:8000/figures/{ref}/")


def test_csv_and_xlsx_carry_the_exact_values_and_the_links(world: World, tmp_path: Path) -> None:
    rows = list(csv.reader(io.StringIO(run(figures, "dat", *ASKED, "--format", "csv"))))
    target = tmp_path / "so-lieu.xlsx"
    run(figures, "dat", *ASKED, "--format", "xlsx", "-o", str(target))
    sheet = openpyxl.load_workbook(target).worksheets[0]

    assert rows[1][6] == "219.2"
    assert rows[1][-1].startswith("http")
    assert sheet.cell(2, 7).value == 219.2
    assert "/figures/" in sheet.cell(2, 17).hyperlink.target


def test_adding_results_to_targets_is_refused_with_the_reason(world: World) -> None:
    with pytest.raises(CannotBeAdded, match="ngay_cong"):
        CliRunner().invoke(figures, ["ngay_cong + chi_tieu", *ASKED], catch_exceptions=False)


def test_an_unknown_place_is_refused_and_a_wrong_day_is_wrong_usage(world: World) -> None:
    with pytest.raises(PlaceUnknown, match="Xã Z"):
        unknown = ["ngay_cong", "--place", "Xã Z", *ASKED[2:]]
        CliRunner().invoke(figures, unknown, catch_exceptions=False)
    wrong = CliRunner().invoke(figures, ["ngay_cong", "--place", "Xã A", "--from", "31/02/2024", "--to", "2024-12-31"])
    assert wrong.exit_code == 2
    assert "31/02/2024" in wrong.output


def test_coverage_says_when_nothing_was_due(world: World) -> None:
    assert "Không có" in run(coverage, *ASKED)
    assert json.loads(run(coverage, *ASKED, "--json")) == []
