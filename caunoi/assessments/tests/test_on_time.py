"""A criterion scored by reports that came on time: nobody types it, and it leads to the progress of reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from caunoi.assessments.actions import Typed, refresh_figures, review_rating
from caunoi.assessments.errors import PointsRefused
from caunoi.assessments.models import RatingRound
from caunoi.assessments.queries import read_sheet_of
from caunoi.assessments.rules.scoring import Line, read_lines
from caunoi.assessments.rules.sheet import YES_NO, Criterion, read_sheet, write_sheet
from caunoi.assessments.tests.builders import (
    AT,
    SHEET,
    WORK,
    D,
    opened,
    province_officer,
    rating_of,
    store_sheet,
    store_world,
)
from caunoi.desk.tests.builders import signed_in
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import publish, report, send

REPORTS = Criterion(
    "bao_cao", "Báo cáo đúng hạn", "Reports on time", D(60), YES_NO, scale=((D(100), D(60)),),
    reports=("bao_cao_thang_thon",),
)  # fmt: skip


def send_report(village: int, day: date) -> None:
    send(report(OrgUnit.objects.get(pk=village), "2024-01", at=local_moment(day)), at=local_moment(day))


def line(round_: RatingRound, village: int) -> Line:
    return read_lines(rating_of(round_, village).lines)[0]


def test_a_sheet_keeps_the_reports_it_scores_by_and_copies_from_before_have_none() -> None:
    sheet = replace(SHEET, criteria=(REPORTS, WORK))
    kept = write_sheet(sheet)
    assert read_sheet(kept) == sheet

    for one in kept["criteria"]:
        del one["reports"]

    assert [one.reports for one in read_sheet(kept).criteria] == [(), ()]


@pytest.mark.django_db
def test_reports_on_time_give_points_by_rule_and_come_anew_when_figures_are_read_again() -> None:
    store_world()
    store_sheet(replace(SHEET, criteria=(REPORTS, WORK)))
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", due_days=5))
    send_report(3, date(2024, 2, 4))
    send_report(4, date(2024, 2, 8))
    officer = province_officer()
    round_ = opened(officer)

    told = {village: (line(round_, village).figure, line(round_, village).points) for village in (3, 4, 6)}
    assert told == {3: (100, 60), 4: (0, 0), 6: (0, 0)}
    assert read_sheet_of(round_).criteria[0].question == "on_time:bao_cao_thang_thon"
    with pytest.raises(PointsRefused, match="tính từ số liệu"):
        review_rating(
            rating_id=rating_of(round_, 4).pk, points={"bao_cao": Typed(D(5)), "phoi_hop": Typed(D(5))}, by=officer,
            at=AT,
        )  # fmt: skip
    send_report(6, date(2024, 2, 5))
    assert refresh_figures(round_id=round_.pk, by=officer, at=AT) == 1
    assert line(round_, 6).points == 60


@pytest.mark.django_db
def test_the_sheet_s_page_says_how_many_came_on_time_and_leads_to_the_progress_of_reports() -> None:
    store_world()
    store_sheet(replace(SHEET, criteria=(REPORTS, WORK)))
    publish("bao_cao_thang_thon", AssignmentRow("village", "month", approval_level="commune", due_days=5))
    send_report(3, date(2024, 2, 4))
    officer = province_officer()
    round_ = opened(officer)
    browser = signed_in(officer)

    page = browser.get(f"/ratings/{round_.pk}/u3/").content.decode()
    address = "/coverage/?place=u3&amp;first=2024-01-01&amp;last=2024-01-31&amp;by=period&amp;form=bao_cao_thang_thon"

    assert address in page and "Báo cáo đúng hạn (%)" in page
    assert "2024" in browser.get(address.replace("&amp;", "&")).content.decode()
