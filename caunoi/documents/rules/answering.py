"""When something asked of a unit is done, and how its units of a day stand. Units that merged are answered for by their
successor, units that were divided by all of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

State = Literal["done", "done-late", "open", "late"]
DONE: State = "done"
DONE_LATE: State = "done-late"
OPEN: State = "open"
LATE: State = "late"
STATES: tuple[State, ...] = (DONE, DONE_LATE, OPEN, LATE)


def find_done_day(unit: int, stand_for: Collection[int], answered: Mapping[int, date]) -> date | None:
    """The day on which what was asked of `unit` was answered: by itself, or by all that stand for it (`stand_for`).

    `answered`: unit -> day of its first answer.
    """
    if unit in answered:
        return answered[unit]
    if stand_for and all(one in answered for one in stand_for):
        return max(answered[one] for one in stand_for)
    return None


@dataclass(frozen=True)
class Asked:
    """One duty as a unit of the asked day has it: of `unit` (perhaps a predecessor). `due_on` None: no day is set."""

    unit: int
    due_on: date | None


def find_state(
    unit: int, asked: Iterable[Asked], answered: Mapping[int, date], today: date
) -> tuple[State, date | None]:
    """How a unit of today stands with what was asked of it and of what it succeeds: its state, and the day it was done.

    Done by its own answer, or when each of those asked had answered. Late after the earliest day that was set.
    """
    duties = list(asked)
    due_on = min((one.due_on for one in duties if one.due_on is not None), default=None)
    done_on = answered.get(unit)
    if done_on is None and duties and all(one.unit in answered for one in duties):
        done_on = max(answered[one.unit] for one in duties)
    if done_on is not None:
        return (DONE_LATE if due_on is not None and done_on > due_on else DONE), done_on
    return (LATE if due_on is not None and due_on < today else OPEN), None
