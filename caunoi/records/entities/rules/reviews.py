"""What a review answers its form with, counted from what a unit has in registers:

`ngay=day; so_ban=any:nhan_su; so_can_bo=things:nhan_su; so_thanh_vien=sum:to_tuyen_van.so_thanh_vien; so_ho=ask`
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caunoi.forms.rules.filling import Prefix, Words

Things = Mapping[str, Sequence[Mapping[str, str]]]
"""Register -> what each of the unit's things says: property -> text."""

_REGISTER = re.compile(r"\w+", re.ASCII)
_PROPERTY = re.compile(r"(\w+)\.(\w+)", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class ReviewTerms:
    """Of a level's units. `answers`: question -> one of `WORDS`."""

    level: str
    form: str
    answers: Mapping[str, str]

    @property
    def counted(self) -> set[str]:
        """Questions that registers answer."""
        return {name for name, word in self.answers.items() if source_of(word)[0]}

    @property
    def registers(self) -> list[str]:
        return sorted({source_of(word)[0] for word in self.answers.values()} - {""})


def from_json(kept: Sequence[Mapping[str, Any]]) -> tuple[ReviewTerms, ...]:
    return tuple(ReviewTerms(**one) for one in kept)


def source_of(word: str) -> tuple[str, str]:
    """The register that a word counts, and the property that it adds up; blank for those that count none."""
    name, _colon, rest = word.partition(":")
    register, _dot, added = rest.partition(".")
    return (register, added) if name in WORDS.prefixed else ("", "")


def _add_up(things: Things, rest: str) -> str:
    """What says no number adds nothing."""
    register, _dot, name = rest.partition(".")
    said = (one.get(name, "") for one in things.get(register, ()))
    return format(sum((Decimal(text) for text in said if _NUMBER.fullmatch(text)), Decimal(0)), "f")


WORDS: Words[Things] = Words(
    counted={},
    prefixed={
        "things": Prefix("nhan_su", _REGISTER.fullmatch, lambda things, register: len(things.get(register, ()))),
        "any": Prefix("nhan_su", _REGISTER.fullmatch, lambda things, register: int(bool(things.get(register)))),
        "sum": Prefix("to_tuyen_van.so_thanh_vien", _PROPERTY.fullmatch, _add_up),
    },
)
