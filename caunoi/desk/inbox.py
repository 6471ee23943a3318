"""The officer's inbox: what waits, is missing, came late or went back; filtered, sorted, page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.desk.collecting import title_of
from caunoi.desk.context import DECIDERS
from caunoi.desk.missing import group_unit
from caunoi.desk.templatetags.caunoi import day_, period
from caunoi.facts.checks import find_open
from caunoi.moments import local_date
from caunoi.periods.rules import first_day, last_day
from caunoi.places.models import OrgUnitSpell
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.queries import (
    LATE,
    Due,
    annotate_newest_receipt,
    count_missing,
    describe_return,
    list_late,
    list_missing,
    list_newest_receipts,
    list_returned,
    list_submissions,
    list_waiting_for,
)
from caunoi.vietnamese_text import fold

TABS = ("waiting", "missing", "late", "returned", "approved", "locked")


@dataclass(frozen=True)
class Filters:
    """`units` None: all units. `first` and `last`: days of the months asked for, either may be open.

    `place`: key of the unit whose group of missing reports is looked at; of what is missing only.
    """

    form: str
    text: str
    first: date | None
    last: date | None
    from_text: str
    to_text: str
    units: frozenset[int] | None
    place: str = ""

    @property
    def is_set(self) -> bool:
        return bool(self.form or self.text or self.first or self.last or self.place)

    @property
    def place_name(self) -> str:
        """Of a unit that ended, its last name."""
        unit = get_snapshot().by_key[self.place]
        day = date.max if unit.ends_on is None else unit.ends_on - timedelta(days=1)
        return get_snapshot().name_on(unit.id, day)


@dataclass(frozen=True)
class Row:
    """One line of the table. `id` None: nothing was sent yet; `number` is the version the reader decides on,
    `received_at` when that came; `is_late`: the first one did."""

    id: int | None
    number: int
    address: str
    unit_name: str
    above_name: str
    form_title: str
    period_key: str
    day: date
    due_on: date | None
    received_at: datetime | None
    state: str
    is_late: bool
    late_badge: str = "sent-late"
    comment: str = ""
    value: str = ""
    """what ticking it sends: the record as it was seen; of what is missing, the form, unit and period"""
    waits_above: bool = False
    has_doubts: bool = False
    """answers outside the form's rules, in no book until decided: not to be approved unread among many"""
    worth_a_look: str = ""
    """the weightiest thing a check says of it that nobody has seen, `worth_count` of them in all"""
    worth_count: int = 0
    is_closed: bool = False
    closed_on: date | None = None


def read_filters(asked: QueryDict, on: date) -> Filters:
    """What cannot be read as a month is left out, as if it had not been asked."""
    from_text, to_text, text = asked.get("from", ""), asked.get("to", ""), asked.get("q", "").strip()
    first, last = read_month(from_text), read_month(to_text)
    return Filters(
        form=asked.get("form", ""),
        text=text,
        first=first_day(first, 1) if first else None,
        last=last_day(last, 1) if last else None,
        from_text=from_text if first else "",
        to_text=to_text if last else "",
        units=find_units_and_below(text, on) if text else None,
        place=asked.get("place", "") if asked.get("place", "") in get_snapshot().by_key else "",
    )


def read_month(text: str) -> tuple[int, int] | None:
    """`08/2026`, `8-2026` or `2026-08`."""
    parts = text.strip().replace("-", "/").split("/")
    if len(parts) != 2 or not all(part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    month, year = sorted(int(part) for part in parts)
    return (year, month) if 1900 <= year < 2200 and 1 <= month <= 12 else None


def find_units_and_below(text: str, on: date) -> frozenset[int]:
    """Units whose name holds the text, accents aside, and all under them: a commune's name finds its villages."""
    snapshot = get_snapshot()
    named = OrgUnitSpell.objects.filter(Q(search_name__contains=fold(text)) | Q(code=text))
    found: set[int] = set()
    for unit in set(named.values_list("org_unit_id", flat=True)):
        if unit in snapshot.units and unit not in found:
            found |= snapshot.subtree_on(unit, on)
    return frozenset(found)


def list_sent(tab: str, user: User, at: datetime, filters: Filters) -> QuerySet[Submission]:
    """Records of a tab: waiting is what this user may decide about, the rest as far as their deciding roles reach."""
    if tab == "waiting":
        found = list_waiting_for(user, at)
    else:
        scope = windows_with_role(user, DECIDERS, local_date(at))
        if tab == "late":
            found = list_late(scope)
        elif tab == "returned":
            found = list_returned(scope)
        else:
            found = list_submissions(scope).filter(state=tab)
    if filters.form:
        found = found.filter(form__code=filters.form)
    if filters.first:
        found = found.filter(named_to__gte=filters.first)
    if filters.last:
        found = found.filter(named_from__lte=filters.last)
    if filters.units is not None:
        found = found.filter(org_unit_id__in=ids_in_sql(filters.units))
    return found


def list_owed(user: User, on: date, filters: Filters) -> list[Due]:
    """Reports nobody has sent. Months are compared with the period's last day: a month that began on the 15th of the
    one before is named after the later."""
    scope = windows_with_role(user, DECIDERS, on)
    places = get_snapshot()
    return [
        due
        for due in list_missing(scope, on, form_code=filters.form, unit_ids=filters.units)
        if (filters.first is None or due.last_day >= filters.first)
        and (filters.last is None or due.last_day <= filters.last)
        and (not filters.place or places.units[group_unit(due, places)].key == filters.place)
    ]


def count_owed(user: User, on: date, filters: Filters) -> int:
    if filters.is_set:
        return len(list_owed(user, on, filters))
    return count_missing(windows_with_role(user, DECIDERS, on), on)


SENT_ORDERS = {"form": "form__title_vi", "period": "day_to", "due": "due_on", "received": "newest_received_at"}
DUE_ORDERS: dict[str, Callable[[Due], Any]] = {
    "form": lambda due: due.title,
    "period": lambda due: (due.last_day, due.title),
    "due": lambda due: (due.due_on, due.title),
}
DEFAULT_SORT = {
    "waiting": "due",
    "missing": "due",
    "late": "-received",
    "returned": "due",
    "approved": "-period",
    "locked": "-period",
}


def read_sort(asked: str, tab: str) -> str:
    name = asked.removeprefix("-")
    known = name == "unit" or name in ({*DUE_ORDERS, "count"} if tab == "missing" else SENT_ORDERS)
    return asked if known else DEFAULT_SORT[tab]


def sort_sent(found: QuerySet[Submission], sort: str) -> QuerySet[Submission, int] | list[int]:
    """Ids in order. By unit: in the order of places (villages under their commune, `Thôn 2` before `Thôn 10`), which
    stands in no table."""
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    if name == "received":
        found = annotate_newest_receipt(found)
    if name != "unit":
        # A query still: only the page that is shown is read.
        return found.order_by(f"{sign}{SENT_ORDERS[name]}", "pk").values_list("pk", flat=True)
    rows = found.order_by("day_to", "pk").values_list("pk", "org_unit_id", "day_to")
    places = get_snapshot()
    in_order = sorted(rows, key=lambda row: place_order(row[1], row[2], places), reverse=bool(sign))
    return [pk for pk, _unit, _day in in_order]


def sort_owed(found: list[Due], sort: str) -> list[Due]:
    name = sort.removeprefix("-")
    places = get_snapshot()
    key = DUE_ORDERS.get(name, lambda due: place_order(due.org_unit_id, due.last_day, places))
    return sorted(found, key=key, reverse=sort.startswith("-"))


def place_order(unit: int, on: date, places: PlaceSnapshot) -> tuple[tuple[str, int, str], ...]:
    """`places` is handed in: asking for the newest once a unit costs a province's list seconds."""
    return tuple(places.order_key(one, on) for one in [*places.ancestors_on(unit, on)[::-1], unit])


def find_doubted(pks: Collection[int]) -> set[int]:
    """Those whose newest version has answers outside the form's rules and is not approved yet."""
    found: set[int] = set()
    current = SubmissionVersion.objects.filter(
        submission__in=ids_in_sql(pks), number=F("submission__current_number")
    ).exclude(number=Coalesce(F("submission__approved_number"), 0))
    for pk, flags in current.values_list("submission", "flags"):
        if flags:
            found.add(pk)
    return found


def show_sent(tab: str, ids: Sequence[int], scope: Scope) -> list[Row]:
    """The rows of one page, ready to show. `scope`: what the reader may see, and so what records are held against."""
    records = {one.pk: one for one in Submission.objects.select_related("form").filter(pk__in=ids)}
    received = list_newest_receipts(ids)
    doubted = find_doubted(ids)
    worth = find_open(ids, scope) if tab == "waiting" else {}
    rows = []
    for pk in ids:
        if (one := records.get(pk)) is None:
            continue
        name, above = _names(one.org_unit_id, one.day_to)
        rows.append(
            Row(
                id=pk,
                number=one.current_number,
                address=reverse("submission", args=[pk]),
                unit_name=name,
                above_name=above,
                form_title=title_of(one.form),
                period_key=one.period_key,
                day=one.day_from,
                due_on=one.due_on,
                received_at=received[pk],
                state=one.state,
                is_late=one.due_on is not None and local_date(one.first_received_at) > one.due_on,
                comment=describe_return(one) if tab == "returned" else "",
                value=f"{pk}:{one.current_number}:{one.approved_steps}",
                waits_above=one.state == State.SUBMITTED and one.approved_steps > 0,
                has_doubts=pk in doubted,
                worth_a_look=worth[pk][0].sentence if pk in worth else "",
                worth_count=len(worth.get(pk, ())),
            )
        )
    return rows


def show_owed(page: Sequence[Due], on: date) -> list[Row]:
    rows = []
    for due in page:
        name, above = _names(due.org_unit_id, due.last_day)
        rows.append(
            Row(
                id=None,
                number=0,
                address="",
                unit_name=name,
                above_name=above,
                form_title=(get_language() == "en" and due.title_en) or due.title,
                period_key=due.period_key,
                day=due.last_day,
                due_on=due.due_on,
                received_at=None,
                state="late" if due.state == LATE else "missing",
                is_late=False,
                is_closed=due.is_closed(on),
                closed_on=due.closes_on,
                value=f"{due.form_code}|{get_snapshot().units[due.org_unit_id].key}|{due.period_key}",
            )
        )
    return rows


def _names(unit: int, on: date) -> tuple[str, str]:
    """`Thôn 1` and `Xã Bản Qua, Huyện Bát Xát`."""
    name, _comma, above = get_snapshot().path_name(unit, on).partition(", ")
    return name, above


def describe(one: Submission) -> str:
    """`Thôn 1, Xã Bản Qua: Báo cáo tháng của thôn, tháng 08/2026`."""
    when = period(one.period_key) if one.period_key else day_(one.day_from)
    return f"{get_snapshot().path_name(one.org_unit_id, one.day_to)}: {title_of(one.form)}, {when}"


@dataclass(frozen=True)
class Tab:
    name: str
    label: str
    count: int


def count_tabs(user: User, at: datetime, filters: Filters) -> list[Tab]:
    on = local_date(at)
    labels = {
        "waiting": _("Chờ duyệt"),
        "missing": _("Chưa gửi"),
        "late": _("Gửi muộn"),
        "returned": _("Đã trả lại"),
        "approved": _("Đã duyệt"),
        "locked": _("Đã khóa"),
    }
    counts = {
        tab: count_owed(user, on, filters) if tab == "missing" else list_sent(tab, user, at, filters).count()
        for tab in TABS
    }
    return [Tab(tab, labels[tab], counts[tab]) for tab in TABS]
