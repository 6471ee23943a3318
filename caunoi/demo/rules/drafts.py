"""One synthetic record before it is sent, and the answers nobody planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from caunoi.vietnamese_text import clean


@dataclass(frozen=True)
class Draft:
    """What one record says in the end. `unit` is the unit's key. Either `day` (an event) or `period` (the first day of
    the named period) is given."""

    records: str
    number: int
    form: str
    unit: str
    day: date | None
    period: date | None
    answers: Mapping[str, str] = field(hash=False)

    @property
    def key(self) -> str:
        return f"{self.records}:{self.number}"


@dataclass(frozen=True)
class Filler:
    """How a question is answered where the plan is silent: an XPath over `${i}` (the record's number in its set) and
    the answers before it; only where `when`, if given, holds."""

    form: str
    question: str
    when: str
    value: str


class Fillers:
    def __init__(self, fillers: Iterable[Filler]) -> None:
        self._of: dict[str, list[tuple[str, etree.XPath | None, etree.XPath]]] = {}
        for filler in fillers:
            when = _compile(filler.when) if filler.when else None
            self._of.setdefault(filler.form, []).append((filler.question, when, _compile(filler.value)))

    def fill(self, form: str, number: int, answers: dict[str, str]) -> dict[str, str]:
        """The answers with every silent question filled; questions answered empty are left out."""
        known = {name: _known(text) for name, text in answers.items()}
        for question, when, value in self._of.get(form, ()):
            if question in answers:
                continue
            if when is not None and not when(_NOTHING, i=float(number), **known):
                continue
            answers[question] = text = _text(value(_NOTHING, i=float(number), **known))
            known[question] = _known(text)
        return {question: text for question, text in answers.items() if text}


_NOTHING = etree.Element("nothing")


def _compile(text: str) -> etree.XPath:
    return etree.XPath(text.replace("${", "$").replace("}", ""))


def _known(text: str) -> float | str:
    return float(text) if text.isdecimal() else text


def _text(value: object) -> str:
    if isinstance(value, float):
        if value != int(value) or value < 0:
            raise ValueError(f"a filler gives {value}")
        return str(int(value))
    return clean(str(value))


def fixed_answers(text: str, number: int) -> dict[str, str]:
    """`q=a;r=b|c|d;s=e*5|f*2`: a for all; b, c, d in turn; the first five e, the next two f."""
    found: dict[str, str] = {}
    for part in filter(None, text.split(";")):
        question, _, choices = part.partition("=")
        options = choices.split("|")
        if any("*" in option for option in options):
            pairs = [option.split("*") for option in options]
            row = [value for value, times in pairs for _ in range(int(times))]
        else:
            row = options
        found[question.strip()] = row[number % len(row)].strip()
    return found
