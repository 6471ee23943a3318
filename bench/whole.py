"""The product from outside, as a person would time it: commands with the demonstration's data."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.measuring import Bench, Measured, NotMeasured

CAUNOI = Path(sys.executable).parent / "caunoi"
# Of the demonstration: template, district, days.
REPORT = ("so-ket", "10.082", "2020-11-24", "2023-11-23")
_loaded: dict[Path, float] = {}


def run(bench: Bench, *arguments: str) -> float:
    """Seconds of one command in the demonstration's home."""
    begun = time.perf_counter()
    done = subprocess.run(
        [str(CAUNOI), *arguments],
        env={**os.environ, "CAUNOI_HOME": str(bench.home / "demo")},
        cwd=bench.home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"caunoi {' '.join(arguments)}: {done.stderr.strip()[-800:]}")
    return time.perf_counter() - begun


def load(bench: Bench) -> float:
    if bench.home not in _loaded:
        _loaded[bench.home] = run(bench, "demo", "--no-serve")
    return _loaded[bench.home]


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
    return Measured(seconds, "s", run(bench, "--version"), "the command that only prints its version", 0)


def verify_s(bench: Bench) -> Measured:
    """Whether that report still holds, figure by figure, by the command, its start included."""
    made = report_s(bench)
    seconds = run(bench, "verify", str(bench.home / "r.docx"))
    return Measured(seconds, "s", made.value, "making the report anew, to be compared by eye", 0)
