"""What a question is and what a figure is. Plain values: nothing here reads a table."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal, NamedTuple

from caunoi.periods.rules import CutOff, Days, PeriodType
from caunoi.places.rules.snapshot import ONE

BookName = Literal["approved", "reported"]


@dataclass(frozen=True)
class Question:
    """Which figures, of which place, over which days, on which boundaries, as known when, from which book.

    `place` is a unit's key; `level` None asks for the place itself, otherwise for each unit of that level under it.
    `by` cuts the days into named periods. `cut_off` None means: facts of a named month belong to that month wherever
    whole months are asked (whatever their cut-off); 1 and 15 ask for one calendar strictly.
    """

    codes: tuple[str, ...]
    place: str
    first: date
    last: date
    boundaries: date
    as_known: int
    level: str | None = None
    by: PeriodType | None = None
    book: BookName = "approved"
    cut_off: CutOff | None = None


@dataclass(frozen=True)
class Slice:
    """A stretch of days that one figure answers for. `named`: facts are compared by their named months' days."""

    days: Days
    named: bool


class Coverage(NamedTuple):
    """Reports expected, arrived (in the asked book) and arrived on time, counted in unit-periods."""

    expected: int
    reported: int
    on_time: int


class PartlyOutside(NamedTuple):
    """Facts that the asked days cut: left out of the value, given apart, never pro-rated."""

    value: Decimal
    facts: int


GAP = "gap"
"""Kind of a figure that says how far an indicator lies from its own target."""


class Figure(NamedTuple):
    """One answer. `value` None always comes with a `why`. `value` of a recast is exact and unrounded.

    A plain tuple, because a table is made of ten thousands of them.
    """

    code: str
    name_vi: str
    name_en: str
    unit: str
    decimals: int
    kind: str
    place: str
    place_code: str
    place_name: str
    level: str
    first: date
    last: date
    value: Decimal | None
    why: str | None
    numerator: Decimal | None
    denominator: Decimal | None
    book: BookName
    boundaries: date
    as_known: int
    estimated: bool
    bases: tuple[str, ...]
    carried_over: bool
    partly_outside: PartlyOutside | None
    coverage: Coverage | None
    cut_off: CutOff | None = None
    warnings: tuple[str, ...] = ()
    """What in the same answer it can't be true together with, by the declared relations."""

    @property
    def fraction(self) -> tuple[Decimal, Decimal] | None:
        """Numerator and denominator, where the value can be written so: of a gap they are its two sides."""
        if self.numerator is None or self.denominator is None or self.kind == GAP:
            return None
        return self.numerator, self.denominator

    @property
    def ref(self) -> str:
        """The question for this one figure, spelled for an address."""
        return spell_ref(
            Question(
                (self.code,), self.place, self.first, self.last, self.boundaries, self.as_known,
                book=self.book, cut_off=self.cut_off,
            )
        )  # fmt: skip


REF_VERSION = 1


def spell_codes(codes: Sequence[str]) -> str:
    """How a ref begins, before it is spelled for an address. Then comes the place, then the rest with the days."""
    return f"[{REF_VERSION},{_json(list(codes))},"


def spell_place(key: str) -> str:
    return f"{_json(key)},"


def spell_days(question: Question) -> str:
    stretch = (question.first.isoformat(), question.last.isoformat(), question.boundaries.isoformat())
    rest = (*stretch, question.as_known, question.level, question.by, question.book, question.cut_off)
    return f"{_json(rest)[1:]}"


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def spell_ref(question: Question) -> str:
    """A question as part of an address; `facts.refs.decode` reads it again. Not compressed: a table of thousands of
    figures spells each, and an address may be 200 letters long."""
    content = spell_codes(question.codes) + spell_place(question.place) + spell_days(question)
    return spell_bytes(content.encode())


def spell_bytes(content: bytes) -> str:
    """Three bytes become four letters: what is cut after whole threes may be spelled piece by piece."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


_POWERS = [10**power for power in range(64)]


def exact(amount: int, decimals: int, parts: bool = True) -> Decimal:
    """The decimal number of a scaled whole number (times `ONE` when it carries shares), without trailing zeros."""
    whole, rest = divmod(amount, _POWERS[decimals + (12 if parts else 0)])
    if not rest:
        return Decimal(whole)
    with localcontext() as context:
        context.prec = 80
        value = Decimal(amount).scaleb(-decimals - (12 if parts else 0))
        return plain(value)


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent: 91.0 becomes 91, 5E+1 becomes 50."""
    with localcontext() as context:
        context.prec = 80
        shorter = value.normalize()
        return shorter.quantize(Decimal(1)) if shorter.as_tuple().exponent > 0 else shorter  # type: ignore[operator]  # finite


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """The one rounding, at the edge: halves away from zero, as Vietnamese statistics print them."""
    with localcontext() as context:
        context.prec = 80
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def spread_rounding(values: list[Decimal], total: Decimal, decimals: int) -> list[Decimal]:
    """Siblings rounded by largest remainder so that they sum exactly to the rounded total shown above them.

    The order is kept; ties go to the earlier sibling. `values` must sum to `total`; with no values the list is empty.
    """
    if not values:
        return []
    with localcontext() as context:
        context.prec = 80
        step = Decimal(1).scaleb(-decimals)
        floors = [(value / step).to_integral_value(rounding="ROUND_FLOOR") for value in values]
        missing = int(round_half_up(total, decimals) / step - sum(floors))
        remainders = sorted(range(len(values)), key=lambda i: (-(values[i] / step - floors[i]), i))
        for turn in range(abs(missing)):
            floors[remainders[turn % len(values)]] += 1 if missing > 0 else -1
        return [floor * step for floor in floors]


def text_of(value: Decimal | None) -> str | None:
    return None if value is None else format(plain(value), "f")


def figure_json(figure: Figure) -> dict[str, Any]:
    """A figure as the command line and the API give it."""
    found: dict[str, Any] = {
        "code": figure.code,
        "name": figure.name_vi,
        "place": figure.place_code or figure.place,
        "place_name": figure.place_name,
        "level": figure.level,
        "from": figure.first.isoformat(),
        "to": figure.last.isoformat(),
        "value": text_of(figure.value),
        "unit": figure.unit,
        "kind": figure.kind,
        "book": figure.book,
        "boundaries": figure.boundaries.isoformat(),
        "as_known": figure.as_known,
        "estimated": figure.estimated,
        "carried_over": figure.carried_over,
        "partly_outside": None
        if figure.partly_outside is None
        else {"value": text_of(figure.partly_outside.value), "facts": figure.partly_outside.facts},
        "coverage": None
        if figure.coverage is None
        else {
            "expected": figure.coverage.expected,
            "reported": figure.coverage.reported,
            "on_time": figure.coverage.on_time,
        },
        "ref": figure.ref,
    }
    if figure.denominator is not None or figure.numerator is not None:
        found["numerator"] = text_of(figure.numerator)
        found["denominator"] = text_of(figure.denominator)
    if figure.estimated:
        found["bases"] = list(figure.bases)
    if figure.value is None:
        found["why"] = figure.why
    if figure.warnings:
        found["warnings"] = list(figure.warnings)
    return found


__all__ = [
    "ONE",
    "BookName",
    "Coverage",
    "Figure",
    "PartlyOutside",
    "Question",
    "Slice",
    "exact",
    "figure_json",
    "plain",
    "round_half_up",
    "spread_rounding",
    "text_of",
]
