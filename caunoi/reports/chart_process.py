"""Draws charts in a process beside this one, which ends when it was not asked for a while."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Literal

from caunoi.reports.chart_engine import LENGTH

ENGINE = Path(__file__).with_name("chart_engine.py")
# Its memory grows a little with each chart; starting anew takes half a second.
MOST_CHARTS = 60
IDLE_SECONDS = 60.0


class ChartRefused(ValueError):
    """The engine could not draw it: the specification is wrong."""


class _Beside:
    """One engine for this process. A lock, as threads of a server ask at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._drawn = 0
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Ahead of the first chart: it gets ready meanwhile."""
        with self._lock:
            self._get()

    def draw(self, to: Literal["png", "svg"], specification: dict[str, Any], settings: dict[str, Any]) -> bytes:
        """Raises ChartRefused."""
        text = json.dumps({"to": to, "specification": specification, "settings": settings}).encode()
        with self._lock:
            try:
                return self._ask(text)
            except (OSError, EOFError):
                # It was ended from outside, by a machine short of memory perhaps: once more with another.
                self._end()
                return self._ask(text)

    def _ask(self, text: bytes) -> bytes:
        process = self._get()
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(LENGTH.pack(len(text)) + text)
        process.stdin.flush()
        head = process.stdout.read(1 + LENGTH.size)
        if len(head) < 1 + LENGTH.size:
            raise EOFError("the engine that draws charts has ended")
        content = process.stdout.read(LENGTH.unpack(head[1:])[0])
        self._drawn += 1
        if self._drawn >= MOST_CHARTS:
            self._end()
        if head[0]:
            raise ChartRefused(content.decode())
        return content

    def _get(self) -> subprocess.Popen[bytes]:
        # A server's worker that was forked has a copy of its parent's, which is not its own to talk to.
        if self._process is None or self._owner != os.getpid():
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(ENGINE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**os.environ, "MALLOC_ARENA_MAX": "1"},  # 20 MB less: its threads keep no heaps of their own
            )  # fmt: skip
            self._owner, self._drawn = os.getpid(), 0
        self._end_later()
        return self._process

    def _end_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(IDLE_SECONDS, self.end)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        # It may be busy with a chart nobody waits for.
        process.terminate()
        process.wait()


_beside = _Beside()
start, draw, end = _beside.start, _beside.draw, _beside.end
atexit.register(end)
