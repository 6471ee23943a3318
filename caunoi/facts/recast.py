"""What a succession that is only planned would do to figures: the same facts on the places of before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caunoi.audit.clock import current_number
from caunoi.facts.closure import get_closure
from caunoi.facts.engine import Engine
from caunoi.facts.models import Book, DataElement, Kind
from caunoi.facts.projection import get_projection
from caunoi.facts.rules.question import Slice, exact
from caunoi.periods.rules import Days
from caunoi.places.rules.snapshot import PlaceSnapshot


@dataclass(frozen=True)
class RecastLine:
    """A unit's value, None if it has no facts; exact."""

    unit: int
    value: Decimal | None
    estimated: bool


@dataclass(frozen=True)
class RecastFlow:
    code: str
    name_vi: str
    name_en: str
    unit: str
    decimals: int
    before: tuple[RecastLine, ...]
    after: tuple[RecastLine, ...]

    @property
    def total_before(self) -> Decimal:
        return sum((line.value or Decimal(0) for line in self.before), Decimal(0))

    @property
    def total_after(self) -> Decimal:
        return sum((line.value or Decimal(0) for line in self.after), Decimal(0))


def recast_flows(
    before: PlaceSnapshot,
    before_units: Sequence[int],
    before_day: date,
    after: PlaceSnapshot,
    after_units: Sequence[int],
    after_day: date,
    days: Days,
    most: int = 12,
) -> list[RecastFlow]:
    """Approved flows of these days that the units have facts for, at most `most` of them, by code."""
    elements = {e.pk: e for e in DataElement.objects.filter(kind=Kind.FLOW)}
    if not elements:
        return []
    found: list[dict[int, dict[int, RecastLine]]] = []
    for places, units, day in ((before, before_units, before_day), (after, after_units, after_day)):
        engine = Engine(
            get_projection(), get_closure(places, day), book=Book.APPROVED, as_known=current_number(),
            slices=[Slice(days, True)],
        )  # fmt: skip
        lines: dict[int, dict[int, RecastLine]] = {}
        for fits, element, unit, _slice, amount, _facts, estimated, *_rest in engine.flows(list(elements), list(units)):
            if fits:
                value = exact(amount, elements[element].decimals)
                lines.setdefault(element, {})[unit] = RecastLine(unit, value, estimated)
        found.append(lines)
    shown = sorted({*found[0], *found[1]}, key=lambda element: elements[element].code)[:most]
    return [
        RecastFlow(
            elements[e].code, elements[e].name_vi, elements[e].name_en, elements[e].unit, elements[e].decimals,
            tuple(found[0].get(e, {}).get(unit, RecastLine(unit, None, False)) for unit in before_units),
            tuple(found[1].get(e, {}).get(unit, RecastLine(unit, None, False)) for unit in after_units),
        )
        for e in shown
    ]  # fmt: skip
