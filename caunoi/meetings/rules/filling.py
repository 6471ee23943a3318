"""How a closed meeting answers the questions of its kind's form, as a pack says it in one cell:

`ngay=day; so_luot=attendances; loai='hoc_tap'; cach=way:tai_cho|truc_tuyen|ket_hop; so_tai_lieu=ask`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from caunoi.meetings.rules.counts import Counts

DAY, ASK, WAY = "day", "ask", "way:"
COUNTED: dict[str, Callable[[Counts], int]] = {
    "attendances": lambda one: one.attendances,
    "sites": lambda one: one.sites,
    "online_sites": lambda one: one.online_sites,
    "contributions": lambda one: one.contributions,
    "topics": lambda one: one.topics,
    "conclusions": lambda one: one.conclusions.all,
    "requests": lambda one: one.requests.all,
    "requests_answered": lambda one: one.requests.answered,
    "requests_on_time": lambda one: one.requests.on_time,
    "questions": lambda one: one.questions.all,
    "questions_answered": lambda one: one.questions.answered,
    "questions_on_time": lambda one: one.questions.on_time,
}
_LITERAL = re.compile(r"'([^']*)'")
_WAY = re.compile(r"way:[^|]+\|[^|]+\|[^|]+")


def is_known(word: str) -> bool:
    return word in (DAY, ASK) or word in COUNTED or bool(_LITERAL.fullmatch(word) or _WAY.fullmatch(word))


def list_words() -> list[str]:
    """For people who write one."""
    return [DAY, *COUNTED, ASK, "'…'", "way:…|…|…"]


def list_asked(answers: Mapping[str, str]) -> list[str]:
    """Questions that the closing asks the officer."""
    return [question for question, word in answers.items() if word == ASK]


def fill_answers(answers: Mapping[str, str], day: date, counts: Counts, asked: Mapping[str, int]) -> dict[str, str]:
    """Question -> answer as the door takes it. `way`: the choices for on site, online, both."""
    filled = {}
    for question, word in answers.items():
        if word == DAY:
            filled[question] = day.isoformat()
        elif word == ASK:
            filled[question] = str(asked.get(question, 0))
        elif found := _LITERAL.fullmatch(word):
            filled[question] = found[1]
        elif word.startswith(WAY):
            choices = word.removeprefix(WAY).split("|")
            filled[question] = choices[("on-site", "online", "both").index(counts.way)]
        else:
            filled[question] = str(COUNTED[word](counts))
    return filled
