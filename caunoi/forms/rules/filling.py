"""How something that was counted answers the questions of a form, as a pack says it in one cell:

`ngay=day; loai='hoc_tap'; so_luot=attendances; so_gioi=result:gioi; so_tai_lieu=ask`

Days, fixed answers and what an officer is asked are the same everywhere; the rest a room declares as its `Words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

DAY, LAST_DAY, ASK = "day", "last_day", "ask"
_FIXED = re.compile(r"'([^']*)'")

CountsT = TypeVar("CountsT")


@dataclass(frozen=True)
class Prefix(Generic[CountsT]):
    """Of words such as `result:gioi`: `accepts` and `answer` are given what follows the colon, `example` shows it."""

    example: str
    accepts: Callable[[str], object]
    answer: Callable[[CountsT, str], str | int]


@dataclass(frozen=True)
class Words(Generic[CountsT]):
    """What a pack may answer questions with. `days`: those that the thing has. `asks`: an officer may be asked for a
    number. `prefixed`: by what stands before the colon."""

    counted: Mapping[str, Callable[[CountsT], int]]
    days: tuple[str, ...] = (DAY,)
    asks: bool = True
    prefixed: Mapping[str, Prefix[CountsT]] = field(default_factory=dict)

    def has(self, word: str) -> bool:
        if word in self.days or word in self.counted or self._asks_for(word) or _FIXED.fullmatch(word):
            return True
        name, _colon, rest = word.partition(":")
        return name in self.prefixed and bool(self.prefixed[name].accepts(rest))

    def list_all(self) -> list[str]:
        """For people who write one."""
        asked = [ASK] if self.asks else []
        prefixed = [f"{name}:{prefix.example}" for name, prefix in self.prefixed.items()]
        return [*self.days, *self.counted, *asked, "'…'", *prefixed]

    def fill(
        self,
        answers: Mapping[str, str],
        counts: CountsT,
        days: Mapping[str, date],
        asked: Mapping[str, int] | None = None,
    ) -> dict[str, str]:
        """Question -> answer as the door takes it. `answers`: question -> one of these words. `asked`: what the officer
        said, by question; what they were asked and didn't say is left out, as nobody knows that it is 0."""
        said = {question: str(number) for question, number in (asked or {}).items()}
        return {
            question: said[question] if self._asks_for(word) else self._answer(word, counts, days)
            for question, word in answers.items()
            if question in said or not self._asks_for(word)
        }

    def _asks_for(self, word: str) -> bool:
        return self.asks and word == ASK

    def _answer(self, word: str, counts: CountsT, days: Mapping[str, date]) -> str:
        if word in self.days:
            return days[word].isoformat()
        if fixed := _FIXED.fullmatch(word):
            return fixed[1]
        name, colon, rest = word.partition(":")
        return str(self.prefixed[name].answer(counts, rest) if colon else self.counted[word](counts))


def list_asked(answers: Mapping[str, str]) -> list[str]:
    """Questions whose answers the officer is asked for."""
    return [question for question, word in answers.items() if word == ASK]
