"""Statements that each request asks: PostgreSQL plans them once a connection, and not each time, which takes it several
times as long as answering them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection


def ask_first(statement: str, values: Sequence[str | int] = ()) -> tuple[Any, ...] | None:
    """The first row of the answer, or None. `statement` is always the same text, with `%s` for each of the values."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row
    import psycopg  # noqa: PLC0415 - a third of a second at each start, which SQLite does not need

    connection.ensure_connection()
    kept = connection.connection
    # Django switches it off: it writes values into its statements, so that each is another one.
    kept.prepare_threshold = 0
    with connection.wrap_database_errors, psycopg.Cursor(kept) as planned:
        return planned.execute(statement, values, prepare=True).fetchone()
