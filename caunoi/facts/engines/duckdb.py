"""The embedded engine: DuckDB reads the segments where they are and joins them with what it has in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from caunoi.facts.engines import Range, SegmentFile
from caunoi.facts.segments import check_here, folder

if TYPE_CHECKING:
    import duckdb


TEXTS_AT_ONCE = 50_000


class EmbeddedSession:
    def __init__(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile], tail: str) -> None:
        self.cursor = cursor
        self.files = files
        self.tail = tail

    def make(self, name: str, query: str) -> None:
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def small(self, query: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(query).fetchall()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(query).fetchall()

    def keep(self, name: str, query: str) -> None:
        self.make(name, query)

    def take(self, name: str, table: Any) -> None:
        self.cursor.register("incoming", table)
        self.make(name, "FROM incoming")
        self.cursor.unregister("incoming")

    def texts(self, query: str) -> Iterator[bytes]:
        for batch in self.cursor.sql(query).to_arrow_reader(TEXTS_AT_ONCE):
            yield _join(batch.column(0))

    def postings(self, book: int | None = None, units: Sequence[Range] = ()) -> str:
        """Files are passed over here: DuckDB opens each and asks each of its row groups, which at a nation's size takes
        longer than the sums."""
        files = [one for one in self.files if one.may_hold(book, units)]
        return f"(SELECT * FROM {_read(files)} UNION ALL SELECT * FROM {self.tail})" if files else self.tail


class EmbeddedEngine:
    def check(self, files: Sequence[SegmentFile]) -> None:
        check_here((one.file, one.sha256) for one in files)

    def spans_query(self, files: Sequence[SegmentFile]) -> str:
        return f"SELECT DISTINCT span FROM {_read(files)}"

    def open(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile], tail: str) -> EmbeddedSession:
        return EmbeddedSession(cursor, files, tail)


def _read(files: Sequence[SegmentFile]) -> str:
    quoted = ", ".join("'" + str(folder() / one.file).replace("'", "''") + "'" for one in files)
    return f"read_parquet([{quoted}])"


def _join(texts: Any) -> bytes:
    """A column of texts, none of them missing, is their bytes one behind the other and where each begins."""
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    _missing, starts, content = texts.cast(pa.large_string()).buffers()
    ends = memoryview(starts).cast("q")
    return bytes(memoryview(content)[ends[texts.offset] : ends[texts.offset + len(texts)]]) if len(texts) else b""
