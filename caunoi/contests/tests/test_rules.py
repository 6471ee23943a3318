from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.contests.rules.conflicts import Candidate, Conflict, Standing, find_conflict
from caunoi.contests.rules.counts import compute_counts
from caunoi.contests.rules.filling import WORDS
from caunoi.contests.rules.life import TRANSITIONS, State, Step, find_next
from caunoi.contests.rules.published import COLUMNS, UnreadableMarks, compare, list_lines, read_published
from caunoi.contests.rules.ranking import (
    Criterion,
    Lacking,
    Mark,
    Prize,
    Ranked,
    Terms,
    give_prizes,
    list_advancing,
    rank_entries,
)
from caunoi.contests.rules.terms import Scale, read_mark
from caunoi.forms.rules.filling import DAY

TERMS = Terms((Criterion("noi_dung", Decimal(60)), Criterion("trinh_bay", Decimal(40))), ("noi_dung", "median"))
CODES = [one.code for one in TERMS.criteria]


def marks_of(*rows: tuple[int, int, str, str]) -> list[Mark]:
    """(entry, judge, content, style)."""
    return [
        Mark(entry, judge, code, Decimal(value))
        for entry, judge, *values in rows
        for code, value in zip(CODES, values, strict=True)
    ]


@st.composite
def markings(draw: st.DrawFn) -> tuple[list[int], list[int], list[Mark]]:
    entries = draw(st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True))
    judges = list(range(1, draw(st.integers(1, 3)) + 1))
    # Few values, so that ties come up.
    values = st.sampled_from([Decimal("7"), Decimal("7.5"), Decimal("8")])
    marks = [Mark(entry, judge, code, draw(values)) for entry in entries for judge in judges for code in CODES]
    return entries, judges, marks


# ---- Ranking --------------------------------------------------------------------------------------------------------


def test_the_score_is_the_mean_of_the_judges_weighted_totals() -> None:
    ranking = rank_entries(TERMS, [1, 2], [1, 2], marks_of((1, 1, "8", "7"), (1, 2, "9", "6"), (2, 1, "9", "9"),
                                                           (2, 2, "8.5", "8")))  # fmt: skip

    assert ranking.rows == (Ranked(2, 1, Fraction("8.65")), Ranked(1, 2, Fraction("7.7")))
    assert [str(one.shown()) for one in ranking.rows] == ["8.6500", "7.7000"]


def test_a_tie_is_broken_as_declared_and_stands_where_nothing_tells_the_entries_apart() -> None:
    rows = [(1, 1, "8", "8"), (2, 1, "8", "8"), (3, 1, "9", "6.5"), (4, 1, "5", "5")]

    ranking = rank_entries(TERMS, [1, 2, 3, 4], [1], marks_of(*rows))

    assert [(one.entry, one.rank) for one in ranking.rows] == [(3, 1), (1, 2), (2, 2), (4, 4)]


def test_an_entry_that_lacks_a_mark_has_no_rank_and_the_mark_is_named() -> None:
    marks = [one for one in marks_of((1, 1, "8", "8"), (2, 1, "9", "9")) if (one.entry, one.criterion) != (2, CODES[1])]

    ranking = rank_entries(TERMS, [1, 2], [1], marks)

    assert [one.entry for one in ranking.rows] == [1]
    assert ranking.lacking == (Lacking(2, 1, "trinh_bay"),)


@given(markings(), st.randoms(use_true_random=False))
def test_a_ranking_does_not_depend_on_the_order_of_marks(
    drawn: tuple[list[int], list[int], list[Mark]], chance: Random
) -> None:
    entries, judges, marks = drawn
    ranking = rank_entries(TERMS, entries, judges, marks)
    for several in (entries, judges, marks):
        chance.shuffle(several)

    assert rank_entries(TERMS, entries, judges, marks) == ranking
    assert [one.rank for one in ranking.rows] == sorted(one.rank for one in ranking.rows)
    # Whoever has a better score is ahead, and every rank counts those ahead of it.
    for one in ranking.rows:
        ahead = [other for other in ranking.rows if other.rank < one.rank]
        assert one.rank == len(ahead) + 1
        assert all(other.score >= one.score for other in ahead)


@given(markings())
def test_anybody_computes_the_same_ranking_from_the_published_file(
    drawn: tuple[list[int], list[int], list[Mark]],
) -> None:
    entries, judges, marks = drawn
    ranking = rank_entries(TERMS, entries, judges, marks)

    text = written(list_lines(TERMS, {entry: f"Bài {entry}" for entry in entries}, marks, ranking))
    again, differences = compare(read_published(io.StringIO(text, newline="")))

    assert again.rows == ranking.rows
    assert differences == []


def test_two_marks_for_one_cell_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="two marks"):
        rank_entries(TERMS, [1], [1], marks_of((1, 1, "8", "8"), (1, 1, "9", "8")))


# ---- What follows ---------------------------------------------------------------------------------------------------

LEVEL = [Ranked(5, 1, Fraction(9)), Ranked(6, 2, Fraction(8)), Ranked(7, 2, Fraction(8)), Ranked(8, 4, Fraction(7))]


def test_who_is_level_with_the_last_that_goes_on_goes_on_too() -> None:
    assert list_advancing(LEVEL, 2) == [5, 6, 7]
    assert list_advancing(LEVEL, None) == [5, 6, 7, 8]


def test_entries_of_one_rank_get_the_same_prize() -> None:
    prizes = [Prize("nhat", 1), Prize("nhi", 1), Prize("ba", 1)]

    assert give_prizes(LEVEL, prizes) == {5: "nhat", 6: "nhi", 7: "nhi"}


@pytest.mark.parametrize(("value", "held"), [("0", True), ("10", True), ("7.25", True), ("7.3", False), ("-1", False),
                                            ("10.25", False)])  # fmt: skip
def test_a_mark_is_on_a_step_of_the_scale(value: str, held: bool) -> None:
    assert Scale(Decimal(0), Decimal(10), Decimal("0.25")).holds(Decimal(value)) is held


@pytest.mark.parametrize(("text", "value"), [("8,5", "8.5"), (" 9 ", "9"), ("1e3", None), ("-1", None), ("٣", None),
                                            ("8.5.1", None), ("", None), ("9" * 40, None), (".", None)])  # fmt: skip
def test_marks_are_read_as_people_write_them(text: str, value: str | None) -> None:
    assert read_mark(text) == (None if value is None else Decimal(value))


def test_what_a_contest_counts_answers_its_form() -> None:
    counts = compute_counts([(1, "person", True), (1, "person", False), (2, "unit", False)])

    assert (counts.entrants, counts.persons, counts.units, counts.entries, counts.prizes) == (2, 1, 1, 3, 1)


def test_the_form_is_answered_with_counts_fixed_words_and_what_was_asked() -> None:
    words = {"ngay": "day", "loai": "'thi_viet'", "so_bai": "entries", "so_dien_vien": "ask"}
    filled = WORDS.fill(words, compute_counts([(1, "person", True)]), {DAY: date(2026, 3, 2)}, {"so_dien_vien": 40})

    assert filled == {"ngay": "2026-03-02", "loai": "thi_viet", "so_bai": "1", "so_dien_vien": "40"}


# ---- Two roles ------------------------------------------------------------------------------------------------------

ENTRY = Standing(3, entered_by=7, person="Vàng Thị Mỷ", line={10, 11})


@pytest.mark.parametrize(
    ("candidate", "conflict"),
    [
        (Candidate(1, "Lò A", frozenset({9}), organises=True), Conflict.ORGANISES),
        (Candidate(7, "Lò A", frozenset({9}), organises=False), Conflict.ENTERED),
        (Candidate(1, "Vang Thi My", frozenset({9}), organises=False), Conflict.NAMESAKE),
        (Candidate(1, "Lò A", frozenset({11}), organises=False), Conflict.OWN_UNIT),
        (Candidate(1, "Lò A", frozenset({9}), organises=False), None),
    ],
)
def test_a_judge_has_no_other_part_in_the_contest(candidate: Candidate, conflict: Conflict | None) -> None:
    found = find_conflict(candidate, [ENTRY], own_unit=False)

    assert (found[0] if found else None) == conflict


def test_a_kind_may_let_judges_mark_their_own_unit_and_two_people_may_bear_one_name() -> None:
    assert find_conflict(Candidate(1, "Lò A", frozenset({11}), organises=False), [ENTRY], own_unit=True) is None
    namesake = Candidate(1, "Vàng Thị Mỷ", frozenset(), organises=False)
    assert find_conflict(namesake, [ENTRY], own_unit=True, namesake_confirmed=True) is None


def test_every_step_from_every_state_is_decided() -> None:
    possible = {state: {step for step in Step if find_next(state, step)} - {Step.ERASE} for state in State}

    assert possible[State.CANCELLED] == set() and possible[State.CLOSED] == {Step.AWARD}
    assert possible[State.RANKED] == {Step.NEXT_ROUND, Step.PUBLISH}
    assert Step.ENTER in possible[State.OPEN]
    assert not any(Step.ENTER in possible[state] for state in State if state is not State.OPEN)
    assert {state for state, _step in TRANSITIONS} == set(State)


# ---- The published file ---------------------------------------------------------------------------------------------


def written(lines: list[list[str]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([list(COLUMNS), *lines])
    return buffer.getvalue()


LINES = list_lines(
    TERMS, {1: "Bài một", 2: "Bài hai"}, marks_of((1, 1, "8", "8"), (2, 1, "9", "9")),
    rank_entries(TERMS, [1, 2], [1], marks_of((1, 1, "8", "8"), (2, 1, "9", "9"))),
)  # fmt: skip


def test_a_rank_that_does_not_follow_from_the_marks_is_found() -> None:
    changed = [[*line[:-1], "1"] for line in LINES]

    _ranking, differences = compare(read_published(io.StringIO(written(changed), newline="")))

    assert [(one.entry, one.said[1], one.computed and one.computed[1]) for one in differences] == [(1, 1, 2)]


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [(1, "mark", "chín"), (1, "entry", "x"), (2, "weight", "30"), (1, "rank", ""), (1, "mark", "NaN"), (2, "ties", ""),
     (1, "score", "Infinity")],
)  # fmt: skip
def test_a_changed_file_says_where_it_cannot_be_read(row: int, column: str, value: str) -> None:
    lines = [list(line) for line in LINES]
    lines[row][COLUMNS.index(column)] = value

    with pytest.raises(UnreadableMarks):
        read_published(io.StringIO(written(lines), newline=""))


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\0", ",".join(COLUMNS) + "\n", "x" * 200_000])
def test_another_file_is_no_file_of_marks(text: str) -> None:
    with pytest.raises(UnreadableMarks):
        read_published(io.StringIO(text, newline=""))
