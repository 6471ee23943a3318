"""Segments read where they are, in S3-compatible storage, by Python on a cluster's machines.

They get `reader` by value: their Python needs pyarrow, and neither this product nor a jar. Hence this module and
`documents.s3`, all that is sent, know no settings. Each machine compares what it fetched with the hash that the
database names, at each reading, before it looks at a row.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from caunoi.documents import s3
from caunoi.documents.s3 import Access

if TYPE_CHECKING:
    import pyarrow as pa

MARK = "unread-segment"
_UNREAD = re.compile(MARK + r" (\w+) (\S+) ?(.*)")


class Rows(NamedTuple):
    """Which rows are wanted, of which columns; None: of any. Others may come with them."""

    columns: Sequence[str]
    book: int | None
    units: tuple[int, int] | None
    elements: Sequence[int] | None


class Unread(NamedTuple):
    """`kind`: missing, damaged or unreachable; `why` only of the last."""

    kind: str
    file: str
    why: str


class _SegmentUnread(Exception):
    """What a cluster's machine cannot read. Of an exception there, only the text comes back."""

    def __init__(self, kind: str, file: str, why: str = "") -> None:
        super().__init__(f"{MARK} {kind} {file} {why}")


def find_unread(text: str) -> Unread | None:
    """In what Spark tells of a failure."""
    found = _UNREAD.search(text)
    return None if found is None else Unread(found[1], found[2], found[3].strip())


def reader(files: Sequence[tuple[str, str]], folder: str, access: Access, rows: Rows) -> type:
    """For `arrow_udtf`, over the numbers of `files`, which are (name, SHA-256 in hexadecimal) in that folder of the
    storage."""

    class Reader:
        def eval(self, numbers: pa.RecordBatch) -> Iterator[pa.Table]:
            for number in numbers.column(0).to_pylist():
                name, sha256 = files[number]
                yield from _choose(_fetch(name, sha256, folder, access), rows)

    return Reader


def _fetch(name: str, sha256: str, folder: str, access: Access) -> bytes:
    try:
        with s3.connect(access).open_input_stream(f"{access.address.folder}/{folder}/{name}") as source:
            content = source.read()
    except FileNotFoundError:
        raise _SegmentUnread("missing", name) from None
    except OSError as error:
        raise _SegmentUnread("unreachable", name, s3.shorten(error)) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _SegmentUnread("damaged", name)
    return bytes(content)


def _choose(content: bytes, rows: Rows) -> Iterator[pa.Table]:
    """Row groups that hold nothing wanted are passed over, as a segment's order lets them be."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import dataset  # noqa: PLC0415

    wanted = dataset.field("sign").is_valid()
    if rows.book is not None:
        wanted &= dataset.field("book") == rows.book
    if rows.units is not None:
        wanted &= (dataset.field("unit") >= rows.units[0]) & (dataset.field("unit") <= rows.units[1])
    if rows.elements is not None:
        wanted &= dataset.field("element").isin(list(rows.elements))
    segment = dataset.ParquetFileFormat().make_fragment(pa.BufferReader(content))
    scanner = segment.scanner(columns=list(rows.columns), filter=wanted, use_threads=False)
    for batch in scanner.to_batches():
        yield pa.Table.from_batches([batch])
