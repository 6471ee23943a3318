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
INK, BAR, LINE = "#1d2a2c", "#0b5a5e", "#d5dcd8"
WIDTH = 520
BAR_STEP = 21
PIXELS_PER_POINT = 3
"""Sharp in print at 16 cm."""


@dataclass(frozen=True)
class Bar:
    """`mark` says of the value what the table says of it (estimated, carried over)."""

    name: str
    value: Decimal
    mark: str = ""


def draw_bars(title: str, subtitle: str, bars: Sequence[Bar], decimals: int) -> bytes:
    """Horizontal bars in the order given, each with its number at its end, as PNG."""
    import altair  # noqa: PLC0415 - half a second that only a report with a chart pays

    renderer = load_renderer()
    # Floats only for the length of a bar; its number is written from the exact value.
    rows = [
        {"name": bar.name, "value": float(bar.value), "label": word_number(bar.value, decimals) + bar.mark}
        for bar in bars
    ]
    base = altair.Chart(altair.InlineData(values=rows)).encode(
        y=altair.Y("name:N", sort=None, title=None),
        x=altair.X("value:Q", title=None, axis=altair.Axis(labelExpr=_LABELS, tickCount=5)),
    )
    chart = altair.layer(
        base.mark_bar(color=BAR, height={"band": 0.68}),
        base.mark_text(align="left", dx=5, fontSize=11, color=INK).encode(text="label:N"),
    ).properties(
        width=WIDTH,
        height=altair.Step(BAR_STEP),
        title=altair.TitleParams(
            title,
            subtitle=subtitle,
            anchor="start",
            frame="group",
            offset=12,
            font=f"{FONT} SemiBold",
            fontSize=14,
            subtitleFontSize=11,
        ),
    )
    specification = (
        chart.configure(font=FONT, padding=8, background="white")
        .configure_view(stroke=None)
        .configure_axis(
            labelFontSize=11, labelColor=INK, gridColor=LINE, domainColor=LINE, tickColor=LINE, labelLimit=220
        )
        .configure_axisY(grid=False, ticks=False, domain=False, labelPadding=6)
        .configure_title(color=INK, subtitleColor=INK)
    )
    png: bytes = renderer.vegalite_to_png(specification.to_dict(), scale=PIXELS_PER_POINT, ppi=72)
    return png


# Thousands with dots and decimals with a comma: Vega's own locale cannot be set from inside a specification.
_LABELS = "replace(replace(replace(format(datum.value, ',~f'), /,/g, '_'), '.', ','), /_/g, '.')"


@cache
def load_renderer() -> Any:
    import vl_convert  # noqa: PLC0415 - a JavaScript engine: loaded when the first chart is drawn

    # A bare server has no typeface with Vietnamese letters.
    vl_convert.register_font_directory(str(FONTS))
    return vl_convert
