from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.training.rules.drafts import Person, list_days, split_new
from caunoi.training.rules.filling import WORDS
from caunoi.training.rules.life import STEPS, TRANSITIONS, find_next
from caunoi.training.rules.results import (
    Attended,
    Band,
    Demand,
    Scale,
    count_named,
    count_stated,
    find_overlaps,
    is_completed,
)

DAY = date(2026, 3, 10)


def band(code: str, at_least: str, below: str, first: date | None = None, last: date | None = None) -> Band:
    return Band(code, code, code, D(at_least), D(below), first, last)


SCALE = Scale(D(10), 1, (band("gioi", "8", "10"), band("kha", "6.5", "8"), band("dat", "5", "6.5")))


@pytest.mark.parametrize(
    ("mark", "code"), [("10", "gioi"), ("8", "gioi"), ("7.9", "kha"), ("6.5", "kha"), ("5", "dat"), ("4.9", None)]
)
def test_a_mark_has_the_class_whose_threshold_it_reaches(mark: str, code: str | None) -> None:
    found = SCALE.find_band(D(mark), DAY)

    assert (found.code if found else None) == code


@pytest.mark.parametrize(("mark", "fits"), [("0", True), ("10", True), ("10.1", False), ("-1", False), ("7.25", False)])
def test_a_mark_outside_the_scale_is_none(mark: str, fits: bool) -> None:
    assert SCALE.has(D(mark)) is fits


def test_thresholds_hold_on_their_days_only() -> None:
    old = band("gioi", "9", "10", last=date(2025, 12, 31))
    new = band("gioi", "8", "10", first=date(2026, 1, 1))
    scale = Scale(D(10), 1, (old, new))

    assert scale.find_band(D("8.5"), date(2025, 12, 31)) is None
    assert scale.find_band(D("8.5"), date(2026, 1, 1)) == new
    assert not find_overlaps([old, new])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.integers(1, 5), st.integers(1, 27) | st.none(), st.integers(1, 27) | st.none()
        ),
        max_size=5,
    ),
    st.integers(0, 100),
    st.integers(1, 27),
)  # fmt: skip
def test_without_overlaps_no_mark_ever_has_two_classes(
    rows: list[tuple[int, int, int | None, int | None]], tenths: int, day: int
) -> None:
    bands = [
        Band(
            str(number), "", "", D(low), D(low + wide), date(2026, 1, first) if first else None,
            date(2026, 1, last) if last else None,
        )
        for number, (low, wide, first, last) in enumerate(rows)
    ]  # fmt: skip
    mark, on = D(tenths) / 10, date(2026, 1, day)

    holding = [one for one in bands if one.at_least <= mark < one.below and one.holds_on(on)]

    if not find_overlaps(bands):
        assert len(holding) <= 1


@pytest.mark.parametrize(
    ("demand", "present", "sessions", "mark", "completed"),
    [
        (Demand(D(80), D(5)), 4, 5, "5", True),
        (Demand(D(80), D(5)), 3, 5, "9", False),
        (Demand(D(80), D(5)), 5, 5, "4.9", False),
        (Demand(D(80), D(5)), 5, 5, None, False),
        (Demand(D(80)), 4, 5, None, True),
        (Demand(D(80)), 0, 0, None, False),
        (Demand(), 0, 0, None, True),
    ],
)
def test_attendance_and_mark_decide_who_completed(
    demand: Demand, present: int, sessions: int, mark: str | None, completed: bool
) -> None:
    assert is_completed(demand, present, sessions, None if mark is None else D(mark)) is completed


def test_counts_of_names_and_of_numbers_alike() -> None:
    learners = [Attended(2, True, "gioi"), Attended(1, False, "gioi"), Attended(0, False)]
    days = [DAY, DAY, date(2026, 3, 11)]

    named = count_named(learners, days, 16)
    stated = count_stated(3, 1, [(DAY, 2), (DAY, 1), (date(2026, 3, 11), None)], 16)

    assert (named.learners, named.sessions, named.days, named.attendances, named.completed) == (3, 3, 2, 3, 1)
    assert named.results == {"gioi": 2}
    assert (stated.learners, stated.days, stated.attendances, stated.completed) == (3, 2, 3, 1)


def test_a_form_is_filled_as_the_pack_says() -> None:
    counts = count_named([Attended(1, True, "gioi")], [DAY], 8)
    answers = {"ngay": "day", "den": "last_day", "loai": "'mo_lop'", "gioi": "result:gioi", "kem": "result:kem"}

    filled = WORDS.fill({**answers, "so": "learners"}, counts, {"day": DAY, "last_day": date(2026, 3, 12)})

    assert filled == {
        "ngay": "2026-03-10", "den": "2026-03-12", "loai": "mo_lop", "gioi": "1", "kem": "0", "so": "1"
    }  # fmt: skip
    assert all(map(WORDS.has, answers.values())) and not WORDS.has("result:") and not WORDS.has("turns")


def test_the_same_name_from_the_same_place_is_told() -> None:
    new, twice = split_new([Person(1, "Lý A Sùng"), Person(2, "Lý A Sùng"), Person(1, "LÝ A SÙNG")], {(3, "x")})

    assert [one.org_unit for one in new] == [1, 2] and [one.org_unit for one in twice] == [1]


def test_only_short_classes_get_a_session_a_day() -> None:
    assert len(list_days(DAY, date(2026, 3, 12))) == 3
    assert list_days(DAY, date(2026, 6, 12)) == []


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", ["open", "closed", "cancelled"])
def test_each_step_is_possible_from_one_state(state: str, step: str) -> None:
    possible = {"close": "open", "reopen": "closed", "cancel": "open", "restore": "cancelled"}[step]

    assert (find_next(state, step) is not None) == (state == possible)
    assert len(TRANSITIONS) == len(STEPS)
