"""Missing is not zero: how many reports were expected behind a figure, how many arrived, how many on time.

Counted in unit-periods of the assignments that bring the element's form, or of the periodic report that vouches for
an event form (`covers`). A unit counts under the asked unit that holds the most of it on the asked boundaries.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from caunoi.audit.clock import current_number
from caunoi.audit.queries import moment_of
from caunoi.facts.arrivals import NEVER
from caunoi.facts.arrow import tabulate
from caunoi.facts.closure import Closure, get_closure
from caunoi.facts.errors import QuestionMalformed
from caunoi.facts.projection import Projection, get_projection
from caunoi.facts.rules.question import BookName, Coverage, Slice
from caunoi.forms.models import Form
from caunoi.forms.queries import list_periodic
from caunoi.languages import in_reader_language
from caunoi.moments import local_date, today
from caunoi.periods.rules import CutOff, Days, Period, PeriodType, is_whole_months, list_touching
from caunoi.places.queries import get_place, get_snapshot

MOST_OWED = 200
MANY_PERIODS = 6


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


def list_expectations(as_known: int | None = None) -> list[Expectation]:
    """Now, or as they were known at a knowledge number."""
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
        for a in list_periodic(as_known)
    ]


def last_day_of(as_known: int | None) -> date:
    """The day up to which coverage is counted: today; of a moment of knowledge in the past the last day on which
    anything was written until then."""
    if as_known is None or as_known >= current_number():
        return today()
    moment = moment_of(as_known)
    return today() if moment is None else min(today(), local_date(moment))


def compute_coverage(
    form_codes: Collection[str],
    closure: Closure,
    targets: Collection[int],
    slices: Sequence[Slice],
    book: BookName,
    as_known: int | None = None,
    expectations: Iterable[Expectation] | None = None,
) -> dict[tuple[str, int, int], Coverage]:
    """(form code, asked unit, slice) -> coverage; forms for which nothing is owed are absent.

    With `as_known`, of the assignments that were known then, and of what had arrived by then. Only periods that had
    ended (`last_day_of`) are expected.
    """
    wanted = set(targets)
    found: dict[tuple[str, int, int], Coverage] = {}
    if not wanted:
        return found
    relevant = [
        e
        for e in (list_expectations(as_known) if expectations is None else expectations)
        if e.vouches_for & set(form_codes)
    ]
    today = last_day_of(as_known) if relevant else date.min
    for expectation in relevant:
        periods = [[p for p in expectation.periods_in(s) if p.days.last < today] for s in slices]
        if not any(periods):
            continue
        counts = _count(expectation, periods, closure, wanted, _in_book(book, as_known))
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
    closure: Closure,
    targets: Collection[int],
    counts_if: str,
) -> dict[tuple[int, int], list[int]]:
    """(asked unit, slice) -> expected, reported, on time. `periods`: of each slice; `counts_if`: see `_in_book`."""
    projection = get_projection()
    cursor = projection.arrivals.cursor()
    homes = projection.table_of(("homes", *closure.key), partial(_tabulate_homes, closure))
    due = ", ".join(
        f"('{period.key}', {index}, DATE '{period.days.last}')"
        for index, several in enumerate(periods)
        for period in several
    )
    asked = f"""due AS (FROM (VALUES {due}) AS d(period, slice, day)),
        asked AS (
            SELECT unit, ancestor, starts, ends FROM {homes}
            WHERE level = '{expectation.level}' AND ancestor IN ({", ".join(map(str, sorted(targets)))})
        )"""
    owed = _find_owed(projection, cursor, asked)
    counts = {key: [expected, 0, 0] for key, expected in owed.expected.items()}
    if owed.units is None:
        return counts
    then = "AND a.starts <= s.day AND (a.ends IS NULL OR s.day < a.ends)" if owed.changes else ""
    columns, grouped = "d.day, 1 AS number, r.on_time", ""
    if owed.nested and not owed.changes and sum(map(len, periods)) >= MANY_PERIODS * len(periods):
        # A unit that counts under several of those asked is added up once.
        columns, grouped = "count(*) AS number, sum(r.on_time) AS on_time", "GROUP BY r.unit, d.slice"
    # What was sent is found by its period first: put together with every unit that owes something, it would be as many
    # rows as a country has reports.
    for target, index, reported, on_time in cursor.execute(
        f"""WITH {asked}, sent AS MATERIALIZED (
            SELECT r.unit, d.slice, {columns} FROM arrivals r JOIN due d ON d.period = r.period
            WHERE r.form = {expectation.form_id} AND r.unit BETWEEN {owed.units[0]} AND {owed.units[1]} AND {counts_if}
            {grouped}
        )
        SELECT a.ancestor, s.slice, sum(s.number)::BIGINT, sum(s.on_time)::BIGINT FROM sent s
        JOIN asked a ON a.unit = s.unit {then} GROUP BY ALL"""
    ).fetchall():
        counts[target, index][1:] = [reported, on_time]
    return counts


class Owed(NamedTuple):
    """What follows from the places alone: how many units under (asked unit, slice) existed on the periods' last days;
    the first and last number of those that ever did (None: there is none); whether any of them began or ended between
    the first of these days and the last; whether some count under several of the asked units."""

    expected: dict[tuple[int, int], int]
    units: tuple[int, int] | None
    changes: bool
    nested: bool


def _find_owed(projection: Projection, cursor: Any, asked: str) -> Owed:
    """Kept for those asked lately: the table of places is named in the question."""
    kept = projection.owed
    found = kept.get(asked)
    if found is None:
        if len(kept) >= MOST_OWED:
            kept.clear()
        rows = cursor.execute(
            f"""WITH {asked} SELECT a.ancestor, d.slice, count(*) FROM asked a
            JOIN due d ON a.starts <= d.day AND (a.ends IS NULL OR d.day < a.ends) GROUP BY ALL"""
        ).fetchall()
        first, last, changes, nested = cursor.execute(
            f"""WITH {asked} SELECT min(unit), max(unit), bool_or(starts > (SELECT min(day) FROM due)
            OR coalesce(ends <= (SELECT max(day) FROM due), false)), count(*) > count(DISTINCT unit) FROM asked"""
        ).fetchone()
        expected = {(target, index): number for target, index, number in rows}
        found = kept[asked] = Owed(expected, None if first is None else (first, last), bool(changes), bool(nested))
    return found


def _in_book(book: BookName, as_known: int | None) -> str:
    """What had arrived and was not withdrawn, in SQL over `arrivals`."""
    number = NEVER - 1 if as_known is None else as_known
    approved = f" AND r.approved <= {number}" if book == "approved" else ""
    return f"r.arrived <= {number} AND r.withdrawn > {number}{approved}"


def _tabulate_homes(closure: Closure) -> Any:
    """Each unit of any day with the units it counts under, its level and its days, as a pyarrow table."""
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    rows = [
        (unit.id, ancestor, unit.level, unit.starts_on, unit.ends_on)
        for unit in closure.places.units.values()
        for ancestor in closure.above_home(unit.id)
    ]
    kinds = {
        "unit": pa.int32(), "ancestor": pa.int32(), "level": pa.string(), "starts": pa.date32(), "ends": pa.date32()
    }  # fmt: skip
    return tabulate(rows, kinds)


def list_arrived(
    expectation: Expectation, period: Period, book: BookName, units: Collection[int], as_known: int | None = None
) -> Iterator[tuple[int, int]]:
    """(unit, 1 if on time, else 0) of what was sent for the period by these units."""
    rows = (
        get_projection()
        .arrivals.cursor()
        .execute(
            f"SELECT r.unit, r.on_time FROM arrivals r WHERE r.form = ? AND r.period = ?"
            f" AND {_in_book(book, as_known)}",
            [expectation.form_id, period.key],
        )
    )
    wanted = set(units)
    return (row for row in rows.fetchall() if row[0] in wanted)


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
    as_known: int | None = None,
) -> list[FormCoverage]:
    """Every periodic form's reporting for a place, or for each unit of a level under it, now or as known then. Forms
    nothing was due for are left out."""
    day = last if boundaries is None else boundaries
    if first > last:
        raise QuestionMalformed(_("Kỳ hỏi bị ngược. Hãy đổi chỗ hai ngày."))
    places = get_snapshot(as_known)
    root = get_place(place, day, places)
    targets = [root] if level is None else places.at_level(root, level, day)
    slice_ = Slice(Days(first, last), is_whole_months(Days(first, last)))
    expectations = list_expectations(as_known)
    forms = Form.objects.values_list("code", "title_vi", "title_en")
    titles = {code: in_reader_language(vi, en) for code, vi, en in forms}
    codes = sorted({e.form_code for e in expectations})
    found = compute_coverage(codes, get_closure(places, day), targets, [slice_], book, as_known, expectations)
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
