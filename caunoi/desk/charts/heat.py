"""Coverage as a table of units and periods, each cell shaded by how much of it has come; the number stands in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from caunoi.desk.charts.drawing import Patch, Specification, draw_heat
from caunoi.facts.reporting_rates import PeriodCoverage
from caunoi.languages import show_number

STEPS = 5
"""Shades, from nothing (1) to all (5)."""


@dataclass(frozen=True)
class HeatCell:
    """`line` None: nobody owed a report there. `shade` 0 then, else 1 to 5."""

    line: PeriodCoverage | None
    shade: int


@dataclass(frozen=True)
class HeatRow:
    """`part` as in PeriodCoverage; `code` tells apart units of one name."""

    name: str
    code: str
    part: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Heat:
    form_code: str
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
    named = {(line.place, line.part): (line.place_name, line.place_code or line.place) for line in lines}
    rows = [
        HeatRow(*named[unit], unit[1], tuple(_cell(found.get((*unit, first))) for first, _name in periods))
        for unit in units
    ]
    return Heat(lines[0].form_code, lines[0].title, tuple(name for _first, name in periods), tuple(rows))


def _cell(line: PeriodCoverage | None) -> HeatCell:
    return HeatCell(line, 0 if line is None else compute_shade(line.coverage.reported, line.coverage.expected))


def make_picture(heat: Heat, where: str) -> Specification:
    """The table as a picture to take along; `where`: which unit and days, the line under its title."""
    shades = (_("chưa có"), _("dưới 1/3"), _("1/3 đến dưới 2/3"), _("2/3 trở lên, chưa đủ"), _("đủ"))
    names = _name_rows(heat.rows)
    patches = [
        _patch(cell.line, cell.shade, name, period)
        for name, row in zip(names, heat.rows, strict=True)
        for period, cell in zip(heat.periods, row.cells, strict=True)
        if cell.line is not None and cell.shade
    ]
    left_out = _("Số trong ô: đã có trên phải có. Ô trống: không đơn vị nào phải báo cáo.")
    return draw_heat(patches, names, heat.periods, shades, (heat.title, where, left_out))


def _name_rows(rows: Iterable[HeatRow]) -> list[str]:
    said = {"total": _("tất cả"), "own": _("chính đơn vị")}
    named = [(f"{row.name} ({said[row.part]})" if row.part in said else row.name, row.code) for row in rows]
    times = Counter(name for name, _code in named)
    return [name if times[name] == 1 else f"{name} · {code}" for name, code in named]


def _patch(line: PeriodCoverage, shade: int, name: str, period: str) -> Patch:
    share = f"{show_number(line.reported_percent or Decimal(0))}%"
    counts = "/".join(show_number(Decimal(one)) for one in (line.coverage.reported, line.coverage.expected))
    return Patch(name, period, shade - 1, share, counts, f"{name}, {period}: {counts} ({share})")
