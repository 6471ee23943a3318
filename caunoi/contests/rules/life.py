"""Which steps a contest may take from which state.

A round is judged, then ranked; from there the next round begins, or the last round's ranking is published for appeals.
A ranking is made again (`rerank`) while appeals run, as a further version.
"""

from __future__ import annotations

from enum import Enum


class State(Enum):
    PLANNED = "planned"
    OPEN = "open"
    JUDGING = "judging"
    RANKED = "ranked"
    APPEALS = "appeals"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(Enum):
    CHANGE = "change"
    DECLARE = "declare"
    OPEN = "open"
    ENTER = "enter"
    WITHDRAW = "withdraw"
    EXTEND = "extend"
    APPOINT = "appoint"
    JUDGE = "judge"
    MARK = "mark"
    RANK = "rank"
    NEXT_ROUND = "next-round"
    PUBLISH = "publish"
    APPEAL = "appeal"
    RERANK = "rerank"
    CLOSE = "close"
    CANCEL = "cancel"
    AWARD = "award"
    ERASE = "erase"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.PLANNED, Step.CHANGE): State.PLANNED,
    (State.PLANNED, Step.DECLARE): State.PLANNED,
    (State.OPEN, Step.DECLARE): State.OPEN,
    (State.JUDGING, Step.DECLARE): State.JUDGING,
    (State.PLANNED, Step.APPOINT): State.PLANNED,
    (State.PLANNED, Step.OPEN): State.OPEN,
    (State.PLANNED, Step.CANCEL): State.CANCELLED,
    (State.OPEN, Step.ENTER): State.OPEN,
    (State.OPEN, Step.WITHDRAW): State.OPEN,
    (State.JUDGING, Step.WITHDRAW): State.JUDGING,
    (State.OPEN, Step.EXTEND): State.OPEN,
    (State.OPEN, Step.APPOINT): State.OPEN,
    (State.OPEN, Step.JUDGE): State.JUDGING,
    (State.OPEN, Step.CANCEL): State.CANCELLED,
    (State.JUDGING, Step.APPOINT): State.JUDGING,
    (State.JUDGING, Step.EXTEND): State.JUDGING,
    (State.JUDGING, Step.MARK): State.JUDGING,
    (State.JUDGING, Step.RANK): State.RANKED,
    (State.JUDGING, Step.CANCEL): State.CANCELLED,
    (State.RANKED, Step.NEXT_ROUND): State.JUDGING,
    (State.RANKED, Step.PUBLISH): State.APPEALS,
    (State.APPEALS, Step.APPEAL): State.APPEALS,
    (State.APPEALS, Step.MARK): State.APPEALS,
    (State.APPEALS, Step.RERANK): State.APPEALS,
    (State.APPEALS, Step.CLOSE): State.CLOSED,
    (State.CLOSED, Step.AWARD): State.CLOSED,
    **{(state, Step.ERASE): state for state in State},
}
# These undo, lengthen or replace what others rely on, so they say why.
WITH_REASON = frozenset({Step.EXTEND, Step.RERANK, Step.CANCEL})
PUBLISHED = frozenset({State.APPEALS.value, State.CLOSED.value})


def find_next(state: State, step: Step) -> State | None:
    """None where the step is not possible from there."""
    return TRANSITIONS.get((state, step))
