"""Figures arranged as a table to read: rows, columns, rounding that adds up, sorting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from caunoi.desk.templatetags.caunoi import period
from caunoi.facts.models import Kind
from caunoi.facts.rules.question import Figure, Question, round_half_up, spread_rounding
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days, period_of
from caunoi.targets.attainment import Attained
from caunoi.vietnamese_text import sort_key


@dataclass(frozen=True)
class Shown:
    """A figure and the rounded value to show; siblings add up to the total shown above them. `attained`: what of its
    target was reached, where one is set."""

    figure: Figure
    value: Decimal | None
    attained: Attained | None = None


@dataclass(frozen=True)
class Row:
    title: str
    subtitle: str
    key: str
    cells: tuple[Shown, ...]
    total: bool = False


@dataclass(frozen=True)
class Column:
    title: str
    subtitle: str
    sort: str


@dataclass(frozen=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


NONE_ATTAINED: Mapping[tuple[str, str, date], Attained] = MappingProxyType({})
ADDITIVE = (Kind.FLOW, Kind.STOCK, Kind.UNITS)


def arrange(
    question: Question,
    figures: Sequence[Figure],
    totals: Sequence[Figure],
    sort: str = "",
    attained: Mapping[tuple[str, str, date], Attained] = NONE_ATTAINED,
) -> Table:
    """One stretch of days: a row a unit, a column a code. Cut by periods: a row a unit and code, a column a period.

    `totals` are the figures of the place itself, shown first; empty when the place itself was asked. `attained`: by
    code, unit's key and first day.
    """
    slices = list(dict.fromkeys((f.first, f.last) for f in figures))
    by_cell = {(f.place, f.code, f.first): f for f in [*totals, *figures]}
    places = list(dict.fromkeys(f.place for f in figures))
    total_place = totals[0].place if totals else None
    rounded = _round(question, figures, by_cell, places, total_place)
    shown = {(p, code, first): replace(one, attained=attained.get((code, p, first)))
             for (p, code, first), one in rounded.items()} if attained else rounded  # fmt: skip
    names = {f.place: (f.place_name, f.place_code) for f in [*totals, *figures]}
    titles = {f.code: (in_reader_language(f.name_vi, f.name_en), f.unit) for f in figures}
    order = [*([total_place] if total_place else []), *[p for p in places if p != total_place]]
    if question.by is None:
        columns = tuple(
            Column(titles[code][0], titles[code][1], f"c{index}") for index, code in enumerate(question.codes)
        )
        first = slices[0][0]
        rows = [
            Row(*names[p], p, tuple(shown[p, code, first] for code in question.codes), p == total_place) for p in order
        ]
    else:
        columns = tuple(Column(_name_of(Days(*days), question), "", f"c{index}") for index, days in enumerate(slices))
        rows = [
            Row(names[p][0], f"{titles[code][0]} ({titles[code][1]})", p,
                tuple(shown[p, code, first] for first, _last in slices), p == total_place)
            for p in order
            for code in question.codes
        ]  # fmt: skip
    return Table(columns, tuple(_sort(rows, sort)))


def _name_of(days: Days, question: Question) -> str:
    """`Tháng 01/2023`; the days themselves where the asked days cut a period short."""
    named = period_of(days.first, question.by or "year", question.cut_off or 1)
    if named.days != days:
        return f"{days.first:%d/%m/%Y} – {days.last:%d/%m/%Y}"
    text = period(named)
    return text[:1].upper() + text[1:]


def _round(
    question: Question,
    figures: Sequence[Figure],
    by_cell: dict[tuple[str, str, date], Figure],
    places: Sequence[str],
    total_place: str | None,
) -> dict[tuple[str, str, date], Shown]:
    shown = {
        cell: Shown(f, None if f.value is None else round_half_up(f.value, f.decimals)) for cell, f in by_cell.items()
    }
    if total_place is None:
        return shown
    for code in question.codes:
        for first in dict.fromkeys(f.first for f in figures):
            total = by_cell[total_place, code, first]
            siblings = [by_cell[p, code, first] for p in places if by_cell[p, code, first].value is not None]
            values = [f.value for f in siblings if f.value is not None]
            if total.kind not in ADDITIVE or total.value is None or sum(values, Decimal(0)) != total.value:
                continue  # a unit's own records above these siblings: they need not add up to it
            for figure, value in zip(siblings, spread_rounding(values, total.value, total.decimals), strict=True):
                shown[figure.place, code, first] = Shown(figure, value)
    return shown


def _sort(rows: list[Row], sort: str) -> list[Row]:
    """By name (`name`, `-name`) or a column (`c0`, `-c0`); rows without a value last; totals stay on top."""
    field, reverse = sort.lstrip("-"), sort.startswith("-")
    totals, others = [row for row in rows if row.total], [row for row in rows if not row.total]
    if field == "name":
        others.sort(key=lambda row: sort_key(row.title), reverse=reverse)
    elif field.startswith("c") and field[1:].isdigit() and rows and int(field[1:]) < len(rows[0].cells):
        index = int(field[1:])
        empty = [row for row in others if row.cells[index].value is None]
        full = [row for row in others if row.cells[index].value is not None]
        full.sort(key=lambda row: row.cells[index].value or Decimal(0), reverse=reverse)
        others = full + empty
    return totals + others
