"""Vega-Lite specifications: what to draw in, a specification out. Knows neither figures nor tables.

Floats only place a mark; every number that is read is written from the exact value before it comes here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from caunoi.reports.charts import BAR, FONT, INK, LINE

Specification = dict[str, Any]

VEGA_LITE = "6.4"
WIDE, NARROW = 960, 340
MOST_HIGH = 560
"""Widths in pixels: of a desktop's column, and of a phone."""
BAR_STEP = 24
SERIES = ("#0b5a5e", "#c2410c", "#1c4f8f", "#8a5a00", "#7b3f98", "#46525a")
"""Told apart with every kind of colour blindness (each also has a dash and a shape of its own); 4.5:1 on white."""
DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 4], [10, 4])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
CLASSES = ("#0b3c5d", "#2f7ea1", "#9ccbd6", "#f3d9a4", "#d08a3e", "#8a3d0c", "#46525a", "#c9cfd6")
"""From one end of an order to the other; neighbours also differ in lightness."""
LIGHT_CLASSES = frozenset({"#9ccbd6", "#f3d9a4", "#c9cfd6", "#d08a3e"})
TARGET = "#a3232b"
SEQUENCE = ["#d5ebe8", "#6fb3ae", "#0b5a5e", "#062e30"]
SHADES = ("#fdeaea", "#e3f1f0", "#b9dedb", "#7fbfba", "#0b5a5e")
"""Of coverage, from nothing to all, as in the table on the page (`.heat` in caunoi.css)."""
HEAT_STEP, HEAT_NAMES = 34, 240
# A cell as wide as its numbers like it, the whole no wider than a page shows; numbers need this much.
HEAT_CELL, HEAT_WIDEST, HEAT_LABEL = 62, 1600, 38
"""Height of a row and room for the names beside it, in pixels."""


@dataclass(frozen=True)
class Dot:
    """One value of a unit or a period. `value` None: nothing is known, which is drawn as nothing, never as zero.

    `target`: what of it was to be reached, None where nothing is set or it cannot stand beside the value.
    `label` is the number as the reader writes it, with its marks; `hint` the sentence under the pointer; `address` the
    explanation of the figure, "" without one. `doubtful`: estimated or carried over, drawn lighter.
    """

    name: str
    value: float | None
    label: str
    hint: str
    address: str = ""
    doubtful: bool = False
    target: float | None = None


@dataclass(frozen=True)
class Segment:
    """The share of one class in a bar, from `start` to `end` in percent."""

    name: str
    class_name: str
    start: float
    end: float
    label: str
    hint: str


@dataclass(frozen=True)
class Bubble:
    """A unit on the map; `longitude` and `latitude` of its centroid in degrees."""

    dot: Dot
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Patch:
    """One unit in one period. `shade`: which of SHADES; `label` the number large, `below` the small one under it."""

    row: str
    column: str
    shade: int
    label: str
    below: str
    hint: str


def draw_bars(dots: Sequence[Dot], width: int) -> Specification:
    """Horizontal bars in the order given, each with its number at its end, and a stroke across it at its target."""
    rows = [_row(dot) for dot in dots if dot.value is not None]
    values = [
        number for dot in dots if dot.value is not None for number in (dot.value, dot.target) if number is not None
    ]
    low, high = min([0.0, *values]), max([0.0, *values])
    room = (high - low or 1.0) * (0.22 if width < WIDE else 0.14)
    return _framed(
        width,
        {
            "height": {"step": BAR_STEP},
            "data": {"values": rows},
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
                "x": {
                    "field": "value", "type": "quantitative", "title": None, "axis": {"tickCount": 4},
                    "scale": {"domain": [low - room if low < 0 else 0, high + room], "nice": False},
                },
                **_HINTS,
            },
            "layer": [
                {"mark": {"type": "bar", "color": BAR, "height": {"band": 0.68}}, "encoding": _DOUBTFUL},
                {
                    "mark": {"type": "text", "align": "left", "dx": 5, "color": INK},
                    "encoding": {"text": {"field": "label"}},
                },
                *_strokes(dots, {"type": "tick", "thickness": 3, "size": 22}, "x"),
            ],
        },
    )  # fmt: skip


def _strokes(dots: Sequence[Dot], mark: Specification, channel: str) -> list[Specification]:
    """A layer with the targets, if there are any."""
    if all(dot.target is None for dot in dots):
        return []
    return [
        {
            "transform": [{"filter": "isValid(datum.target)"}],
            "mark": {**mark, "color": TARGET, "opacity": 1},
            "encoding": {channel: {"field": "target", "type": "quantitative", "title": None}},
        }
    ]


def draw_trend(series: Sequence[tuple[str, Sequence[Dot]]], width: int) -> Specification:
    """A line a series over the same periods, in their order; a period without a value breaks the line. Targets are
    level strokes."""
    names = [name for name, _dots in series]
    rows = [{**_row(dot), "series": name} for name, dots in series for dot in dots]
    legend = None if len(names) < 2 else {"title": None, "orient": "top", "columns": 1 if width < WIDE else 3,
                                          "labelLimit": width - 60, "symbolStrokeWidth": 2}  # fmt: skip

    def by_series(values: Sequence[Any]) -> Specification:
        scale = {"domain": names, "range": list(values[: len(names)])}
        return {"field": "series", "type": "nominal", "sort": None, "legend": legend, "scale": scale}

    return _framed(
        width,
        {
            "height": 260,
            "data": {"values": rows},
            "encoding": {
                "x": {"field": "name", "type": "ordinal", "sort": None, "title": None,
                      "axis": {"labelAngle": -40, "labelOverlap": True}},
                "y": {"field": "value", "type": "quantitative", "title": None, "axis": {"tickCount": 5}},
                "color": by_series(SERIES),
                **_HINTS,
            },
            "layer": [
                {
                    "mark": {"type": "line", "strokeWidth": 2, "invalid": "break-paths-show-path-domains"},
                    "encoding": {"strokeDash": by_series(DASHES)},
                },
                {
                    "mark": {"type": "point", "filled": True, "opacity": 1, "size": 60, "invalid": "filter"},
                    "encoding": {
                        "shape": by_series(SHAPES),
                        "fillOpacity": {"condition": {"test": "datum.doubtful", "value": 0}, "value": 1},
                    },
                },
                *_strokes(
                    [dot for _name, several in series for dot in several],
                    {"type": "point", "shape": "stroke", "filled": False, "size": 500, "strokeWidth": 3}, "y",
                ),
            ],
        },
    )  # fmt: skip


def draw_classes(segments: Sequence[Segment], classes: Sequence[str], width: int) -> Specification:
    """Shares of classes, a bar a unit or period. The count stands in each part that has room for it."""
    colours = dict(zip(classes, CLASSES, strict=False))
    rows = [
        {"name": one.name, "class": one.class_name, "start": one.start, "end": one.end, "hint": one.hint,
         "label": one.label if one.end - one.start >= (9 if width < WIDE else 5) else "",
         "middle": (one.start + one.end) / 2, "light": colours.get(one.class_name) in LIGHT_CLASSES}
        for one in segments
    ]  # fmt: skip
    legend = {"title": None, "orient": "top", "columns": 2 if width < WIDE else 4, "symbolType": "square"}
    return _framed(
        width,
        {
            "height": {"step": 30},
            "data": {"values": rows},
            "encoding": {
                "y": {"field": "name", "type": "nominal", "sort": None, "title": None},
                "tooltip": {"field": "hint"},
                "description": {"field": "hint"},
            },
            "layer": [
                {
                    "mark": {"type": "bar", "stroke": "white", "strokeWidth": 1.5, "height": {"band": 0.74}},
                    "encoding": {
                        "x": {"field": "start", "type": "quantitative", "title": "%", "scale": {"domain": [0, 100]}},
                        "x2": {"field": "end"},
                        "color": {"field": "class", "type": "nominal", "legend": legend,
                                  "scale": {"domain": list(colours), "range": list(colours.values())}},
                    },
                },
                {
                    "mark": {"type": "text"},
                    "encoding": {
                        "x": {"field": "middle", "type": "quantitative"},
                        "text": {"field": "label"},
                        "color": {"condition": {"test": "datum.light", "value": INK}, "value": "white"},
                    },
                },
            ],
        },
    )  # fmt: skip


def draw_heat(
    patches: Sequence[Patch], rows: Sequence[str], columns: Sequence[str], shades: Sequence[str], heading: Sequence[str]
) -> Specification:
    """Rows and columns in the order given; where there is no patch the ground stays white. Its width follows from the
    number of columns up to a widest; then cells get narrower, at last without their numbers. `shades` are the words for
    SHADES; `heading` the title and the line under it: the picture is taken along without its page."""
    values = [
        {"row": one.row, "column": one.column, "shade": shades[one.shade], "label": one.label, "below": one.below,
         "hint": one.hint, "dark": one.shade == len(SHADES) - 1}
        for one in patches
    ]  # fmt: skip
    written = {"condition": {"test": "datum.dark", "value": "white"}, "value": INK}
    legend = {"title": None, "orient": "bottom", "symbolType": "square", "symbolSize": 200, "symbolStrokeColor": INK,
              "symbolStrokeWidth": 0.5, "columns": len(shades)}  # fmt: skip
    width = min(max(WIDE, HEAT_NAMES + HEAT_CELL * len(columns)), HEAT_WIDEST)
    numbers: list[dict[str, Any]] = [
        {"mark": {"type": "text", "dy": -6}, "encoding": {"text": {"field": "label"}, "color": written}},
        {
            "mark": {"type": "text", "dy": 9, "fontSize": 10},
            "encoding": {"text": {"field": "below"}, "color": written},
        },
    ]
    return _framed(
        width,
        {
            "title": {"text": heading[0], "subtitle": list(heading[1:]), "anchor": "start", "frame": "bounds",
                      "color": INK, "subtitleColor": INK, "fontSize": 15, "subtitleFontSize": 12, "offset": 12},
            "height": {"step": HEAT_STEP},
            "data": {"values": values},
            "encoding": {
                "x": {"field": "column", "type": "ordinal", "sort": None, "title": None,
                      "scale": {"domain": list(columns)},
                      "axis": {"orient": "top", "labelAngle": -40 if len(columns) > 6 else 0, "ticks": False,
                               "domain": False}},
                "y": {"field": "row", "type": "nominal", "sort": None, "title": None, "scale": {"domain": list(rows)}},
                "tooltip": {"field": "hint"},
                "description": {"field": "hint"},
            },
            "layer": [
                {
                    "mark": {"type": "rect", "stroke": "white", "strokeWidth": 1.5},
                    "encoding": {"color": {"field": "shade", "type": "ordinal", "legend": legend,
                                           "scale": {"domain": list(shades), "range": list(SHADES)}}},
                },
                *(numbers if (width - HEAT_NAMES) / max(1, len(columns)) >= HEAT_LABEL else []),
            ],
        },
    )  # fmt: skip


def draw_map(bubbles: Sequence[Bubble], width: int, unit: str, *, by_size: bool) -> Specification:
    """Bubbles on centroids: larger for more, or (where sizes would mislead, for rates) darker for more. The first ones
    get their names beside them, as far as a name lies neither on another one nor on a bubble.

    A unit without a value is a small ring, a target a ring as large as what was to be reached, or around those alone
    that miss it, where size says nothing. Places lie as on a map, one kilometre as long in both directions.
    """
    height, at = _lay_out(bubbles, width - 40)
    values = [one.dot.value for one in bubbles if one.dot.value is not None]
    if by_size:
        values += [one.dot.target for one in bubbles if one.dot.target is not None]
    span = [0, max([1.0, *values])] if by_size else [min(values, default=0), max(values, default=1)]
    most = (700 if width < WIDE else 1600) if by_size else (130 if width < WIDE else 220)
    # A mark's size is the area of the square around it, in pixels.
    areas = [
        24 if one.dot.value is None else most * one.dot.value / span[1] if by_size else most for one in bubbles
    ]  # fmt: skip
    captions = _name_apart(
        [one.dot.name for one in bubbles if one.dot.value is not None], at, [area**0.5 / 2 for area in areas],
        width, height,
    )  # fmt: skip
    rows = []
    for index, (one, (x, y)) in enumerate(zip(bubbles, at, strict=True)):
        name, beside, above = captions.get(index, ("", x, y))
        rows.append({**_row(one.dot), "x": x, "y": y, "caption": name, "caption_x": beside, "caption_y": above,
                     "known": one.dot.value is not None})  # fmt: skip
    legend = {"title": unit or None, "orient": "bottom", "direction": "horizontal", "tickCount": 3}
    position = {
        "x": {"field": "x", "type": "quantitative", "axis": None, "scale": {"domain": [0, width - 40], "nice": False}},
        "y": {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [0, height], "nice": False}},
    }
    shown: dict[str, Any] = {"fillOpacity": {"condition": {"test": "datum.doubtful", "value": 0.3}, "value": 0.75}}
    if by_size:
        shown["size"] = {"field": "value", "type": "quantitative", "legend": legend,
                         "scale": {"domain": span, "range": [0, most], "zero": True}}  # fmt: skip
        shown["color"] = {"value": BAR}
    else:
        shown["color"] = {"field": "value", "type": "quantitative", "scale": {"domain": span, "range": SEQUENCE},
                          "legend": {**legend, "gradientLength": 180}}  # fmt: skip
        shown["size"] = {"value": most}
    named_at = {
        direction: {**position[direction], "field": f"caption_{direction}"} for direction in ("x", "y")
    }  # fmt: skip
    return _framed(
        width,
        {
            "height": height,
            "data": {"values": rows},
            "encoding": {**position, **_HINTS},
            "layer": [
                *([] if all(row["known"] for row in rows) else [_UNKNOWN]),
                {
                    "transform": [{"filter": "datum.known"}],
                    "mark": {"type": "circle", "stroke": INK, "strokeWidth": 0.8},
                    "encoding": shown,
                },
                *_rings(bubbles, span if by_size else None, most),
                {
                    "transform": [{"filter": "datum.caption"}],
                    "mark": {"type": "text", "color": INK, "fontWeight": 600, "baseline": "middle"},
                    "encoding": {"text": {"field": "caption"}, **named_at},
                },
            ],
        },
    )  # fmt: skip


_HINTS: dict[str, Any] = {
    "tooltip": {"field": "hint"},
    "description": {"field": "hint"},
    "href": {"condition": {"test": "datum.address", "field": "address"}, "value": None},
}
# A layer without a mark would be a picture without a name to who has it read aloud: so only where there are such units.
_UNKNOWN: Specification = {
    "transform": [{"filter": "!datum.known"}],
    "mark": {"type": "point", "filled": False, "size": 24, "color": "#75868a", "strokeWidth": 1.5},
}
_DOUBTFUL: dict[str, Any] = {
    "fillOpacity": {"condition": {"test": "datum.doubtful", "value": 0.35}, "value": 1},
    "strokeDash": {"condition": {"test": "datum.doubtful", "value": [3, 2]}, "value": [1, 0]},
    "stroke": {"value": BAR},
}


def _row(dot: Dot) -> dict[str, Any]:
    return {"name": dot.name, "value": dot.value, "label": dot.label, "hint": dot.hint, "address": dot.address,
            "doubtful": dot.doubtful, "target": dot.target}  # fmt: skip


def _rings(bubbles: Sequence[Bubble], span: Sequence[float] | None, most: float) -> list[Specification]:
    """A layer with the targets, if there are any; as large as a bubble of that value. Without a span all are of one
    size."""
    if all(one.dot.target is None for one in bubbles):
        return []
    size: dict[str, Any] = {"value": most * 1.5}
    if span is not None:
        size = {"field": "target", "type": "quantitative", "legend": None,
                "scale": {"domain": span, "range": [0, most]}}  # fmt: skip
    return [
        {
            "transform": [{"filter": "isValid(datum.target)"}],
            "mark": {"type": "point", "filled": False, "color": TARGET, "strokeWidth": 2, "opacity": 1},
            "encoding": {"size": size},
        }
    ]


def _lay_out(bubbles: Sequence[Bubble], width: int) -> tuple[int, list[tuple[float, float]]]:
    """Height in pixels, and where each bubble's centre lies; a margin keeps large ones inside."""
    if not bubbles:
        return 200, []
    margin = 34.0
    middle = sum(one.latitude for one in bubbles) / len(bubbles)
    # A degree of longitude is shorter than one of latitude, by the cosine (Taylor, exact to a thousandth below 30°).
    radians = middle * 0.017453292519943295
    narrowing = 1 - radians**2 / 2 + radians**4 / 24
    xs = [one.longitude * narrowing for one in bubbles]
    ys = [one.latitude for one in bubbles]
    across, up = max(xs) - min(xs), max(ys) - min(ys)
    scale = min((width - 2 * margin) / (across or 0.1), (min(width * 1.1, MOST_HIGH) - 2 * margin) / (up or 0.1))
    height = round(max(up * scale + 2 * margin, 160))
    left = (width - across * scale) / 2
    below = (height - up * scale) / 2
    return height, [((x - min(xs)) * scale + left, (y - min(ys)) * scale + below) for x, y in zip(xs, ys, strict=True)]


def _name_apart(
    names: Sequence[str], at: Sequence[tuple[float, float]], radii: Sequence[float], width: int, height: int
) -> dict[int, tuple[str, float, float]]:
    """Index -> name and the middle of where it stands, for as many of the first as find room above, below, right or
    left of their bubble, inside the picture and off all bubbles and the names before them."""
    taken = [(x - r, y - r, x + r, y + r) for (x, y), r in zip(at, radii, strict=True)]
    found: dict[int, tuple[str, float, float]] = {}
    for index, name in enumerate(names):
        if len(found) == (4 if width < WIDE else 10):
            break
        (x, y), off, half = at[index], radii[index] + 1, 3.6 * len(name)
        for mx, my in ((x, y + off + 8), (x, y - off - 8), (x + off + half, y), (x - off - half, y)):
            box = (mx - half, my - 8, mx + half, my + 8)
            inside = box[0] >= -20 and box[1] >= 0 and box[2] <= width - 20 and box[3] <= height
            if inside and all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in taken):
                taken.append(box)
                found[index] = (name, mx, my)
                break
    return found


def _framed(width: int, inside: Specification) -> Specification:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "autosize": {"type": "fit-x", "contains": "padding"},
        **inside,
        "config": {
            "font": f"{FONT}, sans-serif",
            "background": "white",
            "padding": 8,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK, "gridColor": LINE,
                     "domainColor": LINE, "tickColor": LINE, "labelLimit": 110 if width < WIDE else 220,
                     "titleFontWeight": "normal"},
            "axisY": {"ticks": False, "domain": False, "labelPadding": 6},
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK,
                       "titleFontWeight": "normal"},
            "text": {"fontSize": 12},
        },
    }  # fmt: skip
