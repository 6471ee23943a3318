"""`caunoi verify FILE.docx`: what it says, and its exit code, which is 0 only for a report that is as it was made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from caunoi.cli.errors import CannotRead, NotGenuine
from caunoi.cli.verify import verify
from caunoi.refusals import Refusal
from caunoi.reports.tests.builders import make, make_docx, state_usual, store_template, store_world
from caunoi.reports.tests.test_verifying import edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    state_usual(store_world())
    store_template()
    path = tmp_path / "bao-cao.docx"
    path.write_bytes(make().content)
    return path


def run(file: Path, *options: str) -> Result:
    return CliRunner().invoke(verify, [str(file), *options])


def test_an_unchanged_report_ends_with_zero(file: Path) -> None:
    found = run(file)

    assert found.exit_code == 0, found.output
    assert "Cả 8 số liệu" in found.output and "bản dự thảo" in found.output


def test_a_number_changed_by_hand_is_told_as_it_was_and_is(file: Path) -> None:
    file.write_bytes(edit(file.read_bytes(), "1.234", "1.334"))

    found = run(file)

    assert found.exit_code == 1
    assert "đã in: 1.234; trong tệp: 1.334; hiện nay: 1.234" in found.output


def test_as_json_the_same_is_for_programs(file: Path) -> None:
    file.write_bytes(edit(file.read_bytes(), "1.234", "1.334"))

    found = run(file, "--json")

    told = json.loads(found.output)
    assert (found.exit_code, told["manifest"], told["unchanged"]) == (1, "ok", False)
    changed = [one for one in told["figures"] if one["outcome"] != "unchanged"]
    assert [(one["printed"], one["in_file"], one["now"]) for one in changed] == [("1.234", "1.334", "1.234")]


@pytest.mark.parametrize(
    ("content", "refused"),
    [(make_docx(["Một văn bản khác"]), NotGenuine), (b"khong phai Word", Refusal)],
    ids=["a document without a list", "no Word file"],
)
def test_what_is_no_report_of_ours_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, refused: type[Refusal]
) -> None:
    path = tmp_path / "khac.docx"
    path.write_bytes(content)

    found = run(path)

    assert found.exit_code == 1 and isinstance(found.exception, refused) and found.exception.sentence


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    found = run(tmp_path / "thieu.docx")

    assert isinstance(found.exception, CannotRead) and "thieu.docx" in found.exception.sentence
