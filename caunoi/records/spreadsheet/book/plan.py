"""What a workbook holds: which forms are due in a period from which units, and what these have sent."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from django.db.models import F

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.forms.models import Assignment, Form, FormVersion, PeriodKind
from caunoi.forms.queries import get_form_version, list_assignments, questions_of
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.questions import Question
from caunoi.periods.rules import CutOff, Days, Period, PeriodType, list_periods
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.errors import BookTooLarge
from caunoi.records.models import SubmissionVersion
from caunoi.records.spreadsheet.book.layout import Mark
from caunoi.records.spreadsheet.columns import list_columns
from caunoi.records.spreadsheet.repeats import Repeat, list_repeats
from caunoi.vietnamese_text import sort_key

# More rows than anybody fills by hand; a whole country's workbook is only ever asked for by mistake.
MOST_ROWS = 40_000


@dataclass(frozen=True)
class DueForm:
    """A form that units under the chosen one send in the chosen period. `periods`: one sheet each; empty for events.

    `units`: how many owe it (for events: may send it). `owed`: units × periods; `sent`: how many of these have come.
    """

    form: Form
    periods: tuple[Period, ...]
    units: int
    owed: int
    sent: int

    @property
    def is_event(self) -> bool:
        return not self.periods


@dataclass(frozen=True)
class Line:
    """A unit's row (for events: a record's row, or a free one with `unit` None)."""

    unit: int | None
    code: str = ""
    name: str = ""
    above: str = ""
    state: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    instance_id: str = ""
    submission_id: int | None = None

    @property
    def is_locked(self) -> bool:
        return self.state == State.LOCKED


@dataclass(frozen=True)
class BookSheet:
    """A form in one period (or its events in the chosen one). `questions` have a column each, `repeats` a sheet."""

    mark: Mark
    version: FormVersion
    period: Period | None
    due_on: date | None
    questions: Sequence[Question]
    repeats: Sequence[Repeat]
    units: Sequence[int]
    lines: Sequence[Line]


@dataclass(frozen=True)
class Book:
    id: str
    unit: int
    period: Period
    sheets: Sequence[BookSheet]


def list_due_forms(unit: int, period: Period, scope: Scope, today: date) -> list[DueForm]:
    """By title; forms due for a period first. `scope`: what the reader may enter for."""
    found: dict[tuple[str, bool], tuple[Form, set[Period], set[int], set[tuple[int, str]]]] = {}
    for assignment, own, units in _list_duties(unit, period, scope, today):
        if not units:
            continue
        key = (assignment.form.code, own is None)
        _form, periods, several, owed = found.setdefault(key, (assignment.form, set(), set(), set()))
        several.update(units)
        if own is not None:
            periods.add(own)
            owed.update((one, own.key) for one in units)
    sent = _count_sent(found.values())
    forms = [
        DueForm(form, tuple(sorted(periods)), len(units), len(owed), sent.get(form.code, 0))
        for form, periods, units, owed in found.values()
    ]
    return sorted(forms, key=lambda one: (one.is_event, sort_key(one.form.title_vi)))


def plan_book(
    unit: int, period: Period, form_codes: Collection[str], scope: Scope, today: date, *, id: str = ""
) -> Book:
    """The chosen forms' sheets with what has been sent. Forms that are not due there and then are passed over.

    Raises BookTooLarge.
    """
    book = id or str(uuid.uuid4())
    places = get_snapshot()
    duties: dict[tuple[str, str], tuple[Assignment, Period | None, list[int]]] = {}
    for assignment, own, units in _list_duties(unit, period, scope, today):
        if units and assignment.form.code in form_codes:
            key = (assignment.form.code, own.key if own else "")
            duties.setdefault(key, (assignment, own, []))[2].extend(units)
    rows = sum(len(units) for _assignment, own, units in duties.values() if own is not None)
    if rows > MOST_ROWS:
        raise BookTooLarge(rows, MOST_ROWS)
    sheets = []
    for (code, _key), (assignment, own, units) in duties.items():
        version = get_form_version(code)
        questions = questions_of(version)
        mark = Mark(book, places.units[unit].key, period.key, code, version.version, own.key if own else "")
        lines = (
            _lines_of_period(assignment.form_id, own, units, places)
            if own
            else _lines_of_events(assignment.form_id, period.named_days, units, places)
        )
        due_on = own.days.last + timedelta(days=assignment.due_days) if own else None
        columns = list_columns(questions, periodic=own is not None)
        sheets.append(BookSheet(mark, version, own, due_on, columns, list_repeats(questions), units, lines))
    order = {kind: index for index, kind in enumerate(("year", "half-year", "quarter", "month"))}
    sheets.sort(
        key=lambda sheet: (
            sheet.period is None,
            order[sheet.period.type] if sheet.period else 0,
            sort_key(sheet.version.form.title_vi),
            sheet.mark.period,
        )
    )
    return Book(book, unit, period, sheets)


# Who owes what


def _list_duties(
    unit: int, period: Period, scope: Scope, today: date
) -> Iterator[tuple[Assignment, Period | None, list[int]]]:
    """(assignment, its period, units that owe it); the period is None for events."""
    places = get_snapshot()
    for assignment in list_assignments(by_hand=True):
        closed = assignment.form.closed_on
        if closed is not None and closed <= today:
            continue
        if assignment.period_kind == PeriodKind.EVENT:
            day = min(period.named_days.last, today)
            days = Days(day, day)
            if period.named_days.first <= day and holds_on(assignment, day):
                yield assignment, None, _units_under(unit, assignment.level, days, scope, places)
            continue
        kind, cut_off = cast(PeriodType, assignment.period_kind), cast(CutOff, assignment.cut_off)
        for named in list_periods(period.named_days, kind):
            own = Period(kind, named.month_first, cut_off)
            if own.days.first <= today and _is_owed(assignment, own):
                yield assignment, own, _units_under(unit, assignment.level, own.days, scope, places)


def _is_owed(assignment: Assignment, period: Period) -> bool:
    return (assignment.from_day is None or assignment.from_day <= period.days.first) and (
        assignment.to_day is None or period.days.last <= assignment.to_day
    )


def _units_under(unit: int, level: str, days: Days, scope: Scope, places: PlaceSnapshot) -> list[int]:
    """As places stood on the last day: a commune merged since is asked under what became of it."""
    roots = [mapped.unit for mapped in places.map_unit(unit, days.last)]
    found = dict.fromkeys(one for root in roots for one in places.at_level(root, level, days.last))
    return [one for one in found if scope.sees_record(one, days)]


def _count_sent(found: Iterable[tuple[Form, set[Period], set[int], set[tuple[int, str]]]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for form, periods, units, owed in found:
        rows = form.submissions.filter(
            period_key__in=sorted({period.key for period in periods}), org_unit_id__in=ids_in_sql(units)
        ).exclude(state=State.WITHDRAWN)
        sent = set(rows.values_list("org_unit_id", "period_key")) if periods else set()  # events owe nothing
        counts[form.code] = counts.get(form.code, 0) + len(sent & owed)
    return counts


# What they have sent


def _lines_of_period(form_id: int, period: Period, units: Sequence[int], places: PlaceSnapshot) -> list[Line]:
    now = {v.submission.org_unit_id: v for v in _current_of(form_id, units, period_key=period.key)}
    before = {v.submission.org_unit_id: v for v in _current_of(form_id, units, period_key=period.before().key)}
    lines = []
    for unit in units:
        version, earlier = now.get(unit), before.get(unit)
        lines.append(_line(unit, period.days.last, places, version, earlier.answers if earlier else {}))
    return lines


def _lines_of_events(form_id: int, days: Days, units: Sequence[int], places: PlaceSnapshot) -> list[Line]:
    versions = _current_of(
        form_id, units, period_key="", submission__day_from__gte=days.first, submission__day_to__lte=days.last
    )
    order = {unit: index for index, unit in enumerate(units)}
    ordered = sorted(versions, key=lambda v: (v.submission.day_from, order[v.submission.org_unit_id], v.submission_id))
    return [_line(v.submission.org_unit_id, v.submission.day_to, places, v, {}) for v in ordered]


def _line(
    unit: int, day: date, places: PlaceSnapshot, version: SubmissionVersion | None, before: Mapping[str, Any]
) -> Line:
    parent = places.parent_on(unit, day)
    return Line(
        unit=unit,
        code=code_for(unit, day, places),
        name=places.distinct_name_on(unit, day),
        above=places.name_on(parent, day) if parent is not None else "",
        state=version.submission.state if version else "",
        answers=version.answers if version else {},
        before=before,
        instance_id=version.instance_id if version else "",
        submission_id=version.submission_id if version else None,
    )


def code_for(unit: int, day: date, places: PlaceSnapshot) -> str:
    """What names the unit in a cell: its code of that day, else its key."""
    return places.code_on(unit, day) or places.units[unit].key


def _current_of(form_id: int, units: Sequence[int], *, period_key: str, **narrowed: Any) -> list[SubmissionVersion]:
    """The newest version of each record that was not withdrawn."""
    return list(
        SubmissionVersion.objects.filter(
            number=F("submission__current_number"),
            submission__form_id=form_id,
            submission__period_key=period_key,
            submission__org_unit_id__in=ids_in_sql(units),
            **narrowed,
        )
        .exclude(submission__state=State.WITHDRAWN)
        .select_related("submission")
        .defer("xml")
    )
