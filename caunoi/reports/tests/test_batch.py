"""Reports of all units below a place: each once, and going on where it stopped."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from caunoi.cli.report import report
from caunoi.periods.rules import Days
from caunoi.reports.actions import list_units_below, make_batch, start_batch
from caunoi.reports.errors import NoUnitsBelow, PeriodUnclear
from caunoi.reports.models import BatchUnit, ReportBatch, ReportRun
from caunoi.reports.queries import read_run
from caunoi.reports.tests.builders import (
    AT,
    DISTRICT,
    EAST,
    FIRST,
    LAST,
    WEST,
    WRITER,
    make,
    state_usual,
    store_template,
    store_world,
    text_of_docx,
)

pytestmark = pytest.mark.django_db


def start(at: datetime = AT, **more: Any) -> ReportBatch:
    return start_batch(
        template_code="thu", place=DISTRICT, level="commune", days=Days(FIRST, LAST), boundaries=LAST, by=WRITER, at=at,
        **more,
    )  # fmt: skip


def each(batch: ReportBatch) -> list[tuple[int, str]]:
    return [(one.unit, one.outcome) for one in make_batch(batch, by=WRITER, clock=lambda: AT)]


def test_who_is_stopped_goes_on_with_the_same_books_and_makes_only_what_is_missing() -> None:
    world = store_world()
    state_usual(world)
    store_template(["{{ so('ngay_cong') }}"])

    begun = make_batch(start(), by=WRITER, clock=lambda: AT)
    assert (first := next(begun)).unit == WEST
    begun.close()
    world.state("ngay_cong", 7, date(2023, 3, 9), 1)
    again = start(AT + timedelta(hours=3))

    assert each(again) == [(WEST, "kept"), (EAST, "made")]
    east = ReportRun.objects.get(org_unit_id=EAST)
    assert first.run is not None and east.as_known == first.run.as_known
    assert "Tổng số\n34" in text_of_docx(read_run(east)[0]), "without what was posted since"
    assert ReportRun.objects.count() == 2


def test_what_is_asked_again_after_a_correction_or_another_day_is_made_anew() -> None:
    world = store_world()
    state_usual(world)
    store_template(["{{ so('ngay_cong') }}"])
    whole, stopped = start(), start(afresh=True)
    each(whole)

    assert start() == stopped, "not finished"
    assert start(AT + timedelta(days=2)) == stopped, "nothing was posted since"
    world.state("ngay_cong", 5, date(2023, 3, 9), 1)
    assert start(AT + timedelta(days=2)) != stopped


def test_a_report_that_is_there_already_is_taken_into_the_batch() -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"])
    alone = make(EAST)

    assert each(start()) == [(WEST, "made"), (EAST, "kept")]
    assert BatchUnit.objects.get(org_unit_id=EAST).run == alone.run


def test_two_who_make_the_same_batch_at_once_keep_each_report_once() -> None:
    state_usual(store_world())
    store_template(["{{ so('ngay_cong') }}"])
    batch, is_first = start(), iter([True, False, False])

    def clock() -> datetime:
        if next(is_first):  # the other one is quicker, and submits what was made
            each(batch)
            ReportRun.objects.update(state="submitted")
        return AT

    done = [(one.unit, one.outcome) for one in make_batch(batch, by=WRITER, clock=clock)]

    assert done == [(WEST, "kept"), (EAST, "kept")]
    assert ReportRun.objects.count() == 2


def test_a_unit_without_figures_does_not_stop_the_others() -> None:
    world = store_world()
    world.state("ngay_cong", 5, date(2023, 3, 1), 10)
    store_template(["{{ so('ngay_cong') }}"])

    assert each(start()) == [(WEST, "made"), (EAST, "empty")]
    assert each(start()) == [(WEST, "kept"), (EAST, "empty")]


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
