"""Further checks of sendings, made by rooms that come later: what a form alone cannot know.

A room registers a factory (in `config/wiring.py`); each batch of sendings makes its own checks, so that a catalogue is
read once a batch and not once a record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from caunoi.accounts.models import User
from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.questions import Question
from caunoi.records.models import Source
from caunoi.records.rules.occasions import Occasion

RELATION, AMOUNT = "relation", "amount"


@dataclass(frozen=True)
class Statement:
    """What one sending is about to state, before anything is written.

    `unread`: questions whose answers are not known (a cell that could not be read): nothing may be concluded from
    them. `corrects`: the instance this sending replaces, blank for a first one. `instance`: its own, blank if it gets
    one only when it is stored. `entered_by`: whose word it is; None: of somebody known by name only.
    """

    form_code: str
    org_unit_id: int
    level: str
    occasion: Occasion
    answers: Mapping[str, Any]
    questions: Mapping[str, Question]
    unread: frozenset[str] = field(default_factory=frozenset)
    corrects: str = ""
    instance: str = ""
    entered_by: User | None = None
    source: str = Source.BROWSER


class FurtherCheck(Protocol):
    """Problems are of kind `relation` (an officer may accept it) or `amount` (no book can hold the value)."""

    def check(self, statement: Statement) -> list[Problem]:
        """By what the sending itself says."""

    def compared_forms(self) -> Collection[str]:
        """Codes of the forms whose sendings `compare` has anything to say about."""

    def compare(self, statements: Sequence[Statement]) -> list[list[Problem]]:
        """With what is stored and with each other, in their order; a list for each. Only ever flags for an officer:
        the other side of what disagrees may be the wrong one."""


_factories: list[Callable[[], FurtherCheck]] = []


def further_check(make: Callable[[], FurtherCheck]) -> None:
    """Registering twice changes nothing."""
    if make not in _factories:
        _factories.append(make)


def make_checks() -> list[FurtherCheck]:
    return [make() for make in _factories]


def check_statement(checks: Sequence[FurtherCheck], statement: Statement, known: Sequence[Problem]) -> list[Problem]:
    """`known`: what the form's own rules found. A question named there is not named again."""
    named = {problem.question for problem in known}
    return [problem for check in checks for problem in check.check(statement) if problem.question not in named]


def compare_statements(checks: Sequence[FurtherCheck], statements: Sequence[Statement]) -> list[list[Problem]]:
    found: list[list[Problem]] = [[] for _one in statements]
    for check in checks if statements else ():
        for problems, more in zip(found, check.compare(statements), strict=True):
            problems += more
    return found
