"""Which days figures are compared with, and what questions over several periods answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.accounts.scope import EVERYTHING, Scope, Window
from caunoi.facts.access import ask_as
from caunoi.facts.errors import CannotBeAdded, QuestionMalformed
from caunoi.facts.explanation import explain, explanation_json
from caunoi.facts.models import Relation
from caunoi.facts.questions import ask, make_question
from caunoi.facts.rules.comparing import go
from caunoi.facts.rules.formula_tree import Earlier, Since, Step, TargetPeriod
from caunoi.facts.rules.question import Figure, Slice
from caunoi.facts.tests.builders import World
from caunoi.forms.models import Assignment
from caunoi.periods.rules import CutOff, Days, PeriodType
from caunoi.places.tests.test_snapshot import REFORM, reform
from caunoi.refusals import NotFound

PERIOD, YEAR_AGO = Earlier("period"), Earlier("year")


def days(text: str) -> Days:
    """`2024-03-01..2024-03-31`"""
    first, last = (date.fromisoformat(part) for part in text.split(".."))
    return Days(first, last)


@pytest.mark.parametrize(
    ("asked", "step", "cut_off", "found"),
    [
        ("2024-03-01..2024-03-31", PERIOD, None, "2024-02-01..2024-02-29"),
        ("2024-01-01..2024-12-31", PERIOD, None, "2023-01-01..2023-12-31"),
        ("2024-04-01..2024-06-30", PERIOD, None, "2024-01-01..2024-03-31"),
        ("2020-11-24..2023-11-23", PERIOD, None, "2017-11-24..2020-11-23"),
        ("2024-03-15..2024-04-14", PERIOD, 15, "2024-02-15..2024-03-14"),
        ("2024-05-01..2024-05-20", PERIOD, None, "2024-04-01..2024-04-20"),
        ("2024-01-01..2024-05-20", PERIOD, None, "2023-08-01..2023-12-20"),
        ("2024-05-10..2024-05-20", PERIOD, None, "2024-04-29..2024-05-09"),
        ("2024-05-10..2024-05-10", PERIOD, None, "2024-05-09..2024-05-09"),
        ("2024-02-01..2024-02-29", YEAR_AGO, None, "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", YEAR_AGO, None, "2024-02-01..2024-02-29"),
        ("2024-02-15..2024-03-14", YEAR_AGO, 15, "2023-02-15..2023-03-14"),
        ("2024-05-01..2024-05-31", Since(None), None, "2024-01-01..2024-05-31"),
        ("2024-05-15..2024-06-14", Since(None), 15, "2023-12-15..2024-06-14"),
        ("2024-12-15..2025-01-14", Since(None), 15, "2024-12-15..2025-01-14"),
        ("2024-05-01..2024-05-31", Since(date(2020, 11, 24)), None, "2020-11-24..2024-05-31"),
    ],
)
def test_the_days_compared_with(asked: str, step: Step, cut_off: CutOff | None, found: str) -> None:
    moved = go(Slice(days(asked), cut_off is None), step, cut_off)

    assert isinstance(moved, Slice)
    assert moved.days == days(found)


@pytest.mark.parametrize(
    ("asked", "type_", "whole", "found"),
    [
        ("2024-01-01..2024-06-30", "year", True, "2024-01-01..2024-12-31"),
        ("2024-04-01..2024-06-30", "year", False, "2024-01-01..2024-06-30"),
        ("2023-11-01..2024-02-29", "year", True, "2023-01-01..2024-12-31"),
        ("2024-05-01..2024-05-31", "quarter", True, "2024-04-01..2024-06-30"),
        ("2024-05-01..2024-05-31", None, True, "2024-05-01..2024-05-31"),
    ],
)
def test_the_periods_of_a_target(asked: str, type_: PeriodType | None, whole: bool, found: str) -> None:
    moved = go(Slice(days(asked), True), TargetPeriod("chi_tieu", "ket_qua", whole), None, type_)

    assert isinstance(moved, Slice)
    assert moved.days == days(found)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 4000), st.sampled_from([None, 1, 15]))
def test_the_period_before_ends_before_the_asked_one_begins(first: date, length: int, cut_off: CutOff | None) -> None:
    asked = Days(first, date.fromordinal(first.toordinal() + length))

    moved = go(Slice(asked, False), PERIOD, cut_off)

    assert isinstance(moved, Slice)
    assert moved.days.last < asked.first
    assert abs((moved.days.last - moved.days.first).days - length) <= 62


def test_there_is_nothing_before_all_history_and_nothing_since_later() -> None:
    assert "01/01/1900" in str(go(Slice(days("1900-01-01..1900-12-31"), True), PERIOD, None))
    assert "24/11/2030" in str(go(Slice(days("2024-01-01..2024-12-31"), True), Since(date(2030, 11, 24)), None))


# -- Questions ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> World:
    """Units of `reform()`: province 1, district 2, communes 3 and 4 (village 5 in 3), since the reform commune 6."""
    return World(reform())


YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def figure(code: str, place: str, first: date = YEAR[0], last: date = YEAR[1], **asked: object) -> Figure:
    (found,) = ask(make_question([code], place, first, last, **asked), EVERYTHING)
    return found


def test_changes_are_told_absolutely_and_in_percent(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("tang", "change(ngay_cong)")
    world.indicator("tang_phan_tram", "change_percent(ngay_cong, 'year')")
    world.state("ngay_cong", 3, date(2023, 5, 1), 30)
    world.state("ngay_cong", 4, date(2024, 5, 1), 40)

    grown = figure("tang_phan_tram", "Tỉnh P")

    assert figure("tang", "Tỉnh P").value == 10
    assert (grown.value, grown.numerator, grown.denominator) == (Decimal("33.3"), 10, 30)


def test_a_series_of_months_compares_each_with_the_one_before(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("tang", "change(ngay_cong)")
    for month, value in ((12, 1), (13, 5), (14, 11)):
        world.state("ngay_cong", 3, date(2023 + month // 13, (month - 1) % 12 + 1, 10), value)

    found = ask(make_question(["tang"], "Xã A", YEAR[0], date(2024, 3, 31), by="month"), EVERYTHING)

    assert [one.value for one in found[:2]] == [4, 6]
    assert found[2].value is None
    assert found[2].why is not None and found[2].why.startswith("Chưa có số liệu: ngay_cong.")


def test_without_the_earlier_period_there_is_no_change_and_its_days_are_named(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("tang", "change(ngay_cong)")
    world.state("ngay_cong", 3, date(2024, 5, 1), 40)

    found = figure("tang", "Xã A")

    assert found.value is None
    assert "ngay_cong (từ 01/01/2023 đến 31/12/2023)" in (found.why or "")


def test_both_sides_of_a_change_stand_on_the_same_boundaries_book_and_moment(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("tang", "change(ngay_cong)")
    before = world.state("ngay_cong", 3, date(2024, 5, 1), 30)
    world.state("ngay_cong", 4, date(2024, 5, 1), 10)
    world.state("ngay_cong", 6, date(2025, 8, 1), 44)
    year = (date(2025, 1, 1), date(2025, 12, 31))
    question = make_question(["tang"], "Xã C", *year)
    world.correct(before, "ngay_cong", 31, approve=False)

    assert ask(question, EVERYTHING)[0].value == 4
    assert figure("tang", "Xã C", *year).value == 4
    assert figure("tang", "Xã C", *year, book="reported").value == 3
    back = figure("tang", "Xã A", *year, boundaries=date(2024, 1, 1))
    assert (back.value, back.estimated) == (Decimal(-19), True)


def test_what_is_cumulated_runs_from_the_beginning_of_the_year_or_from_a_day(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("luy_ke", "cumulated(ngay_cong)")
    world.indicator("nhiem_ky", "cumulated(ngay_cong, '24/11/2020')")
    world.indicator("hon_nam_truoc", "change(cumulated(ngay_cong), 'year')")
    for day, value in ((date(2021, 2, 1), 1), (date(2023, 4, 1), 2), (date(2024, 1, 5), 4), (date(2024, 5, 5), 8)):
        world.state("ngay_cong", 3, day, value)

    may = (date(2024, 5, 1), date(2024, 5, 31))

    assert figure("luy_ke", "Xã A", *may).value == 12
    assert figure("nhiem_ky", "Xã A", *may).value == 15
    assert figure("hon_nam_truoc", "Xã A", *may).value == 10


def test_a_target_of_the_year_is_held_against_what_was_reached_so_far(world: World) -> None:
    world.element("duong", unit="km")
    world.element("duong_chi_tieu", nature="target", unit="km", day="period")
    Relation.objects.create(code="duong_chi_tieu", relation="target-of", other="duong", pack="thu")
    world.indicator("hoan_thanh", "attainment(duong, duong_chi_tieu)")
    Assignment.objects.create(
        form=world.form, level="commune", period_kind="year", cut_off=1, due_days=10, known_from=1
    )
    world.state("duong_chi_tieu", 3, date(2024, 1, 1), 40, to=date(2024, 12, 31))
    world.state("duong", 3, date(2024, 2, 1), 6)
    world.state("duong", 3, date(2024, 5, 1), 4)

    second_quarter = figure("hoan_thanh", "Xã A", date(2024, 4, 1), date(2024, 6, 30))

    assert (second_quarter.value, second_quarter.numerator, second_quarter.denominator) == (25, 10, 40)
    below = figure("hoan_thanh", "Thôn 1", date(2024, 4, 1), date(2024, 6, 30))
    assert below.value is None
    assert "duong_chi_tieu" in (below.why or "")


def test_the_explanation_of_a_comparison_leads_to_both_sides(world: World) -> None:
    world.element("dat")
    world.element("tong")
    world.indicator("ty_le_tang", "change(percent(dat, tong), 'year')")
    for year, value in ((2023, 3), (2024, 8)):
        world.state("dat", 3, date(year, 5, 1), value)
        world.state("tong", 3, date(year, 5, 1), 10)

    found = figure("ty_le_tang", "Xã A")
    explained = explain(found.ref, EVERYTHING)

    assert found.value == 50
    assert [(one.words, one.figure.value, one.figure.first.year) for one in explained.sides] == [
        ("kỳ này", 80, 2024),
        ("cùng kỳ năm trước", 30, 2023),
    ]
    assert explain(explained.sides[1].figure.ref, EVERYTHING).figure.value == 30
    assert [(one.code, one.first.year, one.value) for one in explained.parts] == [
        ("dat", 2024, 8), ("tong", 2024, 10), ("dat", 2023, 3), ("tong", 2023, 10),
    ]  # fmt: skip
    assert [(one.code, one.days.first.year, one.total) for one in explained.evidence] == [
        ("dat", 2024, 1), ("tong", 2024, 1), ("dat", 2023, 1), ("tong", 2023, 1),
    ]  # fmt: skip
    assert explanation_json(explained)["sides"][1]["figure"]["value"] == "30"


def test_a_change_is_not_shown_to_who_may_not_see_the_earlier_period(world: World) -> None:
    world.element("ngay_cong")
    world.indicator("tang", "change(ngay_cong)")
    world.state("ngay_cong", 3, date(2025, 5, 1), 30)
    world.state("ngay_cong", 6, date(2025, 8, 1), 44)
    officer = Scope(everything=False, windows={unit: (Window(REFORM, None),) for unit in (5, 6)})
    question = make_question(["ngay_cong", "tang"], "Xã C", REFORM, date(2025, 12, 31))

    stated, change = ask_as(question, officer)

    assert stated.value == 44
    assert (change.value, change.why) == (None, "Ngoài phạm vi của bạn.")
    with pytest.raises(NotFound):
        explain(change.ref, officer)


def test_a_question_of_two_hundred_years_is_refused_with_its_size(world: World) -> None:
    world.element("ngay_cong")

    with pytest.raises(QuestionMalformed, match="dài 199 năm \\(2.388 tháng\\)"):
        figure("ngay_cong", "Tỉnh P", date(1950, 1, 1), date(2149, 12, 31), by="month")


def test_boundaries_of_a_day_before_all_history_are_answered_with_a_clear_sentence(world: World) -> None:
    world.element("ngay_cong")

    found = figure("ngay_cong", "Xã C", boundaries=date(1901, 1, 1))

    assert found.value is None
    assert "chưa có vào ngày 01/01/1901" in (found.why or "")


@pytest.mark.parametrize("typed", ["ngay_cong +", "change(ngay_cong", "foo(ngay_cong)"])
def test_a_formula_typed_wrongly_into_a_question_is_refused_with_a_sentence(world: World, typed: str) -> None:
    world.element("ngay_cong")

    with pytest.raises(QuestionMalformed, match="Ký tự thứ"):
        figure(typed, "Tỉnh P")


def test_a_typed_formula_gets_the_unit_it_gives(world: World) -> None:
    world.element("ngay_cong", unit="ngày công")
    world.element("ho", "stock", unit="hộ")
    world.state("ngay_cong", 3, date(2024, 5, 1), 10)
    world.state("ho", 3, date(2024, 5, 1), 4)

    found = figure("per(ngay_cong, ho, 1000)", "Xã A")

    assert (found.value, found.unit) == (2500, "ngày công/1.000 hộ")
    with pytest.raises(CannotBeAdded, match="ngày công và hộ"):
        figure("ngay_cong + ho", "Xã A")
