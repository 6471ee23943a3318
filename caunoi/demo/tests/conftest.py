"""The whole demonstration, loaded once by the command itself into a folder of its own, and read in place."""

from __future__ import annotations

import fcntl
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


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    # Workers of one run share it; two runs never do.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = folder / "home"
        if not (home / "demo.json").exists():
            loaded = caunoi(home, "demo", "--no-serve")
            assert loaded.returncode == 0, loaded.stderr
    return home


@pytest.fixture
def demo(demo_home: Path, settings: object, django_db_blocker: object) -> Iterator[Path]:
    """Questions in this process are asked of the demonstration instead of the tests' own database."""
    if connection.vendor != "sqlite":
        pytest.skip("The demonstration of the tests is kept in SQLite; PostgreSQL has the tests of the rooms.")
    settings.CAUNOI_HOME = demo_home  # type: ignore[attr-defined]
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        own = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = str(demo_home / "caunoi.sqlite3")
        yield demo_home
        connection.close()
        connection.settings_dict["NAME"] = own
