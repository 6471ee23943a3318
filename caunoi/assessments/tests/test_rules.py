"""The arithmetic of ratings: anybody who repeats it with the sheet gets the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.assessments.rules.classes import count_classes, find_breaches, fingerprint
from caunoi.assessments.rules.criteria import (
    AT_LEAST,
    SetCriterion,
    Stated,
    count_progress,
    find_group,
    judge,
    list_missing,
    read_criteria,
    write_criteria,
)
from caunoi.assessments.rules.life import FINAL, TRANSITIONS, RatingState, RatingStep, find_next
from caunoi.assessments.rules.scoring import (
    Found,
    Line,
    apply_figure,
    compute_points,
    compute_total,
    find_class,
    read_lines,
    write_lines,
)
from caunoi.assessments.rules.sheet import (
    LINEAR,
    STEPS,
    YES_NO,
    ZERO,
    Band,
    Cap,
    Criterion,
    Sheet,
    read_sheet,
    write_sheet,
)

D = Decimal
RISING = Criterion("tang", "Tăng", "Rising", D(10), LINEAR, "so", ((D(60), D(0)), (D(90), D(10))))
STEPPED = Criterion("bac", "Bậc", "Steps", D(10), STEPS, "so", ((D(1), D(4)), (D(3), D(10))))
FALLING = Criterion("muon", "Gửi muộn", "Late", D(10), STEPS, "so", ((D(0), D(10)), (D(1), D(5)), (D(3), D(0))))
YES = Criterion("co", "Có", "Yes", D(5), YES_NO, "so", ((D(1), D(5)),))
BANDS = (
    Band("xuat_sac", "Xuất sắc", "Excellent", D(90), D(100)),
    Band("tot", "Tốt", "Good", D(70), D(90)),
    Band("yeu", "Yếu", "Weak", D(0), D(70)),
)
CAP = Cap("xuat_sac", ("xuat_sac", "tot"), D(20), D(25), "Nổi bật", "Outstanding")
SHEET = Sheet("bang", "Bảng", "Sheet", "village", D(100), (RISING, STEPPED), BANDS, (CAP,), "Nguồn", "Source")

points = st.decimals(0, 100, places=2)
classes = st.lists(st.sampled_from([band.code for band in BANDS]), max_size=60)
lines = st.builds(
    Line,
    code=st.sampled_from(["tang", "bac"]),
    figure=st.none() | points,
    rule_points=st.none() | points,
    self_points=st.none() | points,
    evidence=st.sampled_from(["", "Biên bản số 3"]),
    review_points=st.none() | points,
    council_points=st.none() | points,
)


@pytest.mark.parametrize(
    ("criterion", "value", "expected"),
    [
        (RISING, "59", "0"),
        (RISING, "60", "0"),
        (RISING, "75", "5"),
        (RISING, "61", "0.33"),
        (RISING, "90", "10"),
        (RISING, "250", "10"),
        (STEPPED, "0", "0"),
        (STEPPED, "2.99", "4"),
        (STEPPED, "3", "10"),
        (FALLING, "0", "10"),
        (FALLING, "2", "5"),
        (FALLING, "7", "0"),
        (YES, "0", "0"),
        (YES, "1", "5"),
    ],
)
def test_a_figure_gives_points_by_the_criterion_s_scale(criterion: Criterion, value: str, expected: str) -> None:
    assert compute_points(criterion, D(value)) == D(expected)


@given(value=st.decimals(-1000, 1000, places=3), criterion=st.sampled_from([RISING, STEPPED, FALLING, YES]))
def test_points_by_rule_stay_between_nought_and_the_most(value: Decimal, criterion: Criterion) -> None:
    assert 0 <= compute_points(criterion, value) <= criterion.most


def test_a_missing_figure_is_scored_by_hand_unless_the_sheet_says_nought() -> None:
    nothing = Found(None, "Chưa có số liệu.", "ref")

    by_hand = apply_figure(RISING, Line("tang"), nothing)
    nought = apply_figure(replace(RISING, missing=ZERO), Line("tang"), nothing)

    assert (by_hand.points, by_hand.why, by_hand.ref) == (None, "Chưa có số liệu.", "ref")
    assert nought.points == 0
    assert compute_total([by_hand]) is None


def test_what_was_typed_counts_no_longer_once_there_is_a_figure() -> None:
    typed = Line("tang", self_points=D(9), council_points=D(10))

    line = apply_figure(RISING, typed, Found(D(75), "", "ref"))

    assert line.points == 5


def test_the_council_s_points_come_before_the_review_s_and_those_before_the_unit_s() -> None:
    own = Line("tay", self_points=D(10))
    reviewed = replace(own, review_points=D(8))
    decided = replace(reviewed, council_points=D(9))

    assert [line.points for line in (own, reviewed, decided)] == [10, 8, 9]


@given(st.lists(lines, max_size=6))
def test_a_rating_recomputed_from_its_sheet_equals_the_stored_one(several: list[Line]) -> None:
    kept = read_lines(write_lines(several))

    assert kept == several
    assert compute_total(kept) == compute_total(several)
    assert find_class(BANDS, compute_total(kept)) == find_class(BANDS, compute_total(several))


def test_a_sheet_is_kept_whole() -> None:
    assert read_sheet(write_sheet(SHEET)) == SHEET


@given(st.decimals(0, 100, places=2))
def test_every_total_has_exactly_one_class(total: Decimal) -> None:
    holding = [band.code for band in BANDS if band.least <= total < band.below or total == band.below == 100]

    assert holding == [find_class(BANDS, total)]


def test_shares_and_cumulative_shares_are_of_the_units_with_a_class() -> None:
    best, good, weak = count_classes(BANDS, ["xuat_sac", "tot", "tot", "yeu", "", "tot"])

    assert (best.units, best.share, best.cumulative_share) == (1, D("20.0"), D("20.0"))
    assert (good.units, good.cumulative, good.cumulative_share) == (3, 4, D("80.0"))
    assert (weak.units, weak.cumulative_share) == (1, D("100.0"))
    assert count_classes(BANDS, [""])[0].share is None


@given(classes, st.randoms(use_true_random=False))
def test_lists_caps_and_fingerprints_do_not_depend_on_the_order_of_units(codes: list[str], chance: object) -> None:
    shuffled = sorted(codes, key=lambda _code: chance.random())  # type: ignore[attr-defined]  # a random.Random
    numbered = [(unit, D(unit), code) for unit, code in enumerate(codes)]

    assert count_classes(BANDS, codes) == count_classes(BANDS, shuffled)
    assert find_breaches([CAP], codes) == find_breaches([CAP], shuffled)
    assert fingerprint(numbered) == fingerprint(reversed(numbered))


@given(classes)
def test_a_cap_is_broken_exactly_when_the_share_is_above_it(codes: list[str]) -> None:
    counted = Counter(codes)
    of = counted["xuat_sac"] + counted["tot"]

    found = find_breaches([CAP], codes)

    assert bool(found) == (counted["xuat_sac"] * 100 > 20 * of)
    if found:
        assert found[0].may_be_excepted == (counted["xuat_sac"] * 100 <= 25 * of)
        assert not find_breaches([CAP], ["xuat_sac"] * found[0].allowed + ["tot"] * (of - found[0].allowed))


def test_every_state_and_step_has_a_decision_and_what_is_closed_only_moves_by_an_appeal() -> None:
    possible = {(state, step) for state in RatingState for step in RatingStep if find_next(state, step)}

    assert possible == set(TRANSITIONS)
    assert {step for state, step in possible if state in FINAL} == {RatingStep.APPEAL, RatingStep.ANSWER}
    assert {to for (_state, step), to in TRANSITIONS.items() if step is RatingStep.CLOSE} == {RatingState.CLOSED}


ROAD = SetCriterion("duong", "Giao thông", "Roads", AT_LEAST, "ty_le", "%", (("", D(80)), ("nhom_3", D(60))))
HOUSE = SetCriterion("nha", "Nhà ở", "Housing")
SAID = Stated(True, "Biên bản", date(2026, 3, 1), "Nguyễn Thị Hoa")


@pytest.mark.parametrize(
    ("group", "value", "met"), [("nhom_1", "80", True), ("nhom_1", "79.9", False), ("nhom_3", "60", True)]
)
def test_a_rule_judges_by_the_threshold_of_the_commune_s_group(group: str, value: str, met: bool) -> None:
    judged = judge(ROAD, group, (D(value), "", "ref"), SAID)

    assert (judged.met, judged.ref) == (met, "ref")


def test_without_a_figure_what_was_stated_holds_and_without_both_nothing_is_known() -> None:
    stated, unknown = judge(ROAD, "", (None, "chưa có", "ref"), SAID), judge(HOUSE, "", None, None)

    assert (stated.met, unknown.met) == (True, None)
    assert count_progress([stated, unknown]).in_set == 2
    assert list_missing([stated, unknown]) == [unknown]


def test_a_unit_s_group_is_the_one_of_the_day() -> None:
    spells = [(date(2026, 1, 1), "nhom_3"), (date(2027, 1, 1), "nhom_2"), (date(2027, 1, 1), "nhom_1")]

    assert find_group(spells, date(2025, 12, 31)) == ""
    assert find_group(spells, date(2026, 6, 1)) == "nhom_3"
    assert find_group(spells, date(2027, 6, 1)) == "nhom_1"


def test_criteria_are_kept_whole() -> None:
    assert read_criteria(write_criteria([ROAD, HOUSE])) == [ROAD, HOUSE]
