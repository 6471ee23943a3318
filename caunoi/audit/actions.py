from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from caunoi.audit.clock import lock_clock
from caunoi.audit.models import AuditLine
from caunoi.audit.origin import current_address
from caunoi.audit.rules import Actor, Line, compute_hash
from caunoi.bulk_rows import insert_rows
from caunoi.moments import end_of_day, local_date

# Actions that leave places, forms, people and the catalogue as they are; any other is taken to change them.
ABOUT_RECORDS = (
    "submission.", "held.", "entity.", "report.", "document.", "session.", "sign-in.", "second-factor.", "view.",
    "dashboard.", "rating.", "criterion.", "meeting.", "contest.", "training.", "notice.",
)  # fmt: skip
READ = ".read"


@dataclass(frozen=True)
class Entry:
    """What one action did: a verb (`submission.approve`), its subject (`submission:12`), and plain old/new values.

    `by` None: who acts in all of the call.
    """

    action: str
    subject: str
    detail: dict[str, Any] = field(default_factory=dict)
    by: Actor | None = None


def write_lines(entries: Iterable[Entry], *, by: Actor, at: datetime) -> None:
    """Append lines to the chain, inside the transaction of the action they tell of, after all it wrote."""
    clock = lock_clock()
    # Never back in time, even when the machine's clock is set back: "as known at a day" relies on it.
    moment = max(at, clock.last_at) if clock.last_at else at
    rows = []
    defined = False
    for entry in entries:
        defined = defined or not (entry.action.startswith(ABOUT_RECORDS) or entry.action.endswith(READ))
        clock.line += 1
        actor = _from_where(entry.by or by)
        line = Line(clock.line, moment, actor, entry.action, entry.subject, entry.detail, clock.number)
        hashed = compute_hash(clock.head, line)
        rows.append(
            AuditLine(
                number=line.number,
                at=line.at,
                actor=actor.name,
                actor_id=actor.user_id,
                address=actor.address,
                action=line.action,
                subject=line.subject,
                detail=line.detail,
                knowledge=line.knowledge,
                previous=clock.head,
                hash=hashed,
            )
        )
        clock.head = hashed
    insert_rows(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE audit_knowledgeclock SET line = %s, head = %s, last_at = %s, definitions = definitions + %s"
            " WHERE id = 1",
            [clock.line, clock.head, connection.ops.adapt_datetimefield_value(moment), int(defined)],
        )


def _from_where(actor: Actor) -> Actor:
    """What the product does by itself comes from nowhere, whoever's request it happens in."""
    if actor.address or actor.user_id is None:
        return actor
    return replace(actor, address=current_address())


def write_line(action: str, subject: str, detail: dict[str, Any] | None = None, *, by: Actor, at: datetime) -> None:
    write_lines([Entry(action, subject, detail or {})], by=by, at=at)


@transaction.atomic
def note_taken(action: str, subject: str, detail: dict[str, Any] | None = None, *, by: Actor, at: datetime) -> None:
    """That a file with personal data leaves the house, each time it does, or who looked for a person. Nothing else is
    written with it: it is a transaction by itself."""
    write_line(action, subject, detail, by=by, at=at)


@transaction.atomic
def note_read(what: str, subject: str, detail: dict[str, Any] | None = None, *, by: Actor, at: datetime) -> bool:
    """That a person read personal data: `note_read("user", "user:12", …)` writes `user.read`, at most one line for each
    reader, subject and day (in Vietnam), or the chain would tell of nothing else. False if there is one already."""
    return bool(note_reads(what, [subject], detail, by=by, at=at))


@transaction.atomic
def note_list_read(what: str, subject: str, people: Iterable[int], *, by: Actor, at: datetime) -> bool:
    """That a person read a list of accounts: one line, which names by number whom the page showed. False if nobody is
    on it, or if the reader had the very same list before them that day (in Vietnam)."""
    detail = {"people": sorted(people)}
    if not detail["people"]:
        return False
    today = end_of_day(local_date(at) - timedelta(days=1))
    same = AuditLine.objects.filter(action=what + READ, subject=subject, actor_id=by.user_id, at__gte=today)
    if any(known == detail for known in same.values_list("detail", flat=True)):
        return False
    write_line(what + READ, subject, detail, by=by, at=at)
    return True


@transaction.atomic
def note_reads(
    what: str, subjects: Sequence[str], detail: dict[str, Any] | None = None, *, by: Actor, at: datetime
) -> int:
    """As `note_read`, of all that one page shows. How many lines were new."""
    action = what + READ
    today = end_of_day(local_date(at) - timedelta(days=1))
    same = AuditLine.objects.filter(action=action, subject__in=subjects, actor_id=by.user_id, at__gte=today)
    known = set(same.values_list("subject", flat=True))
    new = [Entry(action, subject, detail or {}) for subject in subjects if subject not in known]
    if new:
        write_lines(new, by=by, at=at)
    return len(new)
