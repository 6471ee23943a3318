"""What a closed meeting can answer its kind's form with:

`ngay=day; so_luot=attendances; loai='hoc_tap'; cach=way:tai_cho|truc_tuyen|ket_hop; so_tai_lieu=ask`
"""

from __future__ import annotations

import re

from caunoi.forms.rules.filling import Prefix, Words
from caunoi.meetings.rules.counts import Counts


def _choose_way(counts: Counts, choices: str) -> str:
    """`choices`: those for on site, online, both."""
    return choices.split("|")[("on-site", "online", "both").index(counts.way)]


WORDS: Words[Counts] = Words(
    counted={
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
    },
    prefixed={"way": Prefix("…|…|…", re.compile(r"[^|]+\|[^|]+\|[^|]+").fullmatch, _choose_way)},
)
