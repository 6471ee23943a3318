"""The columnar projection of the ledger as one process reads it: segment files plus the tail read from the ledger when
a question is asked.

A posting counts at once, without an export step: what no segment holds yet is read by its numbers, which are given
in commit order, so a number that is not there now will never appear below one that is.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from caunoi.facts.arrivals import Arrivals
from caunoi.facts.arrow import tabulate
from caunoi.facts.engines import SegmentEngine, SegmentFile, Session
from caunoi.facts.engines.duckdb import EmbeddedEngine
from caunoi.facts.engines.spark import SparkEngine
from caunoi.facts.models import Segment
from caunoi.facts.postings import COLUMNAR, TABLE, read_postings
from caunoi.facts.rules.spans import Span, unpack_span
from caunoi.facts.segments import folder

if TYPE_CHECKING:
    import duckdb

MOST_TABLES = 24
TAILS_KEPT = 4


class Projection:
    """One per process. Questions run on cursors of one in-memory DuckDB; the segments are files beside it.

    It shows them the postings (columns: `postings.TABLE`) and the table `spans` (span, day_from, day_to, named_from,
    named_to), which has every span of a posting and maybe some of none.
    """

    def __init__(self, engine: SegmentEngine | None = None) -> None:
        import duckdb  # noqa: PLC0415 - 0.2 s and 60 MB that only questions need

        self.engine = engine or EmbeddedEngine()
        self.lock = threading.RLock()
        self.database: duckdb.DuckDBPyConnection = duckdb.connect(
            ":memory:",
            config={"threads": os.cpu_count() or 2, "memory_limit": "1GB", "preserve_insertion_order": False},
        )
        # Footers of the segments are read once and not at each question.
        self.database.execute("SET parquet_metadata_cache = true")
        self.database.execute(
            "CREATE TABLE spans (span BIGINT PRIMARY KEY, day_from DATE, day_to DATE, named_from DATE, named_to DATE)"
        )
        self.segments: list[SegmentFile] = []
        # A new table whenever the segments change: a question that began before goes on with the old tail beside the
        # old files, and never sees a posting neither in the tail, from which it goes, nor in the segment to which it
        # went.
        self.generation = TAILS_KEPT
        self.database.execute(f"CREATE TABLE {self.tail} {TABLE}")
        self.tail_to = 0
        self.tables: dict[tuple[object, ...], str] = {}
        self.arrivals = Arrivals(self.database)
        self.owed: dict[str, Any] = {}
        """What coverage keeps of the places (`coverage.Owed`), by the question."""
        self.stretches: dict[str, Any] = {}
        """What questions keep of the places (`engine.Stretches`), by the units asked for."""

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Brought up to the ledger's last committed posting."""
        with self.lock:
            self._refresh()
            return self.database.cursor()

    def open(self) -> Session:
        """The same for one question, whichever engine runs it."""
        with self.lock:
            return self.engine.open(self.cursor(), self.segments, self.tail)

    @property
    def tail(self) -> str:
        return f"tail_{self.generation}"

    def _refresh(self) -> None:
        before = self.segments, self.generation, self.tail_to
        self.database.execute("BEGIN")
        try:
            self._bring_up()
        except BaseException:
            self.database.execute("ROLLBACK")
            self.segments, self.generation, self.tail_to = before
            raise
        self.database.execute("COMMIT")

    def _bring_up(self) -> None:
        rows = Segment.objects.order_by("last_seq", "book", "unit_from").values_list(
            "last_seq", "file", "sha256", "book", "unit_from", "unit_to"
        )
        segments = [SegmentFile(*row) for row in rows]
        self.engine.check(segments)
        if segments != self.segments:
            self._take_segments(segments)
        for table in read_postings(self.tail_to):
            self.database.register("incoming", table)
            self.database.execute(f"INSERT INTO {self.tail} SELECT {COLUMNAR} FROM incoming")
            self.database.unregister("incoming")
            self._learn_spans(f"SELECT DISTINCT span FROM {self.tail} WHERE seq > {self.tail_to}")
            self.tail_to = table.column(0)[-1].as_py()

    def _take_segments(self, segments: list[SegmentFile]) -> None:
        known = set(self.segments)
        before = self.segments[-1].last_seq if self.segments else 0
        start = segments[-1].last_seq if segments else 0
        old = self.tail
        self.segments = segments
        self.generation += 1
        # Rebuilt from nothing: what the old tail had of it is read again.
        kept = f"WHERE seq > {start}" if start >= before else "WHERE false"
        self.database.execute(f"CREATE TABLE {self.tail} AS SELECT * FROM {old} {kept}")
        self.database.execute(f"DROP TABLE IF EXISTS tail_{self.generation - TAILS_KEPT}")
        self.tail_to = max(self.tail_to, start) if start >= before else start
        if new := [one for one in segments if one not in known]:
            self._learn_spans(self.engine.spans_query(new))

    def _learn_spans(self, query: str) -> None:
        new = self.database.execute(f"SELECT span FROM ({query}) ANTI JOIN spans USING (span)").fetchall()
        if new:
            # As columns: thousands of rows written out as VALUES take DuckDB 40 MB to read.
            self.database.register("incoming", _spread(new))
            self.database.execute("INSERT INTO spans SELECT * FROM incoming")
            self.database.unregister("incoming")

    def table_of(self, key: tuple[object, ...], build: Callable[[], Any]) -> str:
        """The name of an in-memory table for the key, made from `build() -> pyarrow.Table` when first asked."""
        with self.lock:
            name = self.tables.pop(key, None)
            if name is None:
                # The longest unused go: another thread may still be asking one that was taken up lately.
                while len(self.tables) >= MOST_TABLES:
                    self.database.execute(f"DROP TABLE {self.tables.pop(next(iter(self.tables)))}")
                name = f"closure_{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"
                self.database.register("incoming", build())
                self.database.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming ORDER BY ancestor, unit")
                self.database.unregister("incoming")
            self.tables[key] = name
            return name


def _spread(spans: Sequence[tuple[int]]) -> Any:
    """A `pyarrow.Table` like the table `spans`."""
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    days = dict.fromkeys(Span._fields, pa.date32())
    return tabulate([(number, *unpack_span(number)) for (number,) in spans], {"span": pa.int64(), **days})


_projections: dict[tuple[str, str, str], Projection] = {}
_making = threading.Lock()


def get_projection() -> Projection:
    key = (str(connection.settings_dict["NAME"]), str(folder()), settings.CAUNOI_ENGINE)
    with _making:
        if key not in _projections:
            _projections[key] = Projection(SparkEngine() if settings.CAUNOI_ENGINE == "spark" else EmbeddedEngine())
        return _projections[key]


def forget_projections() -> None:
    """Drop what this process has in memory (tests; after a restore)."""
    with _making:
        for projection in _projections.values():
            projection.database.close()
        _projections.clear()
