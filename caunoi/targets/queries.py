"""Which targets can be set, and how one stands: the whole, the parts, what is left, and whose unit is gone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from caunoi.accounts.scope import Scope
from caunoi.approvals.rules import State
from caunoi.facts.access import ask_as, may_see
from caunoi.facts.models import DataElement, Indicator, Kind, Nature
from caunoi.facts.queries import get_catalogue, period_type_of
from caunoi.facts.questions import make_question
from caunoi.facts.rules.question import text_of
from caunoi.forms.models import Assignment
from caunoi.forms.queries import list_assignments, period_of
from caunoi.forms.rules.assignments import find_assignment
from caunoi.languages import in_reader_language
from caunoi.periods.rules import CutOff, Days, Period, PeriodType
from caunoi.periods.rules import period_of as period_holding
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import LEVELS, ONE, Mapped, PlaceSnapshot, Unit
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.targets.errors import NobodyToGiveTo, TargetUnknown
from caunoi.targets.models import Allotment
from caunoi.targets.rules import ZERO, split_whole
from caunoi.vietnamese_text import sort_key

_ONE_QUESTION = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Target:
    """A data element that is a target and comes from one question of a form for periods; `result`: what it is for."""

    element: DataElement
    result: DataElement | Indicator
    question: str
    period_type: PeriodType

    @property
    def code(self) -> str:
        return self.element.code

    @property
    def name(self) -> str:
        return in_reader_language(self.element.name_vi, self.element.name_en)

    @property
    def formula(self) -> str:
        return spell_attainment(self.result, self.code)

    @property
    def adds_up(self) -> bool:
        """Whether units' targets are parts of a whole. Those of a share are each unit's own."""
        return self.element.kind == Kind.FLOW


def spell_attainment(result: DataElement | Indicator, target: str) -> str:
    """What was reached of a target, as a formula: in % of it, or how far an indicator lies above or below."""
    return f"{'gap' if isinstance(result, Indicator) else 'attainment'}({result.code}, {target})"


def list_targets() -> list[Target]:
    """By name. Targets that come otherwise (an event, two questions added) are stated in their form alone."""
    catalogue = get_catalogue()
    found = {}
    for code, relation, other in catalogue.relations:
        element, result = catalogue.elements.get(code), catalogue.definition_of(other)
        if relation != "target-of" or element is None or result is None:
            continue
        kind = Kind.OWN_LEVEL if isinstance(result, Indicator) else Kind.FLOW
        if element.nature != Nature.TARGET or element.kind != kind or element.filter or element.day != "period":
            continue
        question, type_ = _ONE_QUESTION.fullmatch(element.expression.strip()), period_type_of(element.form_code)
        if question and type_:
            found[code] = Target(element, result, question[1], type_)
    return sorted(found.values(), key=lambda one: sort_key(one.name))


def get_target(code: str) -> Target:
    for one in list_targets():
        if one.code == code:
            return one
    raise TargetUnknown(code)


@dataclass(frozen=True)
class Stated:
    """What a unit's own record says of the target. `waiting`: not approved yet."""

    submission_id: int
    unit: int
    answers: Mapping[str, object]
    waiting: bool

    def value(self, question: str) -> Decimal | None:
        try:
            return Decimal(str(self.answers[question]))
        except (KeyError, InvalidOperation):
            return None


def read_stated(form_code: str, period_key: str) -> dict[int, Stated]:
    """By unit: the newest version of each record of the form for the period that was not withdrawn."""
    submissions = {
        one.pk: one
        for one in Submission.objects.filter(form__code=form_code, period_key=period_key).exclude(state=State.WITHDRAWN)
    }
    versions = SubmissionVersion.objects.filter(form__code=form_code, submission__period_key=period_key).values_list(
        "submission_id", "number", "answers"
    )
    found = {}
    for submission_id, number, answers in versions:
        one = submissions.get(submission_id)
        if one is not None and one.current_number == number:
            waiting = one.approved_number != number
            found[one.org_unit_id] = Stated(submission_id, one.org_unit_id, answers, waiting)
    return found


@dataclass(frozen=True)
class Line:
    """One unit that may get a part. `own`: what its record keeps with it; `below`: what it has passed down, which
    stands in the records of the units under it."""

    unit: int
    key: str
    name: str
    submission_id: int | None
    own: Decimal | None
    below: Decimal
    waiting: bool

    @property
    def value(self) -> Decimal | None:
        """The whole part; None if it has none."""
        return None if self.own is None and not self.below else (self.own or ZERO) + self.below


@dataclass(frozen=True)
class Heir:
    """`suggested`: of what adds up, its part by the succession's shares; otherwise the target it has, or would take
    over."""

    unit: int
    name: str
    parts: int
    suggested: Decimal


@dataclass(frozen=True)
class Ended:
    """A unit that ended within the period and still has a target: its value, and by the succession's shares who would
    get how much of it."""

    submission_id: int
    unit: int
    name: str
    ended_on: date
    value: Decimal
    heirs: tuple[Heir, ...]
    bases: tuple[str, ...]


@dataclass(frozen=True)
class Breakdown:
    target: Target
    place: Unit
    place_name: str
    period: Period
    level: str
    lines: tuple[Line, ...]
    own: Decimal | None
    own_waiting: bool
    may_keep: bool
    ended: tuple[Ended, ...]
    history: tuple[Allotment, ...]

    @property
    def given(self) -> Decimal:
        return sum((line.value for line in self.lines if line.value is not None), ZERO)

    @property
    def undecided(self) -> Decimal:
        return sum((one.value for one in self.ended), ZERO)

    @property
    def stands(self) -> bool:
        """Whether anything is set at all."""
        return self.own is not None or any(line.value is not None for line in self.lines) or bool(self.ended)

    @property
    def whole(self) -> Decimal | None:
        """What the records add up to, and so what the ledger gives for the place; None if nothing is set. Of what
        doesn't add up, the place's own."""
        if not self.target.adds_up:
            return self.own
        return self.given + (self.own or ZERO) + self.undecided if self.stands else None

    @property
    def newest(self) -> Allotment | None:
        return self.history[0] if self.history else None

    @property
    def fingerprint(self) -> str:
        """Of the newest decision and of everything an officer reckons with: whether what is saved was looked at."""
        lines = [(line.unit, line.submission_id, text_of(line.own), text_of(line.below)) for line in self.lines]
        ended = [(one.submission_id, text_of(one.value)) for one in self.ended]
        looked_at = hashlib.sha256(repr((lines, text_of(self.own), ended)).encode()).hexdigest()[:16]
        return f"{self.newest.pk if self.newest else ''}-{looked_at}"


def list_periods_of(target: Target, today: date) -> list[Period]:
    """Those a target can be set for, newest first: the one to come, the running one and the three before it."""
    running = find_running(target, today)
    found = [running.after(), running]
    while len(found) < 5:
        found.append(found[-1].before())
    return found


def find_running(target: Target, today: date) -> Period:
    rows = [one for one in list_assignments(target.element.form_code) if one.period_kind == target.period_type]
    cut_off: CutOff = 15 if rows and rows[-1].cut_off == 15 else 1
    return period_holding(today, target.period_type, cut_off)


def read_breakdown(target: Target, place: int, period: Period) -> Breakdown:
    """Raises NobodyToGiveTo."""
    places, last = get_snapshot(), period.days.last
    rows = _list_assigned(target, period)
    unit = places.units[place]
    level = _level_below(target, unit, rows, places, last)
    if level is None:
        raise NobodyToGiveTo(places.name_on(place, _day_of(unit, last)))
    stated = read_stated(target.element.form_code, period.key)
    units = places.at_level(place, level, last)
    own = stated.get(place)
    own_value = own.value(target.question) if own else None
    ended = _list_ended(target, place, level, stated.values(), places, last)
    undecided = {one.submission_id for one in ended}
    below = _sum_below(target, units, stated.values(), undecided, places, last) if target.adds_up else {}
    lines = []
    for one in units:
        record = stated.get(one)
        value = record.value(target.question) if record else None
        waiting = record is not None and record.waiting and value is not None
        lines.append(
            Line(
                one,
                places.units[one].key,
                places.distinct_name_on(one, last),
                record.submission_id if record else None,
                value,
                below.get(one, ZERO),
                waiting,
            )  # fmt: skip
        )
    return Breakdown(
        target, unit, places.name_on(place, last), period, level, tuple(lines),
        own_value, own is not None and own.waiting and own_value is not None,
        unit.level in target.element.levels and find_assignment(rows, unit.level, last) is not None,
        tuple(ended),
        tuple(Allotment.objects.filter(code=target.code, org_unit_id=place, period_key=period.key)),
    )  # fmt: skip


def may_be_broken_down(target: Target, place: int, period: Period) -> bool:
    """Whether any unit below the place may get a part."""
    places = get_snapshot()
    rows = _list_assigned(target, period)
    return _level_below(target, places.units[place], rows, places, period.days.last) is not None


def _list_assigned(target: Target, period: Period) -> list[Assignment]:
    return [one for one in list_assignments(target.element.form_code) if period_of(one, period.key) is not None]


def _day_of(unit: Unit, day: date) -> date:
    """The day, or the unit's last one where it had ended by then."""
    return day if unit.ends_on is None or day < unit.ends_on else unit.ends_on - timedelta(days=1)


def _level_below(
    target: Target, unit: Unit, rows: Iterable[Assignment], places: PlaceSnapshot, last: date
) -> str | None:
    """The next level below that may state the target in this period and has units here."""
    several = list(rows)
    below = LEVELS[LEVELS.index(unit.level) + 1 :] if places.exists_on(unit.id, last) else ()
    for level in below:
        may_state = level in target.element.levels and find_assignment(several, level, last) is not None
        if may_state and places.at_level(unit.id, level, last):
            return level
    return None


def _sum_below(
    target: Target, units: Collection[int], stated: Collection[Stated], undecided: Collection[int],
    places: PlaceSnapshot, last: date,
) -> dict[int, Decimal]:  # fmt: skip
    """By unit: what the records under it say, those of units that ended with whoever stands for them. `undecided`:
    records that somebody has to say something of first."""
    found: dict[int, Decimal] = {}
    among = set(units)
    for record in stated:
        value = record.value(target.question)
        if value is None or record.unit in among or record.submission_id in undecided:
            continue
        mapped = places.map_unit(record.unit, last)
        for one, share in zip(mapped, _split(target, value, mapped), strict=True):
            above = (one.unit, *places.ancestors_on(one.unit, last))
            line = next((unit for unit in above if unit in among), None)
            if line is not None:
                found[line] = found.get(line, ZERO) + share
    return found


def _split(target: Target, value: Decimal, mapped: Sequence[Mapped]) -> list[Decimal]:
    """By the succession's shares."""
    weights = [Decimal(one.parts) / ONE for one in mapped]
    return split_whole(value, weights, target.element.decimals) or [ZERO] * len(mapped)


def _list_ended(
    target: Target, place: int, level: str, stated: Collection[Stated], places: PlaceSnapshot, last: date
) -> list[Ended]:
    """Units that had a target here and did not live to the period's last day, with what the shares propose."""
    found = []
    theirs = {} if target.adds_up else {record.unit: record.value(target.question) for record in stated}
    heirs_of_place = set(places.at_level(place, level, last)) | {place}
    for record in stated:
        unit, value = places.units[record.unit], record.value(target.question)
        if value is None or unit.exists_on(last):
            continue
        mapped = places.map_unit(unit.id, last)
        if not mapped or not all(one.unit in heirs_of_place for one in mapped):
            continue
        shares = _split(target, value, mapped) if target.adds_up else [theirs.get(one.unit) for one in mapped]
        heirs = tuple(
            Heir(one.unit, places.distinct_name_on(one.unit, last), one.parts, value if share is None else share)
            for one, share in zip(mapped, shares, strict=True)
        )
        bases = tuple(sorted({basis for one in mapped for basis in one.bases}))
        day = unit.ends_on or last
        name = places.name_on(unit.id, day - timedelta(days=1))
        found.append(Ended(record.submission_id, unit.id, name, day, value, heirs, bases))
    return sorted(found, key=lambda one: (one.ended_on, sort_key(one.name)))


def read_results_before(breakdown: Breakdown, scope: Scope) -> dict[str, Decimal]:
    """By unit's key: the result of the period before, on the boundaries of this one's last day; only what is known."""
    before = breakdown.period.before()
    question = make_question(
        [breakdown.target.result.code], breakdown.place.key, before.days.first, before.days.last,
        level=breakdown.level, boundaries=breakdown.period.days.last,
    )  # fmt: skip
    return {one.place: one.value for one in ask_as(question, scope) if one.value is not None}


def find_source(code: str, unit: int, days: Days, as_known: int) -> Allotment | None:
    """The decision a unit's target rests on, as known then: its own whole, else the one it got its part from."""
    places = get_snapshot()
    known = Allotment.objects.filter(
        code=code, known_from__lte=as_known, day_from__lte=days.last, day_to__gte=days.first
    )
    above = [unit, *places.ancestors_on(unit, min(days.last, _day_of(places.units[unit], days.last)))]
    by_unit: dict[int, Allotment] = {}
    for one in known.filter(org_unit_id__in=above).order_by("day_to", "known_from"):
        by_unit[one.org_unit_id] = one
    return next((by_unit[one] for one in above if one in by_unit), None)


def sees_place(scope: Scope, key: str, days: Days) -> bool:
    return may_see(key, days, days.last, scope)
