"""Which steps a meeting may take from which state, and when its door is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

State = Literal["planned", "closed", "cancelled"]
Step = Literal["close", "reopen", "cancel", "restore"]

TRANSITIONS: dict[tuple[str, Step], State] = {
    ("planned", "close"): "closed",
    ("closed", "reopen"): "planned",
    ("planned", "cancel"): "cancelled",
    ("cancelled", "restore"): "planned",
}
STEPS: tuple[Step, ...] = ("close", "reopen", "cancel", "restore")
# These undo something that others may have read, so they say why.
WITH_REASON = frozenset({"reopen", "cancel"})
LONGEST_REASON = 500

BEFORE = timedelta(hours=2)
# What a phone kept without network is still counted on the next day, if the meeting wasn't closed meanwhile.
AFTER = timedelta(hours=24)


def find_next(state: str, step: str) -> State | None:
    """None where the step is not possible from there."""
    return next((after for (before, name), after in TRANSITIONS.items() if (before, name) == (state, step)), None)


def list_steps(state: str) -> list[Step]:
    return [step for before, step in TRANSITIONS if before == state]


def is_door_open(state: str, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """From two hours before the beginning until the meeting is closed, a day after its end at the latest."""
    return state == "planned" and starts_at - BEFORE <= now <= ends_at + AFTER
