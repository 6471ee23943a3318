"""The command by which anybody computes a published ranking again."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from click.testing import CliRunner, Result

from caunoi.cli.contests import recompute
from caunoi.cli.errors import CannotRead
from caunoi.contests.errors import MarksFileUnreadable
from caunoi.contests.rules.published import COLUMNS, LARGEST, list_lines
from caunoi.contests.rules.ranking import Criterion, Mark, Terms, rank_entries

TERMS = Terms((Criterion("noi_dung", Decimal(60)), Criterion("trinh_bay", Decimal(40))), ("noi_dung",))


def asked(file: Path) -> Result:
    return CliRunner().invoke(recompute, [str(file)], standalone_mode=False)


def publish(file: Path, entries: int, title: str) -> None:
    numbers = range(1, entries + 1)
    marks = [Mark(entry, 1, one.code, Decimal(entry % 10)) for entry in numbers for one in TERMS.criteria]
    lines = list_lines(TERMS, dict.fromkeys(numbers, title), marks, rank_entries(TERMS, numbers, [1], marks))
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        csv.writer(opened).writerows([list(COLUMNS), *lines])


def test_the_file_of_a_large_contest_is_computed_again_whole(tmp_path: Path) -> None:
    file = tmp_path / "diem.csv"
    publish(file, 12_000, "ế" * 300)
    assert file.stat().st_size > 20_000_000

    done = asked(file)

    assert done.exception is None
    assert "Khớp: 12000 bài" in done.output


def test_a_file_larger_than_any_contest_is_refused_by_its_size_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "diem.csv"
    publish(file, 3, "Bài")
    with file.open("r+b") as opened:
        opened.truncate(LARGEST + 1)

    refused = asked(file).exception

    assert isinstance(refused, CannotRead)
    assert "lớn quá 1000 MB" in refused.sentence


def test_a_file_cut_short_is_no_file_that_agrees(tmp_path: Path) -> None:
    file = tmp_path / "diem.csv"
    publish(file, 3, "Bài")
    content = file.read_bytes()

    for end in (len(content) - 4, content.rindex("à".encode()) + 1):
        file.write_bytes(content[:end])
        assert isinstance(asked(file).exception, (MarksFileUnreadable, CannotRead))


def test_a_file_that_is_one_endless_line_is_another_file(tmp_path: Path) -> None:
    file = tmp_path / "diem.csv"
    file.write_bytes(b"x" * 3_000_000)

    assert isinstance(asked(file).exception, MarksFileUnreadable)
