"""Segment files are what they were when they were written: looked at whenever a question is asked.

Reading a whole file takes a second for a gigabyte, so a process reads each once, and again whenever its size, its time
of change or its place on the disk is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.utils.translation import gettext as _

from caunoi.facts.errors import LedgerBroken

Stamp = tuple[int, int, int, str]
_found_right: dict[Path, Stamp] = {}


def check_intact(files: Iterable[tuple[Path, str]]) -> None:
    """`files`: where they are, and their SHA-256 in hexadecimal. Raises LedgerBroken for the first that is missing or
    differs."""
    unread: list[tuple[Path, str, Stamp]] = []
    for path, sha256 in files:
        try:
            seen = path.stat()
        except OSError as error:
            raise describe_missing(path.name) from error
        stamp = (seen.st_size, seen.st_mtime_ns, seen.st_ino, sha256)
        if _found_right.get(path) != stamp:
            unread.append((path, sha256, stamp))
    if not unread:
        return
    with ThreadPoolExecutor() as pool:
        for (path, sha256, stamp), found in zip(unread, pool.map(_hash, [path for path, *_ in unread]), strict=True):
            if found is None:
                raise describe_missing(path.name)
            if found != sha256:
                raise describe_damaged(path.name)
            _found_right[path] = stamp


def describe_damaged(name: str) -> LedgerBroken:
    return LedgerBroken(
        _("Tệp số liệu %(file)s đã hỏng: nội dung không khớp mã băm. Hãy chạy: caunoi ledger rebuild") % {"file": name}
    )


def describe_missing(name: str) -> LedgerBroken:
    return LedgerBroken(_("Thiếu tệp số liệu %(file)s. Hãy chạy: caunoi ledger rebuild") % {"file": name})


def _hash(path: Path) -> str | None:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
