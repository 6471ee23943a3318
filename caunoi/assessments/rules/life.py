"""When a step in the life of a rating is possible. Who may take it stands in `assessments/permissions.py`."""

from __future__ import annotations

from enum import StrEnum


class RatingState(StrEnum):
    OPEN = "open"
    SENT = "sent"
    RETURNED = "returned"
    REVIEWED = "reviewed"
    LEFT_OUT = "left_out"
    CLOSED = "closed"
    APPEALED = "appealed"
    ANSWERED = "answered"


class RatingStep(StrEnum):
    SCORE = "score"
    """The unit's own points and evidence, kept without being sent."""
    SEND = "send"
    RETURN = "return"
    REVIEW = "review"
    DECIDE = "decide"
    """The council's points beside the review's."""
    LEAVE_OUT = "leave_out"
    TAKE_IN = "take_in"
    CLOSE = "close"
    APPEAL = "appeal"
    ANSWER = "answer"


_OPEN, _SENT, _RETURNED = RatingState.OPEN, RatingState.SENT, RatingState.RETURNED
_REVIEWED, _OUT = RatingState.REVIEWED, RatingState.LEFT_OUT

TRANSITIONS: dict[tuple[RatingState, RatingStep], RatingState] = {
    (_OPEN, RatingStep.SCORE): _OPEN,
    (_OPEN, RatingStep.SEND): _SENT,
    # A unit without signal sends nothing; the level above scores what it knows.
    (_OPEN, RatingStep.REVIEW): _REVIEWED,
    (_OPEN, RatingStep.LEAVE_OUT): _OUT,
    (_SENT, RatingStep.RETURN): _RETURNED,
    (_SENT, RatingStep.REVIEW): _REVIEWED,
    (_SENT, RatingStep.LEAVE_OUT): _OUT,
    (_RETURNED, RatingStep.SCORE): _RETURNED,
    (_RETURNED, RatingStep.SEND): _SENT,
    (_RETURNED, RatingStep.LEAVE_OUT): _OUT,
    (_REVIEWED, RatingStep.REVIEW): _REVIEWED,
    (_REVIEWED, RatingStep.RETURN): _RETURNED,
    (_REVIEWED, RatingStep.DECIDE): _REVIEWED,
    (_REVIEWED, RatingStep.LEAVE_OUT): _OUT,
    (_REVIEWED, RatingStep.CLOSE): RatingState.CLOSED,
    (_OUT, RatingStep.TAKE_IN): _OPEN,
    (RatingState.CLOSED, RatingStep.APPEAL): RatingState.APPEALED,
    (RatingState.APPEALED, RatingStep.ANSWER): RatingState.ANSWERED,
}

# The unit that is sent back, left out, or answered has a right to know why.
NEEDS_REASON = frozenset({RatingStep.RETURN, RatingStep.LEAVE_OUT, RatingStep.APPEAL, RatingStep.ANSWER})
FINAL = frozenset({RatingState.CLOSED, RatingState.APPEALED, RatingState.ANSWERED})


def find_next(state: RatingState, step: RatingStep) -> RatingState | None:
    """The state after the step, or None if it is not possible now."""
    return TRANSITIONS.get((state, step))
