"""The whole demonstration, loaded once by the command itself into a folder of its own, and read in place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

Run = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = [sys.executable, "-c", "from caunoi.cli.main import main; main()"]


def caunoi(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as typed, with a home folder of its own and SQLite in it."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment["CAUNOI_HOME"] = str(home)
    return subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def demo(full_demo: Path, settings: object, django_db_blocker: object) -> Iterator[Path]:
    """Questions in this process are asked of the demonstration instead of the tests' own database."""
    if connection.vendor != "sqlite":
        pytest.skip("The demonstration of the tests is kept in SQLite; PostgreSQL has the tests of the rooms.")
    settings.CAUNOI_HOME = full_demo  # type: ignore[attr-defined]
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        own = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = str(full_demo / "caunoi.sqlite3")
        yield full_demo
        connection.close()
        connection.settings_dict["NAME"] = own
