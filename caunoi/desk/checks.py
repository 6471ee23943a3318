"""The list of what is worth a look below the reader's units: filtered, in the order of places."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS, READERS
from caunoi.desk.inbox import find_units_and_below, place_order, read_month
from caunoi.desk.templatetags.caunoi import day_, period, state_label
from caunoi.facts.checks import STANDING, Finding, Seen, list_records, walk_findings
from caunoi.facts.rules.check_sentences import name_kind
from caunoi.facts.rules.plausibility import Kind
from caunoi.moments import local_date
from caunoi.periods.rules import Days, first_day, last_day
from caunoi.places.queries import get_snapshot
from caunoi.records.models import Submission

# Looked over while a person waits: some two seconds.
MOST_RECORDS = 5_000


@dataclass(frozen=True)
class CheckFilters:
    """`month`: (year, month); named periods and events that end in it. `seen`: with what officers found right."""

    form: str
    month: tuple[int, int]
    kind: str
    text: str
    seen: bool

    @property
    def month_text(self) -> str:
        return f"{self.month[1]:02d}/{self.month[0]}"

    @property
    def days(self) -> Days:
        return Days(first_day(self.month, 1), last_day(self.month, 1))


@dataclass(frozen=True)
class CheckRow:
    """One line of the table, ready to show."""

    address: str
    unit_name: str
    above_name: str
    form_title: str
    when: str
    state: str
    kind: str
    sentence: str
    seen: Seen | None


def scope_of_reader(user: User, on: date) -> Scope:
    return windows_with_role(user, READERS | DECIDERS, on)


def read_check_filters(asked: QueryDict, scope: Scope, on: date) -> CheckFilters:
    kind = asked.get("kind", "")
    return CheckFilters(
        form=asked.get("form", ""),
        month=read_month(asked.get("month", "")) or find_newest_month(scope, on),
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


def list_check_rows(scope: Scope, filters: CheckFilters) -> list[CheckRow]:
    """In the order of places, then of days. Raises TooManyToCheck."""
    records = list_records(scope, filters.days, form_code=filters.form)
    if filters.text:
        units = find_units_and_below(filters.text, filters.days.last)
        records = records.filter(org_unit_id__in=ids_in_sql(units))
    places = get_snapshot()
    found = [
        (record, finding)
        for record, finding in walk_findings(records, scope, most=MOST_RECORDS)
        if (not filters.kind or finding.kind == filters.kind) and (filters.seen or finding.seen is None)
    ]
    found.sort(key=lambda one: (place_order(one[0].org_unit_id, one[0].day_to, places), one[0].day_to, one[0].pk))
    return [show_finding(record, finding) for record, finding in found]


def show_finding(record: Submission, finding: Finding) -> CheckRow:
    name, _comma, above = get_snapshot().path_name(record.org_unit_id, record.day_to).partition(", ")
    return CheckRow(
        address=reverse("submission", args=[record.pk]),
        unit_name=name,
        above_name=above,
        form_title=title_of(record.form),
        when=period(record.period_key) if record.period_key else day_(record.day_from),
        state=record.state,
        kind=name_kind(finding.kind),
        sentence=finding.sentence,
        seen=finding.seen,
    )


def list_kinds() -> list[tuple[str, str]]:
    return [(kind.value, name_kind(kind)) for kind in Kind]


def checks_csv(rows: Sequence[CheckRow], base: str) -> bytes:
    """UTF-8 with a byte order mark, which Excel needs to read the letters right. `base`: of the records' addresses."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(
        [
            _("Đơn vị"), _("Thuộc"), _("Biểu mẫu"), _("Kỳ hoặc ngày"), _("Loại"), _("Điều nên xem"), _("Tình trạng"),
            _("Đã xem, đúng"), _("Bản ghi"),
        ]
    )  # fmt: skip
    for row in rows:
        seen = f"{row.seen.note} ({row.seen.by_name})" if row.seen else ""
        writer.writerow(
            [
                row.unit_name, row.above_name, row.form_title, row.when, row.kind, row.sentence,
                state_label(row.state), seen, f"{base}{row.address}",
            ]
        )  # fmt: skip
    return buffer.getvalue().encode("utf-8-sig")


def name_of_file(filters: CheckFilters, at: datetime) -> str:
    return f"nen-xem-lai-{filters.month[0]}-{filters.month[1]:02d}-{local_date(at):%Y%m%d}.csv"
