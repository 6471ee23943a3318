"""Which steps a class may take from which state."""

from __future__ import annotations

from typing import Literal

State = Literal["open", "closed", "cancelled"]
Step = Literal["close", "reopen", "cancel", "restore"]

TRANSITIONS: dict[tuple[str, Step], State] = {
    ("open", "close"): "closed",
    ("closed", "reopen"): "open",
    ("open", "cancel"): "cancelled",
    ("cancelled", "restore"): "open",
}
STEPS: tuple[Step, ...] = ("close", "reopen", "cancel", "restore")
# These undo something that others may have read, so they say why.
WITH_REASON = frozenset({"reopen", "cancel"})


def find_next(state: str, step: str) -> State | None:
    """None where the step is not possible from there."""
    return next((after for (before, name), after in TRANSITIONS.items() if (before, name) == (state, step)), None)
