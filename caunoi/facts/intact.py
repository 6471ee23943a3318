"""Segment files are what they were when they were written: looked at whenever a question is asked.

Reading a whole file takes a second for a gigabyte, so a process reads each once, and again whenever its size, its time
of change or its place on the disk is another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.utils.translation import gettext as _

from caunoi.facts.errors import LedgerBroken
from caunoi.refusals import explain_os_error

Stamp = tuple[int, int, int, str]
Mend = Callable[[Path, str], bool | None]
_found_right: dict[Path, Stamp] = {}


def check_intact(files: Iterable[tuple[Path, str]], mend: Mend | None = None) -> None:
    """`files`: where they are, and their SHA-256 in hexadecimal. Raises LedgerBroken for the first that is missing or
    differs. `mend` is asked first to bring a file back; it says None if there is none to bring, False if that differs
    too."""
    unread: list[tuple[Path, str, Stamp | None]] = []
    for path, sha256 in files:
        stamp = _stamp(path, sha256)
        if stamp is None or _found_right.get(path) != stamp:
            unread.append((path, sha256, stamp))
    if not unread:
        return
    with ThreadPoolExecutor() as pool:
        faults = pool.map(find_fault, *zip(*((path, sha256) for path, sha256, _stamp in unread), strict=True))
        for (path, sha256, stamp), fault in zip(unread, faults, strict=True):
            right: Stamp | None = stamp
            if fault is not None:
                there = mend(path, sha256) if mend is not None else None
                if not there:
                    raise fault if there is None else describe_damaged(path.name)
                right = _stamp(path, sha256)
            if right is not None:
                _found_right[path] = right


def find_fault(path: Path, sha256: str) -> LedgerBroken | None:
    """What is wrong with a file that should have that hash: missing, unreadable or another content."""
    try:
        found = hash_file(path)
    except OSError as error:
        return LedgerBroken(
            _("Không đọc được tệp số liệu %(file)s: %(why)s.") % {"file": path.name, "why": explain_os_error(error)}
        )
    if found is None:
        return describe_missing(path.name)
    return None if found == sha256 else describe_damaged(path.name)


def _stamp(path: Path, sha256: str) -> Stamp | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_size, seen.st_mtime_ns, seen.st_ino, sha256


def describe_damaged(name: str) -> LedgerBroken:
    return LedgerBroken(
        _("Tệp số liệu %(file)s đã hỏng: nội dung không khớp mã băm. Hãy chạy: caunoi ledger rebuild") % {"file": name}
    )


def describe_missing(name: str) -> LedgerBroken:
    return LedgerBroken(_("Thiếu tệp số liệu %(file)s. Hãy chạy: caunoi ledger rebuild") % {"file": name})


def hash_file(path: Path) -> str | None:
    """None if there is no such file. Raises OSError for what is there and cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
