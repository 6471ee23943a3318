"""What a reader sees of content that packs give in two languages: names of data elements, forms, choices, templates.

The product's own sentences are translated by gettext; these are data, kept side by side.
"""

from __future__ import annotations

from django.utils.translation import get_language


def in_reader_language(vi: str, en: str) -> str:
    """`en` for readers of English where there is one, else `vi`."""
    return en if en and get_language() == "en" else vi
