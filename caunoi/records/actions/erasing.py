"""Erasing what a record says about a person, on request or when its time of keeping is over. The record, its versions,
its figures and the chain of the audit stay as they are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_noop

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.audit.rules import Actor
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.errors import NothingToErase
from caunoi.personal.queries import DueKey, list_due_keys
from caunoi.records.errors import ErasingNotAllowed
from caunoi.records.models import Submission
from caunoi.records.sealed import MAY_ERASE, may_erase
from caunoi.sentences import gettext as _
from caunoi.sentences import keep

_RECORD = "submission:"


@dataclass(frozen=True)
class Overdue:
    """A record that says something about a person longer than its pack keeps it. `since`: the first day too long."""

    submission: Submission
    since: date
    erases_itself: bool


def erase_answers(submission: Submission, *, because: str, by: User, at: datetime) -> int:
    """Raises ErasingNotAllowed, NothingToErase."""
    if not may_erase(by, submission, at):
        raise ErasingNotAllowed
    return destroy_keys(str(submission), because=because, by=by.actor, at=at)


def erase_due(*, at: datetime) -> int:
    """What packs let be erased without asking anybody; what waits for a decision stays. How many records."""
    due = {one.key.subject for one in list_due_keys(local_date(at)) if one.erases_itself}
    by = Actor(gettext_noop("Tự động: hết thời hạn giữ"))
    for subject in sorted(due):
        with suppress(NothingToErase):  # somebody decided it meanwhile
            destroy_keys(subject, because=keep(_("Hết thời hạn giữ đã công bố.")), by=by, at=at)
    return len(due)


def list_overdue(user: User, at: datetime) -> list[Overdue]:
    """Of records that this officer may erase, the longest overdue first; a sending nobody has placed is not among
    them."""
    today = local_date(at)
    by_record: dict[int, DueKey] = {}
    for one in list_due_keys(today):
        if one.key.subject.startswith(_RECORD):
            by_record.setdefault(int(one.key.subject.removeprefix(_RECORD)), one)
    scope = windows_with_role(user, MAY_ERASE, today)
    rows = Submission.objects.select_related("form", "org_unit").filter(pk__in=ids_in_sql(sorted(by_record)))
    seen = {one.pk: one for one in scope.filter_submissions(rows)}
    return [Overdue(seen[pk], one.since, one.erases_itself) for pk, one in by_record.items() if pk in seen]
