"""Reports of all units below a place: each once, and going on where it stopped."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from caunoi.cli.report import report
from caunoi.periods.rules import Days
from caunoi.reports.batch import list_units_below, make_each
from caunoi.reports.errors import NoUnitsBelow, PeriodUnclear
from caunoi.reports.models import ReportRun
from caunoi.reports.tests.builders import (
    AT,
    DISTRICT,
    EAST,
    FIRST,
    LAST,
    WEST,
    WRITER,
    state_usual,
    store_template,
    store_world,
)

pytestmark = pytest.mark.django_db


def each() -> list[tuple[int, str]]:
    units = list_units_below(DISTRICT, "commune", LAST)
    days = Days(FIRST, LAST)
    done = make_each(units, template_code="thu", days=days, boundaries=LAST, by=WRITER, clock=lambda: AT)
    return [(one.unit, one.outcome) for one in done]


def test_every_unit_gets_its_report_and_only_what_is_missing_is_made_again() -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"])

    assert sorted(each()) == [(WEST, "made"), (EAST, "made")]
    ReportRun.objects.get(org_unit_id=EAST).versions.all().delete()
    ReportRun.objects.filter(org_unit_id=EAST).delete()
    assert sorted(each()) == [(WEST, "kept"), (EAST, "made")]
    assert ReportRun.objects.count() == 2


def test_a_unit_without_figures_does_not_stop_the_others() -> None:
    world = store_world()
    world.state("ngay_cong", 5, date(2023, 3, 1), 10)
    store_template(["{{ so('ngay_cong') }}"])

    assert sorted(each()) == [(WEST, "made"), (EAST, "empty")]


def test_a_level_without_units_is_refused() -> None:
    store_world()

    with pytest.raises(NoUnitsBelow, match="Huyện Bát Xát không có đơn vị nào"):
        list_units_below(DISTRICT, "district", LAST)


def test_the_command_writes_a_file_with_its_annex_for_each_unit(tmp_path: Path) -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"], parameters={"title": {"vi": "T"}, "period": {"type": "year"}})
    arguments = ["thu", "--place", "10.082", "--period", "2023", "--each-below", "commune", "-o", str(tmp_path)]

    first = CliRunner().invoke(report, [*arguments, "--annex"], catch_exceptions=False)
    again = CliRunner().invoke(report, arguments, catch_exceptions=False)

    assert "2 báo cáo mới, 0 đã có từ trước" in first.output
    assert "0 báo cáo mới, 2 đã có từ trước" in again.output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "thu-xa-coc-my-2023-01-01-2023-12-31.docx",
        "thu-xa-coc-my-2023-01-01-2023-12-31.xlsx",
        "thu-xa-y-ty-2023-01-01-2023-12-31.docx",
        "thu-xa-y-ty-2023-01-01-2023-12-31.xlsx",
    ]


def test_a_period_that_is_not_the_templates_is_refused_with_an_example(tmp_path: Path) -> None:
    store_world()
    store_template(["x"], parameters={"title": {"vi": "T"}, "period": {"type": "month", "cut_off": 15}})

    with pytest.raises(PeriodUnclear, match="ghi như 2023-01"):
        CliRunner().invoke(report, ["thu", "--place", "10.082", "--period", "2023-Q1"], catch_exceptions=False)
