"""Tables from a backup into an empty database: indexes and references are made after the rows, which is quicker by far
and compares all references at once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from caunoi.backups.envelope import damaged
from caunoi.backups.errors import NotRestored
from caunoi.backups.tables import (
    Column,
    list_postgres_sequences,
    list_postgres_tables,
    list_sqlite_columns,
    list_sqlite_tables,
    quote,
)

_ESCAPED = re.compile(r"\\(.)")
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "\\": "\\"}


class Loader(Protocol):
    """`begin`, then each table, then `finish`, in one transaction that whoever opened the database ends."""

    def begin(self) -> None: ...

    def load(self, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None: ...

    def finish(self, sequences: dict[str, int]) -> None: ...


class SqliteLoader:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._indexes: list[str] = []
        self._columns: dict[str, list[Column]] = {}

    def begin(self) -> None:
        self._columns = {name: list_sqlite_columns(self._database, name) for name in list_sqlite_tables(self._database)}
        found = self._database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, statement in found:
            self._indexes.append(statement)
            self._database.execute(f"DROP INDEX {quote(name)}")
        for name in self._columns:
            self._database.execute(f"DELETE FROM {quote(name)}")

    def load(self, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
        kinds = {column.name: column.kind for column in self._columns.get(table, ())}
        check_columns(table, columns, kinds)
        binary = [index for index, name in enumerate(columns) if kinds[name] == "blob"]
        places = ",".join("?" * len(columns))
        names = ",".join(map(quote, columns))
        # Texts become numbers by the column's own rule, as they do when Django writes decimals.
        self._database.executemany(
            f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", read_rows(blocks, len(columns), binary)
        )

    def finish(self, sequences: dict[str, int]) -> None:
        for statement in self._indexes:
            self._database.execute(statement)
        self._database.execute("DELETE FROM sqlite_sequence")
        known = [(name, last) for name, last in sequences.items() if name in self._columns]
        self._database.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", known)
        if (broken := self._database.execute("PRAGMA foreign_key_check").fetchone()) is not None:
            raise NotRestored(
                _("Bảng %(table)s của bản sao lưu trỏ tới hàng không có trong bảng %(other)s. Không khôi phục gì cả.")
                % {"table": broken[0], "other": broken[2]}
            )


class PostgresLoader:
    def __init__(self, database: psycopg.Connection[Any]) -> None:
        self._database = database
        self._after: list[str] = []
        self._columns: dict[str, list[Column]] = {}

    def begin(self) -> None:
        self._columns = list_postgres_tables(self._database)
        for table, name, definition in self._database.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        ).fetchall():
            self._run(f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
            self._after.append(f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}")
        for name, definition in self._database.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relnamespace = current_schema()::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)"
        ).fetchall():
            self._run(f"DROP INDEX {name}")
            self._after.insert(0, definition)
        for name in self._columns:
            self._run(f"DELETE FROM {quote(name)}")

    def load(self, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
        check_columns(table, columns, {column.name for column in self._columns.get(table, ())})
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        try:
            with self._database.cursor().copy(statement) as copy:
                for block in blocks:
                    copy.write(block)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            raise NotRestored(
                _("PostgreSQL không nhận một hàng của bảng %(table)s: %(why)s. Không khôi phục gì cả.")
                % {"table": table, "why": str(error).splitlines()[0]}
            ) from error

    def finish(self, sequences: dict[str, int]) -> None:
        for statement in self._after:
            self._run(statement)
        for table, column in list_postgres_sequences(self._database):
            last = sequences.get(table, 0)
            self._database.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), greatest(max({0}), %s, 1),"
                    " greatest(max({0}), %s) > 0) FROM {1}"
                ).format(sql.Identifier(column), sql.Identifier(table)),
                [quote(table), column, last, last],
            )

    def _run(self, statement: str) -> None:
        self._database.execute(statement.encode())


def check_columns(table: str, columns: Sequence[str], known: Iterable[str]) -> None:
    if set(columns) - set(known):
        raise NotRestored(
            _("Bản sao lưu có bảng hoặc cột mà phần mềm này không có: %(what)s. Không khôi phục gì cả.")
            % {"what": f"{table} ({', '.join(sorted(set(columns) - set(known)))})"}
        )


def read_rows(blocks: Iterable[bytes], width: int, binary: Sequence[int]) -> Iterator[list[Any]]:
    """Rows of texts, None for nothing; bytes at the places of `binary`."""
    for line in _read_lines(blocks):
        fields: list[Any] = [
            field if "\\" not in field else None if field == r"\N" else _ESCAPED.sub(_unescape, field)
            for field in line.split("\t")
        ]
        if len(fields) != width:
            raise damaged()
        for index in binary:
            if fields[index] is not None:
                fields[index] = bytes.fromhex(fields[index][2:])
        yield fields


def _read_lines(blocks: Iterable[bytes]) -> Iterator[str]:
    rest = b""
    for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield line.decode()
    if rest:
        raise damaged()


def _unescape(found: re.Match[str]) -> str:
    return _LETTERS.get(found[1], found[1])
