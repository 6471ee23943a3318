from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.backups.checking import Show
from caunoi.backups.making import Made, hash_file, write_backup
from caunoi.backups.models import BackupRun
from caunoi.backups.restoring import Restored, restore_backup
from caunoi.facts import segments
from caunoi.moments import now
from caunoi.refusals import Refusal


def make_backup(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    passphrase: str = "",
    scheduled: bool = False,
    show: Show = lambda _done, _all: None,
) -> Made:
    """Its run is kept whether it went well or not; the line of the audit comes after, so the backup itself lacks it."""
    run = BackupRun(
        path=str(path), started_at=at, encrypted=bool(passphrase), scheduled=scheduled, made_by_name=by.name
    )
    try:
        made = write_backup(path, at=at, passphrase=passphrase, show=show)
    except Refusal as refusal:
        run.finished_at = now()
        run.problem = refusal.sentence
        run.save()
        raise
    run.finished_at = run.checked_at = now()
    run.size, run.sha256 = made.size, made.sha256
    with transaction.atomic():
        run.save()
        detail = {"file": path.name, "size": made.size, "sha256": made.sha256, "encrypted": bool(passphrase)}
        write_line("backup.make", f"backup:{run.pk}", detail, by=by, at=at)
    return made


def restore(
    path: Path, *, by: Actor, at: datetime, passphrase: str = "", show: Show = lambda _done, _all: None
) -> Restored:
    """The ledger's segments are made again; the line of the audit goes on where the restored chain ends."""
    restored = restore_backup(path, passphrase=passphrase, show=show)
    with transaction.atomic():
        detail = {
            "file": path.name,
            "sha256": hash_file(path),
            "made_at": restored.summary.made_at.isoformat(),
            "database": restored.summary.database,
        }
        write_line("backup.restore", "backup", detail, by=by, at=at)
    segments.rebuild()
    return restored
