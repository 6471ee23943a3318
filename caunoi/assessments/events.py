"""What the assessments room announces, in the transaction in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RatingReturned:
    """Back to the unit, which scores itself anew. `sent_by_id`: who had sent its points; None: not known."""

    rating_id: int
    org_unit_id: int
    sent_by_id: int | None
    reason: str
    at: datetime


@dataclass(frozen=True)
class RatingsClosed:
    """A round was closed: its units have their class, but for those that were left out."""

    round_id: int
    at: datetime
