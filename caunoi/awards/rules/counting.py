"""How a form counts what was decided, as its pack says: each question and what it is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caunoi.awards.rules.recipients import Counted

VALUES = ("day", "number", "occasion", "level", "collectives", "persons")
NEEDED = ("day", "collectives", "persons")


@dataclass(frozen=True)
class Decided:
    day: date
    number: str
    occasion: str
    level: str


def make_answers(answers: Mapping[str, Mapping[str, object]], decided: Decided, counted: Counted) -> dict[str, str]:
    """`answers`: question -> {"value": one of VALUES, "choices": {ours: the form's}}."""
    said = {
        "day": decided.day.isoformat(),
        "number": decided.number,
        "occasion": decided.occasion,
        "level": decided.level,
        "collectives": str(counted.collectives),
        "persons": str(counted.persons),
    }
    found = {}
    for question, asked in answers.items():
        text, choices = said[str(asked["value"])], asked.get("choices")
        found[question] = choices.get(text, "") if isinstance(choices, dict) and choices else text
    return found
