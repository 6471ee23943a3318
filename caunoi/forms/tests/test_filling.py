"""What a pack may write into the cell that says how a closed thing answers its form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from caunoi.forms.rules.filling import DAY, LAST_DAY, Prefix, Words, list_asked

DAYS = {DAY: date(2026, 3, 10), LAST_DAY: date(2026, 3, 12)}
WORDS: Words[Mapping[str, int]] = Words(
    counted={"wells": lambda one: one["wells"]},
    days=(DAY, LAST_DAY),
    prefixed={"deep": Prefix("…", str.isdecimal, lambda one, metres: one["wells"] * int(metres))},
)
WITHOUT_ASKING: Words[Mapping[str, int]] = Words(counted={"wells": lambda one: one["wells"]}, asks=False)


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("day", "2026-03-10"),
        ("last_day", "2026-03-12"),
        ("'dao_gieng'", "dao_gieng"),
        ("''", ""),
        ("'deep:20'", "deep:20"),
        ("wells", "3"),
        ("deep:20", "60"),
        ("ask", "7"),
    ],
)
def test_each_word_answers_with_a_day_a_fixed_answer_a_count_or_what_was_asked(word: str, answer: str) -> None:
    assert WORDS.has(word)
    assert WORDS.fill({"cau": word}, {"wells": 3}, DAYS, {"cau": 7}) == {"cau": answer}


@pytest.mark.parametrize("word", ["", "well", "'dao_gieng", "'", "'a'b'", "deep", "deep:", "deep:x", "shallow:2"])
def test_other_words_are_none(word: str) -> None:
    assert not WORDS.has(word)


def test_a_room_says_which_days_there_are_and_whether_an_officer_is_asked() -> None:
    assert not WITHOUT_ASKING.has("ask") and not WITHOUT_ASKING.has("last_day")
    assert WITHOUT_ASKING.list_all() == ["day", "wells", "'…'"]
    assert WORDS.list_all() == ["day", "last_day", "wells", "ask", "'…'", "deep:…"]


def test_what_was_asked_and_not_answered_is_left_out_and_nothing_that_was_counted_is() -> None:
    answers = {"ngay": "day", "so_tai_lieu": "ask", "so_tham_du": "ask"}

    assert list_asked(answers) == ["so_tai_lieu", "so_tham_du"]
    assert WORDS.fill(answers, {"wells": 3}, DAYS, {"so_tham_du": 0}) == {"ngay": "2026-03-10", "so_tham_du": "0"}
