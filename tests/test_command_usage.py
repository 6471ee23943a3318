"""A command called wrongly says so in the reader's language, and exits with 2."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from django.utils import translation

from caunoi.cli.errors import CannotWrite
from caunoi.cli.frame import run
from caunoi.cli.main import cli
from caunoi.cli.serve import start
from caunoi.cli.usage import explain_usage
from caunoi.refusals import explain_os_error


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
