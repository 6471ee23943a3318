"""The charts of a template: which figures they show, and what is read out where the picture cannot be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caunoi.facts.rules.question import Figure
from caunoi.periods.rules import Days, period_of
from caunoi.reports.asking import Asking, Child, Picture, PrintedFigure, find_stretch
from caunoi.reports.charts import Bar, Pair, draw_bars, draw_pairs, draw_trend
from caunoi.reports.rules import wording
from caunoi.reports.rules.narrative import word_against
from caunoi.reports.rules.parameters import Chart
from caunoi.reports.rules.tags import Stretch
from caunoi.reports.rules.wording import IN_TABLE, Style

NUMBER = "{stt}"
BOTH: tuple[Stretch, ...] = ("ca_ky", "cung_ky")
MONEY = "đồng"
Found = tuple[int, Figure] | None
"""A figure and the number of the question that gave it."""
POINTS = {"month": "tháng", "quarter": "quý", "half-year": "kỳ 6 tháng", "year": "năm"}


def draw_chart(asking: Asking, name: str) -> str:
    """The chart's stamp; blank where fewer than two values are there, as there is nothing to compare, so that
    `{% if bieu_do(...) %}` leaves out what stands around it."""
    chart = asking.parameters.charts[name]
    drawn = sum(isinstance(stamp, Picture) for stamp in asking.stamps)
    chart = replace(chart, title=chart.title.replace(NUMBER, str(drawn + 1)))
    match chart.kind:
        case "trend":
            return _trend(asking, name, chart)
        case "pairs":
            return _pairs(asking, name, chart)
        case "bars":
            return _bars(asking, name, chart)


def _bars(asking: Asking, name: str, chart: Chart) -> str:
    found = [(child, child.figure(chart.code)) for child in asking.children[chart.level]]
    present = [(child, figure) for child, figure in found if figure is not None and figure.value is not None]
    if len(present) < 2:
        return ""
    present.sort(key=lambda pair: -(pair[1].value or 0))
    shown = present[: chart.most]
    scale = _find_scale([figure for _child, figure in shown])
    decimals = scale.decimals
    aims = _find_targets(asking, chart, [child for child, _figure in shown])
    bars = [
        Bar(child.ten, figure.value / scale.by, (" *" if figure.estimated else ""), _reduce(aim, scale))
        for (child, figure), aim in zip(shown, aims, strict=True)
        if figure.value is not None
    ]
    unit = _subtitle(scale, wording.word_period(asking.occasion.days, asking.parameters.period.cut_off))
    if len(shown) < len(present):
        unit += f"; {len(shown)} đơn vị cao nhất trong {len(present)}"
    unit += _say_targets(bars)
    png = draw_bars(chart.title, unit, bars, decimals)
    points = _list_points([*(child.find(chart.code, "ca_ky") for child, _figure in shown), *aims])
    return asking.stamp(Picture(png, _read_out(chart, unit, bars, decimals), name, chart.title, points))


def _find_targets(asking: Asking, chart: Chart, children: Sequence[Child]) -> list[Found]:
    """Of each unit, with the number of the question; None where nothing is set for the report's days."""
    number, aims = asking.aims.get((chart.level, chart.code), (0, {}))
    return [(number, aims[child.key]) if child.key in aims else None for child in children]


def _reduce(target: Found, scale: _Scale) -> Decimal | None:
    return None if target is None or target[1].value is None else target[1].value / scale.by


def _say_targets(shown: Sequence[Bar] | Sequence[Pair]) -> str:
    return "" if all(one.target is None for one in shown) else "; vạch đỏ: chỉ tiêu"


def _read_target(one: Bar | Pair, decimals: int) -> str:
    return "" if one.target is None else f" (chỉ tiêu {wording.word_number(one.target, decimals)})"


def _list_points(found: Sequence[Found]) -> tuple[PrintedFigure, ...]:
    return tuple(
        PrintedFigure(one[1], Style.NUMBER, wording.word_figure(one[1], Style.NUMBER, IN_TABLE), one[0])
        for one in found
        if one is not None
    )


@dataclass(frozen=True)
class _Scale:
    unit: str
    by: Decimal
    decimals: int


def _find_scale(figures: Sequence[Figure]) -> _Scale:
    """Money is shown in millions where it goes into them: nobody reads nine digits beside a bar."""
    one = figures[0]
    most = max(abs(figure.value or Decimal(0)) for figure in figures)
    if one.unit.split("/")[0] == MONEY and most >= wording.MILLION:
        return _Scale(f"triệu {one.unit}", wording.MILLION, 1)
    return _Scale(one.unit, Decimal(1), one.decimals)


def _subtitle(figure: _Scale, period: str) -> str:
    return f"Đơn vị: {figure.unit}; {period}" if figure.unit else period[:1].upper() + period[1:]


def _read_out(chart: Chart, unit: str, bars: list[Bar], decimals: int) -> str:
    listed = "; ".join(
        f"{bar.name} {wording.word_number(bar.value, decimals)}{bar.mark}{_read_target(bar, decimals)}" for bar in bars
    )
    return f"{chart.title}. {unit}. {listed}."


def _trend(asking: Asking, name: str, chart: Chart) -> str:
    number, found = asking.trends[name]
    known = [figure for figure in found if figure.value is not None]
    present = [figure for figure in known if figure.code == chart.code]
    aims = {figure.first: figure for figure in known if figure.code != chart.code}
    if len(present) < 2:
        return ""
    scale = _find_scale(present)
    points = [
        Bar(
            _name_point(asking, chart, figure),
            figure.value / scale.by,
            " *" if figure.estimated else "",
            _reduce((number, aims[figure.first]), scale) if figure.first in aims else None,
        )
        for figure in present
        if figure.value is not None
    ]
    unit = _subtitle(
        scale, f"{chart.points} {POINTS[chart.by]} đến {wording.word_day(asking.occasion.days.last)}"
    )  # fmt: skip
    unit += _say_targets(points)
    decimals = scale.decimals
    png = draw_trend(chart.title, unit, points, decimals)
    drawn = [*present, *(aims[figure.first] for figure in present if figure.first in aims)]
    behind = _list_points([(number, figure) for figure in drawn])
    return asking.stamp(Picture(png, _read_out(chart, unit, points, decimals), name, chart.title, behind))


def _name_point(asking: Asking, chart: Chart, figure: Figure) -> str:
    """`03/2023`, `I/2023`, `2023`."""
    cut_off = asking.parameters.period.cut_off if figure.first.day != 1 else 1
    year, month = period_of(figure.last, chart.by, cut_off).month_first
    match chart.by:
        case "month":
            return f"{month:02d}/{year}"
        case "quarter":
            return f"{('I', 'II', 'III', 'IV')[month // 3]}/{year}"
        case "half-year":
            return f"{('I', 'II')[month // 7]}/{year}"
        case "year":
            return str(year)


def _pairs(asking: Asking, name: str, chart: Chart) -> str:
    found = [(c, c.figure(chart.code), c.figure(chart.code, "cung_ky")) for c in asking.children[chart.level]]
    present = [(c, now, before) for c, now, before in found if now is not None and now.value is not None]
    if len(present) < 2:
        return ""
    present.sort(key=lambda one: -(one[1].value or 0))
    shown = present[: chart.most]
    scale = _find_scale([now for _child, now, _before in shown])
    aims = _find_targets(asking, chart, [child for child, _now, _before in shown])
    pairs = [
        Pair(
            child.ten,
            now.value / scale.by,
            None if before is None or before.value is None else before.value / scale.by,
            _reduce(aim, scale),
        )
        for (child, now, before), aim in zip(shown, aims, strict=True)
        if now.value is not None
    ]
    now_name = "Kỳ báo cáo"
    before_name = word_against("cung_ky", asking.occasion.days)
    before_name = before_name[:1].upper() + before_name[1:]
    unit = _subtitle(scale, _both(asking)) + _say_targets(pairs)
    png = draw_pairs(chart.title, unit, pairs, (now_name, before_name), scale.decimals)
    listed = "; ".join(
        f"{pair.name} {wording.word_number(pair.now, scale.decimals)}{_read_target(pair, scale.decimals)}, trước đó "
        + (wording.MISSING if pair.before is None else wording.word_number(pair.before, scale.decimals))
        for pair in pairs
    )
    behind = _list_points(
        [*(child.find(chart.code, stretch) for child, _now, _before in shown for stretch in BOTH), *aims]
    )  # fmt: skip
    return asking.stamp(Picture(png, f"{chart.title}. {unit}. {listed}.", name, chart.title, behind))


def _both(asking: Asking) -> str:
    days: Days = asking.occasion.days
    period = wording.word_period(days, asking.parameters.period.cut_off)
    before = find_stretch(days, "cung_ky")
    if before is None:
        return period
    return f"{period} so với {wording.word_period(before, asking.parameters.period.cut_off)}"
