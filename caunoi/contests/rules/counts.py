"""How a closed contest answers the questions of its kind's form, as a pack says it in one cell:

`ngay=day; loai='thi_viet'; so_bai=entries`
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from caunoi.contests.rules.terms import PERSON, UNIT

DAY, ASK = "day", "ask"


@dataclass(frozen=True)
class Counts:
    """`entrants`: all of them; `persons`, `units`, `collectives`: of which. Withdrawn entries, and entrants who
    withdrew all of theirs, are not counted."""

    entrants: int = 0
    persons: int = 0
    units: int = 0
    collectives: int = 0
    entries: int = 0
    prizes: int = 0


COUNTED: dict[str, Callable[[Counts], int]] = {
    "entrants": lambda one: one.entrants,
    "persons": lambda one: one.persons,
    "units": lambda one: one.units,
    "collectives": lambda one: one.collectives,
    "entries": lambda one: one.entries,
    "prizes": lambda one: one.prizes,
}


def compute_counts(entries: Iterable[tuple[int, str, bool]]) -> Counts:
    """Of (entrant, its kind, whether it was given a prize), one for each entry that stands."""
    rows = list(entries)
    kinds = {entrant: kind for entrant, kind, _prize in rows}
    several = list(kinds.values())
    persons, units = several.count(PERSON), several.count(UNIT)
    prizes = sum(1 for _entrant, _kind, prize in rows if prize)
    return Counts(len(several), persons, units, len(several) - persons - units, len(rows), prizes)


def is_known(word: str) -> bool:
    return word in (DAY, ASK) or word in COUNTED or _is_literal(word)


def _is_literal(word: str) -> bool:
    return len(word) >= 2 and word[0] == word[-1] == "'" and "'" not in word[1:-1]


def list_words() -> list[str]:
    """For people who write one."""
    return [DAY, *COUNTED, ASK, "'…'"]


def list_asked(answers: Mapping[str, str]) -> list[str]:
    """Questions that the closing asks the officer."""
    return [question for question, word in answers.items() if word == ASK]


def fill_answers(answers: Mapping[str, str], day: date, counts: Counts, asked: Mapping[str, int]) -> dict[str, str]:
    """Question -> answer as the door takes it."""
    filled = {}
    for question, word in answers.items():
        if word == DAY:
            filled[question] = day.isoformat()
        elif word == ASK:
            filled[question] = str(asked.get(question, 0))
        elif _is_literal(word):
            filled[question] = word[1:-1]
        else:
            filled[question] = str(COUNTED[word](counts))
    return filled
