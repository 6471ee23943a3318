"""The parts of a batch of papers between their making and their fetching, and all of them as one zip.

They name people, so they wait under a key that stands in the batch's row: neither the files nor a copy of the database
says anything alone, and what the row's end leaves behind can be read by nobody.
"""

from __future__ import annotations

import zipfile
from datetime import datetime
from typing import IO

from cryptography.fernet import Fernet

from caunoi.accounts.sealing import sealer
from caunoi.awards.models import BatchPart, Dossier, PaperBatch
from caunoi.documents.waiting import find_waiting, is_waiting, keep_waiting

_PURPOSE = "batch of papers"


def make_wrapped_key() -> bytes:
    return sealer(_PURPOSE).encrypt(Fernet.generate_key())


def keep_part(batch: PaperBatch, content: bytes, *, at: datetime) -> str:
    return keep_waiting(_open_key(batch).encrypt(content), at=at)


def _open_key(batch: PaperBatch) -> Fernet:
    return Fernet(sealer(_PURPOSE).decrypt(bytes(batch.wrapped)))


def list_made(batch: PaperBatch) -> list[BatchPart]:
    """Parts that still wait: those of yesterday, or of a disk that was lost, are to be made again."""
    return [part for part in batch.parts.all() if is_waiting(part.sha256)]


def count_made(dossier: Dossier) -> int:
    """Papers that wait to be fetched."""
    batch = PaperBatch.objects.filter(dossier=dossier).first()
    return 0 if batch is None else sum(part.last - part.first + 1 for part in list_made(batch))


def write_bundle(batch: PaperBatch, into: IO[bytes]) -> int:
    """A Word file of each part, one at a time in memory; how many papers. A part that went meanwhile is left out."""
    key, papers = _open_key(batch), 0
    # Word files are packed already.
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as packed:
        for part in batch.parts.all():
            sealed = find_waiting(part.sha256)
            if sealed is not None:
                name = f"{batch.dossier.kind_code}-{part.first:05}-{part.last:05}.docx"
                packed.writestr(name, key.decrypt(sealed))
                papers += part.last - part.first + 1
    return papers
