"""Vietnamese text: normal form, accent-free search, numbers as Vietnamese readers write them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

# U+00D0 (Icelandic Eth) looks like Đ and is typed for it by old converters; U+00A0 comes with every paste from Word.
# NUL is no letter, and PostgreSQL takes none.
_REPAIRS = str.maketrans(
    {"\u00d0": "Đ", "\u00f0": "đ", "\u00a0": " ", "\u202f": " ", "\ufeff": None, "\u200b": None, "\0": None}
)
_D = str.maketrans({"đ": "d", "Đ": "D"})


def clean(text: str) -> str:
    """NFC, odd spaces made plain and single, ends trimmed."""
    return " ".join(unicodedata.normalize("NFC", text.translate(_REPAIRS)).split())


def fold(text: str) -> str:
    """For searching: lower case without any accent, đ as d. `fold("Xã Phú Nhuận") == "xa phu nhuan"`."""
    decomposed = unicodedata.normalize("NFD", clean(text).translate(_D))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def format_number(value: Decimal, decimals: int | None = None) -> str:
    """`1.234,5`. With `decimals` given, exactly that many places (the value must already be rounded to them)."""
    text = format(value if decimals is None else value.quantize(Decimal(1).scaleb(-decimals)), "f")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, fraction = digits.partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", ".")
    return f"{sign}{grouped},{fraction}" if fraction else f"{sign}{grouped}"


def sort_key(text: str) -> tuple[str, str]:
    """Names sorted as readers look for them: first without accents, then with."""
    return fold(text), text
