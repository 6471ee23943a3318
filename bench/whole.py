"""The product from outside, as a person would time it: commands with the demonstration's data."""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import docx
import psutil
from docx.oxml.ns import qn

from bench.measuring import Bench, Measured, NotMeasured

CAUNOI = Path(sys.executable).parent / "caunoi"
ROOT = Path(__file__).resolve().parent.parent
PACK = ROOT / "packs" / "tuyen-van"
COUNTRY = ROOT / "data" / "vietnam"
COUNTS = {
    "2025-06-30": {"province": 63, "district": 696, "commune": 10_035},
    "2025-07-01": {"province": 34, "commune": 3_321},
}
# Of the demonstration: template, district, days.
REPORT = ("so-ket", "10.082", "2020-11-24", "2023-11-23")
# What the review has at least: who measures a shorter one measures something else.
LEAST_FIGURES, CHARTS = 60, 3
# The 99 communes that the province has since the mergers; recast from the units of then.
BATCH = ("so-ket", "15", "2020-11-24", "2023-11-23", "2025-12-31")
_loaded: dict[Path, float] = {}
_batched: dict[Path, tuple[float, float, int]] = {}


def run(bench: Bench, *arguments: str, home: str = "demo") -> float:
    """Seconds of one command, in the demonstration's home unless another is named."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(CAUNOI), *arguments],
        env={**os.environ, "CAUNOI_HOME": str(bench.home / home)},
        cwd=bench.home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"caunoi {' '.join(arguments)}: {done.stderr.strip()[-800:]}")
    return time.perf_counter() - begun


def load(bench: Bench) -> float:
    if bench.home not in _loaded:
        _loaded[bench.home] = run(bench, "demo", "--no-serve")
    return _loaded[bench.home]


def country_load_s(bench: Bench) -> Measured:
    """All of Vietnam by three commands, their starts included: its units, what changed in them, what became of what."""
    run(bench, "migrate", home="country")
    begun = time.perf_counter()
    for action, name in (("load", "units"), ("load", "changes"), ("succeed", "successions")):
        run(bench, "places", action, str(COUNTRY / f"{name}.csv"), home="country")
    seconds = time.perf_counter() - begun
    with closing(sqlite3.connect(bench.home / "country" / "caunoi.sqlite3")) as database:
        for day, expected in COUNTS.items():
            found = database.execute(
                "SELECT level, count(*) FROM places_orgunit WHERE known_until IS NULL AND starts_on <= ?"
                " AND (ends_on IS NULL OR ends_on > ?) AND level <> 'country' GROUP BY level",
                [day, day],
            )
            if (counted := dict(found)) != expected:
                raise AssertionError(f"on {day}: {counted}, not {expected}")
    baseline = statistics.median(run(bench, "--version", home="country") for _ in range(3))
    return Measured(seconds, "s", 3 * baseline, "three times the command that only prints its version", 0)


def pack_load_s(bench: Bench) -> Measured:
    """The programme's pack into an empty database by the command, its start included. The median of three, each into a
    copy of the same migrated home, as a second load finds everything there."""
    run(bench, "migrate", home="empty")
    taken = []
    for number in range(3):
        home = f"pack-{number}"
        shutil.copytree(bench.home / "empty", bench.home / home)
        taken.append(run(bench, "pack", "load", str(PACK), home=home))
    baseline = statistics.median(run(bench, "--version", home="empty") for _ in range(3))
    return Measured(statistics.median(taken), "s", baseline, "the command that only prints its version", 0)


def demo_load_s(bench: Bench) -> Measured:
    """From nothing to the loaded demonstration with its report (the environment is already installed)."""
    first = load(bench)
    return Measured(first, "s", run(bench, "demo", "--no-serve"), "the same command when it is loaded already", 0)


def report_s(bench: Bench) -> Measured:
    """The mid-term review of a district as .docx, by the command, its start included."""
    load(bench)
    template, code, first, last = REPORT
    arguments = ["report", template, "--place", code, "--from", first, "--to", last, "-o", str(bench.home / "r.docx")]
    try:
        seconds = run(bench, *arguments)
    except AssertionError as problem:
        if "No module named" in str(problem) or "No such command" in str(problem):
            raise NotMeasured("reports are not there yet") from problem
        raise
    check_report(bench.home / "r.docx")
    return Measured(seconds, "s", run(bench, "--version"), "the command that only prints its version", 0)


def check_report(file: Path) -> None:
    """Raises AssertionError unless it has its figures, each leading to its explanation, and its charts."""
    word = docx.Document(str(file))
    name = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    targets = {number: one.target_ref for number, one in word.part.rels.items() if one.is_external}
    linked = [targets[one.get(name)] for one in word.element.body.iter(qn("w:hyperlink")) if one.get(name) in targets]
    figures, charts = sum("/figures/" in address for address in linked), len(word.inline_shapes)
    if figures < LEAST_FIGURES or charts != CHARTS:
        raise AssertionError(f"{file.name} has {figures} figures and {charts} charts")


def verify_s(bench: Bench) -> Measured:
    """Whether that report still holds, figure by figure, by the command, its start included."""
    made = report_s(bench)
    seconds = run(bench, "verify", str(bench.home / "r.docx"))
    return Measured(seconds, "s", made.value, "making the report anew, to be compared by eye", 0)


def _sum_mb(pid: int) -> float:
    """Of the command and of what it started: charts are drawn by a process beside it."""
    try:
        command = psutil.Process(pid)
        return float(sum(one.memory_info().rss for one in (command, *command.children(recursive=True)))) / 1e6
    except psutil.NoSuchProcess:  # it has just ended
        return 0.0


def make_batch(bench: Bench) -> tuple[float, float, int]:
    """Seconds, MB at most, and reports, of the mid-term review of every commune by one command."""
    if bench.home not in _batched:
        load(bench)
        template, place, first, last, boundaries = BATCH
        begun = time.perf_counter()
        child = subprocess.Popen(
            [
                str(CAUNOI), "report", template, "--place", place, "--from", first, "--to", last,
                "--boundaries", boundaries, "--each-below", "commune", "-o", str(bench.home / "batch"),
            ],
            env={**os.environ, "CAUNOI_HOME": str(bench.home / "demo")},
            cwd=bench.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        most = 0.0
        while child.poll() is None:
            most = max(most, _sum_mb(child.pid))
            time.sleep(0.1)  # memory is sampled: two processes' peaks at different moments don't add up
        if child.returncode:
            raise AssertionError(f"caunoi report {template} --each-below commune: exit {child.returncode}")
        made = len(list((bench.home / "batch").glob("*.docx")))
        _batched[bench.home] = time.perf_counter() - begun, most, made
    return _batched[bench.home]


def reports_batch_s(bench: Bench) -> Measured:
    """The same review for all communes of a province, by one command; against as many times the single command."""
    seconds, _most, made = make_batch(bench)
    return Measured(seconds, "s", made * report_s(bench).value, f"the single command {made} times", made)


def reports_batch_peak_mb(bench: Bench) -> Measured:
    _seconds, most, made = make_batch(bench)
    return Measured(most, "MB", None, "the most memory that command held", made)
