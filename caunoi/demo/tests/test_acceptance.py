"""Published figures rebuilt from approved records; on the boundaries of other days; and where they come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caunoi.accounts.scope import EVERYTHING
from caunoi.demo.sources import read_rows
from caunoi.demo.tests.conftest import caunoi
from caunoi.facts.errors import CannotBeAdded
from caunoi.facts.explanation import explain
from caunoi.facts.ledger import check_ledger
from caunoi.facts.models import DataElement, Indicator
from caunoi.facts.questions import Figure, ask, make_question
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Submission

REPOSITORY = Path(__file__).resolve().parents[3]
ROWS = read_rows(REPOSITORY / "demo" / "acceptance.csv")
NAMES = [f"{row['place']} {row['code']} {row['from']}" for row in ROWS]
FLOW_ROWS = [row for row in ROWS if row["note"].startswith(("flow", "register entries"))]
OLD_DAY, NEW_DAY = date(2020, 12, 1), date(2025, 7, 2)
# Provinces of before 1 July 2025, and the one that each group has become.
PROVINCES = [
    (("old:10", "old:15"), "new:15"),
    (("old:12",), "old:12"),
    (("old:68", "old:67", "old:60"), "new:68"),
]
FLOWS: dict[tuple[date, date], list[str]] = {}
for _row in FLOW_ROWS:
    FLOWS.setdefault((date.fromisoformat(_row["from"]), date.fromisoformat(_row["to"])), []).append(_row["code"])
SHARES = {code for code in (row["code"] for row in ROWS) if code.endswith("_share") or code == "criteria_met"}


def figure(code: str, place: str, first: date, last: date, boundaries: date | None = None, **how: Any) -> Figure:
    found = ask(make_question([code], place, first, last, boundaries=boundaries, **how))
    assert len(found) == 1
    return found[0]


def days_of(row: dict[str, str]) -> tuple[date, date]:
    return date.fromisoformat(row["from"]), date.fromisoformat(row["to"])


def check_value(row: dict[str, str], found: Figure) -> None:
    if "/" in row["value"]:
        numerator, denominator = row["value"].split("/")
        assert (found.numerator, found.denominator) == (Decimal(numerator), Decimal(denominator))
    else:
        assert found.value == Decimal(row["value"])


def test_the_table_has_all_published_figures() -> None:
    assert len(ROWS) == 57


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_published_figure_comes_out_of_approved_records(demo: Path, row: dict[str, str]) -> None:
    found = figure(row["code"], row["place"], *days_of(row))

    check_value(row, found)
    assert (found.level, found.book) == (row["level"], "approved")
    assert not found.estimated
    assert found.partly_outside is None


@pytest.mark.parametrize("days", FLOWS, ids=[f"{first} {last}" for first, last in FLOWS])
def test_flows_keep_their_totals_on_the_boundaries_before_and_after(demo: Path, days: tuple[date, date]) -> None:
    codes = FLOWS[days]
    everywhere = dict.fromkeys(codes, Decimal(0))
    for old, new in PROVINCES:
        after = totals(codes, [new], days, NEW_DAY)

        assert totals(codes, old, days, OLD_DAY) == after
        everywhere = {code: everywhere[code] + after[code] for code in codes}
    assert all(everywhere[code] > 0 for code in codes)


@pytest.mark.parametrize(("olds", "new"), PROVINCES, ids=[new for _olds, new in PROVINCES])
def test_a_yearly_series_crosses_the_reform_without_a_break(demo: Path, olds: Sequence[str], new: str) -> None:
    """Each year on today's boundaries is what the provinces of before had together, before and after the reform."""
    days = date(2018, 1, 1), date(2026, 12, 31)

    def series(place: str, boundaries: date) -> dict[date, Decimal]:
        asked = make_question(["labour_days"], place, *days, boundaries=boundaries, by="year")
        return {one.first: one.value or Decimal(0) for one in ask(asked)}

    after, before = series(new, NEW_DAY), [series(old, OLD_DAY) for old in olds]

    assert len(after) == 9
    assert after == {year: sum((one[year] for one in before), Decimal(0)) for year in after}
    if new == "new:15":  # the one with records from both sides of the reform
        assert any(value for year, value in after.items() if year < NEW_DAY)
        assert any(value for year, value in after.items() if year > NEW_DAY)


def totals(codes: list[str], places: Sequence[str], days: tuple[date, date], boundaries: date) -> dict[str, Decimal]:
    found = dict.fromkeys(codes, Decimal(0))
    for place in places:
        for one in ask(make_question(codes, place, *days, boundaries=boundaries)):
            found[one.code] += one.value or 0
    return found


def test_every_flow_of_the_table_is_asked_on_other_boundaries(demo: Path) -> None:
    kinds = dict(DataElement.objects.values_list("code", "kind"))

    assert {row["code"] for row in FLOW_ROWS} == {
        row["code"] for row in ROWS if kinds.get(row["code"]) == "flow" and not row["code"].endswith("_target")
    }


@pytest.mark.parametrize("new", ["new:15", "old:12", "new:68"])
def test_communes_of_today_add_up_to_their_province(demo: Path, new: str) -> None:
    asked = ["labour_days", "conferences", "training_learners", "collectives_commended"]
    first, last = date(2018, 1, 1), date(2025, 6, 30)

    communes = ask(make_question(asked, new, first, last, boundaries=NEW_DAY, level="commune"))
    province = ask(make_question(asked, new, first, last, boundaries=NEW_DAY))

    for whole in province:
        parts = sum((one.value or Decimal(0) for one in communes if one.code == whole.code), Decimal(0))
        assert parts == (whole.value or Decimal(0))


@pytest.mark.parametrize("row", [row for row in ROWS if row["code"] in SHARES], ids=lambda row: row["code"])
def test_a_share_comes_with_both_its_parts_and_leads_to_the_records_behind(demo: Path, row: dict[str, str]) -> None:
    found = figure(row["code"], row["place"], *days_of(row))

    assert found.numerator is not None
    assert found.denominator is not None
    assert found.denominator > 0
    explanation = explain(found.ref, EVERYTHING)
    assert explanation.formula
    assert all(evidence.total > 0 and evidence.lines for evidence in explanation.evidence)
    for line in explanation.evidence[0].lines:
        assert line.submission_id is not None
        assert Submission.objects.filter(pk=line.submission_id, state="approved").exists()
        assert line.entered_by
        assert line.approved_by
        assert line.entered_by != line.approved_by


def test_a_figure_leads_down_to_the_villages_and_their_records(demo: Path) -> None:
    found = figure("labour_days", "Huyện Bát Xát", date(2020, 11, 24), date(2023, 11, 23))

    explanation = explain(found.ref, EVERYTHING)

    assert sum((child.value or Decimal(0) for child in explanation.children), Decimal(0)) == 38667
    assert explanation.evidence[0].total == 1980
    assert explanation.synthetic


def test_incomes_per_head_are_never_added_up(demo: Path) -> None:
    day = date(2023, 11, 23)

    province = figure("income_per_head_vnd", "Tỉnh Lào Cai", day, day)

    assert province.value is None
    assert province.why
    with pytest.raises(CannotBeAdded):
        figure("income_per_head_vnd + income_per_head_vnd", "Huyện Bát Xát", day, day)


def test_a_target_is_never_added_to_results(demo: Path) -> None:
    with pytest.raises(CannotBeAdded):
        figure("road_widened_km + road_widened_km_target", "Huyện Bảo Thắng", date(2023, 1, 1), date(2023, 12, 31))


def test_what_a_district_stated_passes_to_its_province_and_never_downward(demo: Path) -> None:
    year = date(2023, 1, 1), date(2023, 12, 31)

    communes = ask(make_question(["road_widened_km_target"], "new:15", *year, boundaries=NEW_DAY, level="commune"))

    assert figure("road_widened_km_target", "new:15", *year, NEW_DAY).value == 100
    assert all(not one.value for one in communes)


def test_a_register_counts_villages_and_communes_of_the_day(demo: Path) -> None:
    before, after = date(2023, 6, 30), date(2025, 7, 2)

    assert figure("villages", "Tỉnh Lào Cai", before, before).value == 1536
    assert figure("communes", "Tỉnh Lào Cai", before, before).value == 152
    assert figure("communes", "Tỉnh Lào Cai", after, after).value == 99
    assert figure("villages", "Tỉnh Lào Cai", after, after).value == 1536 + 50 + 42


def test_the_books_tell_their_own_past(demo: Path) -> None:
    days = date(2020, 11, 24), date(2023, 11, 23)

    then = figure("labour_days", "Huyện Bát Xát", *days, as_known=date(2022, 6, 30))
    now = figure("labour_days", "Huyện Bát Xát", *days)
    reported = figure("meetings", "Tỉnh Lào Cai", date(2026, 6, 1), date(2026, 10, 31), book="reported")
    approved = figure("meetings", "Tỉnh Lào Cai", date(2026, 6, 1), date(2026, 10, 31))

    assert then.value is not None
    assert now.value == 38667
    assert 0 < then.value < now.value
    assert reported.value is not None
    assert approved.value is not None
    assert reported.value > approved.value


def test_there_are_records_of_every_kind_and_enough_of_them(demo: Path) -> None:
    submissions = Submission.objects.all()

    assert submissions.count() >= 20_000
    states = {state: submissions.filter(state=state).count() for state in ("submitted", "returned", "approved")}
    assert all(count >= 5 for count in states.values()), states
    sent = submissions.exclude(due_on=None).values_list("first_received_at", "due_on")
    late = sum(local_date(received) > due for received, due in sent)
    assert submissions.count() * 0.05 < late < submissions.count() * 0.2
    corrected = submissions.filter(current_number__gt=1, state="approved")
    assert corrected.count() > 300
    yen_bai = get_snapshot().subtree_on(get_snapshot().by_key["old:15"].id, date(2025, 6, 1))
    assert submissions.filter(org_unit_id__in=list(yen_bai)).count() > 500
    assert not submissions.filter(versions__flags__gt=[]).exists()


def test_villages_are_marked_as_synthetic_and_nothing_else_is(demo: Path) -> None:
    units = get_snapshot().units.values()

    assert all(unit.synthetic == (unit.level == "village") for unit in units)


def test_the_ledger_says_what_the_records_say(demo: Path) -> None:
    assert not check_ledger()


def test_every_code_of_the_table_is_in_the_pack(demo: Path) -> None:
    known = {*DataElement.objects.values_list("code", flat=True), *Indicator.objects.values_list("code", flat=True)}

    assert {row["code"] for row in ROWS} <= known


def test_the_command_gives_the_same_figures(full_demo: Path) -> None:
    for row in [ROWS[0], ROWS[15], ROWS[29], ROWS[33]]:
        asked = ["--place", row["place"], "--from", row["from"], "--to", row["to"], "--format", "json"]

        answer = caunoi(full_demo, "figures", row["code"], *asked)

        assert answer.returncode == 0, answer.stderr
        found = json.loads(answer.stdout)[0]
        if "/" in row["value"]:
            assert f"{found['numerator']}/{found['denominator']}" == row["value"]
        else:
            assert found["value"] == row["value"]
