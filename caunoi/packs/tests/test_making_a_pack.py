"""docs/packs.md, followed from nothing: its files are written, its commands are run, and what it promises comes out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner

from caunoi.cli.main import cli
from caunoi.reports.tests.builders import text_of_docx

pytestmark = pytest.mark.django_db
PAGE = (Path(__file__).parents[3] / "docs" / "packs.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^(?:\*\*`(?P<file>[^`]+)`\*\*\n\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.suffix != ".docx":
        file.write_text(text, encoding="utf-8")
        return
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(file))


def run(line: str) -> str:
    done = CliRunner().invoke(cli, shlex.split(line)[1:], catch_exceptions=False)
    assert done.exit_code == 0, (line, done.output)
    return done.stdout


def test_the_page_on_making_a_pack_leads_from_an_empty_folder_to_a_figure_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = []
    for block in BLOCK.finditer(PAGE):
        if block["file"]:
            write(tmp_path / block["file"], block["text"])
            continue
        # The tests have a home and a database already.
        said += [run(line) for line in block["text"].splitlines() if re.match(r"caunoi (?!migrate)", line)]

    checked, loaded, _places, imported, figures, loaded_again, _report = said
    assert "không có lỗi" in checked
    assert loaded.startswith("Đã nạp gói tu-sach") and loaded_again.startswith("Đã nạp gói tu-sach")
    assert "2 bản mới" in imported
    assert re.search(r"\b52\b", figures) and "34,6" in figures
    text = text_of_docx((tmp_path / "bao-cao.docx").read_bytes())
    promised = re.search(r"It reads \*(.+?)\*", PAGE)
    assert promised is not None and promised[1] in text
    assert "Thôn có nhiều lượt người đọc nhất: Thôn Một (31" in text
