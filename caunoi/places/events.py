"""What the places room announces; what runs on it stands in `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from caunoi.audit.rules import Actor


@dataclass(frozen=True)
class UnitsUnmade:
    """A reorganisation is being undone: its new units are about to stand for nothing. Access that rests on its
    successions goes in any case; with `take_back`, rooms take back what was only arranged for the units (roles, phones
    never used, things to do), never what was recorded."""

    org_unit_ids: Sequence[int]
    succession_ids: Sequence[int]
    take_back: bool
    by: Actor
    at: datetime


@dataclass(frozen=True)
class PlacesChanged:
    """Units, names or parents were written, known from this number on."""

    number: int
