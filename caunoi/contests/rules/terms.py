"""What a contest goes by, as its kind said when it was planned, or as its organiser declared since: kept with it, so
that a later change of the pack does not change a contest that is running or over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from caunoi.contests.rules.ranking import LARGEST_MARK, Criterion, Prize, Terms

UNIT, COLLECTIVE, PERSON = "unit", "collective", "person"
ENTRANTS = (UNIT, COLLECTIVE, PERSON)
FINEST = Decimal("0.0001")


@dataclass(frozen=True)
class Named:
    """A criterion, a round or a prize as it is called."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class Scale:
    """Marks from `lowest` to `highest` in steps of `step`."""

    lowest: Decimal
    highest: Decimal
    step: Decimal

    def holds(self, value: Decimal) -> bool:
        return self.lowest <= value <= self.highest and (value - self.lowest) % self.step == 0

    def find_fault(self) -> str:
        """`highest` where it is not above the lowest or more than a published file holds, `step` where steps don't lead
        from one to the other, or are finer than marks are kept; empty: none."""
        if not self.lowest < self.highest <= LARGEST_MARK:
            return "highest"
        if self.step <= 0 or (self.highest - self.lowest) % self.step or self.step % FINEST or self.lowest % FINEST:
            return "step"
        return ""


@dataclass(frozen=True)
class RoundTerms:
    """`advance`: how many go on from it; None: it is the last, or all do. `names`: of the criteria, in order."""

    named: Named
    advance: int | None
    terms: Terms
    names: tuple[Named, ...]


@dataclass(frozen=True)
class ContestTerms:
    """`own_unit`: a judge may mark what comes from the judge's own unit. `judges`: the least number for a round."""

    entrants: tuple[str, ...]
    own_unit: bool
    scale: Scale
    judges: int
    rounds: tuple[RoundTerms, ...]
    prizes: tuple[Prize, ...]
    prize_names: Mapping[str, Named]


def read_terms(kept: Mapping[str, Any]) -> ContestTerms:
    """As a pack loaded them (`packs.rules.contest_kinds`) or `declaring` made them; decimals are kept as text."""
    ties = tuple(kept["ties"])
    return ContestTerms(
        entrants=tuple(kept["entrants"]),
        own_unit=kept["own_unit"],
        scale=Scale(Decimal(kept["lowest"]), Decimal(kept["highest"]), Decimal(kept["step"])),
        judges=kept["judges"],
        rounds=tuple(_read_round(one, ties) for one in kept["rounds"]),
        prizes=tuple(Prize(one["code"], one["number"]) for one in kept["prizes"]),
        prize_names={one["code"]: _named(one) for one in kept["prizes"]},
    )


def _read_round(one: Mapping[str, Any], ties: tuple[str, ...]) -> RoundTerms:
    criteria = tuple(Criterion(row["code"], Decimal(row["weight"])) for row in one["criteria"])
    return RoundTerms(_named(one), one["advance"], Terms(criteria, ties), tuple(_named(row) for row in one["criteria"]))


def _named(row: Mapping[str, Any]) -> Named:
    return Named(row["code"], row["name_vi"], row["name_en"])


def spell_mark(value: Decimal) -> str:
    """`8.5`, without an exponent and without zeros at the end."""
    return format(value.normalize(), "f")


def read_mark(text: str) -> Decimal | None:
    """`8,5` or `8.5`; None for what is no number."""
    plain = text.strip().replace(",", ".")
    if not plain or len(plain) > 12 or not plain.isascii() or not plain.replace(".", "", 1).isdigit():
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None
