"""The process beside ours that draws charts."""

from __future__ import annotations

import os
import signal

import pytest

from caunoi.reports import chart_process
from caunoi.reports.chart_engine import FIRST
from caunoi.reports.chart_process import ChartRefused

PNG = {"scale": 1}


def test_a_chart_is_drawn_also_after_the_engine_was_ended_from_outside() -> None:
    assert chart_process.draw("png", FIRST, PNG).startswith(b"\x89PNG")

    process = chart_process._beside._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)

    assert chart_process.draw("svg", FIRST, {}).startswith(b"<svg")
    chart_process.end()
    assert chart_process._beside._process is None


def test_a_wrong_chart_is_refused_and_the_next_one_drawn() -> None:
    with pytest.raises(ChartRefused):
        chart_process.draw("png", {"mark": "nothing of the kind"}, PNG)

    assert chart_process.draw("png", FIRST, PNG).startswith(b"\x89PNG")
