"""What was reached of a target so far, wherever a figure is shown. The target stands beside the result, never in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import ask_as
from caunoi.facts.exports import NOTHING_FURTHER, Further
from caunoi.facts.models import DataElement, Kind, Nature
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import MOST_FIGURES, count_figures
from caunoi.facts.rules.question import Figure, Question, round_half_up, text_of
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.targets.models import Allotment
from caunoi.targets.queries import find_source

ADDITIVE = (Kind.FLOW, Kind.STOCK)
Attained = dict[tuple[str, str, date], Figure]
"""By code, unit's key and first day: value in %, numerator the result so far, denominator the target."""


def list_target_codes(as_known: int | None = None) -> dict[str, str]:
    """Result -> target, as the packs' relations tie them (now, or as known then). Of several targets of one result the
    first by code."""
    catalogue = get_catalogue(as_known)
    ties = sorted((other, code) for code, relation, other in catalogue.relations if relation == "target-of")
    return {
        result: target
        for result, target in reversed(ties)
        if _are_alike(catalogue.elements.get(result), catalogue.elements.get(target))
    }


def ask_attained(question: Question, scope: Scope) -> Attained:
    """For those of the question's codes that have a target: one question more, or none. Units without a target are
    left out, and what the reader may not know."""
    targets = list_target_codes(question.as_known)
    formulas = {f"attainment({code}, {targets[code]})": code for code in question.codes if code in targets}
    if not formulas:
        return {}
    figures = ask_as(replace(question, codes=tuple(formulas)), scope)
    return {(formulas[one.code], one.place, one.first): one for one in figures if one.denominator is not None}


def _are_alike(result: DataElement | None, target: DataElement | None) -> bool:
    """Whether one can be said in percent of the other."""
    if result is None or target is None or target.nature != Nature.TARGET:
        return False
    return result.unit == target.unit and result.kind in ADDITIVE and target.kind in ADDITIVE


@dataclass(frozen=True)
class ExplainedTarget:
    """`source`: the decision that set it, if it was set on the page of targets."""

    attained: Figure
    source: Allotment | None


def explain_target(figure: Figure, scope: Scope) -> ExplainedTarget | None:
    """The target of one figure; None where it has none."""
    question = Question(
        (figure.code,), figure.place, figure.first, figure.last, figure.boundaries, figure.as_known, book=figure.book,
        cut_off=figure.cut_off,
    )  # fmt: skip
    attained = ask_attained(question, scope).get((figure.code, figure.place, figure.first))
    if attained is None:
        return None
    unit = get_snapshot(figure.as_known).by_key[figure.place].id
    code, days = list_target_codes(figure.as_known)[figure.code], Days(figure.first, figure.last)
    return ExplainedTarget(attained, find_source(code, unit, days, figure.as_known))


def make_columns(question: Question, scope: Scope) -> Further:
    """Target and share reached beside each figure of a file; nothing where no code has a target. A question that is
    answered in parts comes without them: each has the file of `attainment(...)` for itself."""
    targets = list_target_codes(question.as_known)
    if not any(code in targets for code in question.codes) or count_figures(question) > MOST_FIGURES:
        return NOTHING_FURTHER
    attained = ask_attained(question, scope)

    def cells(figure: Figure) -> list[str]:
        found = attained.get((figure.code, figure.place, figure.first))
        if found is None:
            return ["", ""]
        percent = None if found.value is None else round_half_up(found.value, 1)
        return [text_of(found.denominator) or "", text_of(percent) or ""]

    return Further((_("Chỉ tiêu phấn đấu"), _("Đạt chỉ tiêu (%)")), cells)
