"""`make bench` works and says what the design asks for; how fast anything is, no test asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.names import GROUPS

ROOT = Path(__file__).resolve().parent.parent


def run_bench(tmp_path: Path, *names: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *names],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "BENCH_RESULTS": str(tmp_path / "latest.jsonl"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_a_figure_is_one_line_with_its_baseline_and_the_same_answer_as_raw_duckdb(tmp_path: Path) -> None:
    done = run_bench(tmp_path, BENCH_FACTS="25000", BENCH_ONLY="query_commune_ms,question_peak_mb")

    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert [figure["name"] for figure in figures] == ["query_commune_ms", "question_peak_mb"]
    for figure in figures:
        assert set(figure) == {"name", "value", "unit", "baseline", "baseline_name", "ratio", "facts"}
        assert figure["value"] > 0
        assert figure["baseline"] > 0
    assert (tmp_path / "latest.jsonl").read_text() == done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["latest.jsonl"], "the temporary home is deleted"


def test_an_unknown_figure_is_refused_with_the_list(tmp_path: Path) -> None:
    done = run_bench(tmp_path, "query_provinz_ms")

    assert done.returncode == 2
    assert "query_province_ms" in done.stderr


def test_every_named_figure_has_its_measure() -> None:
    from bench.figures import FIGURES

    assert [name for names in GROUPS.values() for name in names] == list(FIGURES)
