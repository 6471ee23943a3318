"""The figures behind scores and criteria: one question for all units and formulas, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from caunoi.accounts.scope import EVERYTHING
from caunoi.assessments.rules.scoring import Found
from caunoi.assessments.rules.sheet import Criterion
from caunoi.facts.questions import ask
from caunoi.facts.reporting_rates import compute_percent, count_own_reports
from caunoi.facts.rules.question import Question
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot

Answers = Mapping[tuple[int, str], Found]
"""By unit and what was asked: a formula, or `Criterion.question` of reports."""


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


def ask_on_time(criteria: Iterable[Criterion], units: Collection[int], days: Days, as_known: int) -> Answers:
    """The share in % of each unit's own reports that came on time, of the criteria that are scored by it. Nothing is
    known before the first report is due: then the sheet says what that gives."""
    found: dict[tuple[int, str], Found] = {}
    for criterion in criteria:
        if not criterion.reports:
            continue
        counted = count_own_reports(criterion.reports, units, days, as_known)
        for unit in units:
            own = counted.get(unit)
            share = None if own is None else compute_percent(own.on_time, own.expected)
            why = _("Chưa có báo cáo nào đến hạn trong kỳ.") if share is None else ""
            found[unit, criterion.question] = Found(share, why, "")
    return found
