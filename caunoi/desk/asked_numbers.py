"""What the closing of a meeting or a contest asks beyond what is counted: whole numbers, each under its question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from caunoi.desk.errors import AnswerNotWhole
from caunoi.desk.typed_numbers import read_count
from caunoi.forms.queries import get_form_version, questions_of
from caunoi.forms.rules.filling import list_asked
from caunoi.languages import in_reader_language

PREFIX = "asked-"


def label_asked(form_code: str, answers: Mapping[str, str]) -> dict[str, str]:
    """Question -> its label for the reader, in the order of `answers`; without those the form has no more."""
    asked = list_asked(answers) if form_code else []
    if not asked:
        return {}
    questions = {one.name: one for one in questions_of(get_form_version(form_code))}
    return {
        name: in_reader_language(questions[name].label("vi"), questions[name].label("en"))
        for name in asked
        if name in questions
    }


def read_typed(sent: Mapping[str, str], questions: Iterable[str]) -> dict[str, str]:
    """Question -> what was typed, as it came."""
    return {name: sent.get(f"{PREFIX}{name}", "") for name in questions}


def read_asked(sent: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, int]:
    """Question -> number, of those that were answered: an empty box is no 0. Raises AnswerNotWhole."""
    found = {}
    for name, text in read_typed(sent, labels).items():
        if not text.strip():
            continue
        number = read_count(text)
        if number is None:
            raise AnswerNotWhole(labels[name], text)
        found[name] = number
    return found
