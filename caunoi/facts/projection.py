"""The columnar projection of the ledger: immutable files plus the tail read from the ledger when a question is asked.

A posting counts at once, without an export step: what no segment holds yet is read by its numbers, which are given
in commit order, so a number that is not there now will never appear below one that is. Everything here can be
deleted and rebuilt with the same answers.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from caunoi.facts.errors import LedgerBroken
from caunoi.facts.models import Posting, Segment

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "seq", "book", "data_element_id", "org_unit_id", "day_from", "day_to", "named_from", "named_to",
    "disaggregation", "class_code", "amount", "sign", "version_id",
)  # fmt: skip
TABLE = """(seq BIGINT, book TINYINT, element INTEGER, unit INTEGER, day_from DATE, day_to DATE, named_from DATE,
named_to DATE, disaggregation VARCHAR, class_code VARCHAR, amount BIGINT, sign TINYINT, version BIGINT)"""
SEGMENT_ROWS = 1_000_000
# Below this the tail is read quickly enough at the first question of a process; above, it is worth a segment.
COMPACT_FROM = 50_000
CHUNK = 100_000


def folder() -> Path:
    return Path(settings.CAUNOI_HOME) / "ledger"


class Projection:
    """One per process. Questions run on cursors of one in-memory DuckDB; the segments are files beside it."""

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415 - 0.2 s and 60 MB that only questions need

        self.lock = threading.RLock()
        self.database = duckdb.connect(
            ":memory:",
            config={"threads": os.cpu_count() or 2, "memory_limit": "1GB", "preserve_insertion_order": False},
        )
        self.database.execute(f"CREATE TABLE tail {TABLE}")
        self.segments: list[tuple[int, str]] = []
        self.tail_from = 0
        self.tail_to = 0
        self.closures: dict[tuple[object, ...], str] = {}
        self._view()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Brought up to the ledger's last committed posting."""
        with self.lock:
            self._refresh()
            return self.database.cursor()

    def _refresh(self) -> None:
        segments = list(Segment.objects.values_list("last_seq", "file"))
        if segments != self.segments:
            for _last, name in segments:
                if not (folder() / name).exists():
                    raise LedgerBroken(
                        _("Thiếu tệp số liệu %(file)s. Hãy chạy: caunoi ledger rebuild") % {"file": name}
                    )
            self.segments = segments
            start = segments[-1][0] if segments else 0
            if start < self.tail_from:  # rebuilt from nothing
                self.database.execute("DELETE FROM tail")
                self.tail_to = 0
            self.tail_from = start
            self.database.execute("DELETE FROM tail WHERE seq <= ?", [start])
            self.tail_to = max(self.tail_to, start)
            self._view()
        for table in _read_postings(self.tail_to):
            self.database.register("incoming", table)
            self.database.execute("INSERT INTO tail SELECT * FROM incoming")
            self.database.unregister("incoming")
            self.tail_to = table.column(0)[-1].as_py()

    def _view(self) -> None:
        parts = ["SELECT * FROM tail"]
        if self.segments:
            files = ", ".join("'" + str(folder() / name).replace("'", "''") + "'" for _last, name in self.segments)
            parts.insert(0, f"SELECT * FROM read_parquet([{files}])")
        self.database.execute("CREATE OR REPLACE VIEW postings AS " + " UNION ALL ".join(parts))

    def table_of(self, key: tuple[object, ...], build: Any) -> str:
        """The name of an in-memory table for the key, made from `build() -> pyarrow.Table` when first asked."""
        with self.lock:
            name = self.closures.get(key)
            if name is None:
                if len(self.closures) >= 24:
                    for old in list(self.closures)[:12]:
                        self.database.execute(f"DROP TABLE {self.closures.pop(old)}")
                name = f"closure_{hashlib.sha256(repr(key).encode()).hexdigest()[:16]}"
                self.database.register("incoming", build())
                self.database.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM incoming")
                self.database.unregister("incoming")
                self.closures[key] = name
            return name


_projections: dict[tuple[str, str], Projection] = {}
_making = threading.Lock()


def get_projection() -> Projection:
    key = (str(connection.settings_dict["NAME"]), str(folder()))
    with _making:
        if key not in _projections:
            _projections[key] = Projection()
        return _projections[key]


def forget_projections() -> None:
    """Drop what this process has in memory (tests; after a restore)."""
    with _making:
        for projection in _projections.values():
            projection.database.close()
        _projections.clear()


def _read_postings(after: int) -> Iterator[Any]:
    """The ledger's postings with numbers after `after`, as pyarrow tables of at most `CHUNK` rows, in order."""
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    types = [
        pa.int64(), pa.int8(), pa.int32(), pa.int32(), pa.date32(), pa.date32(), pa.date32(), pa.date32(),
        pa.string(), pa.string(), pa.int64(), pa.int8(), pa.int64(),
    ]  # fmt: skip
    # By the cursor: turning four columns of text into dates row by row took SQLite's reader a third of a rebuild.
    statement = f"SELECT {', '.join(COLUMNS)} FROM {Posting._meta.db_table} WHERE seq > %s ORDER BY seq LIMIT {CHUNK}"
    while True:
        with connection.cursor() as cursor:
            cursor.execute(statement, [after])
            rows = cursor.fetchall()
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        yield pa.table(
            {
                name: pa.array(values).cast(type_) if type_ == pa.date32() else pa.array(values, type=type_)
                for name, values, type_ in zip(COLUMNS, columns, types, strict=True)
            }
        )
        after = rows[-1][0]
        if len(rows) < CHUNK:
            return


def compact(*, minimum: int = COMPACT_FROM) -> int:
    """Write the tail as segments if it is long enough. Returns the rows written.

    Written beside, synced, then named in the database in one transaction: a crash leaves a file nobody names, which
    the next compaction removes. One at a time: the row lock on the clock would stop postings, so the unique bounds of
    `Segment` decide instead; a second compactor loses and its file is removed.
    """
    last = Segment.objects.order_by("-last_seq").values_list("last_seq", flat=True).first() or 0
    if Posting.objects.filter(seq__gt=last).count() < minimum:
        return 0
    written = 0
    import pyarrow.parquet as pq  # noqa: PLC0415

    folder().mkdir(parents=True, exist_ok=True)
    _remove_orphans()
    batch: list[Any] = []
    rows = 0
    for table in _read_postings(last):
        batch.append(table)
        rows += table.num_rows
        if rows >= SEGMENT_ROWS:
            written += _write_segment(batch, pq)
            batch, rows = [], 0
    if batch:
        written += _write_segment(batch, pq)
    return written


def _write_segment(tables: list[Any], pq: Any) -> int:
    import pyarrow as pa  # noqa: PLC0415

    table = pa.concat_tables(tables)
    first, last = table.column("seq")[0].as_py(), table.column("seq")[-1].as_py()
    # Questions ask few elements of many units: rows of one element and unit stand together, with small row groups
    # whose minima and maxima let the reader skip the rest.
    ordered = table.sort_by([("data_element_id", "ascending"), ("org_unit_id", "ascending"), ("day_from", "ascending")])
    ordered = ordered.rename_columns(
        ["seq", "book", "element", "unit", "day_from", "day_to", "named_from", "named_to", "disaggregation",
         "class_code", "amount", "sign", "version"]
    )  # fmt: skip
    name = f"{first:015d}-{last:015d}.parquet"
    temporary = folder() / f"{name}.{os.getpid()}.part"
    pq.write_table(ordered, temporary, compression="zstd", row_group_size=122_880)
    with open(temporary, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    os.replace(temporary, folder() / name)
    with transaction.atomic():
        Segment.objects.create(first_seq=first, last_seq=last, file=name, rows=table.num_rows, sha256=digest)
    return int(table.num_rows)


def _remove_orphans() -> None:
    named = set(Segment.objects.values_list("file", flat=True))
    for path in folder().iterdir():
        if path.name not in named and path.suffix in (".part", ".parquet"):
            path.unlink(missing_ok=True)


def rebuild() -> int:
    """Forget every segment and write them again from the ledger."""
    with transaction.atomic():
        Segment.objects.all().delete()
    return compact(minimum=1)


def check_segments() -> list[str]:
    """Names of segment files that are missing or differ from their hash."""
    wrong = []
    for segment in Segment.objects.all():
        try:
            with open(folder() / segment.file, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != segment.sha256:
                    wrong.append(segment.file)
        except OSError:
            wrong.append(segment.file)
    return wrong
