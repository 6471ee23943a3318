"""The disk of the columnar files is full, not ours, or about to die: said in a sentence, and the ledger answers on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from caunoi.facts.errors import SegmentsNotWritten
from caunoi.facts.intact import find_fault
from caunoi.facts.models import Segment
from caunoi.facts.projection import forget_projections, get_projection
from caunoi.facts.segments import compact, rebuild
from caunoi.facts.tests.test_serving import count, post

pytestmark = [pytest.mark.django_db, pytest.mark.duckdb]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    forget_projections()
    yield
    forget_projections()


@pytest.fixture
def full_disk(mount_disk: Callable[[str], Path]) -> Path:
    """With a folder on it and no room left."""
    disk = mount_disk("64k")
    (disk / "ledger").mkdir()
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(b"\0" * 1024):
            pass
    return disk


def test_what_a_dead_process_left_goes_also_while_the_tail_is_short(tmp_path: Path, settings: Any) -> None:
    settings.CAUNOI_SEGMENTS = str(tmp_path)
    with subprocess.Popen(["true"]) as dead:
        pass
    left, at_work = tmp_path / f"rows.0.{dead.pid}.part", tmp_path / f"rows.0.{os.getpid()}.part"
    left.touch()
    at_work.touch()
    post(1, 10)

    assert compact() == 0

    assert (left.exists(), at_work.exists()) == (False, True)


@pytest.mark.parametrize("write", [lambda: compact(minimum=1), rebuild], ids=["compact", "rebuild"])
def test_a_full_disk_is_said_and_the_ledger_answers_on(write: Any, full_disk: Path, settings: Any) -> None:
    post(1, 200)
    settings.CAUNOI_SEGMENTS = str(full_disk / "ledger")

    with pytest.raises(SegmentsNotWritten) as refused:
        write()

    assert str(full_disk) in refused.value.sentence and "đĩa đã đầy" in refused.value.sentence
    assert "caunoi ledger rebuild" in refused.value.sentence
    assert not Segment.objects.exists()
    assert count(get_projection().open()) == 200


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, settings: Any) -> None:
    post(1, 10)
    (tmp_path / "taken").write_text("a file where a folder should be")
    settings.CAUNOI_SEGMENTS = str(tmp_path / "taken" / "ledger")

    with pytest.raises(SegmentsNotWritten, match="một phần của đường dẫn không phải thư mục"):
        compact(minimum=1)


@pytest.mark.parametrize(
    ("path", "why"), [("/proc", "đây là thư mục, không phải tệp"), ("/proc/self/mem", "đĩa đọc hoặc ghi bị lỗi")]
)
def test_why_a_segment_cannot_be_read_is_told_in_vietnamese(path: str, why: str) -> None:
    fault = find_fault(Path(path), "0" * 64)

    assert fault is not None and why in fault.sentence and os.strerror(5) not in fault.sentence
