"""Figures as rows for CSV and as a workbook: exact values, with everything needed to ask them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import BinaryIO

import xlsxwriter
from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.audit.queries import moment_of
from caunoi.facts.errors import TooManyForSheet
from caunoi.facts.questions import count_figures
from caunoi.facts.rules.question import Figure, Question, text_of
from caunoi.languages import in_reader_language
from caunoi.moments import VIETNAM

_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def header() -> list[str]:
    return [
        _("Mã chỉ tiêu"), _("Chỉ tiêu"), _("Mã đơn vị"), _("Đơn vị"), _("Từ ngày"), _("Đến ngày"), _("Giá trị"),
        _("Tử số"), _("Mẫu số"), _("Đơn vị tính"), _("Ước tính"), _("Số kỳ trước mang sang"), _("Báo cáo phải có"),
        _("Báo cáo đã có"), _("Đúng hạn"), _("Vì sao trống"), _("Giải thích"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Further:
    """More columns after the last, of numbers or words: their titles, and their cells for a figure."""

    titles: Sequence[str] = ()
    cells: Callable[[Figure], Sequence[str]] = lambda _figure: ()


NOTHING_FURTHER = Further()


def rows_of_parts(parts: Iterable[Iterable[Figure]], further: Further = NOTHING_FURTHER) -> Iterator[list[str]]:
    """Header and one row a figure, all as text: numbers with a point and no grouping, as other programs read them."""
    yield [*header(), *further.titles]
    for part in parts:
        for figure in part:
            yield [*row_of(figure), *further.cells(figure)]


def row_of(figure: Figure) -> list[str]:
    """As long as the `header`."""
    c = figure.coverage
    return [
        figure.code,
        in_reader_language(figure.name_vi, figure.name_en),
        figure.place_code,
        figure.place_name,
        figure.first.isoformat(),
        figure.last.isoformat(),
        text_of(figure.value) or "",
        text_of(figure.numerator) or "",
        text_of(figure.denominator) or "",
        figure.unit,
        _("có") if figure.estimated else "",
        _("có") if figure.carried_over else "",
        str(c.expected) if c else "",
        str(c.reported) if c else "",
        str(c.on_time) if c else "",
        figure.why or "",
        link(figure),
    ]


def link(figure: Figure) -> str:
    return f"{settings.CAUNOI_BASE_URL}/figures/{figure.ref}/"


def _written(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")


# Of a sheet, without its header; and of the links in one, which Excel takes as a damaged file when there are more.
MOST_ROWS = 1_048_575
MOST_LINKS = 65_530


def check_fits(question: Question) -> None:
    """Raises TooManyForSheet."""
    if (size := count_figures(question)) > MOST_ROWS:
        raise TooManyForSheet(size, MOST_ROWS)


def write_figures(
    parts: Iterable[Iterable[Figure]],
    question: Question,
    made_at: datetime,
    file: BinaryIO,
    further: Further = NOTHING_FURTHER,
) -> None:
    """An .xlsx: the figures (numbers as numbers, each with its explanation link) and a sheet saying what was asked.

    Row by row, so that memory stays flat. Excel keeps 15 digits; a value with more is written as text rather than
    rounded unseen.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(file, options)
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    whole = workbook.add_format({"num_format": "#,##0"})
    # Not for whole numbers too: Excel would leave a decimal sign at their end.
    broken = workbook.add_format({"num_format": "#,##0.############"})
    sheet = workbook.add_worksheet(_("Số liệu"))
    sheet.freeze_panes(1, 2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 44)
    sheet.set_column(2, 2, 14)
    sheet.set_column(3, 3, 28)
    sheet.set_column(4, 15, 13)
    titles = [*header(), *further.titles]
    sheet.write_row(0, 0, titles, bold)
    row = 0
    for row, figure in enumerate(chain.from_iterable(parts), start=1):
        for column, text in enumerate([*row_of(figure), *further.cells(figure)]):
            if (column in (6, 7, 8, 12, 13, 14) or column > 16) and _NUMBER.fullmatch(text):
                if len(text.replace("-", "").replace(".", "").lstrip("0")) <= 15:
                    sheet.write_number(row, column, float(text), broken if "." in text else whole)
                else:
                    sheet.write_string(row, column, text)
            elif column == 16 and row <= MOST_LINKS:
                sheet.write_url(row, column, text, string=_("Xem"))
            else:
                sheet.write_string(row, column, text)
    sheet.autofilter(0, 0, max(row, 1), len(titles) - 1)
    notes = workbook.add_worksheet(_("Câu hỏi"))
    notes.set_column(0, 0, 30)
    notes.set_column(1, 1, 60)
    known_at = moment_of(question.as_known)
    book = _("đã duyệt") if question.book == "approved" else _("đã báo cáo")
    for row, (name, value) in enumerate(
        [
            (_("Kỳ"), f"{question.first:%d/%m/%Y} – {question.last:%d/%m/%Y}"),
            (_("Ranh giới hành chính ngày"), f"{question.boundaries:%d/%m/%Y}"),
            (_("Sổ"), book),
            (_("Theo sổ số liệu đến lúc"), "" if known_at is None else _written(known_at)),
            (_("Bút toán số"), str(question.as_known)),
            (_("Lập lúc"), _written(made_at)),
        ]
    ):
        notes.write_string(row, 0, name, bold)
        notes.write_string(row, 1, value)
    workbook.close()
