"""How figures, days and file names are written in an official Vietnamese report. Plain values in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from caunoi.facts.rules.question import Figure, plain, round_half_up
from caunoi.periods.rules import CutOff, Days, PeriodType, describe_period_vi, period_of
from caunoi.vietnamese_text import fold, format_number

MISSING = "chưa có số liệu"
ESTIMATED = " (ước tính)"
CARRIED_OVER = " (số kỳ trước)"

# In the narrow cells of a table. "…" is what Vietnam's statistical yearbooks print where a figure is not available.
MISSING_IN_TABLE = "…"
ESTIMATED_IN_TABLE = "*"
CARRIED_OVER_IN_TABLE = "†"

MILLION, BILLION = Decimal(10**6), Decimal(10**9)


class Style(StrEnum):
    """How a template asks for a figure to be written."""

    NUMBER = "number"
    MONEY = "money"
    MILLIONS = "millions"
    PERCENT = "percent"
    OUT_OF = "out-of"
    CHANGE = "change"
    """How far the figure is from another one that stands beside it; the link leads to this figure."""


@dataclass(frozen=True)
class Mark:
    """What stands in for a missing value and behind one that is not simply counted."""

    missing: str
    estimated: str
    carried_over: str


IN_TEXT = Mark(MISSING, ESTIMATED, CARRIED_OVER)
IN_TABLE = Mark(MISSING_IN_TABLE, ESTIMATED_IN_TABLE, CARRIED_OVER_IN_TABLE)


def word_number(value: Decimal, decimals: int = 0) -> str:
    """`1.234,5`: at most so many places, halves away from zero, no zeros at the end."""
    return format_number(plain(round_half_up(value, decimals)))


def word_money(value: Decimal) -> str:
    """Đồng, in the largest unit that is not below 1: `1,6 tỷ đồng`, `32,6 triệu đồng`, `950.000 đồng`.

    Two places of a billion, one of a million, whole đồng below a million. What rounds up to a thousand million is a
    billion.
    """
    if abs(value) < MILLION:
        return f"{word_number(value)} đồng"
    if abs(round_half_up(value / MILLION, 1)) < 1000:
        return f"{word_number(value / MILLION, 1)} triệu đồng"
    return f"{word_number(value / BILLION, 2)} tỷ đồng"


def word_millions(value: Decimal) -> str:
    """Đồng in a column headed `triệu đồng`: `32,6`."""
    return word_number(value / MILLION, 1)


def word_percent(value: Decimal, decimals: int = 1) -> str:
    return f"{word_number(value, decimals)}%"


def word_value(figure: Figure, style: Style, value: Decimal | None = None) -> str | None:
    """The figure's value in a style, None where there is none.

    `value` stands in for the figure's own where siblings were rounded together.
    """
    match style:
        case Style.OUT_OF:
            if figure.numerator is None or figure.denominator is None:
                return None
            return f"{word_number(figure.numerator)}/{word_number(figure.denominator)}"
        case _ if figure.value is None:
            return None
        case Style.MONEY:
            return word_money(figure.value if value is None else value)
        case Style.MILLIONS:
            return word_millions(figure.value if value is None else value)
        case Style.PERCENT:
            return word_percent(figure.value, max(figure.decimals, 1))
        case Style.NUMBER | Style.CHANGE:
            return word_number(figure.value if value is None else value, figure.decimals)


def word_figure(figure: Figure, style: Style, mark: Mark = IN_TEXT, value: Decimal | None = None) -> str:
    """With what the reader must know of it: missing, estimated, carried over from before the period."""
    worded = word_value(figure, style, value)
    if worded is None:
        return mark.missing
    return worded + (mark.estimated if figure.estimated else "") + (mark.carried_over if figure.carried_over else "")


def decimals_in(style: Style, figure: Figure) -> int:
    """Places at which a style rounds, for siblings that are rounded together; a million with one place is -5."""
    return -5 if style == Style.MILLIONS else figure.decimals


def word_day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def word_long_day(day: date) -> str:
    """`ngày 05 tháng 3 năm 2024`: days below 10 and the months 1 and 2 take a zero (Decree 30/2020, Appendix I)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def word_period(days: Days, cut_off: CutOff = 1) -> str:
    """`năm 2023`, `quý I/2023`, `ngày 25/3/2023`, or `từ ngày 24/11/2020 đến ngày 23/11/2023`.

    With the cut-off 15, 15/12/2022 to 14/01/2023 is `tháng 01/2023` too.
    """
    if days.first == days.last:
        return f"ngày {word_day(days.first)}"
    types: tuple[PeriodType, ...] = ("month", "quarter", "half-year", "year")
    cut_offs: tuple[CutOff, ...] = (1, cut_off)
    for calendar in cut_offs:
        for type_ in types:
            period = period_of(days.first, type_, calendar)
            if period.days == days:
                return describe_period_vi(period)
    return f"từ ngày {word_day(days.first)} đến ngày {word_day(days.last)}"


def word_list(names: Sequence[str]) -> str:
    """`a, b và c`"""
    *before, last = names
    return f"{', '.join(before)} và {last}" if before else last


def list_notes(figures: Sequence[Figure]) -> list[str]:
    """What a reader must know of the figures as a whole, in sentences; none if they are plain counts."""
    notes = []
    if any(figure.estimated for figure in figures):
        bases = sorted({basis for figure in figures for basis in figure.bases})
        basis = f"; căn cứ: {word_list(bases)}" if bases else ""
        notes.append(f"Số ghi “ước tính” được quy đổi theo tỷ lệ khi đơn vị hành chính thay đổi{basis}.")
    if any(figure.carried_over for figure in figures):
        notes.append("Số ghi “số kỳ trước” là số của đơn vị cũ, dùng cho đến khi đơn vị mới có báo cáo riêng.")
    if any(figure.partly_outside for figure in figures):
        notes.append("Số liệu nằm vắt qua ngày đầu hoặc ngày cuối kỳ không được tính và không chia nhỏ để cộng.")
    return notes


def make_file_name(template: str, place: str, days: Days) -> str:
    """`so-ket-huyen-bat-xat-2020-11-24-2023-11-23.docx`: letters without accents, so that any computer keeps it."""
    name = re.sub(r"[^a-z0-9]+", "-", fold(f"{template} {place}")).strip("-")[:120]
    return f"{name}-{days.first.isoformat()}-{days.last.isoformat()}.docx"
