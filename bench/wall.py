"""A campaign day on the server as it is served in earnest: villages post while many watch the wall."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field

from bench.load import Sending, encode
from bench.measuring import Bench, Measured, percentile
from bench.phones import CAUNOI, address, environment_of, instance, served
from bench.web import ROOT, sign_in

COMMUNES, VILLAGES = 96, 16  # 1,536 villages of one province
# Ten minutes in three: more than three times the rate that is asked for.
WITHIN_S = 180.0
SENDERS, WATCHERS = 4, 20
EVERY_S = 0.7  # as the page
MONTH = "2015-01"


@dataclass
class Watched:
    """(moment, villages shown) of each answer that was new; how many answers there were."""

    seen: list[tuple[float, int]] = field(default_factory=list)
    answers: int = 0


def campaign_wall_s(bench: Bench) -> Measured:
    """From a village's 201 to its being counted on the wall of its province, as each of 20 watchers sees it who asks
    as often as the page; the slowest hundredth of all villages and watchers."""
    environment = environment_of(bench.home / "wall", "")
    made = subprocess.run(
        [sys.executable, "-m", "bench.wall_world", str(COMMUNES), str(VILLAGES)], cwd=ROOT, env=environment,
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(made.stdout)
    with served([str(CAUNOI), "serve", "--port", "PORT"], environment) as (port, _peak):
        cookies = sign_in(port)
        path = f"/campaigns/{told['campaign']}/now/"
        acknowledged: list[float] = []
        stop = threading.Event()
        watchers = [Watched() for _ in range(WATCHERS)]
        threads = [
            threading.Thread(target=_watch, args=(port, path, cookies, one, number / WATCHERS, stop))
            for number, one in enumerate(watchers)
        ]
        for thread in threads:
            thread.start()
        _send_all(port, told["tokens"], acknowledged)
        time.sleep(3 * EVERY_S)  # the last ones are to be seen too
        stop.set()
        for thread in threads:
            thread.join()
    late = [delay for one in watchers for delay in _delays(sorted(acknowledged), one)]
    if len(late) != len(told["tokens"]) * WATCHERS:
        raise AssertionError(f"{len(late)} of {len(told['tokens']) * WATCHERS} were seen")
    answers, new = sum(one.answers for one in watchers), sum(len(one.seen) for one in watchers)
    half = percentile(late, 0.5)
    print(f"    {answers} answers, {new} of them new; half of all seen within {half:.2f} s", file=sys.stderr)
    return Measured(percentile(late, 0.99), "s", EVERY_S, "the time between two looks", len(told["tokens"]))


def _send_all(port: int, tokens: list[str], acknowledged: list[float]) -> None:
    begun, lock = time.perf_counter(), threading.Lock()

    def send(start: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(start, len(tokens), SENDERS):
            # The load is a rate: villages send evenly over the minutes, however fast the server answers.
            time.sleep(max(0.0, begun + WITHIN_S * number / len(tokens) - time.perf_counter()))
            # The bytes that phones send, with their own head: only the connection is ours.
            head, body = encode(Sending(address(tokens[number]), instance(number, MONTH))).split(b"\r\n\r\n", 1)
            named = [one.split(": ", 1) for one in head.decode().split("\r\n")[1:]]
            line.request("POST", address(tokens[number]), body, {name: value for name, value in named})
            answer = line.getresponse()
            content = answer.read()
            if answer.status != 201:
                raise AssertionError(f"answered {answer.status}: {content[:300]!r}")
            with lock:
                acknowledged.append(time.perf_counter())

    threads = [threading.Thread(target=send, args=(start,)) for start in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _watch(
    port: int, path: str, cookies: dict[str, str], watched: Watched, phase: float, stop: threading.Event
) -> None:
    """As the page does: a look, then a rest."""
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "If-None-Match": '""'}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    time.sleep(phase * EVERY_S)  # walls are not opened in step
    while not stop.is_set():
        line.request("GET", path, headers={**headers, "Accept": "application/json"})
        answer = line.getresponse()
        page = answer.read().decode()
        watched.answers += 1
        if answer.status == 200:
            shown = re.search(r'id="wall-sent">\s*([\d.]+)', page)
            if shown is None:
                raise AssertionError(f"no number on the wall: {page[:300]}")
            watched.seen.append((time.perf_counter(), int(shown[1].replace(".", ""))))
            headers["If-None-Match"] = answer.headers["ETag"]
        elif answer.status != 304:
            raise AssertionError(f"the wall answered {answer.status}: {page[:300]}")
        time.sleep(EVERY_S)  # the page's own rest


def _delays(acknowledged: list[float], watched: Watched) -> list[float]:
    """For each village, from its answer to the first look that counts as many as had then been answered."""
    counts = [count for _at, count in watched.seen]
    found = []
    for number, at in enumerate(acknowledged, start=1):
        index = bisect_left(counts, number)
        if index < len(counts):
            found.append(max(0.0, watched.seen[index][0] - at))
    return found
