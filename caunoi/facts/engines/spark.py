"""An Apache Spark cluster: it reads the same segments from a folder that all its machines see, or by Python there from
S3-compatible storage.

The SQL is DuckDB's, carried over by sqlglot; what the two mean differently stands in `carry_over`. Small tables are
sent along with the statement that names them, the live tail among them: a posting counts in the next answer here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings

from caunoi.documents.storage import ObjectStorage, find_storage
from caunoi.facts.engines import Range, SegmentFile, cluster
from caunoi.facts.engines.duckdb import EmbeddedSession
from caunoi.facts.engines.stored_segments import Rows, find_unread, reader
from caunoi.facts.intact import describe_damaged, describe_missing
from caunoi.facts.segments import IN_STORAGE, check_here, folder, storage

if TYPE_CHECKING:
    import duckdb

COLUMNS = {
    "seq": "BIGINT", "book": "TINYINT", "element": "INT", "unit": "INT", "span": "BIGINT", "disaggregation": "STRING",
    "class_code": "STRING", "amount": "BIGINT", "sign": "TINYINT", "version": "BIGINT",
}  # fmt: skip
POSTINGS = "postings"
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

    short, lists = _set_lists_aside(query)
    tree = sqlglot.parse_one(short, read="duckdb")
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
    for number, numbers in lists.items():
        carried = carried.replace(number, numbers)
    return carried


def _set_lists_aside(query: str) -> tuple[str, dict[str, str]]:
    """The query with one number in place of each long list of them, and what each of these stands for."""
    lists: dict[str, str] = {}

    def set_aside(found: re.Match[str]) -> str:
        number = str(STAND_IN + len(lists))
        lists[number] = found[0]
        return number

    return LONG_LIST.sub(set_aside, query), lists


def tables_in(query: str) -> set[str]:
    """Names after FROM and JOIN, those of the query's own WITH left out."""
    named = set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)", query))
    return named - set(re.findall(r"\b([a-z_]+) AS \(", query))


def find_elements(query: str, table: str) -> list[int] | None:
    """Elements to which every reading of the table in the query keeps itself, by `p.element IN (…)` or `= …` beside its
    other conditions; None: one of them does not."""
    import sqlglot  # noqa: PLC0415
    from sqlglot import exp  # noqa: PLC0415

    short, lists = _set_lists_aside(query)
    found: set[int] = set()
    for read in sqlglot.parse_one(short, read="duckdb").find_all(exp.Table):
        if read.name != table:
            continue
        select = read.find_ancestor(exp.Select)
        where = None if select is None else select.args.get("where")
        if where is None:
            return None
        for condition in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
            column = condition.this
            if not isinstance(column, exp.Column) or column.name != "element" or column.table != read.alias_or_name:
                continue
            if isinstance(condition, exp.In) and condition.expressions:
                numbers = ", ".join(lists.get(one.name, one.name) for one in condition.expressions)
                break
            if isinstance(condition, exp.EQ) and isinstance(condition.expression, exp.Literal):
                numbers = condition.expression.name
                break
        else:
            return None
        found.update(map(int, numbers.split(",")))
    return sorted(found)


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
        return POSTINGS

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        found = self._ask(query, lambda frame: frame.collect())
        return [tuple(int(value) if isinstance(value, Decimal) else value for value in row) for row in found]

    def keep(self, name: str, query: str) -> None:
        self.take(name, self._ask(query, lambda frame: frame.toArrow()))

    def _ask(self, query: str, take: Callable[[Any], Any]) -> Any:
        with _asking() as spark:
            views: dict[str, str] = {}
            try:
                for name in tables_in(query):
                    if name.startswith(POSTINGS):
                        frame = self.frame_of(spark, name, query)
                    else:
                        frame = self._frame(spark, name)
                    # Two questions at the same time have slices of their own.
                    views[name] = f"{name}_{uuid4().hex}"
                    frame.createOrReplaceTempView(views[name])
                return take(spark.sql(carry_over(query, views)))
            finally:
                for view in views.values():
                    spark.catalog.dropTempView(view)

    def frame_of(self, spark: Any, name: str, query: str) -> Any:
        """What the query reads as `name`, which is one that `postings` gave."""
        return self.frame

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


class StoredSession(SparkSession):
    """Over segments in object storage, where Python reads them: what a query needs has to be told to it. `frame` is the
    tail."""

    def __init__(self, *given: Any, storage: ObjectStorage) -> None:
        super().__init__(*given)
        self.storage = storage
        self.asked: list[tuple[int | None, Sequence[Range]]] = []

    def postings(self, book: int | None = None, units: Sequence[Range] = ()) -> str:
        self.asked.append((book, units))
        return f"{POSTINGS}_{len(self.asked) - 1}"

    def frame_of(self, spark: Any, name: str, query: str) -> Any:
        book, units = self.asked[int(name.removeprefix(f"{POSTINGS}_"))]
        files = [one for one in self.files if one.may_hold(book, units)]
        # Whatever a query reads, it names: no statement takes all columns of the postings unseen.
        columns = [column for column in COLUMNS if re.search(rf"\b{column}\b", query)]
        within = (min(first for first, _last in units), max(last for _first, last in units)) if units else None
        rows = Rows(columns, book, within, find_elements(query, name))
        tail = self.frame.select(columns)
        return _read_stored(spark, self.storage, files, rows).unionAll(tail) if files else tail


def _read_stored(spark: Any, storage: ObjectStorage, files: Sequence[SegmentFile], rows: Rows) -> Any:
    """A task for each file."""
    from pyspark.sql.functions import arrow_udtf  # noqa: PLC0415

    named = [(one.file, one.sha256) for one in files]
    schema = ", ".join(f"{column} {COLUMNS[column]}" for column in rows.columns)
    numbers = spark.range(0, len(named), 1, len(named))
    read = arrow_udtf(reader(named, IN_STORAGE, storage.access, rows), returnType=schema)
    return read(numbers.asTable())


@contextmanager
def _asking() -> Iterator[Any]:
    """As `cluster.asking`; what its machines say of a segment becomes the refusal that it is anywhere else."""
    with cluster.asking() as spark:
        try:
            yield spark
        except cluster.failures() as error:
            unread = find_unread(str(error))
            if unread is None:
                raise
            if unread.kind == "unreachable" and (store := find_storage()) is not None:
                raise store.describe_unreachable(unread.why) from error
            raise (describe_missing if unread.kind == "missing" else describe_damaged)(unread.file) from error


class SparkEngine:
    def __init__(self) -> None:
        self.closures: dict[str, Any] = {}
        self.spark: Any = None
        self.segments: tuple[Sequence[SegmentFile], Any] | None = None
        self.found_right: set[SegmentFile] = set()

    def check(self, files: Sequence[SegmentFile]) -> None:
        """Storage with an address is asked once for each file: an object there is replaced as a whole or not at all.
        What Python reads from object storage, it checks at each reading."""
        if _object_storage() is not None:
            return
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
        store = _object_storage()
        with _asking() as spark:
            if store is None:
                read = self._read(spark, files).select("span")
            else:
                read = _read_stored(spark, store, files, Rows(["span"], None, None, None))
            found = read.distinct().collect()
        numbers = ", ".join(str(int(row[0])) for row in found)
        return f"SELECT unnest([{numbers}]::BIGINT[]) AS span"

    def open(self, cursor: duckdb.DuckDBPyConnection, files: Sequence[SegmentFile], tail: str) -> SparkSession:
        with cluster.asking() as spark:
            if self.spark is not spark:
                # What was sent along an earlier connection went with it.
                self.spark, self.segments = spark, None
                self.closures.clear()
            frame = spark.createDataFrame(cursor.sql(f"SELECT * FROM {tail}").to_arrow_table())
            if (store := _object_storage()) is not None:
                return StoredSession(cursor, files, tail, frame, self, storage=store)
            if files:
                frame = self._frame_of(spark, files).unionAll(frame)
            return SparkSession(cursor, files, tail, frame, self)

    def _frame_of(self, spark: Any, files: Sequence[SegmentFile]) -> Any:
        """Kept while the files are the same: listing them takes as long as a question."""
        if self.segments is None or self.segments[0] != files:
            self.segments = (files, self._read(spark, files))
        return self.segments[1]

    def _read(self, spark: Any, files: Sequence[SegmentFile]) -> Any:
        schema = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
        return spark.read.schema(schema).parquet(*[_address(one) for one in files])


def _object_storage() -> ObjectStorage | None:
    """Where the cluster's machines read segments by Python: in the office's storage, unless they share a folder."""
    return None if settings.CAUNOI_SEGMENTS else find_storage()


def _address(one: SegmentFile) -> str:
    address = storage()
    return (folder() / one.file).as_uri() if address is None else f"{address}/{one.file}"
