"""What was reached of a target so far, wherever a figure is shown. The target stands beside the result, never in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.facts.access import ask_as
from caunoi.facts.exports import NOTHING_FURTHER, Further
from caunoi.facts.models import DataElement, Indicator, Kind, Nature
from caunoi.facts.queries import get_catalogue
from caunoi.facts.questions import MOST_FIGURES, count_figures
from caunoi.facts.refs import decode
from caunoi.facts.rules.formula_units import PERCENT_TEXT, POINTS_TEXT
from caunoi.facts.rules.question import Figure, Question, round_half_up, text_of
from caunoi.languages import show_number
from caunoi.moments import today
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotFound
from caunoi.targets.models import Allotment
from caunoi.targets.queries import find_source, spell_attainment
from caunoi.targets.rules import is_reached

ADDITIVE = (Kind.FLOW, Kind.STOCK)


class Valued(Protocol):
    """A figure, or what keeps the value of one; None: there was none."""

    @property
    def value(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Attained:
    """A target that is set, and what was reached of it. `figure`: of `attainment(...)`, or of `gap(...)` where the
    target is that of an `indicator`."""

    figure: Figure
    target: Decimal
    indicator: Indicator | None

    @property
    def result(self) -> Decimal | None:
        """As its figure is given."""
        exact = self.figure.numerator
        return exact if exact is None or self.indicator is None else round_half_up(exact, self.indicator.decimals)

    @property
    def percent(self) -> Decimal | None:
        """With one decimal; None for an indicator, of which no percentage is told."""
        found = self.figure.value
        return None if found is None or self.indicator is not None else round_half_up(found, 1)

    @property
    def reached(self) -> bool | None:
        """Of an indicator; None where there is no result, or no word for it."""
        if self.indicator is None or self.figure.numerator is None:
            return None
        return is_reached(self.figure.numerator, self.target, self.indicator.direction)

    @property
    def apart(self) -> Decimal | None:
        """How far an indicator lies above its target, below zero under it; as many decimals as it takes to see it."""
        if self.indicator is None or self.figure.numerator is None:
            return None
        exact = self.figure.numerator - self.target
        several = (round_half_up(exact, decimals) for decimals in range(max(self.indicator.decimals, 1), 7))
        return next((one for one in several if one or not exact), Decimal(0))

    @property
    def is_to_come(self) -> bool:
        return self.figure.first > today()

    @property
    def has_result(self) -> bool:
        return self.figure.value is not None and not self.is_to_come

    def say(self, beside: Valued | None = None) -> str:
        """`beside`: the figure that this stands at, which may be of shorter days than those of the target so far."""
        target = show_number(self.target)
        if self.indicator is not None:
            target += _unit(self.indicator.unit)
        if self.is_to_come:
            return _("chỉ tiêu %(target)s, chưa đến kỳ") % {"target": target}
        if self.percent is not None:
            said = _("đạt %(percent)s%% chỉ tiêu %(target)s") % {"percent": show_number(self.percent), "target": target}
        elif self.indicator is None or self.apart is None:
            return _("chỉ tiêu %(target)s") % {"target": target}
        else:
            said = self._say_apart(self.indicator, self.apart, target)
        if beside is not None and self.result is not None and self.result != beside.value:
            so_far = show_number(self.result) + ("" if self.indicator is None else _unit(self.indicator.unit))
            said += " " + _("(từ đầu kỳ của chỉ tiêu: %(result)s)") % {"result": so_far}
        return said

    def _say_apart(self, indicator: Indicator, apart: Decimal, target: str) -> str:
        unit = POINTS_TEXT if indicator.unit == PERCENT_TEXT else indicator.unit
        words = {"target": target, "apart": f"{show_number(abs(apart))} {unit}".strip()}
        if not apart:
            return _("đạt chỉ tiêu %(target)s") % words
        match indicator.direction, apart > 0:
            case "up", True:
                return _("đạt chỉ tiêu %(target)s, vượt %(apart)s") % words
            case "up", False:
                return _("chưa đạt chỉ tiêu %(target)s, kém %(apart)s") % words
            case "down", True:
                return _("chưa đạt chỉ tiêu không quá %(target)s, cao hơn %(apart)s") % words
            case "down", False:
                return _("đạt chỉ tiêu không quá %(target)s, thấp hơn %(apart)s") % words
            case _neither, True:
                return _("cao hơn chỉ tiêu %(target)s là %(apart)s") % words
        return _("thấp hơn chỉ tiêu %(target)s là %(apart)s") % words


def _unit(unit: str) -> str:
    return unit if unit == PERCENT_TEXT else f" {unit}".rstrip()


AttainedBy = dict[tuple[str, str, date], Attained]
"""By code, unit's key and first day."""


def list_target_codes(as_known: int | None = None) -> dict[str, str]:
    """Result -> target, as the packs' relations tie them (now, or as known then). Of several targets of one result the
    first by code."""
    catalogue = get_catalogue(as_known)
    ties = sorted((other, code) for code, relation, other in catalogue.relations if relation == "target-of")
    return {
        result: target
        for result, target in reversed(ties)
        if _are_alike(catalogue.definition_of(result), catalogue.elements.get(target))
    }


def ask_attained(question: Question, scope: Scope) -> AttainedBy:
    """For those of the question's codes that have a target: one question more, or none. Units without a target are
    left out, and what the reader may not know."""
    formulas = list_formulas(question.codes, question.as_known)
    if not formulas:
        return {}
    figures = ask_as(replace(question, codes=tuple(formulas)), scope)
    several = ((formulas[one.code], one, attain(one, formulas[one.code])) for one in figures)
    return {(of.code, one.place, one.first): attained for of, one, attained in several if attained is not None}


def list_formulas(codes: Iterable[str], as_known: int | None = None) -> dict[str, DataElement | Indicator]:
    """What to ask for to know what was reached -> of which of the codes; those without a target are left out."""
    catalogue, targets = get_catalogue(as_known), list_target_codes(as_known)
    tied = [one for one in map(catalogue.definition_of, codes) if one and one.code in targets]
    return {spell_attainment(one, targets[one.code]): one for one in tied}


def ask_attained_of(refs: Iterable[str], scope: Scope) -> dict[str, Attained]:
    """Of figures kept by their ref, where one is set: one question for those of the same unit and days. What the reader
    may not know is left out."""
    several: dict[Question, dict[str, str]] = {}
    for ref in refs:
        question = decode(ref)
        several.setdefault(replace(question, codes=()), {})[question.codes[0]] = ref
    found: dict[str, Attained] = {}
    for question, by_code in several.items():
        try:
            attained = ask_attained(replace(question, codes=tuple(by_code)), scope)
        except NotFound:  # a reader of a sheet may be none of all the days behind it
            continue
        found |= {by_code[code]: one for (code, _place, _first), one in attained.items()}
    return found


def attain(figure: Figure, result: DataElement | Indicator) -> Attained | None:
    """Of what `spell_attainment` asks for; None where no target is set."""
    if figure.denominator is None:
        return None
    return Attained(figure, figure.denominator, result if isinstance(result, Indicator) else None)


def _are_alike(result: DataElement | Indicator | None, target: DataElement | None) -> bool:
    """Whether one can be held against the other: said in percent of it, or how far it lies apart."""
    if result is None or target is None or target.nature != Nature.TARGET or result.unit != target.unit:
        return False
    if isinstance(result, Indicator):
        return target.kind == Kind.OWN_LEVEL
    return result.kind in ADDITIVE and target.kind in ADDITIVE


@dataclass(frozen=True)
class ExplainedTarget:
    """`source`: the decision that set it, if it was set on the page of targets."""

    attained: Attained
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


class TargetColumns:
    """Of a file in which codes with targets stand: the target and the share reached, of an indicator how far it lies
    apart and whether that is enough; no columns where no code has a target."""

    def __init__(self, codes: Iterable[str], as_known: int | None = None) -> None:
        aimed = list_formulas(codes, as_known).values()
        self._amounts = any(isinstance(one, DataElement) for one in aimed)
        self._indicators = any(isinstance(one, Indicator) for one in aimed)
        # All words now: the rows of a long file are written after the request, when its language is forgotten.
        self._words = {True: _("đạt"), False: _("chưa đạt"), None: ""}
        self.titles = [_("Chỉ tiêu phấn đấu")] if aimed else []
        if self._amounts:
            self.titles.append(_("Đạt chỉ tiêu (%)"))
        if self._indicators:
            self.titles += [_("Chênh lệch so với chỉ tiêu"), _("Đạt chỉ tiêu")]

    def cells(self, found: Attained | None) -> list[str]:
        """As many as titles, numbers as other programs read them."""
        if found is None or not self.titles:
            return [""] * len(self.titles)
        cells = [text_of(found.target)]
        if self._amounts:
            cells.append(text_of(found.percent))
        if self._indicators:
            cells += [text_of(found.apart), self._words[found.reached]]
        return [cell or "" for cell in cells]


def make_columns(question: Question, scope: Scope) -> Further:
    """What `TargetColumns` gives, beside each figure of a file. A question that is answered in parts comes without
    them: each has the file of `attainment(...)` or `gap(...)` for itself."""
    columns = TargetColumns(question.codes, question.as_known)
    if not columns.titles or count_figures(question) > MOST_FIGURES:
        return NOTHING_FURTHER
    attained = ask_attained(question, scope)
    return Further(
        columns.titles, lambda figure: columns.cells(attained.get((figure.code, figure.place, figure.first)))
    )
