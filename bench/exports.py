"""What goes out: records as files, by speed and by memory."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.measuring import Bench, Measured, timed_ms

ROOT = Path(__file__).resolve().parent.parent
# Makes the records in one process and exports them in another, so that only the export is in its memory.
MANY = ROOT / "caunoi" / "records" / "tests" / "export_many.py"
MOST = 1_000_000


@cache
def folder(home: Path, facts: int) -> Path:
    """A tenth as many records as facts are asked for, a million at most."""
    made = home / "exports"
    _run("make", str(made), str(min(MOST, max(1000, facts // 10))))
    return made


def export_rows_per_s(bench: Bench) -> Measured:
    """Records of six answers into a CSV file, start of the process included."""
    records = folder(bench.home, bench.facts)
    counted: list[int] = []
    milliseconds = timed_ms(lambda: counted.append(_run("csv", str(records))[0]))
    [count] = counted
    baseline = timed_ms(lambda: _plain(records))
    name = "csv writer over the same rows, answers as columns, nothing looked up"
    return Measured(count / milliseconds * 1000, "rows/s", count / baseline * 1000, name, count)


def export_peak_mb(bench: Bench) -> Measured:
    """Peak memory of the process that exports them to a workbook."""
    records = folder(bench.home, bench.facts)
    count, memory = _run("xlsx", str(records))
    few, baseline = _run("xlsx", str(records), "few")
    return Measured(memory / 1024, "MB", baseline / 1024, f"the same with a tenth of the records ({few})", count)


def _plain(records: Path) -> None:
    plain = sqlite3.connect(records / "caunoi.sqlite3")
    with (records / "plain.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for key, answers in plain.execute("SELECT submission_id, answers FROM records_submissionversion"):
            writer.writerow([key, *json.loads(answers).values()])
    plain.close()


def _run(*arguments: str) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, str(MANY), *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True,
        text=True, cwd=ROOT,
    )  # fmt: skip
    count, memory = (done.stdout.split() or ["0", "0"])[-2:]
    return int(count), int(memory)
