from __future__ import annotations

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings

from caunoi.documents.models import StoredFile


def path_of(sha256: str) -> Path:
    return Path(settings.CAUNOI_HOME) / "files" / sha256[:2] / sha256


def store_bytes(content: bytes, *, media_type: str, at: datetime) -> StoredFile:
    """Keep the bytes; the same bytes are kept once. Durable before the row that names them is written."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside and renamed: a crash leaves a stray temporary file, never half a document under its hash.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    stored, _ = StoredFile.objects.get_or_create(
        sha256=sha256, defaults={"size": len(content), "media_type": media_type, "stored_at": at}
    )
    return stored


def read_bytes(sha256: str) -> bytes:
    return path_of(sha256).read_bytes()
