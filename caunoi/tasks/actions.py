from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection

from caunoi.documents.events import DutiesChanged, duty_key
from caunoi.places.events import UnitsUnmade
from caunoi.tasks.models import Task

# Kind of the tasks that documents set: their subjects are duties.
DUTY = "document"
# In one statement.
MOST_SUBJECTS = 500


def open_task(
    kind: str, *, org_unit_id: int, subject: str, note: str, at: datetime, due_on: date | None = None
) -> None:
    """Open a task, or renew the note of the one already open for the same subject."""
    Task.objects.update_or_create(
        kind=kind,
        subject=subject,
        done_at=None,
        defaults={"org_unit_id": org_unit_id, "note": note, "due_on": due_on},
        create_defaults={"org_unit_id": org_unit_id, "note": note, "due_on": due_on, "opened_at": at},
    )


def close_tasks(kind: str, subjects: Sequence[str], *, at: datetime) -> None:
    # By hand, as each sending asks it: building the statement takes longer than carrying it out.
    with connection.cursor() as cursor:
        for start in range(0, len(subjects), MOST_SUBJECTS):
            chunk = subjects[start : start + MOST_SUBJECTS]
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"UPDATE tasks_task SET done_at = %s WHERE done_at IS NULL AND kind = %s AND subject IN ({marks})",
                [connection.ops.adapt_datetimefield_value(at), kind, *chunk],
            )


def drop_tasks(event: UnitsUnmade) -> None:
    """Of units that never came to be."""
    if event.take_back:
        Task.objects.filter(org_unit_id__in=event.org_unit_ids).delete()


def follow_duties(event: DutiesChanged) -> None:
    """What documents ask of units until a day is something to do for them, as long as it is asked and not answered."""
    standing = [*(duty.key for duty in event.opened), *(duty_key(one) for one in event.closed)]
    close_tasks(DUTY, standing, at=event.at)
    Task.objects.bulk_create(
        [
            Task(
                kind=DUTY, org_unit_id=duty.org_unit_id, subject=duty.key, note=duty.note, due_on=duty.due_on,
                opened_at=event.at,
            )
            for duty in event.opened
        ]
    )  # fmt: skip
