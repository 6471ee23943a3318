"""Several machines of one office, in a test: homes of their own beside one database."""

from __future__ import annotations

from typing import Any

from caunoi.facts.projection import forget_projections


def move_to_another_machine(settings: Any, name: str = "may-2") -> None:
    settings.CAUNOI_HOME = settings.CAUNOI_HOME.parent / name
    settings.CAUNOI_HOME.mkdir()
    forget_projections()
