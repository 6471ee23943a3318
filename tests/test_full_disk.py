"""A disk that is really full while a spreadsheet is imported: said in a sentence, nothing loaded, nothing broken."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SIZE_MB = 64
SETUP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "caunoi.config.settings"
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from caunoi.records.tests.builders import publish, unit
commune = unit("Xã Bản Qua", "commune", code="X1")
for number in range(60):
    unit(f"Thôn {number}", "village", commune, code=f"V{number}")
publish("bao_cao_thang_thon")
"""


@pytest.fixture
def small_disk(mount_disk: Callable[[str], Path]) -> Path:
    return mount_disk(f"{SIZE_MB}m")


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {
        "CAUNOI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "caunoi.config.settings",
        "CAUNOI_LANGUAGE": "vi",
    }
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


def count_submissions(home: Path) -> int:
    with closing(sqlite3.connect(home / "caunoi.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(database.execute("SELECT count(*) FROM records_submission").fetchone()[0])


def test_an_import_on_a_full_disk_loads_nothing_says_so_and_works_once_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    home = small_disk / "home"
    made = run(home, sys.executable, "-c", SETUP)
    assert made.returncode == 0, made.stderr
    months = [f"2023-{month:02d}" for month in range(1, 11)]
    table = tmp_path / "bao-cao.csv"
    head = "don_vi,ky,so_cuoc_hop,so_luot_du,so_luot_ho,so_buoi_phat,so_cau_hoi,so_da_tra_loi"
    rows = [f"V{number},{month},2,60,5,8,3,2" for number in range(60) for month in months]
    table.write_text("\n".join([head, *rows]), encoding="utf-8")
    ballast = small_disk / "ballast"
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    ballast.write_bytes(b"\0" * (free - 256 * 1024))
    command = [str(Path(sys.executable).with_name("caunoi")), "import", "bao_cao_thang_thon", str(table)]

    full = run(home, *command)

    assert full.returncode == 1, full.stdout
    assert "đầy" in full.stderr and "Traceback" not in full.stderr
    ballast.unlink()
    assert count_submissions(home) == 0

    again = run(home, *command)

    assert again.returncode == 0, again.stderr
    assert count_submissions(home) == len(rows)
