"""The list of what is worth a look below the reader's units: filtered, in the order of places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS, READERS
from caunoi.desk.inbox import find_units_and_below, place_order, read_month
from caunoi.desk.table_files import as_csv
from caunoi.desk.templatetags.caunoi import day_, period, state_label
from caunoi.facts.checks import STANDING, Finding, Seen, list_records, walk_findings
from caunoi.facts.rules.check_sentences import name_kind
from caunoi.facts.rules.plausibility import Kind
from caunoi.moments import local_date
from caunoi.periods.rules import Days, first_day, last_day
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.models import Submission

# Looked over while a person waits: some two seconds. More come in parts, one after the other.
MOST_RECORDS = 5_000


@dataclass(frozen=True)
class CheckFilters:
    """`month`, `until`: (year, month), the first and the last; named periods and events that end in them. `seen`: with
    what officers found right."""

    form: str
    month: tuple[int, int]
    until: tuple[int, int]
    kind: str
    text: str
    seen: bool

    @property
    def month_text(self) -> str:
        return f"{self.month[1]:02d}/{self.month[0]}"

    @property
    def until_text(self) -> str:
        return f"{self.until[1]:02d}/{self.until[0]}"

    @property
    def days(self) -> Days:
        return Days(first_day(self.month, 1), last_day(self.until, 1))


@dataclass(frozen=True)
class Stretch:
    """Units that stand one after the other in reading order, with so many records that they are looked over at once.
    `before`: records of the stretches before it."""

    units: tuple[int, ...]
    before: int
    records: int


@dataclass(frozen=True)
class CheckRow:
    """One line of the table, ready to show."""

    address: str
    unit_name: str
    above_name: str
    form_title: str
    when: str
    state: str
    state_name: str
    kind: str
    sentence: str
    seen: Seen | None


def scope_of_reader(user: User, on: date) -> Scope:
    return windows_with_role(user, READERS | DECIDERS, on)


def read_check_filters(asked: QueryDict, scope: Scope, on: date) -> CheckFilters:
    kind = asked.get("kind", "")
    month = read_month(asked.get("month", "")) or find_newest_month(scope, on)
    return CheckFilters(
        form=asked.get("form", ""),
        month=month,
        until=max(read_month(asked.get("until", "")) or month, month),
        kind=kind if kind in set(Kind) else "",
        text=asked.get("q", "").strip(),
        seen=asked.get("seen") == "1",
    )


def find_newest_month(scope: Scope, on: date) -> tuple[int, int]:
    """The month of the newest report that came in, else this one."""
    reports = Submission.objects.filter(state__in=STANDING).exclude(period_key="")
    ends = scope.filter_submissions(reports).order_by("-named_to").values_list("named_to", flat=True).first()
    newest = min(ends, on) if ends else on
    return newest.year, newest.month


def list_filtered(scope: Scope, filters: CheckFilters) -> QuerySet[Submission]:
    records = list_records(scope, filters.days, form_code=filters.form)
    if filters.text:
        units = find_units_and_below(filters.text, filters.days.last)
        records = records.filter(org_unit_id__in=ids_in_sql(units))
    return records


def list_stretches(records: QuerySet[Submission], on: date) -> list[Stretch]:
    """Every unit with a record is in one of them; a stretch holds one unit at least. In the order of places, those
    that are gone by that day as they stood last."""
    places = get_snapshot()
    counts = dict(records.order_by().values_list("org_unit_id").annotate(count=Count("pk")))
    found: list[Stretch] = []
    units: list[int] = []
    before = size = 0
    for unit in sorted(counts, key=lambda unit: place_order(unit, _last_day_of(unit, on, places), places)):
        if units and size + counts[unit] > MOST_RECORDS:
            found.append(Stretch(tuple(units), before, size))
            units, before, size = [], before + size, 0
        units.append(unit)
        size += counts[unit]
    if units:
        found.append(Stretch(tuple(units), before, size))
    return found


def _last_day_of(unit: int, on: date, places: PlaceSnapshot) -> date:
    ends = places.units[unit].ends_on
    return on if ends is None else max(min(on, ends - timedelta(days=1)), places.units[unit].starts_on)


def list_check_rows(
    records: QuerySet[Submission], stretch: Stretch, scope: Scope, filters: CheckFilters
) -> list[CheckRow]:
    """In the order of places, then of days."""
    order = {unit: number for number, unit in enumerate(stretch.units)}
    found = [
        (record, finding)
        for record, finding in walk_findings(records.filter(org_unit_id__in=ids_in_sql(stretch.units)), scope)
        if (not filters.kind or finding.kind == filters.kind) and (filters.seen or finding.seen is None)
    ]
    found.sort(key=lambda one: (order[one[0].org_unit_id], one[0].day_to, one[0].pk))
    return [show_finding(record, finding) for record, finding in found]


def walk_check_rows(scope: Scope, filters: CheckFilters) -> Iterator[CheckRow]:
    """All of them, of a province or a country: a stretch after the other, and no more than one in memory."""
    records = list_filtered(scope, filters)
    # Whoever sends the lines may do so in another thread, which speaks another language.
    language = translation.get_language()
    for stretch in list_stretches(records, filters.days.last):
        with translation.override(language):
            rows = list_check_rows(records, stretch, scope, filters)
        yield from rows


def show_finding(record: Submission, finding: Finding) -> CheckRow:
    name, _comma, above = get_snapshot().path_name(record.org_unit_id, record.day_to).partition(", ")
    return CheckRow(
        address=reverse("submission", args=[record.pk]),
        unit_name=name,
        above_name=above,
        form_title=title_of(record.form),
        when=period(record.period_key) if record.period_key else day_(record.day_from),
        state=record.state,
        state_name=str(state_label(record.state)),
        kind=name_kind(finding.kind),
        sentence=finding.sentence,
        seen=finding.seen,
    )


def list_kinds() -> list[tuple[str, str]]:
    return [(kind.value, name_kind(kind)) for kind in Kind]


def checks_csv(rows: Iterable[CheckRow], base: str) -> Iterator[str]:
    """Line by line. `base`: of the records' addresses."""
    headings = [
        _("Đơn vị"), _("Thuộc"), _("Biểu mẫu"), _("Kỳ hoặc ngày"), _("Loại"), _("Điều nên xem"), _("Tình trạng"),
        _("Đã xem, đúng"), _("Bản ghi"),
    ]  # fmt: skip
    return as_csv(headings, (_cells(row, base) for row in rows))


def _cells(row: CheckRow, base: str) -> list[str]:
    seen = f"{row.seen.note} ({row.seen.by_name})" if row.seen else ""
    return [
        row.unit_name, row.above_name, row.form_title, row.when, row.kind, row.sentence, row.state_name, seen,
        f"{base}{row.address}",
    ]  # fmt: skip


def name_of_file(filters: CheckFilters, at: datetime) -> str:
    months = "-".join(f"{year}{month:02d}" for year, month in dict.fromkeys((filters.month, filters.until)))
    return f"nen-xem-lai-{months}-{local_date(at):%Y%m%d}.csv"
