"""The embedded engine: DuckDB reads the segments where they are and joins them with what it has in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from caunoi.facts.engines import SegmentFile
from caunoi.facts.intact import check_intact
from caunoi.facts.segments import folder

if TYPE_CHECKING:
    import duckdb


class EmbeddedSession:
    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self.cursor = cursor

    def make(self, name: str, query: str) -> None:
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def small(self, query: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(query).fetchall()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.cursor.execute(query).fetchall()


class EmbeddedEngine:
    def check(self, files: Sequence[SegmentFile]) -> None:
        check_intact((folder() / one.file, one.sha256) for one in files)

    def spans_query(self, files: Sequence[SegmentFile]) -> str:
        return f"SELECT DISTINCT span FROM {_read(files)}"

    def postings_query(self, files: Sequence[SegmentFile]) -> str | None:
        return f"SELECT * FROM {_read(files)}"

    def open(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile]) -> EmbeddedSession:
        return EmbeddedSession(cursor)


def _read(files: Sequence[SegmentFile]) -> str:
    quoted = ", ".join("'" + str(folder() / one.file).replace("'", "''") + "'" for one in files)
    return f"read_parquet([{quoted}])"
