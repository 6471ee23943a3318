"""Codes that people chose, as parts of addresses."""

from __future__ import annotations

from django.urls import register_converter


class Segment:
    """Any text between two slashes. A slash within is written %2F once more, since servers undo that before us."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        return value.replace("%", "%25").replace("/", "%2F")


register_converter(Segment, "segment")
