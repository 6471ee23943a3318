"""When somebody should look after the backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

OLD_AFTER = timedelta(days=2)
Warned = Literal["no-schedule", "none-yet", "old", "failed", "same-disk"]


@dataclass(frozen=True)
class Standing:
    """`last_good`: when the newest backup that was read back whole was begun; `last_failed`: whether the newest try
    failed."""

    scheduled: bool
    last_good: datetime | None
    last_failed: bool
    same_disk: bool


def list_warnings(standing: Standing, now: datetime) -> list[Warned]:
    """Most pressing first. Nothing is old that was begun within two days: a night may be missed, not two."""
    found: list[Warned] = []
    if standing.last_good is None:
        found.append("none-yet")
    elif now - standing.last_good > OLD_AFTER:
        found.append("old")
    if standing.last_failed:
        found.append("failed")
    if not standing.scheduled:
        found.append("no-schedule")
    elif standing.same_disk:
        found.append("same-disk")
    return found
