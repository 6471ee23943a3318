"""`make bench` works and says what the design asks for; how fast anything is, no test asks."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from PIL import Image

from bench.names import GROUPS
from bench.whole import check_report

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


def write_report(file: Path, figures: int, charts: int) -> Path:
    word = docx.Document()
    for number in range(figures):
        link = OxmlElement("w:hyperlink")
        target = word.part.relate_to(f"https://so.example/figures/{number}/", RELATIONSHIP_TYPE.HYPERLINK, True)
        link.set(qn("r:id"), target)
        word.add_paragraph()._p.append(link)
    picture = io.BytesIO()
    Image.new("1", (8, 8)).save(picture, "PNG")
    for _chart in range(charts):
        word.add_picture(picture)
    word.save(str(file))
    return file


@pytest.mark.parametrize(("figures", "charts"), [(59, 3), (60, 2)])
def test_a_mid_term_report_with_less_than_the_design_asks_for_is_not_measured(
    figures: int, charts: int, tmp_path: Path
) -> None:
    check_report(write_report(tmp_path / "enough.docx", 60, 3))

    with pytest.raises(AssertionError, match=f"{figures} figures and {charts} charts"):
        check_report(write_report(tmp_path / "less.docx", figures, charts))
