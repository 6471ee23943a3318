from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.desk.search.rules.occasions import find_occasion
from caunoi.desk.search.rules.words import closeness, one_letter_away, split_words

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=8)


def test_words_are_without_accents_and_punctuation() -> None:
    assert split_words("Đường 2A, thôn Bản-Qua (Ðồi)") == ["duong", "2a", "thon", "ban", "qua", "doi"]


@given(WORDS, st.data())
def test_any_one_slip_of_the_finger_is_forgiven(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slips = [
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    ]

    assert all(slip == word or word in one_letter_away(slip) for slip in slips)


def test_a_number_is_meant_as_it_stands() -> None:
    assert closeness(["thon", "1"], ["thon", "10"], mending=True) == 0


def test_a_title_that_begins_with_the_words_answers_best() -> None:
    title, other = split_words("Xã Bản Qua"), split_words("Thôn 1 (Xã Bản Qua)")

    assert closeness(["xa", "ban", "qua"], title) > closeness(["xa", "ban", "qua"], other) > 0
    assert closeness(["qau"], title) == 0
    assert closeness(["qau"], title, mending=True) > closeness(["que"], title, mending=True) > 0


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("thôn 3 tháng 8/2026", date(2026, 8, 1), date(2026, 8, 31), "thon 3"),
        ("thang 8 nam 2026 ban qua", date(2026, 8, 1), date(2026, 8, 31), "ban qua"),
        ("báo cáo 2026-02", date(2026, 2, 1), date(2026, 2, 28), "bao cao"),
        ("họp 15/08/2026", date(2026, 8, 15), date(2026, 8, 15), "hop"),
        ("quý III/2026", date(2026, 7, 1), date(2026, 9, 30), ""),
        ("năm 2025 cốc san", date(2025, 1, 1), date(2025, 12, 31), "coc san"),
    ],
)
def test_days_and_months_are_read_out_of_the_question(text: str, first: date, last: date, rest: str) -> None:
    found = find_occasion(text)

    assert found is not None
    assert (found.first, found.last, " ".join(found.rest.split())) == (first, last, rest)


@pytest.mark.parametrize("text", ["thôn 3", "31/02/2026", "13/2026", "năm 9999"])
def test_a_day_that_no_calendar_has_is_not_read_as_one(text: str) -> None:
    assert find_occasion(text) is None
