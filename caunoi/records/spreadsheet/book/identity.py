"""The identities that rows of a workbook give to what they send."""

from __future__ import annotations

import uuid

from caunoi.records.spreadsheet.book.layout import Mark

_LINES = uuid.UUID("0d4b8a52-6a55-5d7e-9a55-5a1f4f6f7c11")
# So much of the workbook's id stands in the instanceIDs that come from it: whoever reads one knows the workbook again.
_SHARED = len("00000000-0000")


def new_instance(mark: Mark) -> str:
    return f"uuid:{mark.book[:_SHARED]}{str(uuid.uuid4())[_SHARED:]}"


def line_instance(mark: Mark, line: str) -> str:
    """An event's row always gets the same identity, so that a second upload finds what the first one made of it."""
    return f"uuid:{mark.book[:_SHARED]}{str(uuid.uuid5(_LINES, f'{mark.book} {mark.form} {line}'))[_SHARED:]}"


def is_from(instance_id: str, mark: Mark) -> bool:
    return instance_id.startswith(f"uuid:{mark.book[:_SHARED]}")
