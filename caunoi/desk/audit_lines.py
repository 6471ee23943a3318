"""The audit lines a reader may see, and how they are filtered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.audit.models import AuditLine
from caunoi.desk.audit_words import find_page, name_action, name_field, name_subject
from caunoi.moments import VIETNAM, end_of_day
from caunoi.places.models import OrgUnit
from caunoi.records.models import Submission
from caunoi.sentences import tell
from caunoi.vietnamese_text import fold

# Of one line on the page; the file holds all.
MOST_CHANGES = 30


@dataclass(frozen=True)
class ChangeShown:
    """Of lists only what went and what came."""

    field: str
    old: str
    new: str


@dataclass(frozen=True)
class LineShown:
    number: int
    at: datetime
    actor: str
    address: str
    action: str
    deed: str
    subject: str
    about: str
    """the subject in words, `about_at`: its page, as far as it has one"""
    about_at: str
    detail: str
    changes: tuple[ChangeShown, ...]
    further: int
    knowledge: int


def list_lines(reader: User, on: date, *, whole: bool) -> QuerySet[AuditLine]:
    """`whole`: all lines, for whoever reads the whole house (`reads_whole_audit`); for others those about submissions,
    users and units they reach."""
    lines = AuditLine.objects.order_by("-number")
    if whole:
        return lines
    reach = windows_with_role(reader, {Role.AUDITOR, Role.ADMINISTRATOR}, on)
    units = ids_in_sql(reach.unit_ids)
    submissions = _subjects("submission:", reach.filter_submissions(Submission.objects.all()), "pk")
    users = _subjects("user:", RoleGrant.objects.filter(org_unit_id__in=units), "user_id")
    places = _subjects("org_unit:", OrgUnit.objects.filter(pk__in=units), "key")
    return lines.filter(Q(subject__in=submissions) | Q(subject__in=users) | Q(subject__in=places))


def _subjects(prefix: str, rows: QuerySet[Any], field: str) -> QuerySet[Any, Any]:
    text = Concat(Value(prefix), Cast(F(field), CharField()), output_field=CharField())
    found: QuerySet[Any, Any] = rows.order_by().annotate(subject_of_line=text).values("subject_of_line")
    return found


def filter_lines(
    lines: QuerySet[AuditLine],
    *,
    actor: str = "",
    action: str = "",
    subject: str = "",
    words: str = "",
    first: date | None = None,
    last: date | None = None,
) -> QuerySet[AuditLine]:
    """Days in Vietnam's time, both included. `actor` without accents; `subject` from its beginning ("user:12");
    `words`: each stands somewhere in what changed, or is the address."""
    if wanted := fold(actor):
        names = AuditLine.objects.order_by().values_list("actor", flat=True).distinct()
        lines = lines.filter(actor__in=[name for name in names if wanted in fold(tell(name))])
    if action:
        lines = lines.filter(action=action)
    if subject:
        lines = lines.filter(subject__startswith=subject.strip())
    if words:
        lines = lines.annotate(told=Cast(F("detail"), TextField()))
        for word in words.split():
            # SQLite keeps the column as it was written: letters with accents as \u00e1.
            written = json.dumps(word)[1:-1]
            lines = lines.filter(Q(told__icontains=word) | Q(told__icontains=written) | Q(address=word))
    if first is not None:
        lines = lines.filter(at__gte=end_of_day(first - timedelta(days=1)))
    if last is not None:
        lines = lines.filter(at__lt=end_of_day(last))
    return lines


def show_line(line: AuditLine) -> LineShown:
    pairs = _read_changes(line.detail)
    told = {name: value for name, value in line.detail.items() if not pairs or name not in ("changes", "old", "new")}
    changes = tuple(_show_change(name, *pair) for name, pair in list(pairs.items())[:MOST_CHANGES])
    return LineShown(
        number=line.number,
        at=line.at,
        actor=tell(line.actor),
        address=line.address,
        action=line.action,
        deed=name_action(line.action),
        subject=line.subject,
        about=name_subject(line.subject),
        about_at=find_page(line.subject),
        detail="; ".join(f"{name_field(name)}: {_plain(value)}" for name, value in told.items()),
        changes=changes,
        further=len(pairs) - len(changes),
        knowledge=line.knowledge,
    )


def _read_changes(detail: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> old and new; a field without a name where the line is about one thing. Lines of before said `old` and
    `new` instead of `changes`."""
    changes = detail.get("changes")
    if isinstance(changes, dict):
        return {name: (pair[0], pair[1]) for name, pair in changes.items()}
    if "new" not in detail:
        return {}
    old, new = detail.get("old"), detail["new"]
    if isinstance(new, dict) and isinstance(old, dict | None):
        before = old or {}
        return {
            name: (before.get(name), new.get(name)) for name in {**before, **new} if before.get(name) != new.get(name)
        }
    return {"": (old, new)}


def _show_change(name: str, old: Any, new: Any) -> ChangeShown:
    if isinstance(old, list) and isinstance(new, list):
        old, new = [one for one in old if one not in new], [one for one in new if one not in old]
    return ChangeShown(name_field(name), _plain(old), _plain(new))


def headings() -> list[str]:
    return [_("Số"), _("Lúc"), _("Người làm"), _("Từ địa chỉ"), _("Việc"), _("Với"), _("Chi tiết"), _("Mã băm")]


def cells(line: AuditLine) -> list[str]:
    """One line of the export: nothing is cut short, so that it can be compared with the chain."""
    at = line.at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")
    detail = json.dumps(line.detail, ensure_ascii=False, sort_keys=True) if line.detail else ""
    return [str(line.number), at, line.actor, line.address, line.action, line.subject, detail, line.hash]


def _plain(value: Any) -> str:
    if value is None or value == [] or value == "":
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        value = ", ".join(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else text[:300] + "…"
