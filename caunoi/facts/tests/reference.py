"""What a question must answer, computed from the ledger's rows one by one in plain Python.

Values come as fractions of the data element's unit, unrounded. Days are walked one after the other, formulas are
followed down to the facts for each figure anew: slow, and easy to agree with.
"""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from caunoi.facts.models import DataElement, Kind, Posting
from caunoi.facts.rules import formula_tree as tree
from caunoi.facts.rules.arithmetic import Arithmetic, Negate, Number
from caunoi.facts.rules.question import Question, Slice
from caunoi.facts.rules.stocks import hold
from caunoi.periods.rules import MONTHS_IN, CutOff, Days, PeriodType
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot

ONE_DAY = timedelta(days=1)


class Found(NamedTuple):
    """What stands for a unit. `cut`: (value, number of facts) of those that the first or last day cuts."""

    value: Fraction | None
    estimated: bool = False
    carried_over: bool = False
    cut: tuple[Fraction, int] | None = None


class Result(NamedTuple):
    """What a formula gives; shares keep their parts."""

    value: Fraction | None
    numerator: Fraction | None = None
    denominator: Fraction | None = None


NOTHING = Result(None)


class Reference:
    """The rows of one book up to a number, on the places of `boundaries`."""

    def __init__(self, rows: Iterable[Posting], places: PlaceSnapshot, boundaries: date, book: int, known: int) -> None:
        self.rows: dict[int, list[Posting]] = defaultdict(list)
        for row in rows:
            if row.book == book and row.seq <= known:
                self.rows[row.data_element_id].append(row)
        self.places, self.boundaries = places, boundaries
        self._kept: dict[int, Standing] = {}

    # -- One data element over one stretch of days --------------------------------------------------------------------

    def flow(self, element: DataElement, unit: int, slice_: Slice) -> Found:
        touching = [row for row in self.rows[element.pk] if _touches(row, slice_)]
        inside, estimated = self._add(element, unit, [row for row in touching if _fits(row, slice_)])
        cut, _estimated = self._add(element, unit, [row for row in touching if not _fits(row, slice_)])
        return Found(inside and inside[0], estimated, cut=cut)

    def _add(self, element: DataElement, unit: int, rows: list[Posting]) -> tuple[tuple[Fraction, int] | None, bool]:
        """(value, number of facts) of what stands of the rows, None if nothing does; whether by share only."""
        amounts: Counter[int] = Counter()
        facts: Counter[int] = Counter()
        for row in rows:
            amounts[row.org_unit_id] += row.amount
            facts[row.org_unit_id] += row.sign
        value, number, estimated = Fraction(0), 0, False
        for stated in amounts:
            share = self._share(stated, unit)
            if facts[stated] > 0 and share:
                value += amounts[stated] * share
                number += facts[stated]
                estimated |= share != 1
        return ((_scaled(element, value), number) if number else None), estimated

    def stock(self, element: DataElement, unit: int, slice_: Slice) -> Found:
        end = slice_.days.last
        latest: dict[int, tuple[tuple[date, int], int]] = {}
        for (stated, _from, day_to, _class, _version), (amount, seq, _row) in self._standing(element).items():
            if day_to <= end and (stated not in latest or latest[stated][0] < (day_to, seq)):
                latest[stated] = (day_to, seq), amount
        value, held, estimated, carried_over = Fraction(0), False, False, False
        for stated, (_when, amount) in latest.items():
            holding = hold(stated, set(latest), end, self.boundaries, self.places)
            parts = sum(share.parts for share in holding.mapped if unit in self._line(share.unit))
            if parts:
                value += Fraction(amount * parts, ONE)
                held = True
                estimated |= parts != ONE
                carried_over |= holding.carried_over
        return Found(_scaled(element, value) if held else None, estimated, carried_over)

    def classes(self, element: DataElement, unit: int, slice_: Slice) -> dict[str, int]:
        end = slice_.days.last
        latest: dict[int, tuple[tuple[date, int], str]] = {}
        for (stated, _from, day_to, class_code, _version), (_amount, seq, row) in self._standing(element).items():
            known = latest.get(stated)
            if _stands(row, slice_) and (known is None or known[0] < (day_to, seq)):
                latest[stated] = (day_to, seq), class_code
        counted: Counter[str] = Counter()
        for stated, (_when, class_code) in latest.items():
            if self.places.exists_on(stated, end):
                shares = self.places.map_unit(stated, self.boundaries)
                home = max(shares, key=lambda share: (share.parts, -share.unit)).unit
                counted[class_code] += unit in self._line(home)
        return dict(+counted)

    def own_level(self, element: DataElement, unit: int, slice_: Slice) -> list[Fraction]:
        """Every value that covers days of the slice; otherwise the latest of a single day."""
        stretches, point = [], None
        for (stated, day_from, day_to, _class, _version), (amount, seq, row) in self._standing(element).items():
            if stated != unit or not _stands(row, slice_):
                continue
            if day_from < day_to:
                stretches.append(amount)
            elif point is None or point[0] < (day_to, seq):
                point = (day_to, seq), amount
        amounts = stretches or ([point[1]] if point else [])
        return [_scaled(element, Fraction(amount)) for amount in amounts]

    def units(self, level: str, unit: int) -> list[int]:
        """Units of the level under the unit on the day of the boundaries."""
        return [
            one.id
            for one in self.places.units.values()
            if one.level == level and one.exists_on(self.boundaries) and unit in self._line(one.id)
        ]

    def value_of(self, element: DataElement, unit: int, slice_: Slice) -> Fraction | None:
        match element.kind:
            case Kind.FLOW:
                return self.flow(element, unit, slice_).value
            case Kind.STOCK:
                return self.stock(element, unit, slice_).value
            case Kind.OWN_LEVEL:
                stated = self.own_level(element, unit, slice_)
                return stated[0] if len(stated) == 1 else None
            case Kind.UNITS:
                return Fraction(len(self.units(element.levels[0], unit)))
        return None  # a category is not a number

    def _standing(self, element: DataElement) -> Standing:
        if element.pk not in self._kept:
            together: dict[tuple[int, date, date, str, int | None], list[Posting]] = defaultdict(list)
            for row in self.rows[element.pk]:
                class_code = row.class_code if element.kind == Kind.CATEGORY else ""
                together[row.org_unit_id, row.day_from, row.day_to, class_code, row.version_id].append(row)
            self._kept[element.pk] = {
                key: (sum(row.amount for row in rows), max(row.seq for row in rows), rows[0])
                for key, rows in together.items()
                if sum(row.sign for row in rows) > 0
            }
        return self._kept[element.pk]

    def _share(self, stated: int, unit: int) -> Fraction:
        """How much of what one unit stated counts under the other."""
        mapped = self.places.map_unit(stated, self.boundaries)
        return Fraction(sum(share.parts for share in mapped if unit in self._line(share.unit)), ONE)

    def _line(self, unit: int) -> set[int]:
        return {unit, *self.places.ancestors_on(unit, self.boundaries)}


Standing = dict[tuple[int, date, date, str, int | None], tuple[int, int, Posting]]
"""(unit, day_from, day_to, class, version) -> (amount, highest number, a row of it)."""


def _days_of(row: Posting, slice_: Slice) -> Days:
    return Days(row.named_from, row.named_to) if slice_.named else Days(row.day_from, row.day_to)


def _fits(row: Posting, slice_: Slice) -> bool:
    days = _days_of(row, slice_)
    return slice_.days.first <= days.first and days.last <= slice_.days.last


def _touches(row: Posting, slice_: Slice) -> bool:
    days = _days_of(row, slice_)
    return days.first <= slice_.days.last and slice_.days.first <= days.last


def _stands(row: Posting, slice_: Slice) -> bool:
    """Of a single day: until something newer is said. Of several: for those days alone."""
    return row.day_to <= slice_.days.last if row.day_from == row.day_to else _fits(row, slice_)


def _scaled(element: DataElement, amount: Fraction) -> Fraction:
    return amount / Fraction(10) ** int(element.decimals)


# -- Formulas ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formulas:
    """What formulas give for one unit. `targets_for`: for which periods targets are set."""

    reference: Reference
    elements: Mapping[str, DataElement]
    indicators: Mapping[str, tree.Node]
    cut_off: CutOff | None
    targets_for: PeriodType | None

    def compute(self, node: tree.Node, unit: int, slice_: Slice) -> Result:
        match node:
            case Number(value):
                return Result(Fraction(value))
            case tree.Code(code) if code in self.indicators:
                return Result(self.compute(self.indicators[code], unit, slice_).value)
            case tree.Code(code):
                return Result(self.reference.value_of(self.elements[code], unit, slice_))
            case Negate(operand):
                found = self.compute(operand, unit, slice_).value
                return NOTHING if found is None else Result(-found)
            case tree.Percent(part, whole):
                return self._divided(100, part, whole, unit, slice_)
            case tree.Per(part, whole, times):
                return self._divided(times, part, whole, unit, slice_)
            case tree.OutOf(part, whole):
                met = self.compute(part, unit, slice_).value
                return NOTHING if met is None else Result(met, met, self.compute(whole, unit, slice_).value)
            case Arithmetic("/", part, whole) if not _names_a_number(part) and not isinstance(whole, Number):
                return self._divided(1, part, whole, unit, slice_)
            case Arithmetic(op, left_node, right_node):
                left, right = (self.compute(one, unit, slice_).value for one in (left_node, right_node))
                return NOTHING if left is None or right is None else Result(_reckon(op, left, right))
            case tree.ShareOfClass(category, classes):
                return self._share_of_classes(category, classes, unit, slice_)
            case tree.ShareAtLeast(category, least):
                order = self.elements[category].classes
                better = [code for code in order if order.index(code) <= order.index(least)]
                return self._share_of_classes(category, better, unit, slice_)
            case tree.UnitsInClass(category, classes):
                return Result(self._share_of_classes(category, classes, unit, slice_).numerator)
            case tree.UnitsWith(code, level):
                element = self.elements[code]
                under = self.reference.units(level or element.levels[0], unit)
                known = [v for v in (self.reference.value_of(element, one, slice_) for one in under) if v is not None]
                return Result(Fraction(sum(value > 0 for value in known))) if known else NOTHING
            case tree.Before(operand, against):
                return self.compute(operand, unit, self._earlier(slice_, against))
            case tree.Cumulated(operand, first):
                since = self._since(slice_, first)
                return NOTHING if since is None else self.compute(operand, unit, since)
            case tree.Change(operand, against, percent):
                now = self.compute(operand, unit, slice_).value
                then = self.compute(operand, unit, self._earlier(slice_, against)).value
                if now is None or then is None:
                    return NOTHING
                if not percent:
                    return Result(now - then)
                return Result(100 * (now - then) / then, now - then, then) if then > 0 else NOTHING
            case tree.Attainment(result, target, percent):
                so_far, whole_periods = self._target_days(slice_, together=percent)
                reached = self.compute(result, unit, so_far).value
                wanted = self.compute(target, unit, whole_periods).value
                if percent:
                    return _divide(100, reached, wanted)
                return Result(None if reached is None or wanted is None else reached - wanted, reached, wanted)
        raise AssertionError(node)

    def _divided(self, times: int | Decimal, part: tree.Node, whole: tree.Node, unit: int, slice_: Slice) -> Result:
        return _divide(times, self.compute(part, unit, slice_).value, self.compute(whole, unit, slice_).value)

    def _share_of_classes(self, category: str, wanted: Iterable[str], unit: int, slice_: Slice) -> Result:
        classes = self.reference.classes(self.elements[category], unit, slice_)
        chosen = Fraction(sum(classes.get(code, 0) for code in set(wanted)))
        return _divide(100, chosen, Fraction(sum(classes.values()))) if classes else NOTHING

    # -- Other days ---------------------------------------------------------------------------------------------------

    def _earlier(self, slice_: Slice, against: tree.Against) -> Slice:
        first, last = slice_.days.first, slice_.days.last
        touched = 1 + (last.year - first.year) * 12 + last.month - first.month
        if against == "year":
            return self._slice(_months_before(first, 12), _months_before(last, 12, keep_end=True))
        if (last + ONE_DAY).day == first.day and first.day > 1:
            # So many months of the same day each: the day after the last is the day before moved on by them.
            return self._slice(_months_before(first, touched - 1), first - ONE_DAY)
        if first.day == 1:
            return self._slice(_months_before(first, touched), _months_before(last, touched, keep_end=True))
        return self._slice(first - (last - first) - ONE_DAY, first - ONE_DAY)

    def _since(self, slice_: Slice, first: date | None) -> Slice | None:
        last = slice_.days.last
        if first is None:
            first = last
            while _period_of(first - ONE_DAY, "year", self.cut_off) == _period_of(last, "year", self.cut_off):
                first -= ONE_DAY
        return self._slice(first, last) if first <= last else None

    def _target_days(self, slice_: Slice, *, together: bool) -> tuple[Slice, Slice]:
        """From the beginning of the target's first period that is touched to the asked end; and to the last's end. A
        share's target is no sum: not `together`, but of the last period alone."""
        if self.targets_for is None:
            return slice_, slice_
        first, last = slice_.days.first if together else slice_.days.last, slice_.days.last
        end = last
        begins, ends = (_period_of(day, self.targets_for, self.cut_off) for day in (first, last))
        while _period_of(first - ONE_DAY, self.targets_for, self.cut_off) == begins:
            first -= ONE_DAY
        while _period_of(end + ONE_DAY, self.targets_for, self.cut_off) == ends:
            end += ONE_DAY
        return self._slice(first, last), self._slice(first, end)

    def _slice(self, first: date, last: date) -> Slice:
        return make_slice(first, last, self.cut_off)


def cut_days(question: Question) -> Iterator[Slice]:
    """The asked days, day by day put to the months, quarters or years they belong to."""
    first, last = question.first, question.last
    if question.cut_off == 15 and first.day == 1 and (last + ONE_DAY).day == 1:
        # Whole months are asked: those that run from the 15th.
        first, last = (first - ONE_DAY).replace(day=15), last.replace(day=14)
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    period = question.by
    pieces = groupby(days, key=lambda day: period and _period_of(day, period, question.cut_off))
    for _period, piece in pieces:
        together = list(piece)
        yield make_slice(together[0], together[-1], question.cut_off)


def make_slice(first: date, last: date, cut_off: CutOff | None) -> Slice:
    """Whole months hold what is named after them, unless one calendar is asked strictly."""
    return Slice(Days(first, last), cut_off is None and first.day == 1 and (last + ONE_DAY).day == 1)


def _period_of(day: date, type_: PeriodType, cut_off: CutOff | None) -> tuple[int, int]:
    """(year, number of the period in it)."""
    year, month = day.year, day.month
    if cut_off == 15 and day.day >= 15:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return year, (month - 1) // MONTHS_IN[type_]


def _months_before(day: date, months: int, *, keep_end: bool = False) -> date:
    """The same day so many months earlier, or the month's last where it has no such day; `keep_end`: a month's last day
    goes to a month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    longest = calendar.monthrange(year, month + 1)[1]
    at_end = keep_end and (day + ONE_DAY).day == 1
    return date(year, month + 1, longest if at_end else min(day.day, longest))


def _names_a_number(node: tree.Node) -> bool:
    return any(isinstance(part, Number) for part in tree.list_parts(node))


def _reckon(op: str, left: Fraction, right: Fraction) -> Fraction | None:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right if right else None


def _divide(times: int | Decimal, part: Fraction | None, whole: Fraction | None) -> Result:
    if part is None or whole is None:
        return NOTHING
    return Result(Fraction(times) * part / whole if whole else None, part, whole)
