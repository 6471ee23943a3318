"""What the meetings room announces, in the transaction in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CalledUnitsTold:
    """Before a meeting begins: units newly called to it (invited, or with a site of their own), called to another hour
    or place or to none at all, and no longer called. `called`: all that are called now. `because`: why it was
    cancelled, else empty. `title`: by which those no longer called knew it."""

    meeting_id: int
    title: str
    called: frozenset[int]
    newly: frozenset[int]
    otherwise: frozenset[int]
    no_longer: frozenset[int]
    because: str
    by_id: int
    at: datetime
