"""Whether a text names the person who is looked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from caunoi.vietnamese_text import clean, fold


def split_name(name: str) -> list[str]:
    """`Giàng  A-Páo` as folded words: `giang`, `a`, `pao`."""
    return re.findall(r"[^\W_]+", fold(name))


def is_named(asked: Sequence[str], text: str) -> bool:
    """All words of the name, one after the other, accents aside: `Giàng A Páo` is named in `ông Giang A Pao, trưởng
    thôn`. Nobody is, by a name without a word."""
    words = split_name(text)
    count = len(asked)
    return count > 0 and any(list(words[at : at + count]) == list(asked) for at in range(len(words) - count + 1))


def is_spelt_so(asked: str, text: str) -> bool:
    """The text is that name and nothing else, with its accents; capitals and spaces aside."""
    return " ".join(clean(asked).casefold().split()) == " ".join(clean(text).casefold().split())
