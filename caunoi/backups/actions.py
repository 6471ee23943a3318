from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.backups.checking import Show
from caunoi.backups.erased import gather, write_list
from caunoi.backups.errors import NotRestored
from caunoi.backups.making import Made, hash_file, write_backup
from caunoi.backups.models import BackupRun
from caunoi.backups.restoring import Restored, restore_backup
from caunoi.facts import segments
from caunoi.moments import now
from caunoi.personal.destroying import destroy_again
from caunoi.personal.models import PersonKey
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
    # A disk that takes the backup takes these few bytes, too; if not, the next erasure writes them.
    with contextlib.suppress(OSError, NotRestored):
        write_list(path.parent)
    with transaction.atomic():
        run.save()
        detail = {"file": path.name, "size": made.size, "sha256": made.sha256, "encrypted": bool(passphrase)}
        write_line("backup.make", f"backup:{run.pk}", detail, by=by, at=at)
    return made


def restore(
    path: Path,
    *,
    by: Actor,
    at: datetime,
    passphrase: str = "",
    erased: Sequence[Path] = (),
    show: Show = lambda _done, _all: None,
) -> Restored:
    """The ledger's segments are made again; the line of the audit goes on where the restored chain ends.

    `erased`: lists of keys destroyed since, besides the one beside the file. Their answers stay erased.
    """
    gone = gather(path, erased)
    restored = restore_backup(path, passphrase=passphrase, show=show)
    with transaction.atomic():
        again = destroy_again(gone or (), by=by, at=at)
        detail = {
            "file": path.name,
            "sha256": hash_file(path),
            "made_at": restored.summary.made_at.isoformat(),
            "database": restored.summary.database,
        }
        write_line("backup.restore", "backup", detail, by=by, at=at)
    segments.rebuild()
    return replace(restored, lists_erased=gone is not None or not PersonKey.objects.exists(), erased_again=again)
