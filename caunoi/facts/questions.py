"""The one way to ask for figures: pages, commands, reports and exports all come through here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from caunoi.accounts.scope import NOTHING, Scope
from caunoi.audit.clock import current_number, number_at
from caunoi.facts.closure import get_closure
from caunoi.facts.coverage import compute_coverage
from caunoi.facts.engine import Engine, Key, Stated, Sum
from caunoi.facts.errors import CannotBeAdded, QuestionMalformed, TooManyFigures
from caunoi.facts.models import Book, DataElement, Kind
from caunoi.facts.projection import get_projection
from caunoi.facts.queries import Catalogue, get_catalogue, period_type_of
from caunoi.facts.release import protect
from caunoi.facts.rules.comparing import go
from caunoi.facts.rules.formula import (
    Computed,
    FormulaError,
    Node,
    Sources,
    codes_in,
    compute,
    divides,
    list_reads,
    parse_formula,
)
from caunoi.facts.rules.formula_tree import Path, Step, TargetPeriod
from caunoi.facts.rules.question import (
    BookName,
    Coverage,
    Figure,
    PartlyOutside,
    Question,
    Slice,
    exact,
    figure_json,
    plain,
    round_half_up,
)
from caunoi.facts.rules.relations import Bound, describe_broken, find_broken, list_bounds
from caunoi.languages import in_reader_language
from caunoi.periods.rules import (
    BEGINNING,
    END,
    CutOff,
    Days,
    PeriodType,
    first_day,
    is_whole_months,
    last_day,
    split_days,
)
from caunoi.places.errors import PlaceNotOnDay
from caunoi.places.queries import describe_absence, get_place, get_snapshot
from caunoi.places.rules.snapshot import LEVELS, PlaceSnapshot

MOST_FIGURES = 200_000
MOST_YEARS = 100
TYPED_DECIMALS = 4

__all__ = ["Figure", "Question", "ask", "figure_json", "make_question"]


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
        if not _is_formula(code):
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


def list_targets(question: Question, places: PlaceSnapshot) -> list[int]:
    """The units a question asks about, in reading order: its place, or those of its level under it. The place must be
    known; where it does not exist on the day of the boundaries, it stands for itself."""
    root = places.by_key.get(question.place)
    if root is None:
        raise QuestionMalformed(_("Không có đơn vị “%(key)s”.") % {"key": question.place})
    if question.level is None or not places.exists_on(root.id, question.boundaries):
        return [root.id]
    return places.at_level(root.id, question.level, question.boundaries)


def _is_formula(code: str) -> bool:
    return re.search(r"[-+*/(]", code) is not None


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def make_slices(question: Question) -> list[Slice]:
    days = Days(question.first, question.last)
    years = question.last.year - question.first.year
    if years > MOST_YEARS:
        raise QuestionMalformed(
            _("Kỳ hỏi dài %(years)d năm (%(months)s tháng), nhiều hơn %(most)d năm. Hãy chọn kỳ ngắn hơn.")
            % {"years": years, "months": f"{years * 12:,}".replace(",", "."), "most": MOST_YEARS}
        )
    match question.cut_off:
        case 15:
            if is_whole_months(days):
                days = Days(
                    first_day((days.first.year, days.first.month), 15), last_day((days.last.year, days.last.month), 15)
                )
            return [Slice(piece, False) for piece in split_days(days, question.by, 15)]
        case 1:
            return [Slice(piece, False) for piece in split_days(days, question.by, 1)]
        case _:
            return [Slice(piece, is_whole_months(piece)) for piece in split_days(days, question.by, 1)]


class Cell(NamedTuple):
    """What one data element gives for one unit and slice, before it is dressed as a figure."""

    value: Decimal | None = None
    why: str | None = None
    estimated: bool = False
    bases: tuple[str, ...] = ()
    carried_over: bool = False
    partly_outside: PartlyOutside | None = None
    classes: Mapping[str, int] | None = None


class Answer:
    """One question being answered: everything it needs is read in a few statements, then put together.

    `units`: only for these of the asked units (`list_parts`).
    """

    def __init__(self, question: Question, reader: Scope = NOTHING, units: Sequence[int] | None = None) -> None:
        self.question = question
        self.catalogue: Catalogue = get_catalogue(question.as_known)
        self.places: PlaceSnapshot = get_snapshot(question.as_known)
        self.slices = make_slices(question)
        self.asked = len(self.slices)
        """The first so many slices are the question's own; the others are what formulas compare them with."""
        self.formulas: dict[str, Node] = {}
        self.units: dict[str, str] = {}
        """Of formulas typed into the question."""
        self.elements = self._elements()
        protect(self, reader)
        self.steps: dict[tuple[int, Step], int | str] = {}
        self.reads: dict[str, frozenset[tuple[str, Path]]] = {}
        self._add_slices()
        self.bounds = [
            b for b in list_bounds(self.catalogue.relations) if b.code in self.elements and b.other in self.elements
        ]
        root = self.places.by_key.get(question.place)
        if root is None:
            raise QuestionMalformed(_("Không có đơn vị “%(key)s”.") % {"key": question.place})
        self.root = root.id
        self.present = self.places.exists_on(self.root, question.boundaries)
        self.targets = list(units) if units is not None else list_targets(question, self.places)
        size = len(self.targets) * self.asked * len(question.codes)
        if size > MOST_FIGURES:
            raise TooManyFigures(size, MOST_FIGURES)
        self.nothing = Cell(None, _("Chưa có số liệu trong kỳ này."))
        self.cells: dict[tuple[str, int, int], Cell] = {}
        self.computed: dict[tuple[str, int, int], Computed] = {}
        self.coverage: dict[tuple[str, int, int], Coverage] = {}
        if self.present and self.targets:
            self._read()

    def _elements(self) -> dict[str, DataElement]:
        """All data elements behind the asked codes, through indicators of indicators."""
        found: dict[str, DataElement] = {}
        open_ = list(self.question.codes)
        while open_:
            code = open_.pop()
            if code in found or code in self.formulas:
                continue
            if (element := self.catalogue.elements.get(code)) is not None:
                found[code] = element
                continue
            indicator = self.catalogue.indicators.get(code)
            if indicator is None and not _is_formula(code):
                self.catalogue.check_code(code)
            try:
                node = parse_formula(indicator.formula if indicator else code)
            except FormulaError as error:
                sentence = _("Không đọc được công thức “%(text)s”: ") % {"text": code}
                raise QuestionMalformed(sentence + error.sentence) from error
            if indicator is None:
                self._check_addition(code, node)
            self.formulas[code] = node
            open_ += codes_in(node)
        return found

    def _check_addition(self, text: str, node: Node) -> None:
        """A formula typed into the question is held to the same rules as one of a pack."""
        judged = self.catalogue.judge_formula(node)
        if judged.mistakes:
            said = " ".join(str(mistake) for mistake in judged.mistakes)
            raise CannotBeAdded(_("Không tính được “%(text)s”: ") % {"text": text} + said)
        self.units[text] = judged.unit or ""

    # -- other days than those asked ----------------------------------------------------------------------------------

    def _add_slices(self) -> None:
        """All days that any formula reads, so that one reading of the ledger answers for all of them."""
        numbers = {slice_: index for index, slice_ in enumerate(self.slices)}
        paths = {path for code in self.question.codes for _element, path in self.reads_of(code)}
        for index in range(self.asked):
            for path in paths:
                at = index
                for step in path:
                    if (at, step) not in self.steps:
                        self.steps[at, step] = self._find_slice(at, step, numbers)
                    found = self.steps[at, step]
                    if isinstance(found, str):
                        break
                    at = found

    def _find_slice(self, index: int, step: Step, numbers: dict[Slice, int]) -> int | str:
        type_ = self._target_period(step.target) if isinstance(step, TargetPeriod) else None
        found = go(self.slices[index], step, self.question.cut_off, type_)
        if isinstance(found, str):
            return found
        if found not in numbers:
            numbers[found] = len(self.slices)
            self.slices.append(found)
        return numbers[found]

    def _target_period(self, code: str) -> PeriodType | None:
        return period_type_of(self.elements[code].form_code, self.question.as_known)

    def reads_of(self, code: str) -> frozenset[tuple[str, Path]]:
        """The data elements behind a code, through indicators of indicators, each with the way to its days."""
        if code in self.elements:
            return frozenset({(code, ())})
        if code not in self.reads:
            self.reads[code] = frozenset(
                (element, (*path, *further))
                for inner, path in set(list_reads(self.formulas[code]))
                for element, further in self.reads_of(inner)
            )
        return self.reads[code]

    def follow(self, index: int, path: Path) -> int | None:
        """The slice a path leads to; None where there are no such days."""
        for step in path:
            found = self.steps[index, step]
            if isinstance(found, str):
                return None
            index = found
        return index

    def cells_behind(self, code: str, index: int) -> set[tuple[str, int]]:
        """(data element, slice) of all that a code's figure is made of."""
        followed = ((element, self.follow(index, path)) for element, path in self.reads_of(code))
        return {(element, at) for element, at in followed if at is not None}

    def days_behind(self, code: str) -> Days | None:
        """From the first to the last day that any of a code's figures is made of; None if of the asked days only."""
        indexes = {at for index in range(self.asked) for _element, at in self.cells_behind(code, index)}
        if not any(path for _element, path in self.reads_of(code)):
            return None
        days = [self.slices[index].days for index in {*range(self.asked), *indexes}]
        return Days(min(one.first for one in days), max(one.last for one in days))

    # -- reading ------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        question = self.question
        closure = get_closure(self.places, question.boundaries)
        book = Book.APPROVED if question.book == "approved" else Book.REPORTED
        by_kind: dict[str, list[DataElement]] = {}
        for element in self.elements.values():
            by_kind.setdefault(element.kind, []).append(element)
        if set(by_kind) - {Kind.UNITS}:
            engine = Engine(get_projection(), closure, book=book, as_known=question.as_known, slices=self.slices)
            self._read_flows(engine, by_kind.get(Kind.FLOW, []))
            self._read_stocks(engine, by_kind.get(Kind.STOCK, []))
            self._read_categories(engine, by_kind.get(Kind.CATEGORY, []))
            self._read_own_level(engine, by_kind.get(Kind.OWN_LEVEL, []))
        for element in by_kind.get(Kind.UNITS, []):
            for target in self.targets:
                count = len(self.places.at_level(target, element.levels[0], question.boundaries))
                for index in range(len(self.slices)):
                    self.cells[element.code, target, index] = Cell(Decimal(count))
        forms = {element.form_code for element in self.elements.values() if element.form_code}
        self.coverage = compute_coverage(forms, closure, self.targets, self.slices, question.book, question.as_known)

    def _each(self, elements: Iterable[DataElement]) -> Iterable[tuple[DataElement, int, int]]:
        return ((e, target, index) for e in elements for target in self.targets for index in range(len(self.slices)))

    def _read_flows(self, engine: Engine, elements: list[DataElement]) -> None:
        sums, outside = engine.flows([element.pk for element in elements], self.targets)
        self._take_sums(elements, sums, outside)

    def _read_stocks(self, engine: Engine, elements: list[DataElement]) -> None:
        things = {element.pk for element in elements if element.register}
        self._take_sums(elements, engine.stocks([element.pk for element in elements], self.targets, things), {})

    def _take_sums(self, elements: Iterable[DataElement], sums: Mapping[Key, Sum], outside: Mapping[Key, Sum]) -> None:
        """What was found, and why there is nothing where nothing was."""
        ours = {element.pk: (element.code, element.decimals) for element in elements}
        for code, _decimals in ours.values():
            self.cells |= dict.fromkeys(
                ((code, target, index) for target in self.targets for index in range(len(self.slices))), self.nothing
            )
        for (element, target, index), cut in outside.items():
            code, decimals = ours[element]
            partly = PartlyOutside(exact(cut.amount, decimals), cut.facts)
            why = _("Chỉ có số liệu nằm vắt qua ngày đầu hoặc ngày cuối kỳ; không chia nhỏ để cộng.")
            self.cells[code, target, index] = Cell(None, why, partly_outside=partly)
        for (element, target, index), (amount, _facts, estimated, bases, carried_over) in sums.items():
            code, decimals = ours[element]
            partly_outside = self.cells[code, target, index].partly_outside if outside else None
            value = exact(amount, decimals)
            self.cells[code, target, index] = Cell(value, None, estimated, bases, carried_over, partly_outside)

    def _read_categories(self, engine: Engine, elements: list[DataElement]) -> None:
        counts = engine.classes([element.pk for element in elements], self.targets)
        for element, target, index in self._each(elements):
            classes = counts.get((element.pk, target, index), {})
            listed = ", ".join(f"{code}: {number}" for code, number in sorted(classes.items()))
            why = _("Xếp loại không cộng được; hãy hỏi tỷ lệ hoặc số đơn vị theo loại (%(classes)s).") % {
                "classes": listed or _("chưa có đơn vị nào được xếp loại")
            }
            self.cells[element.code, target, index] = Cell(None, why, classes=classes)

    def _read_own_level(self, engine: Engine, elements: list[DataElement]) -> None:
        ids = [element.pk for element in elements]
        stated = engine.own_level(ids, self.targets)
        below = engine.stated_below(ids, self.targets)
        for element, target, index in self._each(elements):
            found: Stated | None = stated.get((element.pk, target, index))
            if found is None:
                number = below.get((element.pk, target), 0)
                why = (
                    _(
                        "%(name)s là số riêng của từng đơn vị, không cộng từ cấp dưới lên"
                        " (%(number)d đơn vị cấp dưới có số riêng)."
                    )
                    % {"name": in_reader_language(element.name_vi, element.name_en), "number": number}
                    if number
                    else _("Đơn vị chưa có số riêng trong kỳ này.")
                )
                cell = Cell(None, why)
            elif len(found.amounts) > 1:
                cell = Cell(
                    None,
                    _(
                        "Đơn vị có %(count)d số riêng trong kỳ này; số riêng không cộng theo thời gian."
                        " Hãy hỏi từng năm."
                    )
                    % {"count": len(found.amounts)},
                )
            else:
                cell = Cell(exact(found.amounts[0], element.decimals, parts=False))
            self.cells[element.code, target, index] = cell

    # -- putting together ---------------------------------------------------------------------------------------------

    def figures(self) -> list[Figure]:
        places = [self._describe_place(target) for target in self.targets]
        return [figure for code in self.question.codes for figure in self._figures_of(code, places)]

    def _describe_place(self, target: int) -> tuple[str, str, str, str]:
        """Key, code, name, level."""
        unit, day = self.places.units[target], self.question.boundaries
        return unit.key, self.places.code_on(target, day), self.places.distinct_name_on(target, day), unit.level

    def _figures_of(self, code: str, places: Sequence[tuple[str, str, str, str]]) -> Iterator[Figure]:
        """What stands in every figure of a code, a place or the whole question is put together once."""
        element = self.catalogue.elements.get(code)
        indicator = self.catalogue.indicators.get(code)
        question = self.question
        if element is not None:
            head = (code, element.name_vi, element.name_en, element.unit, element.decimals, element.kind)
        elif indicator is not None:
            head = (code, indicator.name_vi, indicator.name_en, indicator.unit, indicator.decimals, "rate")
        else:
            head = (code, code, code, self.units[code], TYPED_DECIMALS, "rate")
        days = [(slice_.days.first, slice_.days.last) for slice_ in self.slices[: self.asked]]
        behind = [self.cells_behind(code, index) for index in range(self.asked)]
        decimals = head[4] if self._divides(code) else None
        forms = [sorted({(self.elements[e].form_code, at) for e, at in one}) for one in behind]
        bounds = [bound for bound in self.bounds if self.present and code in (bound.code, bound.other)]
        numerator = denominator = None
        asked = (question.book, question.boundaries, question.as_known)
        make, tail = Figure._make, (question.cut_off,)
        for target, place in zip(self.targets, places, strict=True):
            front = (*head, *place)
            for index, stretch in enumerate(days):
                if not self.present:
                    cell = Cell(None, describe_absence(target, question.boundaries, self.places))
                elif element is not None:
                    cell = self.cells[code, target, index]
                else:
                    cell, numerator, denominator = self._indicator_cell(code, decimals, target, index, behind[index])
                value, why, estimated, bases, carried_over, partly_outside, _classes = cell
                yield make(
                    front
                    + stretch
                    + (value, None if value is not None else why, numerator, denominator)
                    + asked
                    + (estimated, bases, carried_over, partly_outside, self._coverage(forms[index], target))
                    + tail
                    + (self._warnings(bounds, target, index) if bounds else (),)
                )

    def _warnings(self, bounds: Sequence[Bound], target: int, index: int) -> tuple[str, ...]:
        codes = {side for bound in self.bounds for side in (bound.code, bound.other)}
        stated = {side: self.cells[side, target, index].value for side in codes}
        values = {side: value for side, value in stated.items() if value is not None}
        return tuple(
            describe_broken(broken, self._name(broken.bound.code), self._name(broken.bound.other))
            for broken in find_broken(bounds, values)
        )

    def _name(self, code: str) -> str:
        return in_reader_language(self.elements[code].name_vi, self.elements[code].name_en)

    def _coverage(self, forms: Sequence[tuple[str, int]], target: int) -> Coverage | None:
        """Of the least complete form and days behind the figure: one complete part must not hide an incomplete one."""
        if len(forms) == 1:
            return self.coverage.get((forms[0][0], target, forms[0][1]))
        found = [self.coverage[form, target, at] for form, at in forms if (form, target, at) in self.coverage]
        return min(found, key=lambda c: (Decimal(c.reported) / c.expected, c.expected), default=None)

    def _indicator_cell(
        self, code: str, decimals: int | None, target: int, index: int, behind: Collection[tuple[str, int]]
    ) -> tuple[Cell, Decimal | None, Decimal | None]:
        computed = compute(self.formulas[code], _Sources(self, target, index))
        parts = [self.cells[element, target, at] for element, at in sorted(behind)]
        value = computed.value
        # Sums stay exact, so that recast parts still add up; a quotient has to be cut somewhere, and is cut here.
        if value is not None and decimals is not None:
            value = plain(round_half_up(value, decimals))
        why = computed.why
        if value is None:
            # That nothing was stated is said already, with the days.
            own = [part.why for part in parts if part.value is None and part.classes is None and part != self.nothing]
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

    def _divides(self, code: str) -> bool:
        node = self.formulas.get(code)
        return node is not None and (divides(node) or any(self._divides(inner) for inner in codes_in(node)))

    def compute(self, code: str, target: int, index: int) -> Computed:
        """The unrounded value of an indicator in another's formula; once, however often it is named."""
        key = (code, target, index)
        if key not in self.computed:
            self.computed[key] = compute(self.formulas[code], _Sources(self, target, index))
        return self.computed[key]


class _Sources:
    """What formulas are computed from, for one unit and slice of an answer."""

    def __init__(self, answer: Answer, target: int, index: int) -> None:
        self.answer, self.target, self.index = answer, target, index

    def value_of(self, code: str) -> Computed:
        if code not in self.answer.elements:
            return self.answer.compute(code, self.target, self.index)
        value = self.answer.cells[code, self.target, self.index].value
        return Computed(value, missing=() if value is not None else (self._name_with_days(code),))

    def _name_with_days(self, code: str) -> str:
        if self.index < self.answer.asked:
            return code
        days = self.answer.slices[self.index].days
        return _("%(code)s (từ %(first)s đến %(last)s)") % {
            "code": code,
            "first": _day(days.first),
            "last": _day(days.last),
        }

    def classes_of(self, category: str) -> Mapping[str, int]:
        return self.answer.cells[category, self.target, self.index].classes or {}

    def order_of(self, category: str) -> Sequence[str]:
        return list(self.answer.elements[category].classes)

    def go(self, step: Step) -> Sources | str:
        found = self.answer.steps[self.index, step]
        return found if isinstance(found, str) else _Sources(self.answer, self.target, found)
