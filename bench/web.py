"""The web server as it is started in earnest, over the ledger of the wanted size."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import psutil

from bench.measuring import Bench, Measured, percentile, timed_ms
from bench.questions import rebuild
from bench.world import MONTHS, make_world
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.places.models import OrgUnit

ROOT = Path(__file__).resolve().parent.parent
VISITS = 200
# A million submissions and twenty.
DESK_VILLAGES, DESK_ELEMENTS = 35_715, 2


@contextmanager
def served(command: list[str]) -> Iterator[tuple[int, psutil.Process]]:
    """A server on a free port, ready to answer; stopped at the end with its workers."""
    port = free_port()
    command = [part.replace("PORT", str(port)) for part in command]
    server = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _try in range(300):
            try:
                visit(port, "/sign-in/")
                break
            except OSError:
                time.sleep(0.1)  # until the server answers; there is nothing else to wait for
        else:
            raise AssertionError("the server did not start within 30 s")
        yield port, psutil.Process(server.pid)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _try in range(300):
        try:
            visit(port, "/sign-in/")
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start within 30 s")


OURS = [sys.executable, "-m", "bench.serve", "PORT"]


def visit(
    port: int, path: str, cookies: dict[str, str] | None = None, form: dict[str, str] | None = None
) -> tuple[int, str, dict[str, str]]:
    """Status, body, cookies after the visit."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    jar = dict(cookies or {})
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
    if form is None:
        connection.request("GET", path, headers=headers)
    else:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"http://127.0.0.1:{port}{path}"}
        connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    for header, value in answer.getheaders():
        if header.lower() == "set-cookie" and (found := re.match(r"([^=]+)=([^;]*)", value)):
            jar[found[1]] = found[2]
    connection.close()
    return answer.status, body, jar


def sign_in(port: int, username: str = "do") -> dict[str, str]:
    _status, page, cookies = visit(port, "/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, "the sign-in page has no form"
    form = {"csrfmiddlewaretoken": token[1], "username": username, "password": "do-toc-do-1"}
    status, _page, cookies = visit(port, "/sign-in/", cookies, form)
    if status != 302:
        raise AssertionError(f"signing in answered {status}")
    return cookies


def worker_mb(server: psutil.Process) -> float:
    """Memory of the one worker process: what each further worker would cost too."""
    processes = server.children(recursive=True) or [server]
    return max(float(process.memory_info().rss) for process in processes) / 1e6


def web_idle_mb(bench: Bench) -> Measured:
    """A worker that has shown the sign-in page and then sits there."""
    with served(OURS) as (_port, server):
        time.sleep(2)  # memory is measured once the page's work is over
        ours = worker_mb(server)
    with served([*OURS, "bench.serve:nothing"]) as (_port, server):
        time.sleep(1)  # likewise
        baseline = worker_mb(server)
    return Measured(ours, "MB", baseline, "the same server with an application of one line")


def desk_home_p95_ms(bench: Bench) -> Measured:
    """The officer's first page over HTTP, signed in, over a million submissions whatever BENCH_FACTS says: of two facts
    each, since the first page asks for no figure. Of the officers of a commune and of its province the slower one."""
    world = make_world(bench.home, DESK_VILLAGES * MONTHS * DESK_ELEMENTS, DESK_ELEMENTS)
    rebuild(world)
    wide = User.objects.create_user(username="do-tinh", password="do-toc-do-1", full_name="Người đo của tỉnh")
    province = OrgUnit.objects.get(key=world.provinces[0])
    for role in (Role.VIEWER, Role.APPROVER):
        RoleGrant.objects.create(user=wide, role=role, org_unit=province, from_day=date(2020, 1, 1))
    slowest = 0.0
    with served(OURS) as (port, _server):
        for name in ("do", "do-tinh"):
            cookies = sign_in(port, name)
            status, page, _cookies = visit(port, "/", cookies)
            if status != 200:
                raise AssertionError(f"the home page answered {status}: {page[:300]}")
            times = [timed_ms(partial(visit, port, "/", cookies)) for _ in range(VISITS)]
            told = percentile(times, 0.95)
            print(f"    {name}: {told:.1f} ms", file=sys.stderr)
            slowest = max(slowest, told)
        baseline = percentile([timed_ms(lambda: visit(port, "/sign-in/")) for _ in range(VISITS)], 0.95)
    return Measured(slowest, "ms", baseline, "the sign-in page, which reads nothing", world.facts)
