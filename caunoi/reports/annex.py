"""The annex of a report as a workbook: every printed figure with its exact value, what it means, and its link."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.rules.question import plain
from caunoi.reports.rules.manifest import Line, Manifest
from caunoi.reports.rules.wording import word_day, word_number
from caunoi.vietnamese_text import format_number

MOST_DIGITS = 15
"""A spreadsheet keeps so many digits of a number; what is longer stands as text, whole."""
MOST_LINKS = 60_000
"""Excel opens no sheet with more than 65,530 links."""


@dataclass(frozen=True)
class Meaning:
    """What a code stands for today; blank where the programme no longer has it."""

    unit: str = ""
    kind: str = ""
    definition: str = ""
    formula: str = ""


def make_annex(manifest: Manifest) -> bytes:
    out = io.BytesIO()
    import xlsxwriter  # noqa: PLC0415 - reports are mostly made without the workbook

    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": manifest.title, "author": manifest.made_by})
    letters = _Letters(book)
    catalogue = get_catalogue(manifest.as_known)
    meanings = {line.code: find_meaning(line.code, catalogue) for line in manifest.figures}
    _write_figures(book.add_worksheet(_("Số liệu")), manifest, meanings, letters)
    _write_meanings(book.add_worksheet(_("Định nghĩa")), manifest, meanings, letters)
    _write_grounds(book.add_worksheet(_("Căn cứ")), manifest, letters)
    book.close()
    return out.getvalue()


def find_meaning(code: str, catalogue: Catalogue) -> Meaning:
    if (element := catalogue.elements.get(code)) is not None:
        return Meaning(element.unit, str(element.get_kind_display()), element.definition_vi)
    if (indicator := catalogue.indicators.get(code)) is not None:
        return Meaning(indicator.unit, _("tính từ công thức"), indicator.source_vi, indicator.formula)
    return Meaning()


class _Letters:
    def __init__(self, book: Any) -> None:
        base = {"font_name": "Times New Roman", "font_size": 12, "valign": "top"}
        boxed = base | {"border": 1, "border_color": "#9aa5a1"}
        self.title = book.add_format(base | {"bold": True, "font_size": 14})
        self.heading = book.add_format(
            boxed | {"bold": True, "bg_color": "#e6efec", "text_wrap": True, "valign": "vcenter", "align": "center"}
        )
        self.text = book.add_format(boxed | {"text_wrap": True})
        self.day = book.add_format(boxed | {"num_format": "dd/mm/yyyy", "align": "center"})
        self.link = book.add_format(boxed | {"font_color": "#0b5a5e", "underline": 1, "align": "right"})
        self.numbers = [
            book.add_format(boxed | {"num_format": "#,##0" + ("." + "0" * n if n else "")}) for n in range(13)
        ]

    def number(self, value: Decimal) -> Any:
        exponent = plain(value).as_tuple().exponent
        return self.numbers[min(-exponent if isinstance(exponent, int) and exponent < 0 else 0, 12)]


def _write_figures(sheet: Any, manifest: Manifest, meanings: dict[str, Meaning], letters: _Letters) -> None:
    headings = [
        (_("Số thứ tự"), 8), (_("Chỉ tiêu"), 44), (_("Đơn vị hành chính"), 26), (_("Từ ngày"), 12), (_("Đến ngày"), 12),
        (_("Giá trị"), 16), (_("Tử số"), 12), (_("Mẫu số"), 12), (_("Đơn vị tính"), 14), (_("In trong báo cáo"), 20),
        (_("Mã"), 28),
    ]  # fmt: skip
    sheet.write(0, 0, manifest.title, letters.title)
    _write_headings(sheet, 2, headings, letters)
    for index, line in enumerate(manifest.figures):
        row = index + 3
        sheet.write_number(row, 0, index + 1, letters.numbers[0])
        sheet.write_string(row, 1, line.name, letters.text)
        sheet.write_string(row, 2, line.place_name, letters.text)
        for column, day in ((3, line.first), (4, line.last)):
            sheet.write_datetime(row, column, date.fromisoformat(day), letters.day)
        for column, given in ((5, line.value), (6, line.numerator), (7, line.denominator)):
            _write_value(sheet, row, column, given, letters)
        sheet.write_string(row, 8, meanings[line.code].unit, letters.text)
        if index < MOST_LINKS:
            sheet.write_url(row, 9, address_of(manifest, line), letters.link, line.shown, _("Mở phần giải trình"))
        else:
            sheet.write_string(row, 9, line.shown, letters.text)
        sheet.write_string(row, 10, line.code, letters.text)
    sheet.freeze_panes(3, 2)
    sheet.autofilter(2, 0, 2 + len(manifest.figures), len(headings) - 1)
    sheet.repeat_rows(2)
    _set_up_print(sheet)


def address_of(manifest: Manifest, line: Line) -> str:
    return f"{manifest.base_url}/figures/{line.ref}/"


def _write_value(sheet: Any, row: int, column: int, given: str | None, letters: _Letters) -> None:
    if given is None:
        sheet.write_blank(row, column, None, letters.text)
        return
    value = Decimal(given)
    if len(plain(value).as_tuple().digits) > MOST_DIGITS:
        sheet.write_string(row, column, format_number(plain(value)), letters.text)
    else:
        sheet.write_number(row, column, float(value), letters.number(value))


def _write_meanings(sheet: Any, manifest: Manifest, meanings: dict[str, Meaning], letters: _Letters) -> None:
    names = {line.code: line.name for line in manifest.figures}
    headings = [
        (_("Mã"), 30), (_("Chỉ tiêu"), 44), (_("Đơn vị tính"), 14), (_("Cách tính"), 18),
        (_("Định nghĩa, nguồn"), 60), (_("Công thức"), 44),
    ]  # fmt: skip
    _write_headings(sheet, 0, headings, letters)
    for row, code in enumerate(sorted(meanings), start=1):
        meaning = meanings[code]
        cells = (code, names[code], meaning.unit, meaning.kind, meaning.definition, meaning.formula)
        for column, text in enumerate(cells):
            sheet.write_string(row, column, text, letters.text)
    sheet.freeze_panes(1, 1)
    _set_up_print(sheet)


def _write_grounds(sheet: Any, manifest: Manifest, letters: _Letters) -> None:
    book = _("đã duyệt") if manifest.book == "approved" else _("đã báo cáo")
    first, last, boundaries = (
        word_day(date.fromisoformat(day)) for day in (manifest.first, manifest.last, manifest.boundaries)
    )
    rows = [
        (_("Báo cáo"), manifest.title),
        (_("Đơn vị hành chính"), manifest.place_name),
        (_("Kỳ báo cáo"), _("từ ngày %(first)s đến ngày %(last)s") % {"first": first, "last": last}),
        (_("Ranh giới của ngày"), boundaries),
        (_("Sổ số liệu"), book),
        (_("Bút toán cuối cùng được tính"), word_number(Decimal(manifest.as_known))),
        (_("Lập lúc"), manifest.made_at),
        (_("Người lập"), manifest.made_by),
        (_("Mẫu"), manifest.template),
        (_("Số lượng số liệu"), word_number(Decimal(len(manifest.figures)))),
    ]
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    for row, (name, text) in enumerate(rows):
        sheet.write_string(row, 0, name, letters.heading)
        sheet.write_string(row, 1, text, letters.text)
    _set_up_print(sheet)


def _write_headings(sheet: Any, row: int, headings: list[tuple[str, int]], letters: _Letters) -> None:
    for column, (heading, width) in enumerate(headings):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, heading, letters.heading)


def _set_up_print(sheet: Any) -> None:
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P/&N")
