"""What the pages of official documents show: lines of lists, duties, histories, exports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.desk.list_filters import AskedFor, read_choice, read_code, read_text, read_unit, read_year
from caunoi.desk.templatetags.caunoi import day_
from caunoi.desk.units import WorkingUnit, list_working_units
from caunoi.documents.models import Direction, Document, DocumentVersion, Duty
from caunoi.documents.permissions import KEEPING_LEVELS, MAY_KEEP, may_answer
from caunoi.documents.queries import Filters
from caunoi.documents.rules.answering import DONE, DONE_LATE, LATE, OPEN, State
from caunoi.documents.rules.spans import write_span
from caunoi.languages import in_reader_language
from caunoi.periods.rules import Days
from caunoi.places.queries import get_snapshot

STATE_LABELS = {
    DONE: gettext_lazy("Đã có"),
    DONE_LATE: gettext_lazy("Có muộn"),
    OPEN: gettext_lazy("Chưa đến hạn"),
    LATE: gettext_lazy("Quá hạn"),
}
# The badges of the house that look right for these.
STATE_BADGES: dict[State, str] = {DONE: "approved", DONE_LATE: "late", OPEN: "submitted", LATE: "missing"}
VALUE_LABELS = {
    "direction": gettext_lazy("Đến hay đi"),
    "reference": gettext_lazy("Số và ký hiệu"),
    "kind": gettext_lazy("Loại văn bản"),
    "issuing_body": gettext_lazy("Cơ quan ban hành"),
    "issued_on": gettext_lazy("Ngày văn bản"),
    "received_on": gettext_lazy("Ngày đến"),
    "title": gettext_lazy("Trích yếu"),
    "plans": gettext_lazy("Lập kế hoạch cho thời gian"),
    "implements": gettext_lazy("Thực hiện văn bản"),
    "addressed_to": gettext_lazy("Gửi các đơn vị"),
    "deadlines": gettext_lazy("Việc có hạn"),
    "files": gettext_lazy("Tệp"),
}


def read_filters(typed: QueryDict, today: date) -> AskedFor[Filters]:
    key, units = read_unit(typed, today)
    return AskedFor(
        Filters(
            text=read_text(typed),
            direction=read_choice(typed, "direction", Direction.values),
            kind=read_code(typed, "kind"),
            units=units,
            year=read_year(typed),
            state=read_choice(typed, "state", ("withdrawn", "all"), usual="live"),
        ),
        key,
    )


def list_registers(user: User, today: date) -> list[WorkingUnit]:
    """Units whose register the user keeps: those their roles stand on."""
    return [unit for unit in list_working_units(user, MAY_KEEP, today) if unit.level in KEEPING_LEVELS]


@dataclass(frozen=True)
class Line:
    """A document in a list."""

    id: int
    reference: str
    title: str
    direction: str
    kind: str
    body: str
    register: str
    entry_number: int
    day: date
    issued_on: date
    plans: str
    withdrawn: bool


def show_lines(documents: Iterable[Document]) -> list[Line]:
    places = get_snapshot()
    return [
        Line(
            id=one.pk,
            reference=one.reference,
            title=one.title,
            direction=str(Direction(one.direction).label),
            kind=in_reader_language(one.kind.name_vi, one.kind.name_en) if one.kind else "",
            body=one.issuing_body,
            register=places.name_on(one.org_unit_id, one.day_to) if one.org_unit_id in places.units else "",
            entry_number=one.entry_number,
            day=one.day_to,
            issued_on=one.issued_on,
            plans=plans_of(one),
            withdrawn=one.withdrawn_at is not None,
        )
        for one in documents
    ]


def plans_of(document: Document) -> str:
    if document.plans_first is None or document.plans_last is None:
        return ""
    return write_span(Days(document.plans_first, document.plans_last))


def list_headings() -> list[str]:
    return [
        _("Số và ký hiệu"), _("Trích yếu"), _("Cơ quan ban hành"), _("Đến hay đi"), _("Loại văn bản"),
        _("Ngày văn bản"), _("Ngày đến hoặc đi"), _("Số trong sổ"), _("Sổ của"),
        _("Lập kế hoạch cho thời gian"), _("Tình trạng"),
    ]  # fmt: skip


def list_cells(line: Line) -> list[str]:
    return [
        line.reference, line.title, line.body, line.direction, line.kind, day_(line.issued_on), day_(line.day),
        str(line.entry_number), line.register, line.plans, _("Đã rút") if line.withdrawn else _("Đang có"),
    ]  # fmt: skip


@dataclass(frozen=True)
class DutyLine:
    """Something asked of a unit. `may_answer`: the reader may say that it is done."""

    deadline_id: int
    document_id: int
    reference: str
    what: str
    due_on: date
    days_late: int
    unit: str
    unit_id: int
    wants_document: bool
    may_answer: bool


def show_duties(duties: Sequence[Duty], user: User, today: date) -> list[DutyLine]:
    places = get_snapshot()
    allowed = {
        unit: may_answer(user, unit, today)
        for unit in {duty.org_unit_id for duty in duties if duty.org_unit_id in places.units}
    }
    return [
        DutyLine(
            deadline_id=duty.deadline_id,
            document_id=duty.deadline.document_id,
            reference=duty.deadline.document.reference,
            what=duty.deadline.what,
            due_on=duty.deadline.due_on,
            days_late=max(0, (today - duty.deadline.due_on).days),
            unit=describe_today(duty.org_unit_id, today),
            unit_id=duty.org_unit_id,
            wants_document=duty.deadline.wants_document,
            may_answer=allowed[duty.org_unit_id],
        )
        for duty in duties
        if duty.org_unit_id in places.units
    ]


def describe_today(unit: int, today: date) -> str:
    """A unit that ended with what became of it: `Xã Bản Qua (nay là Xã Bát Xát)`."""
    places = get_snapshot()
    name = places.path_name(unit, today)
    if places.exists_on(unit, today):
        return name
    heirs = ", ".join(places.name_on(mapped.unit, today) for mapped in places.map_unit(unit, today))
    return _("%(name)s (nay là %(heirs)s)") % {"name": name, "heirs": heirs}


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryLine:
    number: int
    by_name: str
    at: datetime
    because: str
    changes: tuple[Change, ...]


def show_history(versions: Sequence[DocumentVersion], scope: Scope) -> list[HistoryLine]:
    """Newest first; what each version changed."""
    lines: list[HistoryLine] = []
    before: dict[str, Any] = {}
    for version in versions:
        changes = [
            Change(str(label), _tell(name, before.get(name), scope), _tell(name, version.values.get(name), scope))
            for name, label in VALUE_LABELS.items()
            if before and before.get(name) != version.values.get(name)
        ]
        before = version.values
        lines.append(HistoryLine(version.number, version.by_name, version.at, version.because, tuple(changes)))
    return lines[::-1]


def _count_others(number: int) -> str:
    return ngettext("và %(count)d đơn vị khác", "và %(count)d đơn vị khác", number) % {"count": number}


def _tell(name: str, value: Any, scope: Scope) -> str:
    if not value:
        return "–"
    match name:
        case "issued_on" | "received_on":
            return day_(date.fromisoformat(value))
        case "plans":
            first, _slash, last = value.partition("/")
            return write_span(Days(date.fromisoformat(first), date.fromisoformat(last)))
        case "addressed_to":
            places = get_snapshot()
            names = [
                places.name_on(unit.id, date.max) if (unit := places.by_key.get(key)) else key for key in value[:20]
            ]
            more = len(value) - len(names)
            return ", ".join(names) + (f" {_count_others(more)}" if more else "")
        case "deadlines":
            return "; ".join(f"{one['what']} ({day_(date.fromisoformat(one['due_on']))})" for one in value)
        case "files":
            return ", ".join(value)
        case "implements":
            return f"#{value}"
        case _:
            return str(value)
