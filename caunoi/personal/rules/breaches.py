"""The hours within which the authority must be told of a breach of personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

HOURS = timedelta(hours=72)
State = Literal["running", "late", "told", "told-late"]


@dataclass(frozen=True)
class Clock:
    """`left` is negative once the hours are over; None after the authority was told."""

    due: datetime
    left: timedelta | None
    state: State

    @property
    def hours_left(self) -> int:
        """Whole ones."""
        return int(self.left / timedelta(hours=1)) if self.left else 0


def read_clock(noticed_at: datetime, authority_told_at: datetime | None, now: datetime) -> Clock:
    """Runs from the noticing, not from the breach, until the authority is first told. The last second still counts."""
    due = noticed_at + HOURS
    if authority_told_at is not None:
        return Clock(due, None, "told" if authority_told_at <= due else "told-late")
    return Clock(due, due - now, "running" if now <= due else "late")
