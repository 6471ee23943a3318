"""What a reader sees of content that packs give in two languages, and of numbers.

The product's own sentences are translated by gettext; names of data elements, forms, choices and templates are data,
kept side by side.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import get_language

from caunoi.vietnamese_text import format_number

_SWAP = str.maketrans(",.", ".,")


def in_reader_language(vi: str, en: str) -> str:
    """`en` for readers of English where there is one, else `vi`."""
    return en if en and get_language() == "en" else vi


def show_number(value: Decimal, decimals: int | None = None) -> str:
    """`1.234,5`, for readers of English `1,234.5`. With `decimals` the value must already be rounded to that many."""
    text = format_number(value, decimals)
    return text.translate(_SWAP) if get_language() == "en" else text
