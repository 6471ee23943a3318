"""An Apache Spark cluster: it reads the same segments from storage that all its machines see.

The SQL is DuckDB's, carried over by sqlglot; what the two mean differently stands in `carry_over`. Small tables are
sent along with the statement that names them, the live tail among them: a posting counts in the next answer here too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from caunoi.facts.engines import Range, SegmentFile, cluster
from caunoi.facts.engines.duckdb import EmbeddedSession
from caunoi.facts.intact import describe_damaged, describe_missing
from caunoi.facts.segments import check_here, folder, storage

if TYPE_CHECKING:
    import duckdb

SCHEMA = """seq BIGINT, book TINYINT, element INT, unit INT, span BIGINT, disaggregation STRING, class_code STRING,
amount BIGINT, sign TINYINT, version BIGINT"""
MOST_KEPT = 24
LONG_LIST = re.compile(r"(?<= IN \()\d+(?:, \d+)+(?=\))")
STAND_IN = 9_100_000_000_000_000_000


def carry_over(query: str, names: dict[str, str]) -> str:
    """The query as Spark means it, with its tables called by other names.

    DuckDB adds whole numbers in 128 bits, Spark in 64: sums and HUGEINT become DECIMAL(38, 0), and Spark fails rather
    than wraps where even that is too small. Everything else the questions use is said alike or translated by sqlglot.
    Long lists of numbers are set aside meanwhile: reading them took longer than asking.
    """
    import sqlglot  # noqa: PLC0415 - comes with pyspark, in the extra `spark`
    from sqlglot import exp  # noqa: PLC0415

    lists: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        lists.append(found[0])
        return str(STAND_IN + len(lists) - 1)

    tree = sqlglot.parse_one(LONG_LIST.sub(set_aside, query), read="duckdb")
    decimal = exp.DataType.build("DECIMAL(38, 0)")
    for kind in list(tree.find_all(exp.DataType)):
        if kind.is_type(exp.DataType.Type.INT128):
            kind.replace(decimal.copy())
    for total in list(tree.find_all(exp.Sum)):
        total.set("this", exp.cast(total.this, decimal.copy()))
    for table in list(tree.find_all(exp.Table)):
        if table.name in names:
            # A table keeps its old name as alias, which the columns may be written with.
            alias = table.alias or table.name
            table.replace(exp.to_table(names[table.name], alias=alias))
    carried: str = tree.sql(dialect="spark")
    for index, numbers in enumerate(lists):
        carried = carried.replace(str(STAND_IN + index), numbers)
    return carried


def tables_in(query: str) -> set[str]:
    """Names after FROM and JOIN, those of the query's own WITH left out."""
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)", query))
    return named - set(re.findall(r"\b([a-z_]+) AS \(", query))


class SparkSession(EmbeddedSession):
    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        files: Sequence[SegmentFile],
        tail: str,
        frame: Any,
        engine: SparkEngine,
    ) -> None:
        super().__init__(cursor, files, tail)
        self.frame = frame
        self.engine = engine

    def postings(self, book: int | None = None, units: Sequence[Range] = ()) -> str:
        """Spark passes over files and row groups by itself, on the machines that read them."""
        return "postings"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with cluster.asking() as spark:
            views: dict[str, str] = {}
            try:
                for name in tables_in(query):
                    frame = self.frame if name == "postings" else self._frame(spark, name)
                    # Two questions at the same time have slices of their own.
                    views[name] = f"{name}_{uuid4().hex}"
                    frame.createOrReplaceTempView(views[name])
                found = spark.sql(carry_over(query, views)).collect()
            finally:
                for view in views.values():
                    spark.catalog.dropTempView(view)
        return [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in found]

    def _frame(self, spark: Any, name: str) -> Any:
        kept = self.engine.closures
        if name in kept:
            return kept[name]
        frame = spark.createDataFrame(self.cursor.sql(f"SELECT * FROM {name}").to_arrow_table())
        if name.startswith("closure_"):
            while len(kept) >= MOST_KEPT:
                kept.pop(next(iter(kept)), None)
            kept[name] = frame
        return frame


class SparkEngine:
    def __init__(self) -> None:
        self.closures: dict[str, Any] = {}
        self.segments: tuple[object, Any] | None = None
        self.found_right: set[SegmentFile] = set()

    def check(self, files: Sequence[SegmentFile]) -> None:
        """Storage with an address is asked once for each file: an object there is replaced as a whole or not at all."""
        if storage() is None:
            check_here((one.file, one.sha256) for one in files)
        elif unread := [one for one in files if one not in self.found_right]:
            found = cluster.hash_files([_address(one) for one in unread])
            for one in unread:
                sha256 = found.get(_address(one))
                if sha256 != one.sha256:
                    raise describe_missing(one.file) if sha256 is None else describe_damaged(one.file)
            self.found_right |= set(unread)

    def spans_query(self, files: Sequence[SegmentFile]) -> str:
        with cluster.asking() as spark:
            found = self._read(spark, files).select("span").distinct().collect()
        numbers = ", ".join(str(int(row[0])) for row in found)
        return f"SELECT unnest([{numbers}]::BIGINT[]) AS span"

    def open(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile], tail: str) -> SparkSession:
        with cluster.asking() as spark:
            frame = spark.createDataFrame(cursor.sql(f"SELECT * FROM {tail}").to_arrow_table())
            if files:
                frame = self._frame_of(spark, files).unionAll(frame)
            return SparkSession(cursor, files, tail, frame, self)

    def _frame_of(self, spark: Any, files: Sequence[SegmentFile]) -> Any:
        """Kept while the files are the same: listing them takes as long as a question."""
        key = (id(spark), tuple(files))
        if self.segments is None or self.segments[0] != key:
            self.segments = (key, self._read(spark, files))
            self.closures.clear()
        return self.segments[1]

    def _read(self, spark: Any, files: Sequence[SegmentFile]) -> Any:
        return spark.read.schema(SCHEMA).parquet(*[_address(one) for one in files])


def _address(one: SegmentFile) -> str:
    address = storage()
    return (folder() / one.file).as_uri() if address is None else f"{address}/{one.file}"
