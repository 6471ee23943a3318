"""What a planned succession does to figures, as far as the reader may see the units it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import get_language

from caunoi.accounts.scope import Scope
from caunoi.facts.access import Reach
from caunoi.facts.recast import RecastLine, recast_flows
from caunoi.facts.rules.question import spread_rounding
from caunoi.periods.rules import Days, add_months, first_day, last_day
from caunoi.places.rules.preview import Preview
from caunoi.places.rules.snapshot import PlaceSnapshot


@dataclass(frozen=True)
class UnitValue:
    name: str
    value: Decimal | None
    estimated: bool


@dataclass(frozen=True)
class FigureChange:
    """One figure on the units of before and of after; both sides have the same total."""

    name: str
    unit: str
    decimals: int
    before: tuple[UnitValue, ...]
    after: tuple[UnitValue, ...]
    total_before: Decimal
    total_after: Decimal


@dataclass(frozen=True)
class FigureComparison:
    days: Days
    changes: tuple[FigureChange, ...]
    hidden: bool


def compare_figures(preview: Preview, day: date, places: PlaceSnapshot, scope: Scope) -> FigureComparison:
    """Approved flows of the twelve months before the succession's month."""
    month = (day.year, day.month)
    days = Days(first_day(add_months(month, -12), 1), last_day(add_months(month, -1), 1))
    return compare_units(
        places, preview.compared_before, preview.after, preview.compared_after, day=day, days=days, scope=scope
    )


def last_full_year(day: date) -> Days:
    """The last year that had ended by the day before."""
    return Days(date(day.year - 1, 1, 1), date(day.year - 1, 12, 31))


def compare_units(
    places: PlaceSnapshot,
    before: tuple[int, ...],
    after_places: PlaceSnapshot,
    after: tuple[int, ...],
    *,
    day: date,
    days: Days,
    scope: Scope,
) -> FigureComparison:
    """Approved flows of the days on the units of the day before and of the day."""
    reach = Reach(days, day - timedelta(days=1), scope)
    if not all(reach.sees(places.units[unit].key) for unit in before):
        return FigureComparison(days, (), True)
    flows = recast_flows(places, before, day - timedelta(days=1), after_places, after, day, days)
    changes = tuple(
        FigureChange(
            flow.name_en if get_language() == "en" and flow.name_en else flow.name_vi,
            flow.unit,
            flow.decimals,
            _values(flow.before, places, day - timedelta(days=1), flow.decimals),
            _values(flow.after, after_places, day, flow.decimals),
            *(spread_rounding([t], t, flow.decimals)[0] for t in (flow.total_before, flow.total_after)),
        )
        for flow in flows
    )
    return FigureComparison(days, changes, False)


def _values(lines: tuple[RecastLine, ...], places: PlaceSnapshot, day: date, decimals: int) -> tuple[UnitValue, ...]:
    """Rounded by largest remainder, so that what is shown adds up to the total that is shown."""
    known = [line.value or Decimal(0) for line in lines]
    rounded = spread_rounding(known, sum(known, Decimal(0)), decimals)
    return tuple(
        UnitValue(places.name_on(line.unit, day), None if line.value is None else value, line.estimated)
        for line, value in zip(lines, rounded, strict=True)
    )
