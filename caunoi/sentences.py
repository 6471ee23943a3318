"""Sentences that are kept and read later, by readers of either language.

A sentence made with this module's `gettext` knows its source text and what was filled in, so that it can be kept as
these (`keep`, `pack`) and said again in the language of whoever reads it (`tell`, `unpack`). Anything else, also what
was kept before, is said as it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as translate

from caunoi.languages import show_number

Packed = dict[str, Any]
"""One of {"say": source text, "with": what fills it}, {"texts": language -> text}, {"number": "1234.5"},
{"all": several of these or plain texts, one after the other}"""
_KEPT = ('{"say": ', '{"all": ')
# So begins each name under which the product itself acts. Names are kept as they are, in the language of the source.
AUTOMATIC = "Tự động"
# Who gives commands at the server itself: no account, so no name of their own.
OPERATOR = gettext_noop("Người vận hành máy chủ")


class Told(str):
    """A text in the language of the moment, and how to say it in another. Pieces of such texts are plain again."""

    packed: Packed

    def __new__(cls, text: str, packed: Packed | None = None) -> Told:
        made = super().__new__(cls, text)
        made.packed = packed or {}
        return made

    def __mod__(self, values: Any) -> Told:
        return Told(str.__mod__(self, values), {**self.packed, "with": _pack_values(values)})


def gettext(source: str) -> Told:
    return Told(translate(source), {"say": source})


def in_words_of(texts: Mapping[str, str]) -> Told:
    """What packs and forms give in several languages; Vietnamese where the reader's is missing."""
    return Told(_pick(texts), {"texts": dict(texts)})


def join(sentences: Iterable[str]) -> Told:
    """With a blank between."""
    several = list(sentences)
    return Told(" ".join(several), {"all": [_pack_value(one) for one in several]})


def number(value: Decimal) -> Told:
    return Told(show_number(value), {"number": str(value)})


def pack(text: str) -> Packed | None:
    """For a JSON column, beside the text itself; None if it can only be said as it stands."""
    return text.packed or None if isinstance(text, Told) else None


def unpack(packed: Packed) -> str:
    if "texts" in packed:
        return _pick(packed["texts"])
    if "number" in packed:
        return show_number(Decimal(packed["number"]))
    if "all" in packed:
        return " ".join(str(_unpack_value(one)) for one in packed["all"])
    sentence = translate(packed["say"])
    return sentence % _unpack_values(packed["with"]) if "with" in packed else sentence


def keep(text: str) -> str:
    """For a text column."""
    packed = pack(text)
    is_sentence = packed is not None and not packed.keys().isdisjoint({"say", "all"})
    return json.dumps(packed, ensure_ascii=False) if is_sentence else str(text)


def tell(kept: str) -> str:
    if kept.startswith(AUTOMATIC) or kept == OPERATOR:
        return translate(kept)
    if not kept.startswith(_KEPT):
        return kept
    return unpack(json.loads(kept))


def _pick(texts: Mapping[str, str]) -> str:
    return texts.get(get_language() or "vi") or texts.get("vi") or next(iter(texts.values()), "")


def _pack_values(values: Any) -> Any:
    if isinstance(values, Mapping):
        return {name: _pack_value(value) for name, value in values.items()}
    return [_pack_value(value) for value in (values if isinstance(values, tuple) else (values,))]


def _pack_value(value: Any) -> Any:
    if isinstance(value, Told):
        return value.packed or str(value)
    return value if isinstance(value, str | int | float) else str(value)


def _unpack_values(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: _unpack_value(value) for name, value in values.items()}
    return tuple(_unpack_value(value) for value in values)


def _unpack_value(value: Any) -> Any:
    return unpack(value) if isinstance(value, dict) else value
