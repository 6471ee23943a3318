"""The one way to ask for figures: pages, commands, reports and exports all come through here."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from caunoi.accounts.scope import NOTHING, Scope
from caunoi.audit.clock import current_number, number_at
from caunoi.facts.cells import Cell, Cells
from caunoi.facts.closure import get_closure
from caunoi.facts.coverage import compute_coverage
from caunoi.facts.errors import QuestionMalformed, TooManyFigures
from caunoi.facts.plan import Plan, get_root, is_formula, list_targets, make_slices
from caunoi.facts.queries import Catalogue, get_catalogue
from caunoi.facts.release import protect
from caunoi.facts.rules.formula import Computed, Sources, compute
from caunoi.facts.rules.formula_tree import Attainment, Step
from caunoi.facts.rules.question import (
    GAP,
    BookName,
    Coverage,
    Figure,
    Question,
    figure_json,
    plain,
    round_half_up,
)
from caunoi.facts.rules.relations import Bound, describe_broken, find_broken, list_bounds
from caunoi.languages import in_reader_language
from caunoi.periods.rules import BEGINNING, END, CutOff, PeriodType
from caunoi.places.errors import PlaceNotOnDay
from caunoi.places.queries import describe_absence, get_place, get_snapshot
from caunoi.places.rules.snapshot import LEVELS, PlaceSnapshot

MOST_FIGURES = 200_000
TYPED_DECIMALS = 4

__all__ = ["Figure", "Question", "ask", "figure_json", "make_question", "make_slices"]


def make_question(
    codes: Sequence[str],
    place: str,
    first: date,
    last: date,
    *,
    level: str | None = None,
    by: PeriodType | None = None,
    boundaries: date | None = None,
    as_known: int | date | None = None,
    book: BookName = "approved",
    cut_off: CutOff | None = None,
) -> Question:
    """A question from what a person typed; refuses with a sentence what makes no sense."""
    if first > last:
        raise QuestionMalformed(
            _("Kỳ hỏi bị ngược: từ ngày %(first)s đến ngày %(last)s. Hãy đổi chỗ hai ngày.")
            % {"first": _day(first), "last": _day(last)}
        )
    day = last if boundaries is None else boundaries
    for asked in (first, last, day):
        if not BEGINNING <= asked < END:
            raise QuestionMalformed(
                _("Ngày %(day)s nằm ngoài khoảng hỏi được (01/01/1900 đến 31/12/2199).") % {"day": _day(asked)}
            )
    if level is not None and level not in LEVELS:
        raise QuestionMalformed(
            _("Không có cấp “%(level)s”. Các cấp: %(levels)s.") % {"level": level, "levels": ", ".join(LEVELS)}
        )
    if not codes:
        raise QuestionMalformed(_("Hãy chọn ít nhất một chỉ tiêu."))
    known = number_of(as_known)
    catalogue = get_catalogue(known if as_known is not None else None)
    for code in codes:
        if not is_formula(code):
            catalogue.check_code(code)
    snapshot = get_snapshot(known if as_known is not None else None)
    try:
        unit = get_place(place, day, snapshot)
    except PlaceNotOnDay as absent:
        # An answer that names what stands for the unit on that day is more use than a refusal.
        unit = absent.unit
    return Question(
        tuple(dict.fromkeys(codes)), snapshot.units[unit].key, first, last, day, known, level, by, book, cut_off
    )


def number_of(as_known: int | date | None) -> int:
    """The knowledge number that a typed day or number means; without one, and beyond what is known, the last."""
    known = current_number()
    if isinstance(as_known, date):
        return min(known, number_at(as_known))
    return known if as_known is None else min(known, max(as_known, 0))


def ask(question: Question, reader: Scope = NOTHING) -> list[Figure]:
    """Figures in the order: code, unit (reading order), slice of days. Never empty for a code: what cannot be answered
    comes as a figure without a value and with its reason.

    Who doesn't say for whom they ask, asks for the public: what is sensitive is refused (OnlyReleased). Which units the
    reader may know is `facts.access`'s business.
    """
    return Answer(question, reader).figures()


class Part(NamedTuple):
    """Some of a question's codes, and the units they are asked for."""

    question: Question
    units: Sequence[int]


def list_parts(question: Question) -> list[Part]:
    """A question in parts, each of which can be answered at once: a country's communes for every month are millions of
    figures, and so are three thousand codes of one village."""
    targets = list_targets(question, get_snapshot(question.as_known))
    slices = max(1, len(make_slices(question)))
    codes = max(1, MOST_FIGURES // slices)
    each = max(1, MOST_FIGURES // (slices * min(codes, len(question.codes))))
    return [
        Part(replace(question, codes=question.codes[first : first + codes]), targets[start : start + each])
        for start in range(0, max(1, len(targets)), each)
        for first in range(0, len(question.codes), codes)
    ]


def count_figures(question: Question) -> int:
    targets = list_targets(question, get_snapshot(question.as_known))
    return len(targets) * len(make_slices(question)) * len(question.codes)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


class Answer:
    """One question being answered: everything it needs is read in a few statements, then put together.

    `units`: only for these of the asked units (`list_parts`). `explained`: what stands behind is asked next.
    """

    def __init__(
        self,
        question: Question,
        reader: Scope = NOTHING,
        units: Sequence[int] | None = None,
        *,
        explained: bool = False,
    ) -> None:
        self.explained = explained
        self.question = question
        self.catalogue: Catalogue = get_catalogue(question.as_known)
        self.places: PlaceSnapshot = get_snapshot(question.as_known)
        self.plan = protect(Plan(question, self.catalogue), reader)
        elements = self.plan.elements
        self.bounds = [b for b in list_bounds(self.catalogue.relations) if b.code in elements and b.other in elements]
        self.root = get_root(question, self.places).id
        self.present = self.places.exists_on(self.root, question.boundaries)
        self.targets = list(units) if units is not None else list_targets(question, self.places)
        size = len(self.targets) * self.plan.asked * len(question.codes)
        if size > MOST_FIGURES:
            raise TooManyFigures(size, MOST_FIGURES)
        self.cells = Cells(self.targets, self.plan.slices)
        self.computed: dict[tuple[str, int, int], Computed] = {}
        self.coverage: dict[tuple[str, int, int], Coverage] = {}
        self.coverage_columns: dict[tuple[tuple[tuple[str, int], ...], ...], list[Coverage | None]] = {}
        if self.present and self.targets:
            self._read()

    def _read(self) -> None:
        question, elements = self.question, self.plan.elements.values()
        closure = get_closure(self.places, question.boundaries)
        self.cells.read(elements, closure, question, self.plan.units_counted(), self.explained)
        forms = {element.form_code for element in elements if element.form_code}
        self.coverage = compute_coverage(
            forms, closure, self.targets, self.plan.slices, question.book, question.as_known
        )

    def figures(self) -> list[Figure]:
        places = [self.describe_place(target) for target in self.targets]
        return [figure for code in self.question.codes for figure in self._figures_of(code, places)]

    def describe_place(self, target: int) -> tuple[str, str, str, str]:
        """Key, code, name, level of a unit."""
        unit, day = self.places.units[target], self.question.boundaries
        return unit.key, self.places.code_on(target, day), self.places.distinct_name_on(target, day), unit.level

    def _figures_of(self, code: str, places: Sequence[tuple[str, str, str, str]]) -> Iterator[Figure]:
        """What stands in every figure of a code, a place or the whole question is put together once."""
        question, plan = self.question, self.plan
        head = self._describe_code(code)
        days = [(slice_.days.first, slice_.days.last) for slice_ in plan.slices[: plan.asked]]
        behind = [plan.cells_behind(code, index) for index in range(plan.asked)]
        decimals = head[4] if plan.divides(code) else None
        forms = [sorted({(plan.elements[e].form_code, at) for e, at in one}) for one in behind]
        bounds = [bound for bound in self.bounds if self.present and code in (bound.code, bound.other)]
        column = self.cells.columns.get(code)
        numerator = denominator = None
        asked = (question.book, question.boundaries, question.as_known)
        coverages = self._coverage_column(forms)
        make = Figure._make
        warnings: tuple[str, ...] = ()
        for row, (target, place) in enumerate(zip(self.targets, places, strict=True)):
            start, first = self.cells.starts[target], row * plan.asked
            for index, stretch in enumerate(days):
                if not self.present:
                    cell = Cell(None, describe_absence(target, question.boundaries, self.places))
                elif column is not None:
                    cell = column[start + index]
                else:
                    cell, numerator, denominator = self._indicator_cell(code, decimals, target, index, behind[index])
                if bounds:
                    warnings = self._warnings(bounds, target, index)
                value, why, estimated, bases, carried_over, partly_outside, _classes = cell
                yield make(
                    (
                        *head, *place, *stretch, value, None if value is not None else why, numerator, denominator,
                        *asked, estimated, bases, carried_over, partly_outside, coverages[first + index],
                        question.cut_off, warnings,
                    )
                )  # fmt: skip

    def _describe_code(self, code: str) -> tuple[str, str, str, str, int, str]:
        """Code, names, unit, decimals, kind."""
        found = self.catalogue.definition_of(code)
        node = self.plan.formulas.get(code)
        kind = GAP if isinstance(node, Attainment) and not node.percent else "rate"
        if found is None:
            return code, code, code, self.plan.units[code], TYPED_DECIMALS, kind
        return code, found.name_vi, found.name_en, found.unit, found.decimals, getattr(found, "kind", kind)

    def _warnings(self, bounds: Sequence[Bound], target: int, index: int) -> tuple[str, ...]:
        codes = {side for bound in self.bounds for side in (bound.code, bound.other)}
        stated = {side: self.cells.at(side, target, index).value for side in codes}
        values = {side: value for side, value in stated.items() if value is not None}
        return tuple(
            describe_broken(broken, self._name(broken.bound.code), self._name(broken.bound.other))
            for broken in find_broken(bounds, values)
        )

    def _name(self, code: str) -> str:
        element = self.plan.elements[code]
        return in_reader_language(element.name_vi, element.name_en)

    def _coverage_column(self, forms: Sequence[Sequence[tuple[str, int]]]) -> list[Coverage | None]:
        """For each unit and asked slice, unit after unit; `forms`: those behind each slice, with the slices read. Codes
        that rest on the same forms share one."""
        key = tuple(map(tuple, forms))
        if key not in self.coverage_columns:
            self.coverage_columns[key] = [self._coverage(one, target) for target in self.targets for one in forms]
        return self.coverage_columns[key]

    def _coverage(self, forms: Sequence[tuple[str, int]], target: int) -> Coverage | None:
        """Of the least complete form and days behind the figure: one complete part must not hide an incomplete one."""
        found = [self.coverage[form, target, at] for form, at in forms if (form, target, at) in self.coverage]
        return min(found, key=lambda c: (Decimal(c.reported) / c.expected, c.expected), default=None)

    def _indicator_cell(
        self, code: str, decimals: int | None, target: int, index: int, behind: Collection[tuple[str, int]]
    ) -> tuple[Cell, Decimal | None, Decimal | None]:
        computed = compute(self.plan.formulas[code], _Sources(self, target, index))
        parts = [self.cells.at(element, target, at) for element, at in sorted(behind)]
        value = computed.value
        # Sums stay exact, so that recast parts still add up; a quotient has to be cut somewhere, and is cut here.
        if value is not None and decimals is not None:
            value = plain(round_half_up(value, decimals))
        why = computed.why
        if value is None:
            # That nothing was stated is said already, with the days.
            missing = [part for part in parts if part.value is None and part.classes is None]
            own = [part.why for part in missing if part != self.cells.nothing]
            why = " ".join(dict.fromkeys([why or "", *(reason or "" for reason in own)])).strip()
        return (
            Cell(
                value,
                why,
                estimated=any(part.estimated for part in parts),
                bases=tuple(sorted({basis for part in parts for basis in part.bases})),
                carried_over=any(part.carried_over for part in parts),
            ),
            computed.numerator,
            computed.denominator,
        )

    def compute(self, code: str, target: int, index: int) -> Computed:
        """The unrounded value of an indicator in another's formula; once, however often it is named."""
        key = (code, target, index)
        if key not in self.computed:
            self.computed[key] = compute(self.plan.formulas[code], _Sources(self, target, index))
        return self.computed[key]


class _Sources:
    """What formulas are computed from, for one unit and slice of an answer."""

    def __init__(self, answer: Answer, target: int, index: int) -> None:
        self.answer, self.target, self.index = answer, target, index

    def value_of(self, code: str) -> Computed:
        if code not in self.answer.plan.elements:
            return self.answer.compute(code, self.target, self.index)
        value = self.answer.cells.at(code, self.target, self.index).value
        return Computed(value, missing=() if value is not None else (self._name_with_days(code),))

    def _name_with_days(self, code: str) -> str:
        if self.index < self.answer.plan.asked:
            return code
        days = self.answer.plan.slices[self.index].days
        return _("%(code)s (từ %(first)s đến %(last)s)") % {
            "code": code,
            "first": _day(days.first),
            "last": _day(days.last),
        }

    def classes_of(self, category: str) -> Mapping[str, int]:
        return self.answer.cells.at(category, self.target, self.index).classes or {}

    def units_with(self, code: str, level: str) -> Computed:
        counted = self.answer.cells.units_with.get((code, self.answer.plan.level_of(code, level)), {})
        value = counted.get((self.target, self.index))
        if value is None:
            return Computed(None, missing=(self._name_with_days(code),))
        return Computed(Decimal(value))

    def order_of(self, category: str) -> Sequence[str]:
        return list(self.answer.plan.elements[category].classes)

    def go(self, step: Step) -> Sources | str:
        found = self.answer.plan.steps[self.index, step]
        return found if isinstance(found, str) else _Sources(self.answer, self.target, found)
