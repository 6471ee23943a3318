"""A command called wrongly says so in the reader's language, and exits with 2."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path
from typing import Any

import click
import pytest
from django.db import connection
from django.utils import translation

from caunoi.cli.errors import CannotWrite
from caunoi.cli.frame import run
from caunoi.cli.main import cli
from caunoi.cli.serve import start
from caunoi.cli.usage import explain_usage
from caunoi.records.models import EntityList
from caunoi.refusals import explain_os_error, find_os_reason

PACKS = Path(__file__).parents[1] / "packs"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("figures", "Còn thiếu 'CODES...'."),
        ("figures x --by week", "hãy chọn một trong: month, quarter, half-year, year."),
        ("figures x --plac y", "Không có tùy chọn --plac. Có phải: --place?"),
        ("figures x --place", "Tùy chọn --place thiếu giá trị"),
        ("figures x --place 15 --from 31/02/2023", "“31/02/2023” không phải là ngày"),
        ("figures x --place 15 --as-known ²", "“²” không phải là ngày"),
        ("demo --port 99999", "phải là số nguyên từ 1 đến 65535."),
        ("chay", "Không có lệnh chay."),
    ],
)
def test_what_is_wrong_with_a_call_is_told_in_vietnamese(typed: str, told: str) -> None:
    with translation.override("vi"), pytest.raises(click.UsageError) as wrong:
        cli.main(typed.split(), standalone_mode=False)

    assert told in explain_usage(wrong.value)


def test_a_command_without_arguments_is_told_how_it_is_called() -> None:
    with translation.override("vi"), pytest.raises(click.UsageError) as wrong:
        cli.main(["places", "show"], standalone_mode=False)

    assert "Cách dùng:" in explain_usage(wrong.value) and "places show --help" in explain_usage(wrong.value)


@pytest.mark.django_db
def test_a_check_that_finds_something_wrong_exits_with_one_also_where_it_prints_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["caunoi", "pack", "check", str(tmp_path), "--json"])

    with translation.override("vi"):
        done = run(cli)

    assert (done, json.loads(capsys.readouterr().out)["ok"]) == (1, False)


def test_a_folder_of_data_that_cannot_be_made_is_told_before_serving(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "du-lieu").write_text("a file where a folder should be")
    settings.STATIC_ROOT = tmp_path / "du-lieu" / "static"

    with translation.override("vi"), pytest.raises(CannotWrite, match="không phải thư mục"):
        start("127.0.0.1", 0, 1)


def test_why_a_file_cannot_be_opened_is_told_in_vietnamese(tmp_path: Path) -> None:
    with translation.override("vi"):
        with pytest.raises(OSError) as missing:
            (tmp_path / "khong-co.xlsx").read_bytes()
        with pytest.raises(OSError) as folder:
            tmp_path.read_bytes()

        assert explain_os_error(missing.value) == "không có tệp hoặc thư mục này"
        assert explain_os_error(folder.value) == "đây là thư mục, không phải tệp"


def test_why_a_machine_is_not_reached_is_told_in_vietnamese() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        closed = taken.getsockname()
    with pytest.raises(OSError) as refused:
        socket.create_connection(closed, timeout=5)
    with pytest.raises(OSError) as unknown:
        socket.getaddrinfo("khong-co-may-nay.invalid", 25)

    with translation.override("vi"):
        assert explain_os_error(refused.value) == "bên kia không nhận kết nối"
        assert explain_os_error(unknown.value) == "không tìm thấy máy nào tên như vậy"
        assert explain_os_error(TimeoutError("timed out")) == "bên kia không trả lời"
        # Its number 1 is not that of "not permitted".
        assert explain_os_error(ssl.SSLError(1, "wrong version")).startswith("kết nối mã hóa không thành")


@pytest.mark.parametrize(
    ("said", "ours"),
    [
        ('IO Error: Could not write file "x": No space left on device', "đĩa đã đầy"),
        ("connection failed: Permission denied\n\tIs the server running locally?", "không có quyền"),
        ("UNIQUE constraint failed", ""),
    ],
)
def test_the_system_s_words_are_found_in_those_of_a_library(said: str, ours: str) -> None:
    with translation.override("vi"):
        assert find_os_reason(said) == ours


@pytest.mark.django_db
def test_a_file_that_a_command_cannot_write_is_named_with_the_reason_and_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["caunoi", "backup", "--check", str(tmp_path / ("a" * 300))])
    with translation.override("vi"):
        too_long = run(cli)
    monkeypatch.setattr("sys.argv", ["caunoi", "places", "load", "/proc/self/mem"])
    with translation.override("vi"):
        broken = run(cli)

    said = capsys.readouterr().err
    assert (too_long, broken) == (1, 1)
    assert "tên quá dài" in said and "đĩa đọc hoặc ghi bị lỗi" in said


@pytest.mark.django_db
@pytest.mark.parametrize("older", ["ALTER TABLE {} DROP COLUMN title_en", "DROP TABLE {} CASCADE"])
def test_a_database_of_an_older_version_is_told_to_be_migrated_without_a_trace(
    older: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = older.format(connection.ops.quote_name(EntityList._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(sentence if connection.vendor == "postgresql" else sentence.removesuffix(" CASCADE"))
    monkeypatch.setattr("sys.argv", ["caunoi", "pack", "check", str(PACKS / "khuyen-nong")])

    with translation.override("vi"):
        done = run(cli)

    assert done == 1
    assert "Hãy chạy “caunoi migrate”" in capsys.readouterr().err
