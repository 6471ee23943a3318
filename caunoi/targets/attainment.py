"""What was reached of a target so far, wherever a figure is shown. The target stands beside the result, never in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from caunoi.accounts.scope import Scope
from caunoi.facts.access import ask_as
from caunoi.facts.queries import get_catalogue
from caunoi.facts.rules.question import Figure, Question

Attained = dict[tuple[str, str, date], Figure]
"""By code, unit's key and first day: value in %, numerator the result so far, denominator the target."""


def list_target_codes() -> dict[str, str]:
    """Result -> target, as the packs' relations tie them. Of several targets of one result the first by code."""
    catalogue = get_catalogue()
    ties = sorted((other, code) for code, relation, other in catalogue.relations if relation == "target-of")
    return {
        result: target
        for result, target in reversed(ties)
        if result in catalogue.elements and target in catalogue.elements
    }


def ask_attained(question: Question, scope: Scope) -> Attained:
    """For those of the question's codes that have a target: one question more, or none. Units without a target are
    left out, and what the reader may not know."""
    targets = list_target_codes()
    formulas = {f"attainment({code}, {targets[code]})": code for code in question.codes if code in targets}
    if not formulas:
        return {}
    figures = ask_as(replace(question, codes=tuple(formulas)), scope)
    return {(formulas[one.code], one.place, one.first): one for one in figures if one.denominator is not None}


def targets_among(codes: Iterable[str]) -> bool:
    targets = list_target_codes()
    return any(code in targets for code in codes)
