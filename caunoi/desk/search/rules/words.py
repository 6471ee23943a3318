"""Words as they are looked for: folded, whole, or one letter away from what was typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache

from caunoi.vietnamese_text import fold

MOST_WORDS = 8
LONGEST = 60
# Of the ids of units: a commune's villages lie in one or two buckets, a province in a few dozen.
BUCKET = 64
MOST_MONTHS = 600
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_TYPO = 3


# One word of a question: any of these, the first as typed.
Term = tuple[str, ...]


@lru_cache(maxsize=20_000)
def words_of(title: str) -> tuple[str, ...]:
    """Of titles, which are compared with every question anew."""
    return tuple(split_words(title))


def split_words(text: str) -> list[str]:
    """`split_words("Đường 2A, thôn Bản-Qua")` == ["duong", "2a", "thon", "ban", "qua"]."""
    return [word[:LONGEST] for word in re.findall(r"[^\W_]+", fold(text))]


def mark(kind: str, org_unit_id: int | None = None) -> str:
    """A word that finds a kind, or a kind in a stretch of units. By a unit's identity, so that nothing goes stale when
    places change; it only narrows what is read, the scope decides."""
    return f"zz{kind}" if org_unit_id is None else f"zz{kind}{org_unit_id // BUCKET}"


def join_words(kind: str, org_unit_id: int | None, words: Iterable[str]) -> str:
    marks = [mark(kind)] if org_unit_id is None else [mark(kind), mark(kind, org_unit_id)]
    return " ".join([*marks, *dict.fromkeys(words)])


def month_marks(first: date, last: date) -> list[str]:
    """Words for the months in which the days lie, of a century the first half: what is found by a day is looked at
    again, day by day."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [f"zzm{month // 12}{month % 12 + 1:02d}" for month in months[:MOST_MONTHS]]


def is_word_to_mend(word: str) -> bool:
    """Numbers and codes are meant as they stand: `12` is no slip of the finger for `13`."""
    return len(word) >= SHORTEST_TYPO and word.isascii() and word.isalpha()


@lru_cache(maxsize=256)
def one_letter_away(word: str) -> frozenset[str]:
    """All that one letter missing, added, replaced, or two neighbours exchanged make of it (about 50 a letter)."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    missing = {left + right[1:] for left, right in cuts if right}
    replaced = {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}
    added = {left + letter + right for left, right in cuts for letter in LETTERS}
    return (exchanged(word) | missing | replaced | added) - {word}


def may_mean(word: str) -> frozenset[str]:
    """What a word that nobody has may have been meant as; nothing, if it is meant as it stands."""
    return one_letter_away(word) if is_word_to_mend(word) else frozenset()


@lru_cache(maxsize=256)
def exchanged(word: str) -> frozenset[str]:
    """Two neighbours typed in the wrong order: the commonest slip."""
    return frozenset(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1))


def in_two(word: str) -> list[tuple[str, str]]:
    """What a forgotten space may have joined: `banqua` -> [("ba", "nqua"), ("ban", "qua"), …]."""
    return [(word[:i], word[i:]) for i in range(2, len(word) - 1)]


def closeness(wanted: Sequence[str], words: Sequence[str], *, mending: bool = False) -> int:
    """How well a title answers, the more the better; 0: a wanted word is not in it at all.

    A whole word counts most, then one begun; `mending`: then one with neighbours exchanged, then one letter away. And
    more where they follow each other from the title's beginning.
    """
    if not wanted:
        return 0
    found = 0
    for word in wanted:
        score = _match(word, words, mending)
        if not score:
            return 0
        found += score
    if list(words[: len(wanted)]) == list(wanted):
        found += 6 * len(wanted) + (6 if len(words) == len(wanted) else 0)
    return found


def _match(word: str, words: Collection[str], mending: bool) -> int:
    if word in words:
        return 6
    if not word.isdigit() and any(one.startswith(word) for one in words):
        return 4
    if mending and is_word_to_mend(word) and not one_letter_away(word).isdisjoint(words):
        return 1 if exchanged(word).isdisjoint(words) else 2
    return 0
