from __future__ import annotations

from datetime import datetime
from pathlib import Path

from caunoi.backups import home
from caunoi.backups.models import BackupRun
from caunoi.backups.rules.warnings import Standing, Warned, list_warnings

SHOWN = 60


def list_runs() -> list[BackupRun]:
    """The last ones, newest first; each knows whether its file is still there."""
    runs = list(BackupRun.objects.all()[:SHOWN])
    for run in runs:
        run.is_there = not run.problem and Path(run.path).is_file()
    return runs


def find_last_good() -> BackupRun | None:
    return BackupRun.objects.filter(problem="").first()


def find_warnings(at: datetime) -> list[Warned]:
    last, good, where = BackupRun.objects.first(), find_last_good(), home.scheduled_folder()
    standing = Standing(
        scheduled=where is not None,
        last_good=good.started_at if good else None,
        last_failed=bool(last and last.problem),
        same_disk=where is not None and _disk_of(where) == _disk_of(home.home()),
    )
    return list_warnings(standing, at)


def _disk_of(path: Path) -> int:
    """Of the nearest folder that is there."""
    while not path.exists():
        path = path.parent
    return path.stat().st_dev
