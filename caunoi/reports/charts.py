"""Charts as pictures for Word, from one Vega-Lite specification, written as the data it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caunoi.reports import chart_process
from caunoi.reports.rules.wording import word_number

FONT = "Be Vietnam Pro"
INK, BAR, LINE, PALE, TARGET = "#1d2a2c", "#0b5a5e", "#d5dcd8", "#9cc3c0", "#a3232b"
WIDTH = 520
BAR_STEP = 21
TREND_HEIGHT = 190
PIXELS_PER_POINT = 3
"""Sharp in print at 16 cm."""


Row = dict[str, str | float]


@dataclass(frozen=True)
class Bar:
    """`mark` says of the value what the table says of it (estimated, carried over). `target`: what was to be reached in
    the same days, None where nothing is set for them."""

    name: str
    value: Decimal
    mark: str = ""
    target: Decimal | None = None


@dataclass(frozen=True)
class Pair:
    name: str
    now: Decimal
    before: Decimal | None
    target: Decimal | None = None


def draw_bars(title: str, subtitle: str, bars: Sequence[Bar], decimals: int) -> bytes:
    """Horizontal bars in the order given, each with its number at its end and a stroke at its target, as PNG."""
    across = {"x": _amounts(), "y": _names(axis={"grid": False})}
    return _render(
        title,
        subtitle,
        _rows(bars, decimals),
        {"step": BAR_STEP},
        [
            {"mark": {"type": "bar", "color": BAR, "height": {"band": 0.68}}, "encoding": across},
            {"mark": {**_NUMBER, "fontSize": 11}, "encoding": {**across, "text": _TEXT}},
            *_strokes(bars, across, "x", 18),
        ],
    )


def draw_trend(title: str, subtitle: str, points: Sequence[Bar], decimals: int) -> bytes:
    """A line through the points in the order given, each with its number above it and a stroke at its target."""
    many = len(points)
    along = {"x": _names(axis={"labelAngle": -45 if many > 8 else 0}), "y": _amounts(scale={"zero": True})}
    number = {"type": "text", "color": INK, "dy": -11, "fontSize": 10 if many <= 14 else 8}
    return _render(
        title,
        subtitle,
        _rows(points, decimals),
        TREND_HEIGHT,
        [
            {"mark": {"type": "line", "color": BAR, "strokeWidth": 2.5}, "encoding": along},
            {"mark": {"type": "point", "color": BAR, "filled": True, "size": 50, "opacity": 1}, "encoding": along},
            {"mark": number, "encoding": {**along, "text": _TEXT}},
            *_strokes(points, along, "y", 26),
        ],
    )


def draw_pairs(title: str, subtitle: str, pairs: Sequence[Pair], names: tuple[str, str], decimals: int) -> bytes:
    """Two bars for each unit: the period (dark, a stroke at its target), and the one it is compared with (pale)."""
    rows: list[Row] = [
        {"name": pair.name, "which": name, "value": float(value), "label": word_number(value, decimals), **_aim(target)}
        for pair in pairs
        for name, value, target in zip(names, (pair.now, pair.before), (pair.target, None), strict=True)
        if value is not None
    ]
    across = {
        "x": _amounts(),
        "y": _names(),
        "yOffset": {"field": "which", "type": "nominal", "sort": list(names)},
    }
    colour = {
        "field": "which",
        "type": "nominal",
        "scale": {"domain": list(names), "range": [BAR, PALE]},
        "legend": {"title": None, "orient": "bottom", "labelFontSize": 11},
    }
    return _render(
        title,
        subtitle,
        rows,
        {"step": 14},
        [
            {"mark": {"type": "bar"}, "encoding": {**across, "color": colour}},
            {"mark": {**_NUMBER, "fontSize": 10}, "encoding": {**across, "text": _TEXT}},
            *_strokes(pairs, across, "x", 11),
        ],
    )


def _rows(bars: Sequence[Bar], decimals: int) -> list[Row]:
    # Floats only for the length of a bar; its number is written from the exact value.
    return [
        {
            "name": bar.name,
            "value": float(bar.value),
            "label": word_number(bar.value, decimals) + bar.mark,
            **_aim(bar.target),
        }
        for bar in bars
    ]


def _aim(target: Decimal | None) -> Row:
    return {} if target is None else {"target": float(target)}


def _strokes(
    shown: Sequence[Bar] | Sequence[Pair], encoding: Mapping[str, Any], channel: str, size: int
) -> list[dict[str, Any]]:
    """A layer with the targets, if there are any."""
    if all(one.target is None for one in shown):
        return []
    return [
        {
            "transform": [{"filter": "isValid(datum.target)"}],
            "mark": {"type": "tick", "thickness": 3, "size": size, "color": TARGET, "opacity": 1},
            "encoding": {**encoding, channel: {**encoding[channel], "field": "target"}},
        }
    ]


def _names(**more: Any) -> dict[str, Any]:
    return {"field": "name", "type": "nominal", "sort": None, "title": None, **more}


def _amounts(**more: Any) -> dict[str, Any]:
    axis = {"labelExpr": _LABELS, "tickCount": 5}
    return {"field": "value", "type": "quantitative", "title": None, "axis": axis, **more}


def _render(
    title: str, subtitle: str, rows: Sequence[Row], height: int | dict[str, int], layers: Sequence[dict[str, Any]]
) -> bytes:
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": rows},
        "width": WIDTH,
        "height": height,
        "title": {
            "text": title,
            "subtitle": subtitle,
            "anchor": "start",
            "frame": "group",
            "offset": 12,
            "font": f"{FONT} SemiBold",
            "fontSize": 14,
            "subtitleFontSize": 11,
        },
        "layer": layers,
        "config": _LOOK,
    }
    return chart_process.draw("png", specification, {"scale": PIXELS_PER_POINT, "ppi": 72})


# Thousands with dots and decimals with a comma: Vega's own locale cannot be set from inside a specification.
_LABELS = "replace(replace(replace(format(datum.value, ',~f'), /,/g, '_'), '.', ','), /_/g, '.')"
_TEXT = {"field": "label", "type": "nominal"}
_NUMBER = {"type": "text", "align": "left", "dx": 5, "color": INK}
_LOOK = {
    "font": FONT,
    "padding": 8,
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "labelColor": INK,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": 220,
    },
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "title": {"color": INK, "subtitleColor": INK},
}
