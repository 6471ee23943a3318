"""What is approved locks by itself once its day has come: a step of every day, safe to take any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_noop

from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.actions import Taken, record_steps
from caunoi.approvals.rules import State, Step
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.forms.queries import list_assignments
from caunoi.forms.rules.deadlines import is_locked_on
from caunoi.moments import local_date
from caunoi.records.models import Submission
from caunoi.records.permissions import list_kept_open

# Records a transaction locks: an officer waits for the writing of at most so many.
CHUNK = 1000
# What one page, opened first on a day, does for the whole installation before it shows; the rest is the next one's.
AT_ONCE = 2000


def lock_due(*, by: Actor, at: datetime, at_most: int | None = None) -> int:
    """Lock approved reports whose day of locking has passed; how many. Those unlocked since their approval stay open.

    One transaction and one audit line a chunk. `at_most`: stop after about so many.
    """
    waiting = list_due_to_lock(local_date(at))
    if at_most is not None:
        waiting = waiting[:at_most]
    return sum(_lock_chunk(waiting[start : start + CHUNK], by=by, at=at) for start in range(0, len(waiting), CHUNK))


def lock_due_today(*, at: datetime) -> None:
    """For installations without a worker: called by pages, it does the day's work the first time and then nothing."""
    key = f"locked-{local_date(at)}"
    if cache.get(key):
        return
    if lock_due(by=automatic(), at=at, at_most=AT_ONCE) < AT_ONCE:
        cache.set(key, True, 24 * 3600)


def automatic() -> Actor:
    return Actor(gettext_noop("Tự động: đến ngày khóa"))


def lock_those_due(submission_ids: Sequence[int], *, at: datetime) -> None:
    """The same for these records alone, before somebody opens them again: history tells the locking, too."""
    if due := sorted(set(list_due_to_lock(local_date(at), submission_ids))):
        _lock_chunk(due, by=automatic(), at=at)


def list_due_to_lock(today: date, among: Sequence[int] | None = None) -> list[int]:
    """Ids in order, as they stand now: looked at again under lock."""
    found: list[int] = []
    for assignment in list_assignments():
        if assignment.locks_days is None:
            continue
        rows = Submission.objects.filter(
            form_id=assignment.form_id, org_unit__level=assignment.level, state=State.APPROVED, day_to__lt=today
        ).exclude(period_key="")
        if among is not None:
            rows = rows.filter(pk__in=ids_in_sql(among))
        if assignment.from_day is not None:
            rows = rows.filter(day_to__gte=assignment.from_day)
        if assignment.to_day is not None:
            rows = rows.filter(day_to__lte=assignment.to_day)
        found += [pk for pk, last in rows.values_list("pk", "day_to") if is_locked_on(assignment, last, today)]
    return sorted(set(found) - list_kept_open(found)) if found else []


@transaction.atomic
def _lock_chunk(pks: Sequence[int], *, by: Actor, at: datetime) -> int:
    # Locked in order of id, as by decisions and arrivals: a correction that came a moment ago is seen, not locked over.
    rows = Submission.objects.select_for_update().filter(pk__in=ids_in_sql(pks), state=State.APPROVED).order_by("pk")
    taken = list(rows)
    if not taken:
        return 0
    Submission.objects.filter(pk__in=ids_in_sql([one.pk for one in taken])).update(
        state=State.LOCKED, changed=take_numbers(1)[0]
    )
    record_steps(Taken(str(one), one.current_number, Step.LOCK, State.APPROVED, State.LOCKED, by, at) for one in taken)
    detail = {"count": len(taken), "first": taken[0].pk, "last": taken[-1].pk}
    subject = str(taken[0]) if len(taken) == 1 else f"submissions:{taken[0].pk}-{taken[-1].pk}"
    write_line("submission.lock", subject, detail, by=by, at=at)
    return len(taken)
