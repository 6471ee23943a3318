"""How many things of a register there were, or what a number of theirs comes to together, day by day: stocks and flows
that nobody has to report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from caunoi.facts.rules.derivation import scale
from caunoi.facts.rules.expressions import AnswerRefused, Expression, evaluate
from caunoi.records.entities.rules.states import Counts, Ended, Stretch, all_count, is_removed, never, tell_story
from caunoi.records.entities.rules.versions import LABEL, Version

Matches = Callable[[Mapping[str, str]], bool]
"""Whether a thing with these properties (its name under `label`) is one of those counted."""
Reads = Callable[[Mapping[str, str]], int | None]
"""What a thing with these properties adds, in whole units of 10^-decimals; None: it doesn't state its number."""

# So that a line of the book holds the sum of thirty thousand things; a larger number is a typing mistake anyway.
LARGEST_OF_A_THING = 2**47


def one_each(values: Mapping[str, str]) -> int | None:
    return 1


def read_number(expression: Expression, decimals: int) -> Reads:
    """A text, a value with more places than `decimals` and one too large state nothing: rounding is never silent."""

    def read(values: Mapping[str, str]) -> int | None:
        try:
            value = evaluate(expression, values)
            amount = None if value is None else scale(value, decimals)
        except AnswerRefused:
            return None
        return None if amount is None or abs(amount) > LARGEST_OF_A_THING else amount

    return read


@dataclass(frozen=True)
class Step:
    """Of a stock: from the day on it is so much, until the next step. Of a flow: so much came on the day.

    `source_id`: the submission version that said what changed on that day; None if an officer's decision did.
    """

    day: date
    amount: int
    source_id: int | None


class Spell(NamedTuple):
    """The days from `first` to before `until` (None: till now) on which a thing matched and nothing about it changed.
    `begins`: it did not match the day before. `number`: which of the given things it is; `amount`: None where it
    doesn't state its number."""

    number: int
    name: str
    first: date
    until: date | None
    begins: bool
    amount: int | None

    def has(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


class Lives(NamedTuple):
    """What is known in one book of things of one unit. `stories`: of each that exists, which of the given things it is
    and its stretches; `sources`: of a day the newest submission version that tells of it."""

    stories: list[tuple[int, list[Stretch]]]
    sources: dict[date, int]


def tell_lives(things: Sequence[tuple[Version, ...]], ended: Ended = never, counts: Counts = all_count) -> Lives:
    """`things`: the versions of each, oldest first, without those merged into another. `counts` picks the versions that
    count in the asked book; a thing that these remove is none."""
    lives = Lives([], {})
    for number, versions in enumerate(things):
        if is_removed(versions, counts):
            continue
        lives.stories.append((number, tell_story(versions, ended, counts)))
        for one in versions:
            if one.source_id is not None and counts(one):
                lives.sources[one.from_day] = max(one.source_id, lives.sources.get(one.from_day, 0))
    return lives


def stock_steps(lives: Lives, matches: Matches, reads: Reads = one_each) -> list[Step]:
    """In the order of their days; a day without a change of the number has no step, except the first.

    On every day the number is the sum of what the things that match state; where none matches it is zero. The first
    step is the first day on which anything is known of any of them. Nothing known: no steps, for missing is not zero.
    Nor is there a step on days on which some match and none of them states its number: as of any stock, the latest
    that was stated stands.
    """
    # Of each day: how many things more match, how many of these state their number, and what that comes to.
    changes = {stretch.first: (0, 0, 0) for _number, story in lives.stories for stretch in story}
    for one in list_spells(lives, matches, reads):
        stated = 0 if one.amount is None else 1
        for day, sign in ((one.first, 1), (one.until, -1)):
            if day is not None:
                matching, stating, amount = changes[day]
                changes[day] = matching + sign, stating + sign * stated, amount + sign * (one.amount or 0)
    steps: list[Step] = []
    matching = stating = total = 0
    for day, change in sorted(changes.items()):
        matching, stating, total = matching + change[0], stating + change[1], total + change[2]
        if (stating or not matching) and (not steps or steps[-1].amount != total):
            steps.append(Step(day, total, lives.sources.get(day)))
    return steps


def flow_steps(lives: Lives, matches: Matches, reads: Reads = one_each) -> list[Step]:
    """In the order of their days: what the things that began to match on a day state on that day, together. One that
    matches again after a while without begins anew; a day on which nothing was stated has no step."""
    amounts: dict[date, int] = defaultdict(int)
    for one in list_spells(lives, matches, reads):
        if one.begins and one.amount is not None:
            amounts[one.first] += one.amount
    return [Step(day, amount, lives.sources.get(day)) for day, amount in sorted(amounts.items())]


def list_spells(lives: Lives, matches: Matches, reads: Reads = one_each) -> list[Spell]:
    """Thing by thing, each in the order of its days."""
    found: list[Spell] = []
    for number, story in lives.stories:
        begins = True
        for stretch in story:
            if stretch.ended or not matches(stretch.values):
                begins = True
                continue
            name, amount = stretch.values.get(LABEL, ""), reads(stretch.values)
            found.append(Spell(number, name, stretch.first, stretch.until, begins, amount))
            begins = False
    return found
