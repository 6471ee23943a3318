"""Rows of the relational database as Arrow columns: by the database's Arrow driver where there are many, several times
as fast as rows of Python objects; by Django's connection where there are few, or inside a transaction."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

CHUNK = 100_000


def tabulate(rows: Sequence[Sequence[Any]], kinds: Mapping[str, Any]) -> Any:
    """A `pyarrow.Table` with a column for each name, of the type beside it. No rows give a table without rows."""
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    columns = zip(*rows, strict=True) if rows else ([] for _name in kinds)
    return pa.table({name: pa.array(c, type=kind) for (name, kind), c in zip(kinds.items(), columns, strict=True)})


def can_use_driver() -> bool:
    """Inside a transaction nobody else sees its rows yet; what is only in memory has no address."""
    if connection.in_atomic_block:
        return False
    return bool(connection.vendor == "postgresql" or "memory" not in str(connection.settings_dict["NAME"]))


def read_by_driver(statement: str) -> Iterator[Any]:
    """`pyarrow.RecordBatch`es, none of them empty. Days come as text from SQLite."""
    read = _read_sqlite if connection.vendor == "sqlite" else _read_postgresql
    return (batch for batch in read(statement) if batch.num_rows)


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
