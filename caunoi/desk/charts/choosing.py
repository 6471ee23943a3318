"""From a question and what its address says of a chart to the chart, and to what else could be drawn of the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import QueryDict

from caunoi.accounts.scope import Scope
from caunoi.desk.charts.drawing import WIDE
from caunoi.desk.charts.reading import Asked, Chart, ChartKind, list_kinds, make_chart, name_kind
from caunoi.desk.figure_table import Table, arrange
from caunoi.desk.typed_numbers import read_number
from caunoi.facts.access import ask_as
from caunoi.facts.distribution import list_class_counts
from caunoi.facts.rules.question import Question
from caunoi.languages import in_reader_language
from caunoi.places.queries import list_centroids
from caunoi.targets.attainment import ask_attained


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class ChartChoice:
    """What the page offers above the table: kinds, and (where there are several) figures and periods to draw."""

    kinds: tuple[Option, ...]
    codes: tuple[Option, ...]
    periods: tuple[Option, ...]
    chart: Chart | None
    wanted: bool


def choose_chart(given: QueryDict, question: Question, table: Table, scope: Scope, width: int = WIDE) -> ChartChoice:
    """What makes no sense in the address counts as not given."""
    kind, code, at_text = (given.get(name, "") for name in ("chart", "chart_code", "chart_at"))
    code = code if code in question.codes else question.codes[0]
    number = read_number(at_text)
    at = -1 if number is None else number
    kinds = list_kinds(question, table, code)
    chosen = ChartKind(kind) if kind in list(ChartKind) else None
    if chosen is not None and chosen not in kinds and kinds:
        chosen = kinds[0]
    chart = None
    if chosen is not None:
        chart = _make(Asked(chosen, code, at, width), question, table, scope)
    codes = _name_codes(question, table, code) if len(question.codes) > 1 else ()
    periods: tuple[Option, ...] = ()
    if question.by is not None and chosen in (ChartKind.COMPARISON, ChartKind.MAP, ChartKind.CLASSES):
        last = at if 0 <= at < len(table.columns) else len(table.columns) - 1
        periods = tuple(Option(str(i), column.title, i == last) for i, column in enumerate(table.columns))
    offered = tuple(Option(one, name_kind(one), one == chosen) for one in kinds)
    return ChartChoice(offered, codes, periods, chart, chosen is not None)


def _make(asked: Asked, question: Question, table: Table, scope: Scope) -> Chart | None:
    points = list_centroids([row.key for row in table.rows]) if asked.kind == ChartKind.MAP else {}
    classes = []
    if asked.kind == ChartKind.CLASSES:
        classes = list_class_counts(replace(question, codes=(asked.code,)), scope)
    return make_chart(asked, question, table, points=points, classes=classes)


def _name_codes(question: Question, table: Table, chosen: str) -> tuple[Option, ...]:
    names = {
        cell.figure.code: in_reader_language(cell.figure.name_vi, cell.figure.name_en)
        for row in table.rows
        for cell in row.cells
    }
    return tuple(Option(code, names.get(code, code), code == chosen) for code in question.codes)


def answer_table(question: Question, scope: Scope, sort: str = "") -> Table | None:
    """The answer as the figures page arranges it; None without a row."""
    found = ask_as(question, scope)
    totals = ask_as(replace(question, level=None), scope) if question.level else []
    attained = ask_attained(question, scope)
    if question.level and attained:
        attained |= ask_attained(replace(question, level=None), scope)
    return arrange(question, found, totals, sort, attained) if found else None
