"""`caunoi demo` as a newcomer meets it: the second start, an interrupted load, and everything it refuses."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from caunoi.demo.tests.conftest import caunoi

UNREACHABLE = Path("/dev/null/minh-hoa")


@pytest.fixture(scope="module")
def small(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small_demo, tmp_path_factory.mktemp("small") / "home")


def ask(home: Path, question: str) -> int:
    connection = sqlite3.connect(home / "caunoi.sqlite3")
    (count,) = connection.execute(question).fetchone()
    connection.close()
    return int(count)


def test_the_first_start_says_where_to_look_and_who_to_be(small: Path) -> None:
    shown = caunoi(small, "demo", "--no-serve").stdout

    told = json.loads((small / "demo.json").read_text(encoding="utf-8"))
    assert [one["username"] for one in told["accounts"]] == ["thon", "xa", "tinh", "kiemtra"]
    for account in told["accounts"]:
        assert account["username"] in shown
        assert account["password"] in shown
    assert "http://127.0.0.1:8000/" in shown
    assert (small / told["report"]).read_bytes().startswith(b"PK")
    assert str(small / told["report"]) in shown
    assert "giả định" in shown


def test_a_second_start_loads_nothing_again_and_loses_nothing(small: Path) -> None:
    before = ask(small, "SELECT COUNT(*) FROM audit_auditline")

    again = caunoi(small, "demo", "--no-serve", "--small")

    assert again.returncode == 0
    assert "không nạp lại" in again.stdout
    assert again.stderr == ""
    assert ask(small, "SELECT COUNT(*) FROM audit_auditline") == before


def test_of_the_plans_that_a_resolution_asks_for_one_is_missing_and_every_document_says_that_it_is_made_up(
    small: Path,
) -> None:
    wanted = "FROM documents_duty JOIN documents_deadline d ON d.id = deadline_id WHERE d.wants_document"

    assert ask(small, f"SELECT COUNT(*) {wanted}") == 15
    assert ask(small, f"SELECT COUNT(*) {wanted} AND done_on IS NULL") == 1
    assert ask(small, f"SELECT COUNT(*) {wanted} AND done_on > due_on") == 3
    assert ask(small, "SELECT COUNT(*) FROM documents_document WHERE title NOT LIKE '%(văn bản minh họa)'") == 0


def test_some_records_come_with_a_photo(small: Path) -> None:
    assert ask(small, "SELECT COUNT(*) FROM records_attachment WHERE file_id IS NOT NULL") == 3


def test_a_contest_is_judged_published_and_open_to_appeals(small: Path) -> None:
    open_ = "(SELECT id FROM contests_contest WHERE state = 'appeals' AND submission_id IS NULL)"
    judges = f"(SELECT id FROM contests_judge WHERE contest_id IN {open_})"

    assert ask(small, f"SELECT COUNT(*) FROM {open_}") == 1
    assert ask(small, f"SELECT COUNT(*) FROM contests_entrymark WHERE judge_id IN {judges}") == 24
    assert ask(small, f"SELECT COUNT(*) FROM contests_rankingversion WHERE contest_id IN {open_}") == 1


def test_each_step_leaves_one_plain_line_where_there_is_no_terminal(small: Path, tmp_path: Path) -> None:
    home = interrupted(small, tmp_path)

    again = caunoi(home, "demo", "--no-serve", "--small")

    assert again.returncode == 0, again.stderr
    lines = again.stderr.splitlines()
    assert sum(line.endswith(" giây") for line in lines) == 9
    assert not any("\x1b" in line for line in lines)
    assert any("ngắt giữa chừng" in line for line in lines)
    assert not (home / "demo-loading").exists()
    for table in ("records_submission", "facts_posting", "places_orgunit"):
        assert ask(home, f"SELECT COUNT(*) FROM {table}") == ask(small, f"SELECT COUNT(*) FROM {table}")


def interrupted(small: Path, folder: Path) -> Path:
    """A home whose loading stopped just before its end."""
    home = folder / "home"
    shutil.copytree(small, home)
    (home / "demo.json").unlink()
    (home / "demo-loading").touch()
    return home


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal."""
    assert result.returncode == 1, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_a_database_with_other_data_is_left_alone(tmp_path: Path) -> None:
    assert caunoi(tmp_path, "migrate").returncode == 0
    connection = sqlite3.connect(tmp_path / "caunoi.sqlite3")
    connection.execute("INSERT INTO audit_knowledgeclock (id, number, line, head, definitions) VALUES (1, 7, 0, '', 0)")
    connection.commit()
    connection.close()

    sentence = refused(caunoi(tmp_path, "demo", "--no-serve"))

    assert "đã có dữ liệu khác" in sentence
    assert ask(tmp_path, "SELECT number FROM audit_knowledgeclock") == 7
    assert ask(tmp_path, "SELECT COUNT(*) FROM places_orgunit") == 0


def test_half_a_demonstration_is_only_thrown_away_where_a_loading_was_interrupted(small: Path, tmp_path: Path) -> None:
    home = interrupted(small, tmp_path)
    (home / "demo-loading").unlink()

    assert "demo.json" in refused(caunoi(home, "demo", "--no-serve", "--small"))
    assert ask(home, "SELECT COUNT(*) FROM records_submission") > 0


def test_two_loadings_never_disturb_each_other(tmp_path: Path) -> None:
    with (tmp_path / "demo-loading").open("w") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)

        sentence = refused(caunoi(tmp_path, "demo", "--no-serve"))

    assert "đang chạy" in sentence
    assert not (tmp_path / "caunoi.sqlite3").exists()


def test_a_busy_port_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        sentence = refused(caunoi(tmp_path, "demo", "--port", str(port)))

    assert str(port) in sentence
    assert "--port" in sentence
    assert not (tmp_path / "caunoi.sqlite3").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    sentence = refused(caunoi(UNREACHABLE, "demo", "--no-serve"))

    assert str(UNREACHABLE) in sentence
    assert "CAUNOI_HOME" in sentence


def test_a_port_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    assert caunoi(tmp_path, "demo", "--port", "99999").returncode == 2
