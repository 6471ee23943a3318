"""Phones that send over HTTP to the product as it is served in earnest, on this machine's cores, which they share.

Durable: the server answers 201 after the flush (SQLite `synchronous=FULL`, PostgreSQL with its own defaults).
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.load import Plan, Sending, write_plan
from bench.measuring import Bench, Measured, percentile
from bench.phones_world import FIELDS
from bench.postgres import postgres
from bench.web import ROOT, free_port, wait_for_port

CAUNOI = Path(sys.executable).parent / "caunoi"
FORM = "so_lieu_thang"
PHONES = 200  # of as many villages, each with a backlog of months
CONNECTIONS = 32
MONTHS, WARM_MONTHS = 20, 2
PHOTOS, STORM_PHONES, STORM_S, STORM_EACH = 120, 1000, 60.0, 2
BARE = "the same server with an application of a few lines: one durable insert, nothing checked"
_done: dict[tuple[str, ...], Any] = {}


@dataclass(frozen=True)
class Load:
    """What the crowd of phones saw, and the most memory all processes of the server held."""

    per_s: float
    p99_s: float
    phone_p99_s: float
    peak_mb: float


def once(key: tuple[str, ...], measure: Callable[[], Load]) -> Load:
    """Figures of the same run are measured together."""
    if key not in _done:
        _done[key] = measure()
    return _done[key]  # type: ignore[no-any-return]


# ---- Serving ---------------------------------------------------------------------------------------------------------


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[tuple[int, Peak]]:
    port = free_port()
    server = subprocess.Popen(
        [part.replace("PORT", str(port)) for part in command], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    peak = Peak(server.pid)
    try:
        wait_for_port(port)
        peak.start()
        yield port, peak
    finally:
        peak.stopped.set()
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


class Peak(threading.Thread):
    """The most memory that the server and its workers held together, looked at twice a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._server, self.stopped, self.mb = psutil.Process(pid), threading.Event(), 0.0

    def run(self) -> None:
        while not self.stopped.wait(0.5):
            try:
                processes = [self._server, *self._server.children(recursive=True)]
                self.mb = max(self.mb, sum(one.memory_info().rss for one in processes) / 1e6)
            except psutil.NoSuchProcess:
                continue


def environment_of(home: Path, url: str) -> dict[str, str]:
    home.mkdir(parents=True, exist_ok=True)
    return {**os.environ, "CAUNOI_HOME": str(home), **({"DATABASE_URL": url} if url else {})}


@contextmanager
def product(bench: Bench, name: str, phones: int, url: str) -> Iterator[tuple[int, Peak, list[str]]]:
    environment = environment_of(bench.home / name, url)
    made = subprocess.run(
        [sys.executable, "-m", "bench.phones_world", str(phones)], cwd=ROOT, env=environment, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    with served([str(CAUNOI), "serve", "--port", "PORT"], environment) as (port, peak):
        yield port, peak, json.loads(made.stdout)["tokens"]


@contextmanager
def bare(bench: Bench, url: str) -> Iterator[tuple[int, Peak]]:
    environment = environment_of(bench.home / "bare", url)
    with served([sys.executable, "-m", "bench.serve", "PORT", "bench.bare:application", "2"], environment) as served_:
        yield served_


# ---- Sending ---------------------------------------------------------------------------------------------------------


def instance(number: int, month: str, photo: bool = False) -> str:
    fields = "".join(f"<so_{i:02d}>{(number * 7 + i * 13) % 97}</so_{i:02d}>" for i in range(1, FIELDS + 1))
    fields += "<anh>anh.jpg</anh>" if photo else ""
    meta = f"<meta><instanceID>uuid:bench-{number}-{month}</instanceID></meta>"
    return f'<data id="{FORM}" version="1"><ky_bao_cao>{month}-01</ky_bao_cao>{fields}{meta}</data>'


def months(count: int, start: int = 0) -> list[str]:
    return [f"{2015 + i // 12}-{1 + i % 12:02d}" for i in range(start, start + count)]


def address(token: str) -> str:
    return f"/key/{token}/submission?deviceID=bench"


def queues_of(tokens: list[str], named: list[str]) -> list[list[Sending]]:
    return [
        [Sending(address(token), instance(number, month)) for number, token in enumerate(tokens)] for month in named
    ]


def send(plan: Plan, peak: Peak) -> Load:
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        cwd=ROOT,
        input=write_plan(plan),
        check=True,
        capture_output=True,
        text=True,
    )
    happened = json.loads(done.stdout)
    wanted = sum(len(queue) for queue in plan.queues)
    if happened["acknowledged"] != wanted:
        raise AssertionError(f"{happened['acknowledged']} of {wanted} acknowledged: {happened['statuses']}")
    return Load(
        wanted / happened["seconds"], percentile(happened["request_s"], 0.99),
        percentile(happened["phone_s"], 0.99) if happened["phone_s"] else 0, peak.mb,
    )  # fmt: skip


def crowd(port: int, peak: Peak, tokens: list[str]) -> Load:
    send(Plan(port, CONNECTIONS, queues_of(tokens, months(WARM_MONTHS))), peak)
    return send(Plan(port, CONNECTIONS, queues_of(tokens, months(MONTHS, WARM_MONTHS))), peak)


def measure_crowd(bench: Bench, name: str) -> tuple[Load, Load]:
    def run(url: str) -> None:
        with product(bench, name, PHONES, url) as (port, peak, tokens):
            _done[name, "ours"] = crowd(port, peak, tokens)
        with bare(bench, url) as (port, peak):
            _done[name, "bare"] = crowd(port, peak, ["x"] * PHONES)

    if (name, "ours") not in _done:
        if name == "postgres":
            with postgres(bench.home) as url:
                run(url)
        else:
            run("")
    return _done[name, "ours"], _done[name, "bare"]


def submissions_per_s(bench: Bench, name: str = "sqlite") -> Measured:
    """32 connections that send as fast as they are answered: 12 fields, checked, stored, audited, posted, durable."""
    ours, plain = measure_crowd(bench, name)
    return Measured(ours.per_s, "submissions/s", plain.per_s, BARE, PHONES * MONTHS * FIELDS)


def submissions_p99_ms(bench: Bench, name: str = "sqlite") -> Measured:
    """From sending to 201 in the same run, the slowest hundredth."""
    ours, plain = measure_crowd(bench, name)
    return Measured(ours.p99_s * 1000, "ms", plain.p99_s * 1000, BARE, PHONES * MONTHS * FIELDS)


def submissions_per_s_postgres(bench: Bench) -> Measured:
    return submissions_per_s(bench, "postgres")


def submissions_p99_ms_postgres(bench: Bench) -> Measured:
    return submissions_p99_ms(bench, "postgres")


def submissions_peak_mb(bench: Bench) -> Measured:
    """All processes of the server together, at the end of the same run."""
    ours, plain = measure_crowd(bench, "sqlite")
    return Measured(ours.peak_mb, "MB", plain.peak_mb, BARE, PHONES * MONTHS * FIELDS)


# ---- With photos -----------------------------------------------------------------------------------------------------


def photo(seed: int) -> str:
    """About 1 MB of JPEG of a phone's size, as base64; each another one, or the server would keep it once."""
    import random

    from PIL import Image

    noise = Image.frombytes("RGB", (500, 375), random.Random(seed).randbytes(500 * 375 * 3))
    target = io.BytesIO()
    noise.resize((2000, 1500)).save(target, "JPEG", quality=88)
    return base64.b64encode(target.getvalue()).decode()


def measure_photos(bench: Bench) -> tuple[Load, Load]:
    if ("photos", "ours") not in _done:
        photos = [photo(seed) for seed in range(PHOTOS)]

        def run(port: int, peak: Peak, tokens: list[str]) -> Load:
            queue = [
                Sending(address(tokens[n % len(tokens)]), instance(n % len(tokens), months(1)[0], True), picture)
                for n, picture in enumerate(photos)
            ]
            return send(Plan(port, 8, [queue]), peak)

        with product(bench, "photos", PHOTOS, "") as (port, peak, tokens):
            _done["photos", "ours"] = run(port, peak, tokens)
        with bare(bench, "") as (port, peak):
            _done["photos", "bare"] = run(port, peak, ["x"] * PHOTOS)
    return _done["photos", "ours"], _done["photos", "bare"]


def photos_per_s(bench: Bench) -> Measured:
    """Submissions with a photo of 1 MB each, which the server decodes and encodes anew; 8 connections."""
    ours, plain = measure_photos(bench)
    return Measured(ours.per_s, "submissions/s", plain.per_s, BARE, PHOTOS * FIELDS)


def photos_peak_mb(bench: Bench) -> Measured:
    ours, plain = measure_photos(bench)
    return Measured(ours.peak_mb, "MB", plain.peak_mb, BARE, PHOTOS * FIELDS)


# ---- All at once -----------------------------------------------------------------------------------------------------


def reconnect_storm_p99_s(bench: Bench) -> Measured:
    """1,000 phones that come back within a minute, each on a connection of its own: the list of forms, then two
    submissions. From coming to being done, the slowest hundredth of the phones; all must be acknowledged."""

    def run(port: int, peak: Peak, tokens: list[str]) -> Load:
        queues = [
            [Sending(address(token), instance(number, month)) for month in months(STORM_EACH)]
            for number, token in enumerate(tokens)
        ]
        return send(Plan(port, len(queues), queues, within_s=STORM_S), peak)

    with product(bench, "storm", STORM_PHONES, "") as (port, peak, tokens):
        ours = run(port, peak, tokens)
    with bare(bench, "") as (port, peak):
        plain = run(port, peak, ["x"] * STORM_PHONES)
    return Measured(ours.phone_p99_s, "s", plain.phone_p99_s, BARE, STORM_PHONES * STORM_EACH * FIELDS)


# ---- What phones ask for ---------------------------------------------------------------------------------------------

VILLAGES = 2000


def measure_asking(bench: Bench) -> dict[str, float]:
    """Milliseconds, the slowest twentieth: each of 2,000 villages' phones asks for its list and a manifest."""
    import http.client

    if ("asking",) not in _done:
        with product(bench, "asking", VILLAGES, "") as (port, _peak, tokens):
            taken: dict[str, list[float]] = {"formList": [], "manifest": [], "bare": []}
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

            def ask(kind: str, path: str) -> bytes:
                begun = time.perf_counter()
                line.request("GET", path, headers={"X-OpenRosa-Version": "1.0"})
                answer = line.getresponse()
                content = answer.read()
                taken[kind].append((time.perf_counter() - begun) * 1000)
                if kind != "bare" and answer.status != 200:
                    raise AssertionError(f"{path} answered {answer.status}: {content[:300]!r}")
                return content

            for token in tokens:
                ask("formList", f"/key/{token}/formList")
                ask("manifest", f"/key/{token}/forms/{FORM}/1/manifest")
                ask("bare", "/static/desk/caunoi.css")
            line.close()
        _done["asking",] = {kind: percentile(values, 0.95) for kind, values in taken.items()}
    return _done["asking",]  # type: ignore[no-any-return]


def form_list_p95_ms(bench: Bench) -> Measured:
    taken = measure_asking(bench)
    return Measured(taken["formList"], "ms", taken["bare"], "a static file from the same server", 0)


def manifest_p95_ms(bench: Bench) -> Measured:
    taken = measure_asking(bench)
    return Measured(taken["manifest"], "ms", taken["bare"], "a static file from the same server", 0)
