from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.faults.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Not started yet, its home empty."""
    home = tmp_path_factory.mktemp("faults")
    made = Server(home, _own_database(home))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def make_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """More of them, each empty; `sqlite`: without the tests' PostgreSQL."""
    made: list[Server] = []

    def make(*, sqlite: bool = False) -> Server:
        home = tmp_path_factory.mktemp("faults")
        made.append(Server(home, "" if sqlite else _own_database(home)))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def _own_database(home: Path) -> str:
    """On PostgreSQL a database of its own beside the tests'; blank for SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return ""
    name = f"{home.name}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()
