"""Tables as text, the same from either database: rows as PostgreSQL's COPY writes them (columns between tabs, `\\N`
for nothing, `\\t`, `\\n`, `\\\\` inside texts, bytes in hexadecimal), truth as 1 and 0, moments in UTC as Django keeps
them in SQLite. So a backup of one database can be restored into the other.

Everything is read in one snapshot: in SQLite a reader sees the file as it was at its first read (write-ahead log), in
PostgreSQL a transaction that is REPEATABLE READ does. Nobody who writes meanwhile waits for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from django.contrib.sessions.models import Session
from django.db import connection
from psycopg import sql

from caunoi.documents.models import StoredFile
from caunoi.facts.models import Segment

# Segments are made again; sessions would sign somebody in who found an old backup.
LEFT_OUT = {Segment._meta.db_table, Session._meta.db_table}
MIGRATIONS = "django_migrations"
ROWS = 2000
# Hexadecimal letters stand in one order in any collation.
_STORED = f"SELECT sha256 FROM {StoredFile._meta.db_table} ORDER BY sha256"
BLOCK = 256 * 1024


@dataclass(frozen=True)
class Column:
    """`kind` as the database declares it, in lower case."""

    name: str
    kind: str


class Snapshot(Protocol):
    """One moment of the database. `sequences`: table -> the last key given out, for tables that give keys out."""

    def list_tables(self) -> dict[str, list[Column]]: ...

    def list_migrations(self) -> list[tuple[str, str]]: ...

    def read_sequences(self) -> dict[str, int]: ...

    def read_schema(self) -> list[str]:
        """Statements that make the same empty tables in the same kind of database, in order; empty: migrations do."""
        ...

    def estimate_size(self) -> int: ...

    def list_stored_files(self) -> Iterator[str]:
        """SHA-256 of each, in order."""
        ...

    def read_rows(self, table: str, columns: list[Column]) -> Iterator[bytes]:
        """Blocks of whole lines."""
        ...


@contextmanager
def open_snapshot() -> Iterator[Snapshot]:
    if connection.vendor == "sqlite":
        # The same SQLite as Django's own, not a second copy of it: those drop each other's locks (facts/sqlite_reader).
        reader = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None, timeout=60)
        try:
            reader.execute("PRAGMA query_only=1")
            reader.execute("BEGIN")
            yield SqliteSnapshot(reader)
        finally:
            reader.close()
    else:
        copy = connection.copy()
        try:
            copy.connect()
            raw = copy.connection
            assert isinstance(raw, psycopg.Connection)
            raw.autocommit = False
            raw.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            raw.read_only = True
            raw.execute("SET LOCAL datestyle = 'ISO'; SET LOCAL bytea_output = 'hex'")
            yield PostgresSnapshot(raw)
        finally:
            copy.close()


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class SqliteSnapshot:
    def __init__(self, reader: sqlite3.Connection) -> None:
        self._reader = reader

    def list_tables(self) -> dict[str, list[Column]]:
        return {name: list_sqlite_columns(self._reader, name) for name in list_sqlite_tables(self._reader)}

    def list_migrations(self) -> list[tuple[str, str]]:
        return self._reader.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id").fetchall()

    def read_sequences(self) -> dict[str, int]:
        return dict(self._reader.execute("SELECT name, seq FROM sqlite_sequence"))

    def read_schema(self) -> list[str]:
        made_along = {row[1] for row in self._reader.execute("PRAGMA main.table_list") if row[2] == "shadow"}
        found = self._reader.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            " ORDER BY type = 'trigger', type = 'index', type = 'view', rowid"
        )
        return [statement for name, statement in found if name not in made_along]

    def estimate_size(self) -> int:
        pages, size = (self._reader.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "page_size"))
        return int(pages * size)

    def list_stored_files(self) -> Iterator[str]:
        for (name,) in self._reader.execute(_STORED):
            yield name

    def read_rows(self, table: str, columns: list[Column]) -> Iterator[bytes]:
        line = "||char(9)||".join(_sqlite_text(column) for column in columns)
        found = self._reader.execute(f"SELECT {line} FROM {quote(table)}")
        while rows := found.fetchmany(ROWS):
            yield "".join(f"{row[0]}\n" for row in rows).encode()


def _sqlite_text(column: Column) -> str:
    name = quote(column.name)
    if column.kind == "blob":
        # hex() makes an empty text of nothing.
        text = f"CASE WHEN {name} IS NOT NULL THEN '\\\\x'||lower(hex({name})) END"
    elif column.kind.startswith(("integer", "bigint", "smallint", "bool", "datetime", "date")):
        text = name
    else:
        text = f"replace({name},'\\','\\\\')"
        for character, letter in ((9, "t"), (10, "n"), (13, "r")):
            text = f"replace({text},char({character}),'\\{letter}')"
    return f"coalesce({text},'\\N')"


def list_sqlite_tables(database: sqlite3.Connection) -> list[str]:
    """Without those an index over texts keeps for itself, and views."""
    found = database.execute("PRAGMA main.table_list").fetchall()
    return sorted(row[1] for row in found if row[2] == "table" and not row[1].startswith("sqlite_"))


def list_sqlite_columns(database: sqlite3.Connection, table: str) -> list[Column]:
    """Without those that are computed from others."""
    found = database.execute(f"PRAGMA table_xinfo({quote(table)})").fetchall()
    return [Column(row[1], row[2].lower()) for row in found if row[6] == 0]


class PostgresSnapshot:
    def __init__(self, reader: psycopg.Connection[Any]) -> None:
        self._reader = reader

    def list_tables(self) -> dict[str, list[Column]]:
        return list_postgres_tables(self._reader)

    def list_migrations(self) -> list[tuple[str, str]]:
        return self._reader.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id".encode()).fetchall()

    def read_schema(self) -> list[str]:
        return []

    def read_sequences(self) -> dict[str, int]:
        found = {}
        for table, column in list_postgres_sequences(self._reader):
            sequence = self._reader.execute("SELECT pg_get_serial_sequence(%s, %s)", [quote(table), column]).fetchone()
            assert sequence is not None
            last, called = self._reader.execute(f"SELECT last_value, is_called FROM {sequence[0]}".encode()).fetchone()  # type: ignore[misc]  # one row
            if called:
                found[table] = int(last)
        return found

    def estimate_size(self) -> int:
        row = self._reader.execute("SELECT pg_database_size(current_database())").fetchone()
        assert row is not None
        return int(row[0])

    def list_stored_files(self) -> Iterator[str]:
        with self._reader.cursor(name="stored") as cursor:
            cursor.itersize = ROWS
            for (name,) in cursor.execute(_STORED.encode()):
                yield name

    def read_rows(self, table: str, columns: list[Column]) -> Iterator[bytes]:
        chosen = sql.SQL(", ").join(_postgres_text(column) for column in columns)
        statement = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(chosen, sql.Identifier(table))
        block = bytearray()
        with self._reader.cursor().copy(statement) as copy:
            for row in copy:
                block += row
                if len(block) >= BLOCK:
                    yield bytes(block)
                    block.clear()
        if block:
            yield bytes(block)


def _postgres_text(column: Column) -> sql.Composable:
    name = sql.Identifier(column.name)
    if column.kind == "boolean":
        return sql.SQL("{}::int").format(name)
    if column.kind == "timestamp with time zone":
        return sql.SQL("replace(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '.000000', '')").format(
            name
        )
    if column.kind == "uuid":
        return sql.SQL("replace({}::text, '-', '')").format(name)
    return name


def list_postgres_tables(database: psycopg.Connection[Any]) -> dict[str, list[Column]]:
    """Without columns that are computed from others."""
    found: dict[str, list[Column]] = {}
    for table, column, kind in database.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'"
        " ORDER BY c.table_name, c.ordinal_position"
    ):
        found.setdefault(table, []).append(Column(column, kind))
    return found


def list_postgres_sequences(database: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """(table, column) of keys that the database gives out."""
    return database.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES' ORDER BY 1, 2"
    ).fetchall()
