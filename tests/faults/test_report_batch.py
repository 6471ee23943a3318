"""All communes' reports in one go, killed half-way: what was finished stays as it is, the rest is made."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from tests.faults.server import CAUNOI, ROOT, Server

COMMUNES = ["--place", "Huyện Bát Xát", "--from", "2020-11-24", "--to", "2023-11-23", "--each-below", "commune"]
ENOUGH, PATIENCE_S = 3, 120


def files_in(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Name -> which file it is, since when, and its bytes."""
    return {one.name: (one.stat().st_ino, one.stat().st_mtime_ns, one.read_bytes()) for one in folder.glob("*.docx")}


def test_a_batch_killed_half_way_goes_on_and_touches_nothing_that_was_finished(
    small_demo: Path, tmp_path: Path
) -> None:
    server, folder = Server(shutil.copytree(small_demo, tmp_path / "home")), tmp_path / "reports"
    command = ["report", "so-ket", *COMMUNES, "-o", str(folder)]
    running = subprocess.Popen(
        [CAUNOI, *command], cwd=ROOT, env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + PATIENCE_S
    while len(list(folder.glob("*.docx"))) < ENOUGH:
        assert running.poll() is None and time.monotonic() < end, "it ended by itself"
        time.sleep(0.01)  # between two looks at the folder: nothing else tells from outside that a file is finished
    os.killpg(running.pid, signal.SIGKILL)  # with the process that draws its charts
    assert running.wait(30) == -signal.SIGKILL
    ((units,),) = server.query("SELECT count(*) FROM reports_batchunit")
    made = server.query("SELECT u.org_unit_id, u.run_id FROM reports_batchunit u WHERE u.run_id IS NOT NULL")
    written = files_in(folder)
    assert ENOUGH <= len(written) <= len(made) < units

    said = server.command(*command)

    assert f"{units - len(made)} báo cáo mới, {len(made)} đã có từ trước, 0 đơn vị" in said
    finished = files_in(folder)
    assert len(finished) == units and not list(folder.glob("*.part"))
    assert {name: finished[name] for name in written} == written
    now = server.query("SELECT org_unit_id, run_id FROM reports_batchunit")
    assert set(made) <= set(now) and len({run for _unit, run in now if run}) == units
    assert server.query("SELECT count(*) FROM reports_reportbatch") == [(1,)]
