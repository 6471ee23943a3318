"""Whole numbers as addresses and forms bring them: of rows, of versions, of what was counted."""

from __future__ import annotations

import re

from caunoi.vietnamese_text import clean

# A table holds more, and no page has one as long.
MOST_DIGITS = 18
# More than anybody counts, and what every form's whole number holds.
MOST_COUNTED_DIGITS = 9
_GROUPED = re.compile(r"[1-9][0-9]{0,2}([. ])[0-9]{3}(?:\1[0-9]{3})*")


def read_number(text: str | None) -> int | None:
    """None for what is no whole number from 0 up, and for one that no table can hold."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def read_count(text: str | None) -> int | None:
    """As people write what they counted: `1200`, `1.200` or `1 200`. None for what is no whole number from 0 up, and
    for one of more than nine digits. Nor with a comma: `1,200` is a bit more than one here, and over a thousand
    elsewhere."""
    text = clean(text or "")
    if _GROUPED.fullmatch(text):
        text = re.sub(r"[. ]", "", text)
    return read_number(text) if len(text) <= MOST_COUNTED_DIGITS else None
