"""What a closed class can answer its kind's form with:

`ngay=day; loai='mo_lop'; so_nguoi=learners; so_luot=attendances; so_gioi=result:gioi`
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from caunoi.forms.rules.filling import DAY, LAST_DAY, Prefix, Words
from caunoi.training.rules.results import Counts

_CODE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_RESULT: Prefix[Counts] = Prefix("…", _CODE.fullmatch, lambda counts, code: counts.results.get(code, 0))
WORDS: Words[Counts] = Words(
    counted={
        "learners": lambda one: one.learners,
        "attendances": lambda one: one.attendances,
        "completed": lambda one: one.completed,
        "sessions": lambda one: one.sessions,
        "days": lambda one: one.days,
        "hours": lambda one: one.hours,
    },
    days=(DAY, LAST_DAY),
    asks=False,
    prefixed={"result": _RESULT},
)


def words_of(results: Collection[str]) -> Words[Counts]:
    """Of classes whose marks fall into these classes of result; without marks into none."""
    known = replace(_RESULT, accepts=lambda code: code in results and _CODE.fullmatch(code))
    return replace(WORDS, prefixed={"result": known})
