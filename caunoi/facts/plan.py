"""What a question takes before anything is read: the units and days it asks for, and the data elements its codes rest
on, through indicators of indicators, each with the way to its days."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from caunoi.facts.errors import CannotBeAdded, QuestionMalformed
from caunoi.facts.models import DataElement
from caunoi.facts.queries import Catalogue, period_type_of
from caunoi.facts.rules.comparing import go
from caunoi.facts.rules.formula import FormulaError, Node, codes_in, divides, list_reads, parse_formula
from caunoi.facts.rules.formula_amounts import STATES
from caunoi.facts.rules.formula_tree import Path, Step, TargetPeriod, UnitsWith, list_parts
from caunoi.facts.rules.question import Question, Slice
from caunoi.periods.rules import Days, PeriodType, first_day, is_whole_months, last_day, split_days
from caunoi.places.rules.snapshot import PlaceSnapshot, Unit

MOST_YEARS = 100


def is_formula(code: str) -> bool:
    return re.search(r"[-+*/(]", code) is not None


def get_root(question: Question, places: PlaceSnapshot) -> Unit:
    root = places.by_key.get(question.place)
    if root is None:
        raise QuestionMalformed(_("Không có đơn vị “%(key)s”.") % {"key": question.place})
    return root


def list_targets(question: Question, places: PlaceSnapshot) -> list[int]:
    """The units a question asks about, in reading order: its place, or those of its level under it. The place must be
    known; where it does not exist on the day of the boundaries, it stands for itself."""
    root = get_root(question, places).id
    if question.level is None or not places.exists_on(root, question.boundaries):
        return [root]
    return places.at_level(root, question.level, question.boundaries)


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


class Plan:
    """Raises CodeUnknown, QuestionMalformed and CannotBeAdded for what cannot be asked."""

    def __init__(self, question: Question, catalogue: Catalogue) -> None:
        self.question = question
        self.catalogue = catalogue
        self.slices = make_slices(question)
        self.asked = len(self.slices)
        """The first so many slices are the question's own; the others are what formulas compare them with."""
        self.formulas: dict[str, Node] = {}
        self.units: dict[str, str] = {}
        """Of formulas typed into the question."""
        self.elements: dict[str, DataElement] = self._find_elements()
        self.steps: dict[tuple[int, Step], int | str] = {}
        self._target_periods: dict[str, PeriodType | None] = {}
        self._reads: dict[str, frozenset[tuple[str, Path]]] = {}
        self._add_slices()

    def _find_elements(self) -> dict[str, DataElement]:
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
            if indicator is None and not is_formula(code):
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

    def units_counted(self) -> set[tuple[str, str]]:
        """(data element, level) of which formulas ask how many units have any."""
        return {
            (part.code, self.level_of(part.code, part.level))
            for node in self.formulas.values()
            for part in list_parts(node)
            if isinstance(part, UnitsWith)
        }

    def level_of(self, code: str, level: str) -> str:
        return level or self.elements[code].levels[0]

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
        paths = {path for code in self.question.codes for _element, path in self._reads_of(code)}
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
        type_: PeriodType | None = None
        of_state = False
        if isinstance(step, TargetPeriod):
            # Of an indicator the target itself is a state: a unit's own for each period.
            type_ = self._target_period(step.target)
            of_state = any(
                self.elements[code].kind in STATES for code in (step.result, step.target) if code in self.elements
            )
        found = go(self.slices[index], step, self.question.cut_off, type_, of_state=of_state)
        if isinstance(found, str):
            return found
        if found not in numbers:
            numbers[found] = len(self.slices)
            self.slices.append(found)
        return numbers[found]

    def _target_period(self, code: str) -> PeriodType | None:
        if code not in self._target_periods:
            self._target_periods[code] = period_type_of(self.elements[code].form_code, self.question.as_known)
        return self._target_periods[code]

    def _reads_of(self, code: str) -> frozenset[tuple[str, Path]]:
        """The data elements behind a code, through indicators of indicators, each with the way to its days."""
        if code in self.elements:
            return frozenset({(code, ())})
        if code not in self._reads:
            self._reads[code] = frozenset(
                (element, (*path, *further))
                for inner, path in set(list_reads(self.formulas[code]))
                for element, further in self._reads_of(inner)
            )
        return self._reads[code]

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
        followed = ((element, self.follow(index, path)) for element, path in self._reads_of(code))
        return {(element, at) for element, at in followed if at is not None}

    def days_behind(self, code: str) -> Days | None:
        """From the first to the last day that any of a code's figures is made of; None if of the asked days only."""
        if not any(path for _element, path in self._reads_of(code)):
            return None
        indexes = {at for index in range(self.asked) for _element, at in self.cells_behind(code, index)}
        days = [self.slices[index].days for index in {*range(self.asked), *indexes}]
        return Days(min(one.first for one in days), max(one.last for one in days))

    def divides(self, code: str) -> bool:
        node = self.formulas.get(code)
        return node is not None and (divides(node) or any(self.divides(inner) for inner in codes_in(node)))
