"""Reading a backup wholly: every byte is compared before anything is said of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from caunoi.backups.envelope import damaged, is_encrypted, read_pieces
from caunoi.backups.errors import NotABackup
from caunoi.backups.parts import Part, read_parts
from caunoi.refusals import explain_os_error

Show = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """What a backup says of itself, once all of it was read. `size` is that of what it holds, unpacked."""

    product: str
    made_at: datetime
    database: str
    encrypted: bool
    migrations: tuple[tuple[str, str], ...]
    tables: int
    rows: int
    files: int
    size: int


def check_backup(path: Path, *, passphrase: str = "", show: Show = lambda _done, _all: None) -> Summary:
    about: dict[str, Any] = {}
    tables = rows = files = size = 0
    with open_backup(path, passphrase=passphrase, show=show) as parts:
        for part in parts:
            if not about:
                about = part.about
            table = part.about["part"] == "table"
            tables += table
            files += part.about["part"] == "file"
            for block in part.blocks():
                size += len(block)
                rows += block.count(b"\n") if table else 0
    return Summary(
        product=about["product"],
        made_at=datetime.fromisoformat(about["made_at"]),
        database=about["database"],
        encrypted=asks_for_passphrase(path),
        migrations=tuple((app, name) for app, name in about["migrations"]),
        tables=tables,
        rows=rows,
        files=files,
        size=size,
    )


@contextmanager
def open_backup(path: Path, *, passphrase: str, show: Show) -> Iterator[Iterator[Part]]:
    """Parts in order, the first one about the others."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    with file:
        total = os.fstat(file.fileno()).st_size

        def pieces() -> Iterator[bytes]:
            try:
                for piece in read_pieces(file, passphrase):
                    yield piece
                    show(file.tell(), total)
            except OSError as error:
                # A disk that fails in the middle; what whoever asked does with the pieces never comes here.
                raise _unreadable(path, error) from error

        yield _begin_with_about(read_parts(pieces()))


def asks_for_passphrase(path: Path) -> bool:
    """Whether it is encrypted. One that cannot be read is refused, with its reason."""
    try:
        with path.open("rb") as file:
            return is_encrypted(file)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> NotABackup:
    return NotABackup(_("Không đọc được tệp %(path)s: %(why)s.") % {"path": path, "why": explain_os_error(error)})


def _begin_with_about(parts: Iterator[Part]) -> Iterator[Part]:
    first = next(parts, None)
    if first is None or first.about.get("part") != "about":
        raise damaged()
    yield first
    yield from parts
