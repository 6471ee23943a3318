"""Whose personal answers were erased after a backup was made: a list beside each backup, so that restoring an old one
gives nobody back. It holds numbers of keys, which tell nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.backups.errors import NotRestored
from caunoi.backups.home import ERASED, PARTLY_WRITTEN
from caunoi.backups.models import BackupRun
from caunoi.personal.destroying import list_destroyed
from caunoi.personal.events import KeysDestroyed

_LARGEST = 100_000_000


def spread_lists(_event: KeysDestroyed) -> None:
    """Into every folder that holds a backup, once the erasure stands."""
    transaction.on_commit(_spread)


def write_list(where: Path) -> None:
    """What is there already stays: another house's backups may lie in the same folder. Raises OSError."""
    path = where / ERASED
    known = [*(read_list(path) if path.is_file() else ()), *list_destroyed()]
    if not known:
        return
    half = where / f".{ERASED}{PARTLY_WRITTEN}"
    half.write_text("".join(f"{one}\n" for one in dict.fromkeys(known)), encoding="ascii")
    os.replace(half, path)


def read_list(path: Path) -> list[UUID]:
    """Raises NotRestored with the line that is no number of a key."""
    try:
        lines = path.read_text(encoding="ascii").split() if path.stat().st_size <= _LARGEST else ["?"]
    except (OSError, UnicodeDecodeError) as error:
        raise NotRestored(_("Không đọc được danh sách đã xóa %(path)s.") % {"path": path}) from error
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(UUID(line))
        except ValueError:
            raise NotRestored(
                _("Danh sách đã xóa %(path)s hỏng ở dòng %(number)d. Không khôi phục gì cả.")
                % {"path": path, "number": number}
            ) from None
    return found


def gather(beside: Path, named: Iterable[Path]) -> list[UUID] | None:
    """Of the list beside a backup and those named; None if there is none at all."""
    own = beside.parent / ERASED
    paths = [*([own] if own.is_file() else []), *named]
    return list(dict.fromkeys(one for path in paths for one in read_list(path))) if paths else None


def _spread() -> None:
    folders = {Path(path).parent for path in BackupRun.objects.filter(problem="").values_list("path", flat=True)}
    if settings.CAUNOI_BACKUP_FOLDER:
        folders.add(Path(settings.CAUNOI_BACKUP_FOLDER))
    for where in sorted(folders):
        if where.is_dir():
            try:
                write_list(where)
            except (OSError, NotRestored):
                # A disk that is away or full must not undo an erasure; the next backup there writes the list again.
                continue
