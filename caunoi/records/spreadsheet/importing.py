"""A whole spreadsheet into the records, or nothing of it."""

from __future__ import annotations

import errno
import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.scope import Scope
from caunoi.audit.rules import Actor
from caunoi.documents.actions import store_bytes
from caunoi.personal.queries import find_personal_form
from caunoi.records.actions.arrival import store
from caunoi.records.errors import DiskFull, SeveralRefused
from caunoi.records.spreadsheet.reading import Sheet, read_rows, refuse
from caunoi.refusals import Mistake

Advance = Callable[[int], None]


@dataclass(frozen=True)
class ImportResult:
    """`notes`: sentences about what was left aside or already there in a newer version."""

    new: int
    corrected: int
    unchanged: int
    notes: tuple[str, ...] = ()


def import_file(
    form_code: str,
    content: bytes,
    file_name: str,
    *,
    by: User | None,
    by_name: str,
    at: datetime,
    scope: Scope,
    progress: Advance | None = None,
) -> ImportResult:
    """One submission a row. The same file again changes nothing.

    Raises FileRefused with all mistakes of the file, DiskFull, FormUnknown; nothing is loaded then. `scope`: units and
    days the importing user may enter for. `progress` is told how many more rows are done, three times over.
    """
    try:
        with _without_collecting(), transaction.atomic():
            sheet = read_rows(
                form_code, content, file_name, by=by, by_name=by_name, at=at, scope=scope, progress=progress
            )
            return _store(form_code, sheet, content, file_name, by, by_name, at, progress)
    except (OSError, DatabaseError) as error:
        if is_disk_full(error):
            raise DiskFull(file_name) from error
        raise


@contextmanager
def _without_collecting() -> Iterator[None]:
    """A file's rows are kept until all are written, a million small objects without a circle among them: Python's
    collector would look through them again and again, a tenth of the time, and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _store(
    form_code: str,
    sheet: Sheet,
    content: bytes,
    file_name: str,
    by: User | None,
    by_name: str,
    at: datetime,
    progress: Advance | None,
) -> ImportResult:
    actor = Actor(by_name, by.pk if by else None)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        received = store(
            [row.prepared for row in sheet.rows],
            by=actor,
            at=at,
            progress=progress,
            action="submission.import",
            detail={"file": file_name, "sha256": sha256},
        )
    except SeveralRefused as several:
        raise refuse(
            file_name,
            [
                Mistake(file_name, sheet.sheet, sheet.rows[index].number, "", refusal.sentence)
                for index, refusal in several.refusals
            ],
        ) from None
    counts = Counter(one.outcome for one in received)
    # Of a file that names people only its hash is kept, in the audit: in its bytes nothing could ever be erased.
    if (counts["new"] or counts["corrected"]) and find_personal_form(form_code) is None:
        store_bytes(content, media_type="application/octet-stream", at=at)
    notes = list(sheet.notes)
    if old := sum(1 for one in received if not one.is_current):
        text = _("%(count)d dòng trùng với bản gửi trước đây đã được sửa; bản sửa mới hơn được giữ nguyên.")
        notes.append(text % {"count": old})
    return ImportResult(counts["new"], counts["corrected"], counts["unchanged"] + sheet.unchanged, tuple(notes))


def is_disk_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return any(words in str(error) for words in ("disk is full", "No space left on device"))
