"""Whole numbers as addresses and forms bring them: of rows, of versions, of what was counted."""

from __future__ import annotations

# A table holds more, and no page has one as long.
MOST_DIGITS = 18


def read_number(text: str | None) -> int | None:
    """None for what is no whole number from 0 up, and for one that no table can hold."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None
