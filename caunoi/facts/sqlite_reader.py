"""Reads a SQLite database by its Arrow driver and writes what it read to standard output as an Arrow stream:
`python -m caunoi.facts.sqlite_reader FILE STATEMENT ROWS`.

A program of its own, and never imported: the driver brings a second copy of SQLite. Two copies in one process drop each
other's locks on the file, and then the write-ahead log is taken away from under whoever still writes to it (SQLite,
"How To Corrupt An SQLite Database File", 2.2.1).
"""

from __future__ import annotations

import sys


def main(file: str, statement: str, rows: str) -> None:
    import adbc_driver_sqlite.dbapi as sqlite  # noqa: PLC0415 - in this program alone
    import pyarrow as pa  # noqa: PLC0415

    with sqlite.connect(f"file:{file}?mode=ro") as driver, driver.cursor() as cursor:
        cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": rows})
        cursor.execute(statement)
        found = cursor.fetch_record_batch()
        with pa.ipc.new_stream(sys.stdout.buffer, found.schema) as stream:
            for batch in found:
                stream.write_batch(batch)


if __name__ == "__main__":
    main(*sys.argv[1:])
