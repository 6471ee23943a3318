"""The figures behind scores and criteria: one question for all units and formulas, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from caunoi.accounts.scope import EVERYTHING
from caunoi.assessments.rules.scoring import Found
from caunoi.facts.questions import ask
from caunoi.facts.rules.question import Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot

Answers = Mapping[tuple[int, str], Found]
"""By unit and formula."""


def ask_figures(
    formulas: Iterable[str], *, place: int, level: str, days: Days, boundaries: date, cut_off: int, as_known: int,
    only: Collection[int] | None = None,
) -> Answers:  # fmt: skip
    """Approved figures of all units of the level under the place. They are asked for the house, not for a reader: a
    score is the same whoever computes it; who may see it is decided where it is shown."""
    codes = tuple(dict.fromkeys(formula for formula in formulas if formula))
    if not codes:
        return {}
    places = get_snapshot()
    question = Question(
        codes, places.units[place].key, days.first, days.last, boundaries, as_known, level,
        cut_off=15 if cut_off == 15 else None,
    )  # fmt: skip
    units = {places.units[unit].key: unit for unit in only} if only is not None else None
    found: dict[tuple[int, str], Found] = {}
    for figure in ask(question, EVERYTHING):
        unit = places.by_key[figure.place].id if units is None else units.get(figure.place)
        if unit is not None:
            found[unit, figure.code] = Found(figure.value, figure.why or "", figure.ref)
    return found
