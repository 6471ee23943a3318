"""The product as people start it, in a home of its own, to be killed at any moment."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[2]
CAUNOI = Path(sys.executable).with_name("caunoi")
START_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    home: Path
    database_url: str = ""
    port: int = field(default_factory=free_port)
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")}
        named = {"DATABASE_URL": self.database_url} if self.database_url else {}
        return {**inherited, **named, "CAUNOI_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "caunoi.config.settings"}

    def make_world(self, phones: int) -> list[str]:
        """The phones' tokens."""
        made = self._run([sys.executable, "-m", "tests.faults.world", str(phones)])
        tokens: list[str] = json.loads(made)["tokens"]
        return tokens

    def command(self, *arguments: str) -> str:
        return self._run([str(CAUNOI), *arguments])

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    # -- living and dying ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        with open(self.home / "serve.log", "ab") as log:
            self._process = subprocess.Popen(
                [str(CAUNOI), "serve", "--port", str(self.port)],
                cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        end = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < end and self._process.poll() is None, (self.home / "serve.log").read_text()[
                -3000:
            ]
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                line.sendall(b"GET /formList HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return line.recv(12).startswith(b"HTTP/1.1")
        except OSError:
            return False

    def kill_and_restart(self) -> None:
        """SIGKILL to the server and its workers: what a power cut does to a process."""
        with self._lock:
            self._signal(signal.SIGKILL)
            self.kills += 1
            self.start()

    def stop(self) -> None:
        if self._process is not None:
            self._signal(signal.SIGKILL)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
        self._process.wait(30)

    # -- what is stored -----------------------------------------------------------------------------------------------

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        if self.database_url:
            with psycopg.connect(self.database_url) as connection:
                return connection.execute(sql.encode()).fetchall()
        with sqlite3.connect(self.home / "caunoi.sqlite3") as connection:
            return connection.execute(sql).fetchall()

    def list_kept(self) -> list[str]:
        """Instances, as often as they are kept: as a version, as one that said nothing new, or held for an officer."""
        tables = ("records_submissionversion", "records_repeatedinstance", "records_heldsending")
        return [name for table in tables for (name,) in self.query(f"SELECT instance_id FROM {table}")]

    def list_files(self) -> dict[str, dict[str, str | None]]:
        """Instance -> file name -> SHA-256, None for a file that is announced but not there."""
        found: dict[str, dict[str, str | None]] = {}
        for instance, name, sha256 in self.query(
            "SELECT v.instance_id, a.name, a.file_id FROM records_attachment a"
            " JOIN records_submissionversion v ON v.id = a.version_id"
        ):
            found.setdefault(instance, {})[name] = sha256
        return found

    def find_broken_files(self, hashes: Iterable[str]) -> list[str]:
        folder = self.home / "files"
        return [
            sha256
            for sha256 in hashes
            if hashlib.sha256((folder / sha256[:2] / sha256).read_bytes()).hexdigest() != sha256
        ]
