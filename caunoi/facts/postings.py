"""The ledger's postings as columns, in the order of their numbers: what segments and the live tail are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from caunoi.facts.arrow import CHUNK, can_use_driver, read_by_driver, tabulate
from caunoi.facts.models import Posting
from caunoi.facts.rules.spans import FIRST_SHIFT, LENGTH_SHIFT, OFFSET_BITS, OFFSET_MIDDLE
from caunoi.periods.rules import BEGINNING

COLUMNS = (
    "seq", "book", "data_element_id", "org_unit_id", "day_from", "day_to", "named_from", "named_to",
    "disaggregation", "class_code", "amount", "sign", "version_id",
)  # fmt: skip
DAYS = (4, 5, 6, 7)
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
    # For few rows another connection costs more than it gives.
    if last - after < FEW or not can_use_driver():
        yield from _read_by_cursor(after, last)
    else:
        yield from _read_by_driver(after, last)


def _statement(after: int, last: int) -> str:
    return (
        f"SELECT {', '.join(COLUMNS)} FROM {Posting._meta.db_table}"
        f" WHERE seq > {int(after)} AND seq <= {int(last)} ORDER BY seq"
    )


def _read_by_cursor(after: int, last: int) -> Iterator[Any]:
    import pyarrow as pa  # noqa: PLC0415 - only questions need it

    day = pa.date32()
    types = [
        pa.int64(), pa.int8(), pa.int32(), pa.int32(), day, day, day, day,
        pa.string(), pa.string(), pa.int64(), pa.int8(), pa.int64(),
    ]  # fmt: skip
    kinds = dict(zip(COLUMNS, types, strict=True))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"{_statement(after, last)} LIMIT {CHUNK}")
            rows = cursor.fetchall()
        if rows:
            yield tabulate(rows, kinds)
            after = rows[-1][0]
        if len(rows) < CHUNK:
            return


def _read_by_driver(after: int, last: int) -> Iterator[Any]:
    """What matters when a projection of 200 million postings is rebuilt."""
    import pyarrow as pa  # noqa: PLC0415

    for batch in read_by_driver(_statement(after, last)):
        yield _encode_days(pa.Table.from_batches([batch]))


def _encode_days(table: Any) -> Any:
    """SQLite keeps days as text; each of the few that occur is read once instead of in every row."""
    for index in DAYS:
        column = table.column(index)
        table = table.set_column(index, table.field(index).name, column.dictionary_encode())
    return table
