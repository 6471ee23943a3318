"""Charts as pictures for Word, from one Vega-Lite specification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from caunoi.reports.rules.wording import word_number

FONT = "Be Vietnam Pro"
FONTS = Path(__file__).parent / "fonts"
INK, BAR, LINE, PALE = "#1d2a2c", "#0b5a5e", "#d5dcd8", "#9cc3c0"
WIDTH = 520
BAR_STEP = 21
TREND_HEIGHT = 190
PIXELS_PER_POINT = 3
"""Sharp in print at 16 cm."""


@dataclass(frozen=True)
class Bar:
    """`mark` says of the value what the table says of it (estimated, carried over)."""

    name: str
    value: Decimal
    mark: str = ""


@dataclass(frozen=True)
class Pair:
    name: str
    now: Decimal
    before: Decimal | None


def draw_bars(title: str, subtitle: str, bars: Sequence[Bar], decimals: int) -> bytes:
    """Horizontal bars in the order given, each with its number at its end, as PNG."""
    import altair  # noqa: PLC0415 - half a second that only a report with a chart pays

    # Floats only for the length of a bar; its number is written from the exact value.
    rows = [
        {"name": bar.name, "value": float(bar.value), "label": word_number(bar.value, decimals) + bar.mark}
        for bar in bars
    ]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=altair.Y("name:N", sort=None, title=None, axis=altair.Axis(grid=False)),
        x=altair.X("value:Q", title=None, axis=altair.Axis(labelExpr=_LABELS, tickCount=5)),
    )
    chart = altair.layer(
        base.mark_bar(color=BAR, height={"band": 0.68}),
        base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(text="label:N"),
    ).properties(width=WIDTH, height=altair.Step(BAR_STEP), title=_title(title, subtitle))
    return _render(chart)


def draw_trend(title: str, subtitle: str, points: Sequence[Bar], decimals: int) -> bytes:
    """A line through the points in the order given, each with its number above it."""
    import altair  # noqa: PLC0415 - see draw_bars

    rows = [
        {"name": point.name, "value": float(point.value), "label": word_number(point.value, decimals) + point.mark}
        for point in points
    ]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        x=altair.X("name:N", sort=None, title=None, axis=altair.Axis(labelAngle=-45 if len(rows) > 8 else 0)),
        y=altair.Y(
            "value:Q", title=None, axis=altair.Axis(labelExpr=_LABELS, tickCount=5), scale=altair.Scale(zero=True)
        ),
    )
    chart = altair.layer(
        base.mark_line(color=BAR, strokeWidth=2.5),
        base.mark_point(color=BAR, filled=True, size=50, opacity=1),
        base.mark_text(dy=-11, fontSize=10 if len(rows) <= 14 else 8, color=INK).encode(text="label:N"),
    ).properties(width=WIDTH, height=TREND_HEIGHT, title=_title(title, subtitle))
    return _render(chart)


def draw_pairs(title: str, subtitle: str, pairs: Sequence[Pair], names: tuple[str, str], decimals: int) -> bytes:
    """Two bars for each unit: the period (dark) and the one it is compared with (pale)."""
    import altair  # noqa: PLC0415 - see draw_bars

    rows = [
        {"name": pair.name, "which": name, "value": float(value), "label": word_number(value, decimals)}
        for pair in pairs
        for name, value in zip(names, (pair.now, pair.before), strict=True)
        if value is not None
    ]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=altair.Y("name:N", sort=None, title=None),
        x=altair.X("value:Q", title=None, axis=altair.Axis(labelExpr=_LABELS, tickCount=5)),
        yOffset=altair.YOffset("which:N", sort=list(names)),
    )
    colours = altair.Scale(domain=list(names), range=[BAR, PALE])
    legend = altair.Legend(title=None, orient="bottom", labelFontSize=11)
    chart = altair.layer(
        base.mark_bar().encode(color=altair.Color("which:N", scale=colours, legend=legend)),
        base.mark_text(align="left", dx=5, fontSize=10, color=INK).encode(text="label:N"),
    ).properties(width=WIDTH, height=altair.Step(14), title=_title(title, subtitle))
    return _render(chart)


def _title(title: str, subtitle: str) -> Any:
    import altair  # noqa: PLC0415 - see draw_bars

    return altair.TitleParams(
        title,
        subtitle=subtitle,
        anchor="start",
        frame="group",
        offset=12,
        font=f"{FONT} SemiBold",
        fontSize=14,
        subtitleFontSize=11,
    )


def _render(chart: Any) -> bytes:
    specification = (
        chart.configure(font=FONT, padding=8, background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, labelColor=INK, gridColor=LINE, domainColor=LINE, tickColor=LINE, labelLimit=220
        )
        .configure_axisY(domain=False, ticks=False, labelPadding=6)
        .configure_title(color=INK, subtitleColor=INK)
    )
    png: bytes = load_renderer().vegalite_to_png(specification.to_dict(), scale=PIXELS_PER_POINT, ppi=72)
    return png


# Thousands with dots and decimals with a comma: Vega's own locale cannot be set from inside a specification.
_LABELS = "replace(replace(replace(format(datum.value, ',~f'), /,/g, '_'), '.', ','), /_/g, '.')"


@cache
def load_renderer() -> Any:
    import vl_convert  # noqa: PLC0415 - a JavaScript engine: loaded when the first chart is drawn

    # A bare server has no typeface with Vietnamese letters.
    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
