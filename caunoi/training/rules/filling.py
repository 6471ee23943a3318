"""How a closed class answers the questions of its kind's form, as a pack says it in one cell:

`ngay=day; loai='mo_lop'; so_nguoi=learners; so_luot=attendances; so_gioi=result:gioi`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from caunoi.training.rules.results import Counts

DAY, LAST_DAY, RESULT = "day", "last_day", "result:"
COUNTED: dict[str, Callable[[Counts], int]] = {
    "learners": lambda one: one.learners,
    "attendances": lambda one: one.attendances,
    "completed": lambda one: one.completed,
    "sessions": lambda one: one.sessions,
    "days": lambda one: one.days,
    "hours": lambda one: one.hours,
}
_LITERAL = re.compile(r"'([^']*)'")
_RESULT = re.compile(r"result:[a-z][a-z0-9_]*", re.ASCII)


def is_known(word: str) -> bool:
    return word in (DAY, LAST_DAY) or word in COUNTED or bool(_LITERAL.fullmatch(word) or _RESULT.fullmatch(word))


def list_words() -> list[str]:
    """For people who write one."""
    return [DAY, LAST_DAY, *COUNTED, "result:…", "'…'"]


def fill_answers(answers: Mapping[str, str], first: date, last: date, counts: Counts) -> dict[str, str]:
    """Question -> answer as the door takes it. `first`, `last`: days of the class."""
    filled = {}
    for question, word in answers.items():
        if word == DAY:
            filled[question] = first.isoformat()
        elif word == LAST_DAY:
            filled[question] = last.isoformat()
        elif found := _LITERAL.fullmatch(word):
            filled[question] = found[1]
        elif word.startswith(RESULT):
            filled[question] = str(counts.results.get(word.removeprefix(RESULT), 0))
        else:
            filled[question] = str(COUNTED[word](counts))
    return filled
