from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings

from caunoi.documents.errors import StoredFileMissing
from caunoi.documents.models import StoredFile
from caunoi.documents.storage import find_storage

# Files this process has made durable: 64 bytes each, so that photos kept ahead of a transaction cost it no flush.
MOST_REMEMBERED = 10_000
_durable: set[str] = set()


def path_of(sha256: str) -> Path:
    """Where the bytes are on this machine's disk. With object storage they are fetched first if they are not there:
    raises StoredFileMissing and StorageUnreachable."""
    path = _path_here(sha256)
    storage = find_storage()
    if storage is not None and not path.exists() and not storage.fetch(_name_of(sha256), path, sha256):
        raise StoredFileMissing(sha256)
    return path


def hold_here(several: Iterable[str]) -> None:
    """With object storage, the bytes of these hashes are fetched to this machine. What the storage lacks stays away."""
    if find_storage() is not None:
        for sha256 in several:
            with suppress(StoredFileMissing):
                path_of(sha256)


def send_files(advance: Callable[[int], None]) -> list[str]:
    """To object storage, what it has not or has damaged. The hashes of those that are not whole on this machine either;
    `advance` gets how many more were looked at."""
    storage, wrong = find_storage(), []
    for sha256 in StoredFile.objects.order_by("sha256").values_list("sha256", flat=True).iterator():
        if storage is not None and storage.hash_of(_name_of(sha256)) != sha256:
            path = _path_here(sha256)
            if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                storage.put_file(_name_of(sha256), path)
            else:
                wrong.append(sha256)
        advance(1)
    return wrong


def _path_here(sha256: str) -> Path:
    return Path(settings.CAUNOI_HOME) / "files" / sha256[:2] / sha256


def _name_of(sha256: str) -> str:
    """In object storage."""
    return f"files/{sha256[:2]}/{sha256}"


def keep_bytes(content: bytes) -> str:
    """Their SHA-256, once they will survive a power cut under it.

    Slow (it waits for the disk), so callers that hold a lock keep the bytes before they take it. No row names them
    yet: `store_bytes` writes that. Bytes kept and then refused stay in the folder and do no harm.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path_here(sha256)
    if path.exists():
        # Put there by somebody who may not yet have flushed the folder, or not lived to.
        if sha256 not in _durable:
            _flush_folder(path.parent)
    else:
        _write(path, content)
    storage = find_storage()
    # A copy here may be older than the storage, or its sending have been cut off.
    if storage is not None and sha256 not in _durable and storage.find_size(_name_of(sha256)) != len(content):
        storage.put_bytes(_name_of(sha256), content)
    if len(_durable) >= MOST_REMEMBERED:
        _durable.clear()
    _durable.add(sha256)
    return sha256


def _write(path: Path, content: bytes) -> None:
    folder = path.parent
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _flush_folder(folder.parent)
        _flush_folder(folder.parent.parent)
    # Written beside and renamed: a crash leaves a stray temporary file, never half a document under its hash.
    descriptor, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    """A file's own flush does not promise that its name survives: that stands in the folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def store_bytes(content: bytes, *, media_type: str, at: datetime) -> StoredFile:
    """Keep the bytes; the same bytes are kept once. Durable before the row that names them is written."""
    stored, _ = StoredFile.objects.get_or_create(
        sha256=keep_bytes(content), defaults={"size": len(content), "media_type": media_type, "stored_at": at}
    )
    return stored


def read_bytes(sha256: str) -> bytes:
    return path_of(sha256).read_bytes()
