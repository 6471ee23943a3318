"""A PostgreSQL of this run's own that keeps what it acknowledges: with its flushes, unlike the tests' one."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench.measuring import NotMeasured


@contextmanager
def postgres(parent: Path) -> Iterator[str]:
    """The address of an empty database, reached through a socket in a temporary folder beside `parent`."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise NotMeasured("PostgreSQL is not installed (apt-get install postgresql)")
    tools = found[-1].parent
    # Not below the run's home, which nobody else may enter: PostgreSQL refuses to run as root.
    folder = Path(tempfile.mkdtemp(prefix="caunoi-bench-pg-", dir=parent.parent))
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    before = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []

    def run(*command: str) -> None:
        subprocess.run(
            [*before, *command], cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip

    try:
        if before:
            shutil.chown(folder, user)
        data = str(folder / "data")
        run(str(tools / "initdb"), "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        settings = f"-c listen_addresses= -k {folder}"
        run(str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            run(str(tools / "createdb"), "-h", str(folder), "-U", user, "caunoi")
            yield f"postgresql://{user}@{quote(str(folder), safe='')}/caunoi"
        finally:
            run(str(tools / "pg_ctl"), "-D", data, "-m", "fast", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
