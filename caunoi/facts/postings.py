"""The ledger's postings as columns, in the order of their numbers: what segments and the live tail are made of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from django.db import connection

from caunoi.facts.models import Posting
from caunoi.facts.rules.spans import FIRST_SHIFT, LENGTH_SHIFT, OFFSET_BITS, OFFSET_MIDDLE
from caunoi.periods.rules import BEGINNING

COLUMNS = (
    "seq", "book", "data_element_id", "org_unit_id", "day_from", "day_to", "named_from", "named_to",
    "disaggregation", "class_code", "amount", "sign", "version_id",
)  # fmt: skip
DAYS = (4, 5, 6, 7)
CHUNK = 100_000
FEW = 50_000

# What a row of the ledger is on the columnar side. `span`: see rules.spans.pack_span, spelled here for DuckDB.
COLUMNAR = f"""
    seq::BIGINT AS seq, book::TINYINT AS book, data_element_id::INTEGER AS element, org_unit_id::INTEGER AS unit,
    ((day_from::DATE - DATE '{BEGINNING}')::BIGINT << {FIRST_SHIFT})
        | ((day_to::DATE - day_from::DATE)::BIGINT << {LENGTH_SHIFT})
        | (((named_from::DATE - day_from::DATE)::BIGINT + {OFFSET_MIDDLE}) << {OFFSET_BITS})
        | ((named_to::DATE - day_to::DATE)::BIGINT + {OFFSET_MIDDLE}) AS span,
    disaggregation, class_code, amount::BIGINT AS amount, sign::TINYINT AS sign, version_id::BIGINT AS version"""
TABLE = """(seq BIGINT, book TINYINT, element INTEGER, unit INTEGER, span BIGINT, disaggregation VARCHAR,
class_code VARCHAR, amount BIGINT, sign TINYINT, version BIGINT)"""


def read_postings(after: int, up_to: int | None = None) -> Iterator[Any]:
    """Postings with numbers after `after` and up to `up_to`, as Arrow tables of the `COLUMNS`, in order."""
    newest = Posting.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    last = newest if up_to is None else min(up_to, newest)
    if last <= after:
        return
    # Inside a transaction nobody else sees its postings yet; for few rows another connection costs more than it gives.
    if last - after < FEW or connection.in_atomic_block or not _has_address():
        yield from _read_by_cursor(after, last)
    else:
        yield from _read_by_driver(after, last)


def _statement(after: int, last: int) -> str:
    return (
        f"SELECT {', '.join(COLUMNS)} FROM {Posting._meta.db_table}"
        f" WHERE seq > {int(after)} AND seq <= {int(last)} ORDER BY seq"
    )


def _has_address() -> bool:
    return bool(connection.vendor == "postgresql" or "memory" not in str(connection.settings_dict["NAME"]))


def _read_by_cursor(after: int, last: int) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    day = pa.date32()
    types = [
        pa.int64(), pa.int8(), pa.int32(), pa.int32(), day, day, day, day,
        pa.string(), pa.string(), pa.int64(), pa.int8(), pa.int64(),
    ]  # fmt: skip
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"{_statement(after, last)} LIMIT {CHUNK}")
            rows = cursor.fetchall()
        if rows:
            columns = zip(*rows, strict=True)
            yield pa.table(
                {
                    name: pa.array(values, type=type_)
                    for name, values, type_ in zip(COLUMNS, columns, types, strict=True)
                }
            )
            after = rows[-1][0]
        if len(rows) < CHUNK:
            return


def _read_by_driver(after: int, last: int) -> Iterator[Any]:
    """By the database's Arrow driver: several times as fast, as no row becomes Python objects. What matters when a
    projection of 200 million postings is rebuilt."""
    import pyarrow as pa  # noqa: PLC0415

    read = _read_sqlite if connection.vendor == "sqlite" else _read_postgresql
    for batch in read(_statement(after, last)):
        if batch.num_rows:
            yield _encode_days(pa.Table.from_batches([batch]))


def _read_sqlite(statement: str) -> Iterator[Any]:
    """By a process of its own; see `sqlite_reader` for why."""
    import pyarrow as pa  # noqa: PLC0415

    file = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "caunoi.facts.sqlite_reader", file, statement, str(CHUNK)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        try:
            with pa.ipc.open_stream(reader.stdout) as stream:
                yield from stream
        except pa.ArrowInvalid as broken:
            raise OSError(f"the reader of {file} ended with code {reader.wait()}") from broken
        except BaseException:
            reader.kill()  # whoever asked wants no more
            raise
        # A stream that breaks off between two batches looks like one that is done.
        if code := reader.wait():
            raise OSError(f"the reader of {file} ended with code {code}")


def _read_postgresql(statement: str) -> Iterator[Any]:
    import adbc_driver_postgresql.dbapi as postgresql  # noqa: PLC0415
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    given = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    wanted = {key: str(given[name]) for key, name in names.items() if given.get(name)}
    with postgresql.connect(make_conninfo("", **wanted)) as driver, driver.cursor() as cursor:
        cursor.execute(statement)
        yield from cursor.fetch_record_batch()


def _encode_days(table: Any) -> Any:
    """SQLite keeps days as text; each of the few that occur is read once instead of in every row."""
    for index in DAYS:
        column = table.column(index)
        table = table.set_column(index, table.field(index).name, column.dictionary_encode())
    return table
