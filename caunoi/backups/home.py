"""The home folder as a backup sees it: everything but what is made again or lies elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

FILES = "files"
SECRET = "secret-key"
RESTORING = "restoring"
# The ledger's segments, pages' static files, counters, uploads not confirmed, backups: none of it is lost with them.
MADE_AGAIN = {"ledger", "static", "cache", "waiting", "backups", RESTORING, "demo-loading"}
MADE_AT_FIRST = {SECRET, "keys"}
PARTLY_WRITTEN = ".part"
# Lies beside backups, also where these lie in the home.
ERASED = "erased-people.txt"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def home() -> Path:
    return Path(settings.CAUNOI_HOME)


def scheduled_folder() -> Path | None:
    """Where the worker puts its backups. None: no schedule is set."""
    return Path(settings.CAUNOI_BACKUP_FOLDER) if settings.CAUNOI_BACKUP_FOLDER else None


def list_kept(*, without: Path | None = None) -> Iterator[Path]:
    """Relative paths of files, folder by folder in order of names. `without`: the backup that is being written."""
    yield from _walk(home(), Path(), without)


def holds_anything() -> list[str]:
    """What stands in the home that a restored one would be mixed with. Keys that the first command makes are not: in an
    empty database nothing was sealed or signed with them."""
    found: list[str] = []
    for path in list_kept():
        if path.parts[0] not in MADE_AT_FIRST:
            found.append(str(path))
            if len(found) == 3:
                break
    return found


def _walk(base: Path, folder: Path, without: Path | None) -> Iterator[Path]:
    with os.scandir(base / folder) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        path = folder / entry.name
        if not folder.parts and _made_again(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(base, path, without)
        elif entry.is_file(follow_symlinks=False) and not _half_written(path) and base / path != without:
            yield path


def _made_again(name: str) -> bool:
    # SQLite's own files stand beside the database under its name.
    own = (database_name(), "export-")
    return name in MADE_AGAIN or name == ERASED or name.startswith(own) or name.endswith((".log", ".caunoi"))


def _half_written(path: Path) -> bool:
    return path.name.endswith(PARTLY_WRITTEN) or (path.parts[0] == FILES and not _SHA256.fullmatch(path.name))


def database_name() -> str:
    return Path(str(connection.settings_dict["NAME"])).name if connection.vendor == "sqlite" else "caunoi.sqlite3"
