"""Everything into one file and back, by speed and by memory, over the bytes of database and stored files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

from bench.measuring import Bench, Measured, timed_ms

CAUNOI = Path(sys.executable).with_name("caunoi")
MOST = 2_000_000
PHOTOS, PHOTO = 200, 500_000


@cache
def office(home: Path, facts: int) -> int:
    """Submissions and postings of the wanted number, and 100 MB of photos. Gives the bytes there are."""
    from bench.world import make_world
    from caunoi.documents.actions import store_bytes
    from caunoi.moments import now

    make_world(home, facts)
    for _number in range(PHOTOS):
        store_bytes(os.urandom(PHOTO), media_type="image/jpeg", at=now())
    return (home / "caunoi.sqlite3").stat().st_size + PHOTOS * PHOTO


def backup_mb_per_s(bench: Bench) -> Measured:
    """`caunoi backup`, which reads the file back, start of the process included."""
    facts, size = _facts(bench), office(bench.home, _facts(bench))
    milliseconds = timed_ms(lambda: _run(bench.home, "backup", str(_file(bench))))
    baseline = timed_ms(lambda: _copy_online(bench.home))
    name = "SQLite's own online copy, and a copy of the stored files: no hash, not packed, not read back"
    return Measured(size / 1e3 / milliseconds, "MB/s", size / 1e3 / baseline, name, facts)


def restore_mb_per_s(bench: Bench) -> Measured:
    """`caunoi restore`, which reads the file twice and writes the ledger's segments anew."""
    facts, size = _facts(bench), office(bench.home, _facts(bench))
    if not _file(bench).exists():
        _run(bench.home, "backup", str(_file(bench)))
    restored = bench.home / "restored"
    milliseconds = timed_ms(lambda: _run(restored, "restore", str(_file(bench))))
    baseline = timed_ms(lambda: _copy_online(restored))
    name = "SQLite's own online copy, and a copy of the stored files: no hash, not packed, not read back"
    return Measured(size / 1e3 / milliseconds, "MB/s", size / 1e3 / baseline, name, facts)


def backup_peak_mb(bench: Bench) -> Measured:
    """Peak memory of the process that makes a backup."""
    facts, _size = _facts(bench), office(bench.home, _facts(bench))
    few = bench.home / "few"
    _run(few, "migrate")
    baseline = _run(few, "backup", str(bench.home / "few.caunoi"))
    memory = _run(bench.home, "backup", str(bench.home / "again.caunoi"))
    return Measured(memory / 1024, "MB", baseline / 1024, "the same of an empty home", facts)


def _facts(bench: Bench) -> int:
    return min(MOST, bench.facts)


def _file(bench: Bench) -> Path:
    return bench.home / "office.caunoi"


def _run(home: Path, *arguments: str) -> int:
    """Peak memory in KB."""
    environment = {**os.environ, "CAUNOI_HOME": str(home)}
    with subprocess.Popen([str(CAUNOI), *arguments], env=environment, stdout=subprocess.DEVNULL) as process:
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    return usage.ru_maxrss


def _copy_online(home: Path) -> None:
    copied = home / "copied.part"
    copied.mkdir()
    with (
        closing(sqlite3.connect(home / "caunoi.sqlite3")) as source,
        closing(sqlite3.connect(copied / "database")) as target,
    ):
        source.backup(target)
    shutil.copytree(home / "files", copied / "files")
    os.sync()
    shutil.rmtree(copied)
