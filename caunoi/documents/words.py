"""The words a document is found by: without accents, letters and digits only, the same on every database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from caunoi.vietnamese_text import fold

_WORD = re.compile(r"[^\W_]+")
# No Vietnamese word is longer; what is, is noise out of a file.
LONGEST_WORD = 40
MOST_WORDS_KEPT = 20_000
MOST_WORDS_ASKED = 12


def split_words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def join_words(text: str) -> str:
    """Each word once, in the order of its first appearance."""
    return " ".join(list(dict.fromkeys(split_words(text)))[:MOST_WORDS_KEPT])


def ask_words(text: str) -> list[str]:
    """Distinct words of a search; what is beyond the first dozen narrows nothing."""
    return list(dict.fromkeys(split_words(text)))[:MOST_WORDS_ASKED]


def spell_reach(units: Iterable[int]) -> str:
    return " ".join(f"a{unit}" for unit in sorted(units))
