"""From the table of an answer to a chart of it: what is drawn, what the sentence beside it says was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.desk.charts.drawing import (
    WIDE,
    Bubble,
    Dot,
    Segment,
    Specification,
    draw_bars,
    draw_classes,
    draw_map,
    draw_trend,
)
from caunoi.desk.figure_table import ADDITIVE, Row, Shown, Table
from caunoi.facts.distribution import ClassCounts
from caunoi.facts.models import Kind
from caunoi.facts.rules.question import Question
from caunoi.languages import in_reader_language, show_number

MOST_BARS, MOST_SERIES = 30, 6
ALL_OF_IT = Decimal(100)


class ChartKind(StrEnum):
    TREND = "trend"
    COMPARISON = "comparison"
    CLASSES = "classes"
    MAP = "map"


@dataclass(frozen=True)
class Chart:
    """`notes`: what the picture doesn't show, in sentences. `alt` says in words what it does."""

    kind: ChartKind
    title: str
    alt: str
    notes: tuple[str, ...]
    specification: Specification


@dataclass(frozen=True)
class Asked:
    """One chart of an answer: of which code, and at which of the periods (its column) where only one can be shown."""

    kind: ChartKind
    code: str
    at: int
    width: int = WIDE


Points = Mapping[str, tuple[Decimal, Decimal]]
"""Key of a unit -> longitude and latitude of its centroid."""


def name_kind(kind: ChartKind) -> str:
    return {
        ChartKind.TREND: _("Diễn biến theo thời gian"),
        ChartKind.COMPARISON: _("So sánh các đơn vị"),
        ChartKind.CLASSES: _("Phân bố theo loại"),
        ChartKind.MAP: _("Bản đồ"),
    }[kind]


def list_kinds(question: Question, table: Table, code: str) -> list[ChartKind]:
    """The kinds that fit a code of this answer, the most telling first."""
    shown = _cells_of(question, table, code)
    if not shown:
        return []
    if shown[0][1][0].figure.kind == Kind.CATEGORY:
        return [ChartKind.CLASSES]
    kinds = []
    if question.by is not None and len(table.columns) > 1:
        kinds.append(ChartKind.TREND)
    if len([row for row, _cells in shown if not row.total]) > 1:
        kinds += [ChartKind.COMPARISON, ChartKind.MAP]
    return kinds


def make_chart(
    asked: Asked, question: Question, table: Table, *, points: Points, classes: Sequence[ClassCounts]
) -> Chart | None:
    """None where the answer has nothing of it to draw: the table then says why."""
    shown = _tell_apart(_cells_of(question, table, asked.code))
    if not shown or asked.kind not in list_kinds(question, table, asked.code):
        return None
    match asked.kind:
        case ChartKind.TREND:
            return _trend(asked, table, shown)
        case ChartKind.COMPARISON:
            return _comparison(asked, question, table, shown)
        case ChartKind.MAP:
            return _map(asked, question, table, shown, points)
        case ChartKind.CLASSES:
            return _classes(asked, question, table, shown, classes)


def _cells_of(question: Question, table: Table, code: str) -> list[tuple[Row, tuple[Shown, ...]]]:
    """Of each unit the values of one code, over the periods of the answer."""
    if question.by is None:
        at = question.codes.index(code) if code in question.codes else -1
        return [(row, (row.cells[at],)) for row in table.rows] if at >= 0 else []
    return [(row, row.cells) for row in table.rows if row.cells and row.cells[0].figure.code == code]


def _tell_apart(shown: Sequence[tuple[Row, tuple[Shown, ...]]]) -> list[tuple[Row, tuple[Shown, ...]]]:
    """Several communes have a "Thôn 1"; in a chart, where no code stands below the name, the name gets it."""
    times = Counter(row.title for row, _cells in shown)
    return [
        (
            row
            if times[row.title] == 1
            else replace(row, title=f"{row.title} · {cells[0].figure.place_code or row.key}"),
            cells,
        )
        for row, cells in shown
    ]


# -- trend ------------------------------------------------------------------------------------------------------------


def _trend(asked: Asked, table: Table, shown: Sequence[tuple[Row, tuple[Shown, ...]]]) -> Chart | None:
    periods = [column.title for column in table.columns]
    # The whole above its parts would press them flat; it has a chart of its own when asked alone.
    rows = [one for one in shown if not one[0].total] or list(shown)
    rows = [(row, cells) for row, cells in rows if any(cell.value is not None for cell in cells)]
    if not rows:
        return None
    rows.sort(key=lambda one: max(abs(cell.value) for cell in one[1] if cell.value is not None), reverse=True)
    drawn = rows[:MOST_SERIES]
    marked = _may_mark([cell for _row, cells in drawn for cell in cells])
    series = [
        (
            row.title,
            [
                _dot(cell, period, f"{row.title}, {period}", marked=marked)
                for cell, period in zip(cells, periods, strict=True)
            ],
        )
        for row, cells in drawn
    ]
    notes = _say_targets([cell for _row, cells in drawn for cell in cells], marked, _("Vạch ngang: chỉ tiêu phấn đấu."))
    if len(rows) > len(drawn):
        notes.append(
            _("Biểu đồ chỉ vẽ %(drawn)d đơn vị có giá trị lớn nhất trong %(all)d đơn vị có số; bảng có đủ.")
            % {"drawn": len(drawn), "all": len(rows)}
        )
    gaps = sum(1 for _row, cells in drawn for cell in cells if cell.value is None)
    if gaps:
        notes.append(_("Chỗ đường bị ngắt là kỳ chưa có số liệu (%(count)d chỗ), không phải bằng 0.") % {"count": gaps})
    said = "; ".join(_say_ends(name, dots) for name, dots in series[:3])
    title = _title(shown)
    return Chart(
        asked.kind, title, _("Biểu đồ đường: %(title)s. %(said)s.") % {"title": title, "said": said},
        tuple([*notes, *_say_marks([cell for _row, cells in drawn for cell in cells])]),
        draw_trend(series, asked.width),
    )  # fmt: skip


def _say_ends(name: str, dots: Sequence[Dot]) -> str:
    known = [dot for dot in dots if dot.value is not None]
    return _("%(name)s từ %(first)s (%(from)s) đến %(last)s (%(to)s)") % {
        "name": name, "first": known[0].label, "from": known[0].name, "last": known[-1].label, "to": known[-1].name,
    }  # fmt: skip


# -- comparison -------------------------------------------------------------------------------------------------------


def _comparison(
    asked: Asked, question: Question, table: Table, shown: Sequence[tuple[Row, tuple[Shown, ...]]]
) -> Chart | None:
    units = [(row, _at(cells, asked.at)) for row, cells in shown if not row.total]
    known = sorted(
        (one for one in units if one[1].value is not None), key=lambda one: one[1].value or Decimal(0), reverse=True
    )
    if not known:
        return None
    drawn, rest = known[:MOST_BARS], known[MOST_BARS:]
    marked = _may_mark([cell for _row, cell in drawn])
    notes = _say_targets([cell for _row, cell in drawn], marked, _("Vạch đỏ: chỉ tiêu phấn đấu."))
    if rest:
        notes.append(_say_rest([cell for _row, cell in rest], len(drawn)))
    notes += _say_missing([row.title for row, cell in units if cell.value is None])
    title = _title(shown, _period(question, table, asked.at))
    return Chart(
        asked.kind, title, _("Biểu đồ cột: %(title)s. %(said)s.") % {"title": title, "said": _say_extremes(known)},
        tuple([*notes, *_say_marks([cell for _row, cell in drawn])]),
        draw_bars([_dot(cell, row.title, row.title, marked=marked) for row, cell in drawn], asked.width),
    )  # fmt: skip


def _say_rest(rest: Sequence[Shown], drawn: int) -> str:
    values = [cell.value for cell in rest if cell.value is not None]
    first = rest[0].figure
    if first.kind not in ADDITIVE:
        return _("Vẽ %(drawn)d đơn vị lớn nhất; %(rest)d đơn vị khác có trong bảng.") % {
            "drawn": drawn, "rest": len(rest),
        }  # fmt: skip
    return _("Vẽ %(drawn)d đơn vị lớn nhất; %(rest)d đơn vị khác cộng lại %(sum)s %(unit)s, có trong bảng.") % {
        "drawn": drawn, "rest": len(rest), "sum": show_number(sum(values, Decimal(0)), first.decimals),
        "unit": first.unit,
    }  # fmt: skip


def _say_extremes(known: Sequence[tuple[Row, Shown]]) -> str:
    """`known` from the largest to the smallest."""
    largest = ", ".join(f"{row.title} ({_label(cell)})" for row, cell in known[:3])
    return _("Lớn nhất: %(largest)s; nhỏ nhất: %(smallest)s") % {
        "largest": largest, "smallest": f"{known[-1][0].title} ({_label(known[-1][1])})",
    }  # fmt: skip


# -- map --------------------------------------------------------------------------------------------------------------


def _map(
    asked: Asked, question: Question, table: Table, shown: Sequence[tuple[Row, tuple[Shown, ...]]], points: Points
) -> Chart | None:
    units = [(row, _at(cells, asked.at)) for row, cells in shown if not row.total]
    placed = [one for one in units if one[0].key in points]
    # The largest first, so that small bubbles lie on top of them; those without a number are rings below all.
    placed.sort(key=lambda one: (one[1].value is None, -abs(one[1].value or Decimal(0))))
    known = [one for one in placed if one[1].value is not None]
    if not known:
        return None
    first = known[0][1].figure
    by_size = first.kind in ADDITIVE and all((cell.value or 0) >= 0 for _row, cell in known)
    marked = _may_mark([cell for _row, cell in placed])
    bubbles = [
        Bubble(
            _dot(cell, row.title, row.title, marked=marked and (by_size or _misses(cell))),
            float(points[row.key][0]),
            float(points[row.key][1]),
        )
        for row, cell in placed
    ]
    ring = _("Vòng đỏ: chỉ tiêu phấn đấu.") if by_size else _("Vòng đỏ: chưa đạt chỉ tiêu phấn đấu.")
    notes = _say_targets([cell for _row, cell in placed], marked, ring)
    notes += _say_missing([row.title for row, cell in placed if cell.value is None])
    if len(placed) < len(units):
        notes.append(
            _("%(count)d đơn vị không có tọa độ nên không có trên bản đồ; bảng có đủ.")
            % {"count": len(units) - len(placed)}
        )
    title = _title(shown, _period(question, table, asked.at))
    said = _say_extremes(sorted(known, key=lambda one: one[1].value or Decimal(0), reverse=True))
    return Chart(
        asked.kind, title, _("Bản đồ bong bóng: %(title)s. %(said)s.") % {"title": title, "said": said},
        tuple([*notes, *_say_marks([cell for _row, cell in known])]),
        draw_map(bubbles, asked.width, first.unit, by_size=by_size),
    )  # fmt: skip


# -- classes ----------------------------------------------------------------------------------------------------------


def _classes(
    asked: Asked,
    question: Question,
    table: Table,
    shown: Sequence[tuple[Row, tuple[Shown, ...]]],
    classes: Sequence[ClassCounts],
) -> Chart | None:
    """A bar a unit at one period; of one unit alone, a bar a period."""
    mine = [one for one in classes if one.code == asked.code and one.total]
    units = {one.place for one in mine}
    if not mine:
        return None
    if len(units) > 1:
        days = sorted({(one.first, one.last) for one in mine})
        at = days[min(max(asked.at, 0), len(days) - 1)]
        bars = [(one.place_name, one) for one in mine if (one.first, one.last) == at]
        title = _title(shown, _period(question, table, asked.at))
    else:
        names = {days: column.title for days, column in zip(_days_of(shown), table.columns, strict=False)}
        bars = [(names[one.first, one.last] if question.by else one.place_name, one) for one in mine]
        title = _title(shown)
    drawn = bars[:MOST_BARS]
    notes = []
    if len(bars) > len(drawn):
        notes.append(
            _("Vẽ %(drawn)d đơn vị đầu; %(rest)d đơn vị khác có trong bảng.")
            % {"drawn": len(drawn), "rest": len(bars) - len(drawn)}
        )
    segments = [segment for name, one in drawn for segment in _cut(name, one)]
    order = [name for name, _number in mine[0].counts]
    first = drawn[0][1]
    said = ", ".join(f"{name} {number}" for name, number in first.counts if number)
    return Chart(
        asked.kind, title,
        _("Biểu đồ cột chồng: %(title)s. %(name)s: %(said)s.") % {"title": title, "name": drawn[0][0], "said": said},
        tuple(notes), draw_classes(segments, order, asked.width),
    )  # fmt: skip


def _days_of(shown: Sequence[tuple[Row, tuple[Shown, ...]]]) -> list[tuple[object, object]]:
    return [(cell.figure.first, cell.figure.last) for cell in shown[0][1]]


def _cut(name: str, one: ClassCounts) -> list[Segment]:
    segments, before = [], 0
    for class_name, number in one.counts:
        if number:
            start, end = (ALL_OF_IT * count / one.total for count in (before, before + number))
            share = show_number((ALL_OF_IT * number / one.total).quantize(Decimal("0.1")))
            hint = f"{name}, {class_name}: {number}/{one.total} ({share}%)"
            segments.append(Segment(name, class_name, float(start), float(end), str(number), hint))
        before += number
    return segments


# -- words ------------------------------------------------------------------------------------------------------------


def _dot(cell: Shown, name: str, where: str, *, marked: bool = False) -> Dot:
    """`marked`: with its target, where one is set."""
    figure, attained = cell.figure, cell.attained
    wanted = None if not marked or attained is None else float(attained.target)
    if cell.value is None:
        return Dot(name, None, "", _("%(where)s: chưa có số liệu") % {"where": where}, target=wanted)
    doubtful = figure.estimated or figure.carried_over
    hint = f"{where}: {show_number(cell.value, figure.decimals)} {figure.unit}".rstrip()
    if figure.estimated:
        hint += f" ({_('ước tính')})"
    elif figure.carried_over:
        hint += f" ({_('kỳ trước')})"
    if attained is not None and attained.has_result:
        hint += f"; {attained.say(figure)}"
    return Dot(name, float(cell.value), _label(cell), hint, reverse("explain", args=[figure.ref]), doubtful, wanted)


def _may_mark(cells: Sequence[Shown]) -> bool:
    """A target stands beside a result only if both are of the same days: the year's target beside a month's result
    would look as if the month had missed it."""
    return all(cell.attained.result == cell.figure.value for cell in cells if cell.attained is not None)


def _misses(cell: Shown) -> bool:
    return cell.attained is not None and cell.attained.reached is False


def _say_targets(cells: Sequence[Shown], marked: bool, stroke: str) -> list[str]:
    if all(cell.attained is None for cell in cells):
        return []
    if marked:
        return [stroke]
    return [_("Chỉ tiêu đặt cho kỳ dài hơn nên không vẽ cạnh số của từng kỳ; bảng ghi đã đạt bao nhiêu.")]


def _label(cell: Shown) -> str:
    if cell.value is None:
        return "–"
    mark = " ≈" if cell.figure.estimated else " ⇢" if cell.figure.carried_over else ""
    return show_number(cell.value, cell.figure.decimals) + mark


def _at(cells: tuple[Shown, ...], at: int) -> Shown:
    """The asked period; without one that is there, the last."""
    return cells[at] if 0 <= at < len(cells) else cells[-1]


def _period(question: Question, table: Table, at: int) -> str:
    if question.by is None:
        return ""
    return table.columns[at].title if 0 <= at < len(table.columns) else table.columns[-1].title


def _title(shown: Sequence[tuple[Row, tuple[Shown, ...]]], period: str = "") -> str:
    figure = shown[0][1][0].figure
    name = in_reader_language(figure.name_vi, figure.name_en)
    named = f"{name} ({figure.unit})" if figure.unit else name
    return f"{named}, {period[:1].lower()}{period[1:]}" if period else named


def _say_missing(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    if len(names) > 4:
        return [_("%(count)d đơn vị chưa có số liệu, không phải bằng 0.") % {"count": len(names)}]
    return [_("Chưa có số liệu, không phải bằng 0: %(names)s.") % {"names": ", ".join(names)}]


def _say_marks(cells: Sequence[Shown]) -> list[str]:
    said = []
    if any(cell.figure.estimated for cell in cells):
        said.append(_("Phần nhạt màu, có dấu ≈: số ước tính, quy đổi theo tỷ lệ."))
    if any(cell.figure.carried_over for cell in cells):
        said.append(_("Phần nhạt màu, có dấu ⇢: tạm dùng số của đơn vị trước đó."))
    return said
