"""Released tables as they are read: on pages, in CSV and on a terminal. From the stored document only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.facts.models import Release
from caunoi.facts.releasing import SUPPRESSED
from caunoi.facts.rules.question import round_half_up
from caunoi.languages import in_reader_language, show_number
from caunoi.periods.rules import period_from_key
from caunoi.periods.wording import describe_period

MISSING = "–"


@dataclass(frozen=True)
class ShownTable:
    """One period of one table, on one day's boundaries. Rows: name, level, and the cells as the page shows them."""

    title: str
    period: str
    unit: str
    boundaries: date
    threshold: int
    hides_zeros: bool
    columns: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def show_tables(tables: list[dict[str, Any]]) -> list[ShownTable]:
    return [_show(table, number) for table in tables for number in range(len(table["periods"]))]


def _show(table: dict[str, Any], number: int) -> ShownTable:
    rows = zip(table["rows"], table["cells"], strict=True)
    return ShownTable(
        title=in_reader_language(table["title_vi"], table["title_en"]),
        period=describe_period(period_from_key(table["periods"][number]["key"], table["period_type"])),
        unit=table["unit"],
        boundaries=date.fromisoformat(table["boundaries"]),
        threshold=table["threshold"],
        hides_zeros=table["hides_zeros"],
        columns=tuple(in_reader_language(one["name_vi"], one["name_en"]) for one in table["columns"]),
        rows=tuple((row["name"], row["level"], tuple(map(show_cell, cells[number]))) for row, cells in rows),
    )


def show_cell(value: str | None) -> str:
    """Estimates of divided units are rounded here, and only here."""
    if value is None or value == SUPPRESSED:
        return MISSING if value is None else SUPPRESSED
    return show_number(round_half_up(Decimal(value), 0))


def release_rows(release: Release) -> Iterator[list[str]]:
    """For CSV: a header, and a row for each cell, numbers exact; a missing one is empty."""
    yield [
        _("Bảng"), _("Ranh giới ngày"), _("Cấp"), _("Mã đơn vị"), _("Đơn vị"), _("Kỳ"), _("Cột"), _("Giá trị"),
        _("Đơn vị tính"),
    ]  # fmt: skip
    for table in release.tables:
        title = in_reader_language(table["title_vi"], table["title_en"])
        columns = [in_reader_language(one["name_vi"], one["name_en"]) for one in table["columns"]]
        for row, periods in zip(table["rows"], table["cells"], strict=True):
            for period, cells in zip(table["periods"], periods, strict=True):
                for column, value in zip(columns, cells, strict=True):
                    yield [
                        title, table["boundaries"], row["level"], row["code"], row["name"], period["key"], column,
                        value or "", table["unit"],
                    ]  # fmt: skip
