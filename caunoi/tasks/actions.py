from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from caunoi.tasks.models import Task


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
    Task.objects.filter(kind=kind, subject__in=subjects, done_at=None).update(done_at=at)
