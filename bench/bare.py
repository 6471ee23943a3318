"""What the phones' figures are held against: a WSGI application of a few lines that keeps each body by one durable
insert, served by the same server. It checks nothing, answers for nothing and counts nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_own = threading.local()


def application(environ: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "POST":
        keep(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        start("201 Created", [("Content-Length", "0")])
    else:
        start("200 OK", [("Content-Length", "0")])
    return [b""]


def keep(body: bytes) -> None:
    connection = getattr(_own, "connection", None)
    if connection is None:
        connection = _own.connection = connect()
    with connection:
        connection.execute(_own.insert, (body,))
        connection.commit()


def connect() -> Any:
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        import psycopg

        _own.insert = "INSERT INTO bare (body) VALUES (%s)"
        made = psycopg.connect(url)
        made.execute("SELECT pg_advisory_xact_lock(1)")
        made.execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body bytea)")
        made.commit()
        return _Kept(made)
    import sqlite3

    _own.insert = "INSERT INTO bare (body) VALUES (?)"
    plain = sqlite3.connect(Path(os.environ["CAUNOI_HOME"]) / "bare.sqlite3", timeout=60)
    plain.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, body)"
    )
    return plain


class _Kept:
    """psycopg closes a connection used in a `with`."""

    def __init__(self, connection: Any) -> None:
        self.execute, self.commit = connection.execute, connection.commit

    def __enter__(self) -> None: ...

    def __exit__(self, *problem: object) -> None: ...
