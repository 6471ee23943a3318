"""docs/packs.md, followed from nothing: its files are written, its commands are run, and what it promises comes out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import docx

from caunoi.reports.tests.builders import text_of_docx

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


class Reader:
    """Somebody at a terminal with nothing but the program: a home of their own, and no setting of anybody else's."""

    def __init__(self, home: Path) -> None:
        self.home, self.exports = home, ""
        theirs = {name: value for name, value in os.environ.items() if not name.startswith(("CAUNOI", "DJANGO"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{theirs['PATH']}"
        self.environment = {**theirs, "HOME": str(home), "PATH": path, "PYTHONPATH": ""}

    def types(self, line: str) -> tuple[int, str]:
        """(exit code, all that was said)"""
        if line.startswith("export "):
            self.exports += f"{line}\n"
            return 0, ""
        done = subprocess.run(
            ["sh", "-c", self.exports + line], cwd=self.home, env=self.environment, capture_output=True, check=False
        )
        return done.returncode, (done.stdout + done.stderr).decode()


def test_the_page_on_making_a_pack_leads_from_nothing_to_a_figure_and_a_report_that_proves_itself(
    tmp_path: Path,
) -> None:
    reader, said = Reader(tmp_path), []
    for block in BLOCK.finditer(PAGE):
        if block["file"]:
            write(tmp_path / block["file"], block["text"])
            continue
        if block["kind"] != "sh":
            continue
        for line in block["text"].splitlines():
            code, told = reader.types(line)
            assert code == 0, (line, told)
            said.append((line, told))

    def told_by(command: str) -> list[str]:
        return [told for line, told in said if line.startswith(command)]

    assert (tmp_path / "thu-goi").is_dir() and "không có lỗi" in told_by("caunoi pack check")[0]
    assert all(told.startswith("Đã nạp gói tu-sach") for told in told_by("caunoi pack load"))
    assert "2 bản mới" in told_by("caunoi import")[0]
    [figures] = told_by("caunoi figures")
    assert re.search(r"\b52\b", figures) and "34,6" in figures
    text = text_of_docx((tmp_path / "bao-cao.docx").read_bytes())
    promised = re.search(r"It reads \*(.+?)\*", PAGE)
    assert promised is not None and promised[1] in text
    assert "Thôn có nhiều lượt người đọc nhất: Thôn Một (31" in text
    assert (
        "`caunoi verify bao-cao.docx`" in " ".join(PAGE.split()) and reader.types("caunoi verify bao-cao.docx")[0] == 0
    )

    # The mistake that the page asks for.
    elements = tmp_path / "tu-sach" / "data_elements.csv"
    right = elements.read_text(encoding="utf-8")
    assert "write `so_luott` in `data_elements.csv`" in PAGE
    elements.write_text(right.replace("${so_luot}", "${so_luott}"), encoding="utf-8")
    code, told = reader.types("caunoi pack check tu-sach")
    assert code != 0 and "data_elements" in told and "so_luott" in told


def test_the_parts_of_the_page_take_the_hour_that_it_promises() -> None:
    assert sum(int(minutes) for minutes in re.findall(r"^## .*\((\d+) minutes\)$", PAGE, re.MULTILINE)) == 60
