"""What a part of a dashboard shows to the person who opened it: their figures, on the question the part keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import Scope
from caunoi.boards.models import Page, SavedView, Tile
from caunoi.boards.rules import compute_days, fill_query
from caunoi.desk.charts.choosing import answer_table, choose_chart
from caunoi.desk.charts.reading import Chart
from caunoi.desk.figure_inputs import QuestionForm, read_days
from caunoi.desk.figure_table import Column, Row, Shown
from caunoi.desk.units import list_working_units
from caunoi.facts.access import Reach
from caunoi.facts.coverage import FormCoverage, list_form_coverage
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.refusals import Refusal

MOST_ROWS, MOST_NUMBERS = 10, 6
ADDRESSES = {Page.FIGURES: "figures", Page.COVERAGE: "coverage", Page.INBOX: "inbox"}


@dataclass(frozen=True)
class Number:
    name: str
    unit: str
    cell: Shown


@dataclass(frozen=True)
class ShownTile:
    """One of: numbers, a chart, a table's first rows, coverage lines, or a sentence why there is nothing.

    `query` is the whole question as the page's address spells it; `more` says how many rows were left out.
    """

    tile: Tile
    title: str
    subtitle: str = ""
    address: str = ""
    query: str = ""
    numbers: tuple[Number, ...] = ()
    chart: Chart | None = None
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    lines: tuple[FormCoverage, ...] = ()
    more: int = 0
    refusal: str = ""


def open_query(view: SavedView, user: User, today: date) -> str:
    """The question as this person asks it today."""
    place = ""
    if view.own_place:
        units = list_working_units(user, Role, today)
        place = units[0].key if units else ""
    return fill_query(view.page, view.query, compute_days(view.period, today), place)


def open_address(view: SavedView, user: User, today: date) -> str:
    return f"{reverse(ADDRESSES[Page(view.page)])}?{open_query(view, user, today)}"


def title_of(tile: Tile) -> str:
    return tile.title or (tile.view.name if tile.view else "")


def read_tile(tile: Tile, user: User, today: date) -> ShownTile:
    view = tile.view
    if view is None:
        return ShownTile(tile, tile.title)
    if view.deleted_at is not None:
        return ShownTile(tile, title_of(tile), refusal=_("Bảng xem này đã bị xóa. Người lập bảng có thể bỏ ô này đi."))
    query, address = open_query(view, user, today), open_address(view, user, today)
    try:
        match view.page:
            case Page.FIGURES:
                return _read_figures(tile, query, address, scope_of(user, today))
            case Page.COVERAGE:
                return _read_coverage(tile, query, address, user, today)
        return ShownTile(tile, title_of(tile), address=address)
    except Refusal as refusal:
        return ShownTile(tile, title_of(tile), address=address, refusal=refusal.sentence)


def _read_figures(tile: Tile, query: str, address: str, scope: Scope) -> ShownTile:
    given = QueryDict(query, mutable=True)
    form = QuestionForm(given)
    if not form.is_valid():
        errors = "; ".join(str(one[0]) for one in form.errors.values())
        return ShownTile(tile, title_of(tile), address=address, refusal=errors)
    question = form.question()
    table = answer_table(question, scope, given.get("sort", ""))
    if table is None:
        return ShownTile(tile, title_of(tile), address=address, refusal=_("Không có đơn vị nào ở cấp này."))
    days = f"{question.first:%d/%m/%Y} – {question.last:%d/%m/%Y}"
    place = next((row.title for row in table.rows if row.total or row.key == question.place), "")
    subtitle = f"{place}, {days}" if place else days
    if tile.show == Tile.Show.CHART:
        if "chart" not in given:
            given["chart"] = "trend" if question.by else "comparison"
        drawn = choose_chart(given, question, table, scope)
        missing = "" if drawn.chart else _("Không có gì để vẽ. Hãy mở bảng để xem vì sao.")
        return ShownTile(
            tile, title_of(tile), subtitle, address, given.urlencode(), chart=drawn.chart, refusal=missing
        )  # fmt: skip
    if tile.show == Tile.Show.NUMBER:
        rows = [row for row in table.rows if row.total or row.key == question.place] or list(table.rows[:1])
        # Cut by periods, the last one is now.
        cells = [row.cells[-1] for row in rows] if question.by else list(rows[0].cells)
        numbers = tuple(
            Number(in_reader_language(one.figure.name_vi, one.figure.name_en), one.figure.unit, one)
            for one in cells[:MOST_NUMBERS]
        )
        return ShownTile(tile, title_of(tile), subtitle, address, query, numbers=numbers)
    return ShownTile(
        tile, title_of(tile), subtitle, address, query, columns=table.columns, rows=table.rows[:MOST_ROWS],
        more=max(len(table.rows) - MOST_ROWS, 0),
    )  # fmt: skip


def _read_coverage(tile: Tile, query: str, address: str, user: User, today: date) -> ShownTile:
    """Place and days as the page takes them where the question leaves them open."""
    given = QueryDict(query)
    first, last = read_days(given, today)
    units = list_working_units(user, Role, today)
    place = given.get("place") or (units[0].key if units else "")
    reach = Reach(Days(first, last), last, scope_of(user, today))
    found = list_form_coverage(place, first, last, level=given.get("level") or None)
    lines = [one for one in found if reach.sees(one.place)]
    refusal = "" if lines else _("Không có báo cáo định kỳ nào đến hạn, hoặc đơn vị nằm ngoài phạm vi của bạn.")
    return ShownTile(
        tile, title_of(tile), f"{first:%d/%m/%Y} – {last:%d/%m/%Y}", address, query,
        lines=tuple(lines[:MOST_ROWS]), more=max(len(lines) - MOST_ROWS, 0), refusal=refusal,
    )  # fmt: skip
