"""Who reported, and who on time, period by period on the boundaries of each period."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.accounts.queries import scope_of
from caunoi.cli.figures import coverage
from caunoi.facts.reporting_rates import (
    PeriodCoverage,
    compute_percent,
    count_own_reports,
    list_period_coverage,
    rates_workbook,
)
from caunoi.forms.actions import extend
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment
from caunoi.periods.rules import Days
from caunoi.places.models import OrgUnit
from caunoi.records.tests.builders import merge, publish, report, send, unit, user

REFORM = date(2023, 5, 15)
MONTHLY = AssignmentRow("village", "month", approval_level="commune", due_days=5, closes_days=20)
SPRING = (date(2023, 4, 1), date(2023, 5, 31))


class Places:
    """A province with two communes (two villages and one) that merge in the middle of May."""

    def __init__(self) -> None:
        self.province = unit("Tỉnh Lào Cai", "province")
        self.old = [unit(f"Xã {name}", "commune", self.province, to=REFORM) for name in ("Bản Qua", "Mường Vi")]
        self.new = unit("Xã Bản Qua Mới", "commune", self.province, from_=REFORM)
        self.villages = []
        for number, parent in ((1, 0), (2, 0), (3, 1)):
            village = unit(f"Thôn {number}", "village", self.old[parent])
            village.spells.update(to_day=REFORM)
            spell = village.spells.get()
            spell.pk, spell.parent, spell.from_day, spell.to_day = None, self.new, REFORM, None
            spell.save()
            self.villages.append(village)
        merge(REFORM, self.old, self.new)
        publish("bao_cao_thang_thon", MONTHLY)


def said(lines: list[PeriodCoverage]) -> list[tuple[str, str, str, int, int, int]]:
    return [
        (one.period_key, one.place_name, one.part, one.coverage.expected, one.coverage.reported, one.coverage.on_time)
        for one in lines
    ]


def send_on(village: OrgUnit, key: str, day: date) -> None:
    send(report(village, key, at=local_moment(day)), at=local_moment(day))


@pytest.mark.django_db
def test_each_period_is_counted_on_its_own_last_day_s_boundaries() -> None:
    places = Places()
    send_on(places.villages[0], "2023-04", date(2023, 5, 3))
    send_on(places.villages[2], "2023-04", date(2023, 5, 9))
    send_on(places.villages[1], "2023-05", date(2023, 6, 1))

    lines = list_period_coverage(places.province.key, *SPRING)

    assert said(lines) == [
        ("2023-04", "Tỉnh Lào Cai", "total", 3, 2, 1),
        ("2023-04", "Xã Bản Qua", "child", 2, 1, 1),
        ("2023-04", "Xã Mường Vi", "child", 1, 1, 0),
        ("2023-05", "Tỉnh Lào Cai", "total", 3, 1, 1),
        ("2023-05", "Xã Bản Qua Mới", "child", 3, 1, 1),
    ]


@pytest.mark.django_db
def test_a_unit_s_own_report_is_expected_once_it_has_come_or_its_last_day_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places, spring = Places(), Days(*SPRING)
    first, second, third = (village.pk for village in places.villages)
    officer = user("Lan", (Role.APPROVER, places.new))
    at = local_moment(date(2023, 6, 3))
    extend("bao_cao_thang_thon", [second], "2023-05", date(2023, 6, 20), "Lũ", by=officer, at=at)
    send_on(places.villages[0], "2023-04", date(2023, 5, 3))
    send_on(places.villages[0], "2023-05", date(2023, 6, 2))
    send_on(places.villages[2], "2023-04", date(2023, 5, 9))

    def counted(day: date) -> dict[int, tuple[int, ...]]:
        monkeypatch.setattr("caunoi.facts.coverage.today", lambda: day)
        found = count_own_reports(["bao_cao_thang_thon"], [first, second, third, places.new.pk], spring)
        return {unit: tuple(one) for unit, one in found.items()}

    assert counted(date(2023, 6, 5)) == {first: (2, 2, 2), second: (1, 0, 0), third: (1, 1, 0)}
    assert counted(date(2023, 6, 6)) == {first: (2, 2, 2), second: (1, 0, 0), third: (2, 1, 0)}
    assert counted(date(2023, 6, 21)) == {first: (2, 2, 2), second: (2, 0, 0), third: (2, 1, 0)}
    assert count_own_reports(["khac"], [first], spring) == {}


@pytest.mark.django_db
def test_an_extension_makes_what_comes_until_its_day_on_time() -> None:
    places = Places()
    officer = user("Lan", (Role.APPROVER, places.new))
    late = local_moment(date(2023, 6, 19))
    extend("bao_cao_thang_thon", [places.villages[0].pk], "2023-05", date(2023, 6, 20), "Lũ", by=officer, at=late)
    send_on(places.villages[0], "2023-05", date(2023, 6, 20))
    send_on(places.villages[1], "2023-05", date(2023, 6, 20))

    [total, *_rest] = list_period_coverage(places.province.key, date(2023, 5, 1), date(2023, 5, 31))

    assert (total.coverage.reported, total.coverage.on_time) == (2, 1)


@pytest.mark.django_db
def test_a_reader_sees_only_units_they_may_know_figures_of() -> None:
    places = Places()
    officer = user("Lan", (Role.APPROVER, places.new))
    scope = scope_of(officer, date(2023, 6, 20))

    assert list_period_coverage(places.province.key, date(2023, 5, 16), date(2023, 6, 20), scope=scope) == []
    lines = list_period_coverage(places.new.key, date(2023, 6, 1), date(2023, 6, 30), scope=scope)
    assert [one.place_name for one in lines][0] == "Xã Bản Qua Mới"


@pytest.mark.django_db
def test_the_command_gives_them_as_json_csv_and_workbook() -> None:
    places = Places()
    send_on(places.villages[0], "2023-04", date(2023, 5, 3))
    asked = ["--place", places.province.key, "--from", "2023-04-01", "--to", "2023-04-30", "--by", "period"]

    def run(*more: str) -> str:
        found = CliRunner().invoke(coverage, [*asked, *more])
        assert found.exit_code == 0, found.output
        return found.output

    first = json.loads(run("--json"))[0]
    assert (first["period"], first["expected"], first["reported_percent"]) == ("2023-04", 3, "33.3")
    rows = list(csv.reader(io.StringIO(run("--format", "csv"))))
    assert rows[1][8:] == ["3", "1", "1", "33.3", "33.3"]
    sheet = load_workbook(io.BytesIO(rates_workbook(list_period_coverage(places.province.key, *SPRING)))).active
    assert sheet is not None and sheet.cell(2, 9).value == 3
    assert "Xã Bản Qua" in run()
    assert CliRunner().invoke(coverage, [*asked, "--level", "commune"]).exit_code == 2


@pytest.mark.parametrize(
    ("count", "expected", "percent"), [(0, 0, None), (1, 3, "33.3"), (1, 8, "12.5"), (2, 3, "66.7")]
)
def test_a_rate_of_nobody_expected_is_missing_not_zero(count: int, expected: int, percent: str | None) -> None:
    found = compute_percent(count, expected)

    assert (found if found is None else str(found)) == percent


sendings = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["2023-04", "2023-05"]), st.integers(0, 15)), max_size=6
)


class PartsAddUp(TestCase):
    """A database of its own for each generated case."""

    @settings(max_examples=12)
    @given(sent=sendings)
    def test_children_and_the_unit_s_own_add_up_to_the_total(self, sent: list[tuple[int, str, int]]) -> None:
        places = Places()
        publish("bao_cao_thang_xa", AssignmentRow("commune", "month", approval_level="province"))
        for index, key, days in sent:
            ended = date(2023, 4, 30) if key == "2023-04" else date(2023, 5, 31)
            send_on(places.villages[index], key, ended + timedelta(days=days + 1))

        for asked in (places.province, places.new, *places.old):
            lines = list_period_coverage(asked.key, *SPRING) if asked.ends_on is None else []
            totals = {(one.form_code, one.period_key): one.coverage for one in lines if one.part == "total"}
            parts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
            alone = set(totals)
            for one in lines:
                if one.part == "total":
                    continue
                whole = (one.form_code, one.period_key)
                alone.discard(whole)
                counted = (one.coverage.expected, one.coverage.reported, one.coverage.on_time)
                parts[whole] = [before + more for before, more in zip(parts[whole], counted, strict=True)]
            # A unit with nobody under it that owes the report has no parts; all others add up.
            for whole in totals.keys() - alone:
                total = totals[whole]
                assert parts[whole] == [total.expected, total.reported, total.on_time]
