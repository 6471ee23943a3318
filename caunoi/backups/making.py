"""Writing a backup beside its place, reading it back, and only then giving it its name."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from caunoi.backups import home
from caunoi.backups.checking import Summary, check_backup
from caunoi.backups.envelope import Writer
from caunoi.backups.errors import BackupNotWritten
from caunoi.backups.parts import PartsWriter
from caunoi.backups.tables import LEFT_OUT, open_snapshot
from caunoi.documents.actions import hold_here
from caunoi.refusals import explain_os_error

READ_AT_ONCE = 1024 * 1024
# (bytes done, bytes in all as far as is known)
Show = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """`size`, `sha256`: of the file. `missing`: stored files that a row names and the folder lacks; `damaged`: whose
    bytes are not those of their name. Both were so before the backup, which holds all that is there."""

    path: Path
    size: int
    sha256: str
    summary: Summary
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def write_backup(path: Path, *, at: datetime, passphrase: str = "", show: Show = lambda _done, _all: None) -> Made:
    """Memory stays the same however much there is. Refused without anything left behind if it cannot be written whole
    or read back equal."""
    path = path.absolute()
    if path.exists():
        raise BackupNotWritten(_("Đã có tệp %(path)s. Hãy chọn tên khác.") % {"path": path})
    beside = path.with_name(f".{path.name}.{os.getpid()}{home.PARTLY_WRITTEN}")
    try:
        descriptor = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                wrong = _write(file, beside, at=at, passphrase=passphrase, show=show)
                file.flush()
                os.fsync(file.fileno())
                # What the disk has, not what the memory still has of it.
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                summary = check_backup(beside, passphrase=passphrase, show=show)
            digest = hash_file(beside)
            size = beside.stat().st_size
            # Fails when somebody gave that name to another file meanwhile, where a rename would replace it.
            os.link(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise BackupNotWritten(_explain(error, path)) from error
    return Made(path, size, digest, summary, *wrong)


def hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(
    file: BinaryIO, path: Path, *, at: datetime, passphrase: str, show: Show
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    writer = PartsWriter(Writer(file, passphrase))
    with open_snapshot() as snapshot:
        hold_here(snapshot.list_stored_files())
        # After the snapshot: a row of it names only files that were there before it was written.
        kept = sum(_size(home.home() / name) for name in home.list_kept(without=path))
        progress = _Progress(show, snapshot.estimate_size() + kept)
        tables = {name: columns for name, columns in snapshot.list_tables().items() if name not in LEFT_OUT}
        about = {
            "part": "about",
            "product": version("caunoi"),
            "made_at": at.isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": snapshot.list_migrations(),
            "schema": snapshot.read_schema(),
            "sequences": {name: last for name, last in snapshot.read_sequences().items() if name in tables},
        }
        writer.add(about, ())
        # Whatever the environment says of it: without this key sealed tokens are lost.
        writer.add({"part": "file", "name": home.SECRET}, [settings.SECRET_KEY.encode()])
        for name, columns in tables.items():
            told = {"part": "table", "name": name, "columns": [column.name for column in columns]}
            writer.add(told, progress.passing(snapshot.read_rows(name, columns)))
        named = _Named(snapshot.list_stored_files())
        damaged = []
        for file_name in home.list_kept(without=path):
            if file_name == Path(home.SECRET):
                continue
            digest = _add_file(writer, file_name, progress)
            if file_name.parts[0] == home.FILES:
                named.meet(file_name.name)
                if digest is not None and digest != file_name.name:
                    damaged.append(file_name.name)
        named.end()
    writer.finish()
    return tuple(named.missing), tuple(damaged)


def _add_file(writer: PartsWriter, name: Path, progress: _Progress) -> str | None:
    """None if it went away meanwhile: what a row names never does."""
    try:
        file = (home.home() / name).open("rb")
    except FileNotFoundError:
        return None
    with file:
        blocks = iter(lambda: file.read(READ_AT_ONCE), b"")
        return writer.add({"part": "file", "name": str(name)}, progress.passing(blocks))[1]


class _Named:
    """The stored files that the snapshot names, in order, against those of the folder, in the same order."""

    def __init__(self, names: Iterator[str]) -> None:
        self._names = names
        self._next = next(names, None)
        self.missing: list[str] = []

    def meet(self, name: str) -> None:
        while self._next is not None and self._next < name:
            self.missing.append(self._next)
            self._next = next(self._names, None)
        if self._next == name:
            self._next = next(self._names, None)

    def end(self) -> None:
        if self._next is not None:
            self.missing += [self._next, *self._names]


class _Progress:
    def __init__(self, show: Show, total: int) -> None:
        self._show, self._total, self._done = show, total, 0

    def passing(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        for block in blocks:
            yield block
            self._done += len(block)
            self._show(min(self._done, self._total), self._total)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explain(error: OSError, path: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return _(
            "Không đủ chỗ trống ở %(folder)s để ghi bản sao lưu; không có gì được để lại. Hãy dọn chỗ hoặc chọn nơi"
            " khác."
        ) % {"folder": path.parent}
    if isinstance(error, FileExistsError):
        return _("Đã có tệp %(path)s. Hãy chọn tên khác.") % {"path": path}
    return _("Không ghi được bản sao lưu vào %(path)s: %(why)s. Hãy kiểm tra thư mục và quyền ghi.") % {
        "path": path,
        "why": explain_os_error(error),
    }
