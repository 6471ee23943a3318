"""What the personal room announces; what runs on it stands in `config/wiring.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PersonErased:
    """The person behind an account asked to be forgotten: rooms that keep the name beside its number put `instead`."""

    user_id: int
    instead: str
    at: datetime


@dataclass(frozen=True)
class KeysDestroyed:
    """Personal answers were erased: who keeps copies of the keys elsewhere must not give them back."""

    at: datetime
