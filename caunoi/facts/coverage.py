"""Missing is not zero: how many reports were expected behind a figure, how many arrived, how many on time.

Counted in unit-periods of the assignments that bring the element's form, or of the periodic report that vouches for
an event form (`covers`). A unit counts under the asked unit that holds the most of it on the asked boundaries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.facts.closure import Closure, get_closure
from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.rules.question import BookName, Coverage, Slice
from caunoi.forms.models import Assignment, Form, PeriodKind
from caunoi.languages import in_reader_language
from caunoi.moments import today
from caunoi.periods.rules import CutOff, Days, Period, PeriodType, is_whole_months, list_touching
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.models import Submission

# Above this, reading every unit's submissions of the period is quicker than looking each unit up.
MOST_UNITS_NAMED = 20_000


@dataclass(frozen=True)
class Expectation:
    """A periodic assignment: its periods are owed by every unit of the level that exists at the period's end."""

    form_id: int
    form_code: str
    level: str
    period_type: PeriodType
    cut_off: CutOff
    due_days: int
    from_day: date | None
    to_day: date | None
    vouches_for: frozenset[str]

    def periods_in(self, slice_: Slice) -> list[Period]:
        """Periods wholly inside the slice, by named months where the slice is asked so, while the assignment holds."""
        held: list[Period] = []
        around = slice_.days
        for period in list_touching(around, self.period_type, self.cut_off) + (
            [p.after() for p in list_touching(around, self.period_type, self.cut_off)[-1:]] if slice_.named else []
        ):
            days = period.named_days if slice_.named else period.days
            if not around.holds(days):
                continue
            if (self.from_day is None or self.from_day <= period.days.first) and (
                self.to_day is None or period.days.last <= self.to_day
            ):
                held.append(period)
        return held


def list_expectations() -> list[Expectation]:
    return [
        Expectation(
            a.form_id,
            a.form.code,
            a.level,
            a.period_kind,  # type: ignore[arg-type]  # every kind but "event" is a PeriodType
            a.cut_off,  # type: ignore[arg-type]  # 1 or 15, by a check constraint
            a.due_days,
            a.from_day,
            a.to_day,
            frozenset([a.form.code, *a.covers]),
        )
        for a in Assignment.objects.exclude(period_kind=PeriodKind.EVENT).select_related("form")
    ]


def compute_coverage(
    form_codes: Collection[str],
    closure: Closure,
    targets: Collection[int],
    slices: Sequence[Slice],
    book: BookName,
    today: date,
    expectations: Iterable[Expectation] | None = None,
) -> dict[tuple[str, int, int], Coverage]:
    """(form code, asked unit, slice) -> coverage; forms for which nothing is owed are absent.

    Only periods that had ended by `today` are expected.
    """
    wanted = set(targets)
    found: dict[tuple[str, int, int], Coverage] = {}
    relevant = [
        e for e in (list_expectations() if expectations is None else expectations) if e.vouches_for & set(form_codes)
    ]
    under = _under(closure, wanted, {e.level for e in relevant})
    for expectation in relevant:
        periods = [[p for p in expectation.periods_in(s) if p.days.last < today] for s in slices]
        if not any(periods):
            continue
        counts = _count(expectation, periods, under[expectation.level], closure.places, book)
        for (target, index), (owed_, reported_, on_time) in counts.items():
            for code in expectation.vouches_for & set(form_codes):
                before = found.get((code, target, index), Coverage(0, 0, 0))
                found[code, target, index] = Coverage(
                    before.expected + owed_, before.reported + reported_, before.on_time + on_time
                )
    return found


def _count(
    expectation: Expectation,
    periods: Sequence[Sequence[Period]],
    under: Mapping[int, Sequence[int]],
    places: PlaceSnapshot,
    book: BookName,
) -> dict[tuple[int, int], list[int]]:
    """(asked unit, slice) -> expected, reported, on time. `periods`: of each slice. `under`: unit -> asked units."""
    ends = {p.key: p.days.last for several in periods for p in several}
    first_end, last_end = min(ends.values()), max(ends.values())
    counts: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    throughout: dict[int, int] = defaultdict(int)
    partly: set[int] = set()
    # Nearly all units exist at all of the ends: they are counted once and not once a period.
    for unit, asked in under.items():
        me = places.units[unit]
        if me.starts_on <= first_end and (me.ends_on is None or last_end < me.ends_on):
            for target in asked:
                throughout[target] += 1
            continue
        partly.add(unit)
        for index, several in enumerate(periods):
            if owed := sum(me.exists_on(p.days.last) for p in several):
                for target in asked:
                    counts[target, index][0] += owed
    for target, units in throughout.items():
        for index, several in enumerate(periods):
            if several:
                counts[target, index][0] += units * len(several)
    slices_of: dict[str, list[int]] = defaultdict(list)
    for index, several in enumerate(periods):
        for period in several:
            slices_of[period.key].append(index)
    for unit, key, on_time in list_arrived(expectation, slices_of, book, under):
        if key not in slices_of or (unit in partly and not places.exists_on(unit, ends[key])):
            continue
        for target in under.get(unit, ()):
            for index in slices_of[key]:
                row = counts[target, index]
                row[1] += 1
                row[2] += on_time
    return counts


def _under(closure: Closure, targets: set[int], levels: set[str]) -> dict[str, dict[int, list[int]]]:
    """Level -> unit (of any day) -> asked units it counts under."""
    found: dict[str, dict[int, list[int]]] = {level: {} for level in levels}
    for unit in closure.places.units.values():
        if unit.level in levels and (asked := [a for a in closure.above_home(unit.id) if a in targets]):
            found[unit.level][unit.id] = asked
    return found


def list_arrived(
    expectation: Expectation, keys: Collection[str], book: BookName, units: Collection[int]
) -> Iterator[tuple[int, str, int]]:
    """(unit, period key, 1 if on time, else 0) of what was sent; other periods between the first and the last too."""
    submissions = Submission.objects.filter(
        form_id=expectation.form_id, period_key__gte=min(keys), period_key__lte=max(keys)
    )
    submissions = submissions.exclude(state__in=[State.WITHDRAWN, State.DRAFT])
    if len(units) <= MOST_UNITS_NAMED:
        submissions = submissions.filter(org_unit_id__in=ids_in_sql(units))
    if book == "approved":
        submissions = submissions.filter(approved_number__isnull=False)
    rows = submissions.annotate(on_time=_OnTime("first_received_at", "due_on"))
    return iter(rows.values_list("org_unit_id", "period_key", "on_time").iterator(chunk_size=20_000))


class _OnTime(Func):
    """1 if received before the end of the due day in Vietnam (which has no summer time) or nothing was due; else 0.
    In SQL, because turning each row's moments into Python's took longer than all the rest of a question."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        received, due = self._arguments(compiler)
        return f"CASE WHEN {due} IS NULL OR {received} < datetime({due}, '+1 day', '-7 hours') THEN 1 ELSE 0 END", ()

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> Any:
        received, due = self._arguments(compiler)
        day = f"(({received} AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)"
        return f"CASE WHEN {due} IS NULL OR {day} <= {due} THEN 1 ELSE 0 END", ()

    def _arguments(self, compiler: SQLCompiler) -> list[str]:
        return [str(compiler.compile(argument)[0]) for argument in self.get_source_expressions()]


def add_up(coverages: Iterable[Coverage]) -> Coverage:
    total = Coverage(0, 0, 0)
    for one in coverages:
        total = Coverage(total.expected + one.expected, total.reported + one.reported, total.on_time + one.on_time)
    return total


@dataclass(frozen=True)
class FormCoverage:
    """One periodic form's coverage for one unit."""

    form_code: str
    title: str
    place: str
    place_code: str
    place_name: str
    coverage: Coverage


def list_form_coverage(
    place: str,
    first: date,
    last: date,
    *,
    boundaries: date | None = None,
    level: str | None = None,
    book: BookName = "reported",
) -> list[FormCoverage]:
    """Every periodic form's reporting for a place, or for each unit of a level under it. Forms nothing was due for are
    left out."""
    day = last if boundaries is None else boundaries
    if first > last:
        raise QuestionMalformed(_("Kỳ hỏi bị ngược. Hãy đổi chỗ hai ngày."))
    places = get_snapshot()
    root = get_place(place, day, places)
    targets = [root] if level is None else places.at_level(root, level, day)
    slice_ = Slice(Days(first, last), is_whole_months(Days(first, last)))
    expectations = list_expectations()
    forms = Form.objects.values_list("code", "title_vi", "title_en")
    titles = {code: in_reader_language(vi, en) for code, vi, en in forms}
    codes = sorted({e.form_code for e in expectations})
    found = compute_coverage(codes, get_closure(places, day), targets, [slice_], book, today(), expectations)
    return [
        FormCoverage(
            code,
            titles[code],
            places.units[target].key,
            places.code_on(target, day),
            places.distinct_name_on(target, day),
            found[code, target, 0],
        )
        for code in codes
        for target in targets
        if (code, target, 0) in found
    ]
