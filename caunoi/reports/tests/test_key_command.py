"""The key that signs reports: made when a server is set up, shown and replaced by `caunoi report-key`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_django import Settings

from caunoi.audit.models import AuditLine
from caunoi.cli.errors import NotGenuine
from caunoi.cli.report_key import report_key
from caunoi.cli.serve import migrate
from caunoi.cli.verify import verify
from caunoi.reports.errors import KeyUnusable
from caunoi.reports.tests.builders import make, state_usual, store_template, store_world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(settings: Settings, tmp_path: Path) -> Path:
    """Of a server of its own, where it will stand."""
    settings.CAUNOI_HOME = tmp_path / "home"
    return tmp_path / "home" / "keys" / "reports.pem"


def run(*arguments: str) -> str:
    done = CliRunner().invoke(report_key, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def check(file: Path) -> tuple[int, str]:
    done = CliRunner().invoke(verify, [str(file)], catch_exceptions=False)
    return done.exit_code, done.output


def test_setting_up_makes_the_key_and_setting_up_again_keeps_it(key: Path) -> None:
    CliRunner().invoke(migrate, catch_exceptions=False)
    made = key.read_bytes()
    CliRunner().invoke(migrate, catch_exceptions=False)

    assert key.read_bytes() == made
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    (line,) = run("list").splitlines()
    assert ": đang ký, từ " in line


def test_a_report_signed_before_the_key_was_replaced_still_verifies(tmp_path: Path) -> None:
    state_usual(store_world())
    store_template()
    before, after = tmp_path / "truoc.docx", tmp_path / "sau.docx"
    before.write_bytes(make().content)
    (first,) = json.loads(run("list", "--json"))

    told = run("rotate")
    after.write_bytes(make().content)

    (now, retired) = json.loads(run("list", "--json"))
    assert told == f"Khóa {first['key']} thôi ký; từ nay ký bằng khóa {now['key']}.\n"
    assert (retired["key"], retired["until"], now["until"]) == (first["key"], now["since"], None)
    assert [check(file)[0] for file in (before, after)] == [0, 0]
    assert [key.split(":")[0] for key in run("list").splitlines()] == [now["key"], first["key"]]
    line = AuditLine.objects.get(action="report.rotate-key")
    assert line.detail == {"old": first["key"], "new": now["key"]}


def test_a_report_of_a_key_that_is_lost_is_told_to_be_another_system_s(key: Path, tmp_path: Path) -> None:
    state_usual(store_world())
    store_template()
    file = tmp_path / "bao-cao.docx"
    file.write_bytes(make().content)

    key.unlink()

    with pytest.raises(NotGenuine, match="một hệ thống khác lập và ký"):
        check(file)


def test_a_key_that_cannot_be_read_is_named_with_what_to_do(key: Path) -> None:
    key.parent.mkdir(parents=True)
    key.write_text("hỏng")

    with pytest.raises(KeyUnusable, match="khôi phục khóa từ bản sao lưu"):
        run("list")
