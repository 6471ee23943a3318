"""The ledger's postings as columns, in the order of their numbers: what segments and the live tail are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
FEW = 20_000
READERS, STRETCH = 2, 500_000

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
    if last - after < FEW or connection.in_atomic_block or not has_address():
        yield from _read_by_cursor(after, last)
    else:
        yield from _read_by_driver(after, last)


def _statement(after: int, last: int) -> str:
    return (
        f"SELECT {', '.join(COLUMNS)} FROM {Posting._meta.db_table}"
        f" WHERE seq > {int(after)} AND seq <= {int(last)} ORDER BY seq"
    )


def has_address() -> bool:
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
    """By the database's Arrow driver: five times as fast, as no row becomes Python objects. What matters when a
    projection of 200 million postings is rebuilt: stretches are read ahead while earlier ones are written."""
    stretches = ((start, min(start + STRETCH, last)) for start in range(after, last, STRETCH))
    with ThreadPoolExecutor(READERS, thread_name_prefix="postings") as readers:
        ahead: deque[Future[list[Any]]] = deque()
        try:
            for stretch in stretches:
                ahead.append(readers.submit(_read_stretch, *stretch))
                if len(ahead) > READERS:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        finally:
            for waiting in ahead:
                waiting.cancel()


def _read_stretch(after: int, last: int) -> list[Any]:
    import pyarrow as pa  # noqa: PLC0415

    with connect() as driver, driver.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(CHUNK)})
        cursor.execute(_statement(after, last))
        return [_encode_days(pa.Table.from_batches([one])) for one in cursor.fetch_record_batch() if one.num_rows]


def _encode_days(table: Any) -> Any:
    """SQLite keeps days as text; each of the few that occur is read once instead of in every row."""
    for index in DAYS:
        column = table.column(index)
        table = table.set_column(index, table.field(index).name, column.dictionary_encode())
    return table


def connect() -> Any:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        import adbc_driver_sqlite.dbapi as sqlite  # noqa: PLC0415

        return sqlite.connect(f"file:{given['NAME']}?mode=ro")
    import adbc_driver_postgresql.dbapi as postgresql  # noqa: PLC0415
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    wanted = {key: str(given[name]) for key, name in names.items() if given.get(name)}
    return postgresql.connect(make_conninfo("", **wanted))
