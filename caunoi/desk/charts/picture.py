"""A chart as a picture, drawn on the server: for pages without script, for phones, for files to take along."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import get_language

from caunoi.desk.charts.drawing import VEGA_LITE, Specification
from caunoi.reports import chart_process

Format = Literal["svg", "png"]
MEDIA: dict[str, str] = {"svg": "image/svg+xml", "png": "image/png"}
VIETNAMESE: dict[str, Any] = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"]}
ENGLISH: dict[str, Any] = {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["₫", ""]}


def number_locale() -> dict[str, Any]:
    """How Vega writes the numbers of axes and legends for this reader."""
    return ENGLISH if get_language() == "en" else VIETNAMESE


def draw(specification: Specification, form: Format) -> bytes:
    """PNG has twice the pixels, for print and sharp screens; SVG is text, a tenth of its weight."""
    settings: dict[str, Any] = {"vl_version": VEGA_LITE, "format_locale": number_locale(), "allowed_base_urls": []}
    if form == "png":
        settings["scale"] = 2
    return chart_process.draw(form, specification, settings)
