"""The questions of the design, beside raw DuckDB on one sorted native table of the same facts in the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from bench.measuring import Bench, Measured, median_ms
from bench.world import (
    COMMUNES_IN_PROVINCE,
    ELEMENTS,
    FIRST_MONTH,
    MONTHS,
    VILLAGES_IN_COMMUNE,
    World,
    months,
)
from caunoi.audit.clock import current_number
from caunoi.facts import segments
from caunoi.facts.models import Segment
from caunoi.facts.questions import Question, ask
from caunoi.periods.rules import first_day, last_day

RAW = "raw DuckDB, one sorted native table"
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
_raw: dict[Path, tuple[duckdb.DuckDBPyConnection, float]] = {}
_rebuilt: dict[Path, float] = {}


def raw(world: World) -> tuple[duckdb.DuckDBPyConnection, float]:
    """The baseline's table in a database file of its own, and the seconds it took to sort and write it."""
    if world.home not in _raw:
        (world.home / "raw.duckdb").unlink(missing_ok=True)
        connection = duckdb.connect(str(world.home / "raw.duckdb"), config={"threads": os.cpu_count() or 2})
        begun = time.perf_counter()
        connection.execute(
            f"""CREATE TABLE facts AS
            SELECT (v // {VILLAGES_IN_COMMUNE * COMMUNES_IN_PROVINCE})::SMALLINT AS province,
                   (v // {VILLAGES_IN_COMMUNE})::INTEGER AS commune, v::INTEGER AS village, e::SMALLINT AS element,
                   (DATE '{FIRST_MONTH[0]}-{FIRST_MONTH[1]:02d}-01' + to_months(m::INTEGER))::DATE AS month,
                   ((v * 7 + e * 13 + m * 31) % 97)::BIGINT AS amount
            FROM range({world.villages}) AS a(v), range({ELEMENTS}) AS b(e), range({MONTHS}) AS c(m)
            ORDER BY province, element, village, month"""
        )
        connection.execute("CHECKPOINT")
        _raw[world.home] = connection, time.perf_counter() - begun
    return _raw[world.home]


def rebuild(world: World) -> None:
    """Once a run, before any question is asked; a world that is used again has its projection."""
    if world.home not in _rebuilt and not Segment.objects.exists():
        rebuild_anew(world)


def rebuild_anew(world: World) -> float:
    """Seconds, once a run."""
    if world.home not in _rebuilt:
        begun = time.perf_counter()
        segments.rebuild()
        _rebuilt[world.home] = time.perf_counter() - begun
    return _rebuilt[world.home]


def rebuild_s(bench: Bench) -> Measured:
    world = bench.world
    return Measured(
        rebuild_anew(world), "s", raw(world)[1], "raw DuckDB: make, sort and write the same facts", world.facts
    )


def projection_mb(bench: Bench) -> Measured:
    rebuild(bench.world)
    raw(bench.world)
    # Files of the projection before stay for a while, for questions that began with them.
    named = Segment.objects.values_list("file", flat=True)
    size = sum((segments.folder() / name).stat().st_size for name in named)
    return Measured(
        size / 1e6, "MB", (bench.world.home / "raw.duckdb").stat().st_size / 1e6,
        "raw DuckDB file: one book, no sequence, no lineage", bench.world.facts,
    )  # fmt: skip


def province_question(world: World) -> Question:
    return Question(
        world.codes[:10], world.provinces[0], *YEAR, boundaries=YEAR[1], as_known=current_number(), level="commune",
        by="month", book="approved", cut_off=None,
    )  # fmt: skip


def query_province_ms(bench: Bench) -> Measured:
    """10 elements, 12 months, all communes of a province, with coverage."""
    question = province_question(bench.world)
    sql = (
        "SELECT element, commune, month, sum(amount) FROM facts WHERE province = 0 AND element < 10"
        f" AND month BETWEEN '{YEAR[0]}' AND '{YEAR[1]}' GROUP BY ALL"
    )
    return compare(bench, question, sql)


def query_commune_ms(bench: Bench) -> Measured:
    """40 elements, 12 months, the villages of one commune, with coverage."""
    world = bench.world
    question = Question(
        world.codes, world.communes[0], *YEAR, boundaries=YEAR[1], as_known=current_number(), level="village",
        by="month", book="approved", cut_off=None,
    )  # fmt: skip
    sql = (
        "SELECT element, village, month, sum(amount) FROM facts WHERE province = 0 AND commune = 0"
        f" AND month BETWEEN '{YEAR[0]}' AND '{YEAR[1]}' GROUP BY ALL"
    )
    return compare(bench, question, sql)


def query_national_ms(bench: Bench) -> Measured:
    """One element, all provinces, all months, with coverage."""
    world = bench.world
    first, last = first_day(months()[0], 1), last_day(months()[-1], 1)
    question = Question(
        world.codes[:1], world.country, first, last, boundaries=last, as_known=current_number(), level="province",
        by="month", book="approved", cut_off=None,
    )  # fmt: skip
    sql = "SELECT province, month, sum(amount) FROM facts WHERE element = 0 GROUP BY ALL"
    return compare(bench, question, sql)


def compare(bench: Bench, question: Question, sql: str) -> Measured:
    """Both must give the same total before their times are worth comparing."""
    rebuild(bench.world)
    connection, _seconds = raw(bench.world)
    ours = sum(figure.value or 0 for figure in ask(question))
    theirs = sum(row[-1] for row in connection.execute(sql).fetchall())
    if ours != theirs:
        raise AssertionError(f"different answers: {ours} and {theirs}")
    baseline = median_ms(lambda: connection.execute(sql).fetchall())
    return Measured(median_ms(lambda: ask(question)), "ms", baseline, RAW, bench.world.facts)


PEAK = """
import json, sys
import django; django.setup()
from caunoi.facts.questions import Question, ask
from datetime import date
spec = json.loads(sys.argv[1])
ask(Question(tuple(spec["codes"]), spec["place"], date.fromisoformat(spec["first"]), date.fromisoformat(spec["last"]),
    boundaries=date.fromisoformat(spec["last"]), as_known=spec["as_known"], level="commune", by="month",
    book="approved", cut_off=None))
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
"""
RAW_PEAK = """
import sys
import duckdb
connection = duckdb.connect(sys.argv[1], read_only=True, config={"threads": 2})
connection.execute(sys.argv[2]).fetchall()
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024)
"""


def question_peak_mb(bench: Bench) -> Measured:
    """Peak memory of a new process that answers the question about a province."""
    world = bench.world
    rebuild(world)
    connection, seconds = raw(world)
    connection.close()  # DuckDB lets one process at a time write to a file
    question = province_question(world)
    spec = json.dumps(
        {"codes": question.codes, "place": question.place, "first": str(YEAR[0]), "last": str(YEAR[1]),
         "as_known": question.as_known}
    )  # fmt: skip
    ours = _printed(PEAK, spec)
    sql = (
        "SELECT element, commune, month, sum(amount) FROM facts WHERE province = 0 AND element < 10"
        f" AND month BETWEEN '{YEAR[0]}' AND '{YEAR[1]}' GROUP BY ALL"
    )
    theirs = _printed(RAW_PEAK, str(world.home / "raw.duckdb"), sql)
    _raw[world.home] = duckdb.connect(str(world.home / "raw.duckdb")), seconds
    return Measured(ours, "MB", theirs, "raw DuckDB, the same question in a process of its own", world.facts)


def _printed(program: str, *arguments: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, check=True, text=True,
        cwd=Path(__file__).resolve().parent.parent, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return float(done.stdout.strip().splitlines()[-1])
