"""disaggregations.csv: the fixed tables in which residents see sensitive counts. And what may not be counted beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from caunoi.facts.rules.expressions import ExpressionError, list_uses, parse_expression
from caunoi.packs.rules.contents import DisaggregationRow, ElementRow
from caunoi.packs.rules.tables import Notes, Row, suggest
from caunoi.packs.rules.words import EVENT, FLOW, PERIOD_TYPES, STOCK

FILE = "disaggregations.csv"
COLUMNS = (
    "code", "title_vi", "title_en", "whole", "parts", "rest_vi", "rest_en", "levels", "period_type", "threshold",
    "zeros",
)  # fmt: skip
SHOWN, HIDDEN = ZEROS = ("shown", "hidden")
LEAST_THRESHOLD, THRESHOLD, MOST_THRESHOLD = 2, 5, 100


def read_disaggregations(
    rows: Sequence[Row], elements: Sequence[ElementRow] | None, levels: Sequence[str], notes: Notes
) -> list[DisaggregationRow]:
    """`elements` None: their table can't be read, and every code would look unknown."""
    known = None if elements is None else {element.code: element for element in elements}
    return [_read(row, known, levels, notes) for row in rows]


def _read(
    row: Row, elements: Mapping[str, ElementRow] | None, levels: Sequence[str], notes: Notes
) -> DisaggregationRow:
    code = notes.code(row)
    for column in ("title_vi", "title_en"):
        if not row[column]:
            notes.add(row, column, _("Chưa ghi."))
        notes.text(row, column, 200)
    rest = notes.both_languages(row, "rest")
    parts = row.values("parts")
    if not parts:
        notes.add(row, "parts", _("Chưa ghi các phần của tổng."))
    if len({row["whole"], *parts}) != len(parts) + 1:
        notes.add(row, "parts", _("Mỗi chỉ tiêu chỉ đứng một lần trong một bảng."))
    if elements is not None:
        _check_elements(row, elements, notes)
    periods = [period for period in PERIOD_TYPES if period != EVENT]
    return DisaggregationRow(
        code=code,
        title_vi=row["title_vi"],
        title_en=row["title_en"],
        whole=row["whole"],
        parts=parts,
        rest_vi=rest[0],
        rest_en=rest[1],
        levels=notes.levels(row, "levels", levels),
        period_type=notes.one_of(row, "period_type", periods),
        threshold=notes.whole_number(row, "threshold", LEAST_THRESHOLD, MOST_THRESHOLD, default=THRESHOLD),
        hides_zeros=notes.one_of(row, "zeros", ZEROS, default=SHOWN) == HIDDEN,
    )


def _check_elements(row: Row, elements: Mapping[str, ElementRow], notes: Notes) -> None:
    named = [("whole", row["whole"]), *(("parts", part) for part in row.values("parts"))]
    whole = elements.get(row["whole"])
    for column, code in named:
        element = elements.get(code)
        if element is None:
            message = _("Gói không có chỉ tiêu “%(code)s”.") % {"code": code} if code else _("Chưa ghi.")
            notes.add(row, column, message + suggest(code, elements), value=code)
        elif not element.sensitive:
            message = _("Chỉ tiêu “%(code)s” chưa ghi sensitive = yes: hỏi tự do được thì bảng che cũng vô ích.")
            notes.add(row, column, message % {"code": code}, value=code)
        elif whole is not None and (element.kind, element.unit) != (whole.kind, whole.unit):
            message = _("Phần “%(code)s” phải cùng kiểu và cùng đơn vị tính với tổng.") % {"code": code}
            notes.add(row, column, message, value=code)


def check_sources(rows: Sequence[Row], elements: Sequence[ElementRow], notes: Notes) -> None:
    """Sensitive are counts, and whatever else counts the same answers is sensitive too: otherwise it would say what
    the tables suppress."""
    sources: dict[tuple[str, str], str] = {}
    for element in elements:
        if element.sensitive:
            sources.update({source: element.code for source in _list_sources(element)})
    for row, element in zip(rows, elements, strict=True):
        if element.sensitive:
            if element.kind and element.kind not in (FLOW, STOCK):
                notes.add(row, "sensitive", _("Chỉ số đếm (kind = flow, stock) mới là số nhạy cảm."))
            if element.decimals:
                notes.add(row, "sensitive", _("Số nhạy cảm là số đếm, không có chữ số thập phân."))
            continue
        for source in sorted(_list_sources(element)):
            if source in sources:
                message = _("Cũng tính từ “%(source)s” như chỉ tiêu nhạy cảm “%(code)s”: hãy ghi sensitive = yes.")
                notes.add(row, "sensitive", message % {"source": source[1], "code": sources[source]}, allowed="yes")
                break


def _list_sources(element: ElementRow) -> set[tuple[str, str]]:
    """(form, question or group) that it counts, or its register; none where the expression can't be read."""
    if element.register:
        return {("", element.register)}
    try:
        uses = list_uses(parse_expression(element.expression))
    except ExpressionError:
        return set()
    names = {*uses.questions, *uses.repeats, *(name for _repeat, name in uses.columns)}
    return {(element.form_code, name) for name in names}
