"""`caunoi worker --once`, as a machine's timer starts it: in a process of its own, each part seen in what it leaves."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from caunoi.backups.schedule import NAME
from caunoi.desk.tests.postman import Postman, listening, text_of
from caunoi.moments import local_moment, today
from tests.faults.server import CAUNOI, ROOT

# Letters go out from the morning on: the process is told the hour, whenever the tests are run.
MORNING = local_moment(today() + timedelta(days=1), 8)
AT_THAT_HOUR = """
import sys
from datetime import datetime
from caunoi import moments
at = datetime.fromisoformat(sys.argv.pop(1))
moments.now = lambda: at
from caunoi.cli.main import main
main()
"""


class Office:
    """A copy of the demonstration with a mail server and a folder for backups."""

    def __init__(self, home: Path, port: int, backups: Path) -> None:
        self.home, self.backups = home, backups
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
        self.environment = {
            **inherited,
            "CAUNOI_HOME": str(home),
            "CAUNOI_LANGUAGE": "vi",
            "CAUNOI_EMAIL_URL": f"smtp://127.0.0.1:{port}/?tls=no&from=caunoi@xa.example",
            "CAUNOI_BACKUP_FOLDER": str(backups),
            "CAUNOI_BACKUP_KEEP": "2,0,0",
        }

    def work(self, at: datetime) -> subprocess.CompletedProcess[str]:
        return self._run(sys.executable, "-c", AT_THAT_HOUR, at.isoformat(), "worker", "--once")

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(str(CAUNOI), *arguments)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def sql(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.home / "caunoi.sqlite3")) as database:
            rows = database.execute(statement).fetchall()
            database.commit()
            return rows


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def office(small_demo: Path, tmp_path: Path, postman: Postman) -> Iterator[Office]:
    with listening(postman) as port:
        yield Office(shutil.copytree(small_demo, tmp_path / "home"), port, tmp_path / "backups")


def test_one_round_does_all_that_is_due_and_the_next_one_nothing_twice(office: Office, postman: Postman) -> None:
    office.sql("UPDATE accounts_user SET email = 'thon@xa.example' WHERE username = 'thon'")
    office.sql("UPDATE personal_personalquestion SET at_end = 'erase' WHERE form_code = 'dong_gop'")
    office.sql("UPDATE personal_personkey SET counted_from = '2020-01-01' WHERE form_code IN ('dong_gop', 'awards')")
    upload = office.home / "waiting" / ("0" * 64)
    upload.parent.mkdir(exist_ok=True)
    upload.write_bytes(b"never confirmed")
    os.utime(upload, ((MORNING - timedelta(days=2)).timestamp(),) * 2)
    office.backups.write_text("a disk that is not there")

    without_disk = office.work(MORNING)

    assert "Không ghi được bản sao lưu" in without_disk.stderr
    assert "Đã khóa 7 bản đến ngày khóa." in without_disk.stdout
    assert office.sql("SELECT count(*) FROM records_submission WHERE state = 'locked'") == [(7,)]
    keys = office.sql("SELECT wrapped, destroyed_by_name FROM personal_personkey WHERE form_code = 'dong_gop'")
    assert len(keys) > 3 and set(keys) == {(None, "Tự động: hết thời hạn giữ")}
    assert office.sql("SELECT count(*) FROM personal_personkey WHERE form_code = 'awards' AND wrapped IS NULL") == [
        (0,)
    ]
    assert not upload.exists()
    (letter,) = postman.letters
    assert letter["To"] == "thon@xa.example" and "Bị trả lại" in text_of(letter)

    office.backups.unlink()
    office.backups.mkdir()
    nights = [MORNING - timedelta(days=days) for days in (1, 4, 20)]
    for night in nights:
        (office.backups / night.strftime(NAME)).write_text("made on an earlier night")
    with_disk = office.work(MORNING + timedelta(hours=1))
    again = office.work(MORNING + timedelta(hours=2))

    assert "Đã sao lưu vào" in with_disk.stdout and "Đã khóa 0 bản" in with_disk.stdout
    assert again.stdout.splitlines() == ["Đã khóa 0 bản đến ngày khóa."] and not again.stderr
    made = (MORNING + timedelta(hours=1)).strftime(NAME)
    assert sorted(one.name for one in office.backups.glob("*.caunoi")) == [nights[0].strftime(NAME), made]
    assert len(postman.letters) == 1
    office.command("backup", str(office.backups / made), "--check")
    office.command("ledger", "check")
    office.command("audit", "verify")
