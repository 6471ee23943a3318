"""Coverage as a table of units and periods, each cell shaded by how much of it has come; the number stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from caunoi.facts.reporting_rates import PeriodCoverage

STEPS = 5
"""Shades, from nothing (1) to all (5)."""


@dataclass(frozen=True)
class HeatCell:
    """`line` None: nobody owed a report there. `shade` 0 then, else 1 to 5."""

    line: PeriodCoverage | None
    shade: int


@dataclass(frozen=True)
class HeatRow:
    name: str
    part: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Heat:
    title: str
    periods: tuple[str, ...]
    rows: tuple[HeatRow, ...]


def compute_shade(reported: int, expected: int) -> int:
    """Only nothing is 1 and only everything is 5: a lacking report never looks complete."""
    if not expected:
        return 0
    if reported <= 0:
        return 1
    if reported >= expected:
        return STEPS
    return 2 + min(3 * reported // expected, STEPS - 3)


def list_heats(lines: Iterable[PeriodCoverage]) -> list[Heat]:
    """One table a form, in the order of the lines: units and periods as they first come. The total stands on top."""
    by_form: dict[str, list[PeriodCoverage]] = {}
    for line in lines:
        by_form.setdefault(line.form_code, []).append(line)
    return [_lay_out(several) for several in by_form.values()]


def _lay_out(lines: list[PeriodCoverage]) -> Heat:
    periods = list(dict.fromkeys((line.days.first, line.period_name) for line in lines))
    periods.sort(key=lambda one: one[0])
    units = list(dict.fromkeys((line.place, line.part) for line in lines))
    found = {(line.place, line.part, line.days.first): line for line in lines}
    names = {(line.place, line.part): line.place_name for line in lines}
    rows = [
        HeatRow(names[unit], unit[1], tuple(_cell(found.get((*unit, first))) for first, _name in periods))
        for unit in units
    ]
    return Heat(lines[0].title, tuple(name for _first, name in periods), tuple(rows))


def _cell(line: PeriodCoverage | None) -> HeatCell:
    return HeatCell(line, 0 if line is None else compute_shade(line.coverage.reported, line.coverage.expected))
