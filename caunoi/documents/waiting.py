"""What waits for its reader: uploads that were looked over, to be confirmed; parts of a batch, to be fetched. They lie
beside the documents and are no documents: nothing may rely on them, no backup has them, after a day they are gone."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

KEPT = timedelta(days=1)
_HASH = re.compile(r"[0-9a-f]{64}")


def keep_waiting(content: bytes, *, at: datetime) -> str:
    """Their SHA-256, by which they are found again. The same bytes once more begin their day anew."""
    sha256 = hashlib.sha256(content).hexdigest()
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: another process never reads half of it.
    beside = folder / f"{sha256}.{os.getpid()}.part"
    beside.write_bytes(content)
    os.utime(beside, (at.timestamp(), at.timestamp()))
    os.replace(beside, folder / sha256)
    return sha256


def find_waiting(sha256: str) -> bytes | None:
    """None once its day is over."""
    if not _HASH.fullmatch(sha256):
        return None
    try:
        return (_folder() / sha256).read_bytes()
    except FileNotFoundError:
        return None


def is_waiting(sha256: str) -> bool:
    return (_folder() / sha256).exists()


def clear_waiting(*, at: datetime) -> int:
    """Those older than a day, and what a crash left half written. How many there were."""
    count = 0
    oldest = (at - KEPT).timestamp()
    for path in _folder().glob("*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
                count += 1
        except FileNotFoundError:
            continue  # another worker was faster
    return count


def _folder() -> Path:
    return Path(settings.CAUNOI_HOME) / "waiting"
