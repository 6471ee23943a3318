"""A bad line on loopback: what happens to a request is decided by a seed, the phone and the number of its request."""

from __future__ import annotations

import random
import re
import socket
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

DEVICE = re.compile(rb"[?&]deviceID=([^& ]+)")
LENGTH = re.compile(rb"\r\nContent-Length: *([0-9]+)", re.IGNORECASE)
ANSWER_S = 60

# What may happen, with its weight. A killed server answers nobody; whoever waits finds the line cut.
FATES = {
    "pass": 8,
    "delay": 2,  # later requests overtake it
    "cut before": 2,  # it never reaches the server
    "cut body": 2,  # the server sees a part of it
    "cut unread": 2,  # it reaches the server, and the line is gone before the server answers
    "cut answer": 3,  # the server has answered, and the phone never hears of it
    "half answer": 1,
    "twice": 2,  # at the same time
    "once more": 2,  # again after the answer, out of order with what the phone sends then
}
KILLS = ("killed before the answer", "killed while at work")


class Line:
    """The proxy. `begin` sets the seed of the next schedule; `calm` lets everything pass."""

    def __init__(self, server_port: int, kill: Callable[[], None]) -> None:
        self._server_port, self._kill = server_port, kill
        self._lock = threading.Lock()
        self._late: list[threading.Thread] = []
        self.happened: Counter[str] = Counter()
        self._kill_at: int | None = None
        self.calm()
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    line.carry(self.request)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

        self._listener = Listener(("127.0.0.1", 0), Handler)
        self.port: int = self._listener.server_address[1]
        threading.Thread(target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()

    def begin(self, seed: int, *, kill_at: int | None = None) -> None:
        """`kill_at`: the server is killed at this request of the schedule, by whichever phone it is."""
        with self._lock:
            self._seed, self._requests, self._count, self._kill_at = seed, Counter[bytes](), 0, kill_at

    def calm(self) -> None:
        with self._lock:
            self._seed, self._requests, self._count = None, Counter[bytes](), 0

    def settle(self) -> None:
        """Wait for what is still under way; a kill that no request came to happens now."""
        while self._late:
            self._late.pop().join()
        if self._kill_at is not None:
            self._kill_at = None
            self._kill()

    def _fate(self, head: bytes) -> tuple[str, random.Random]:
        found = DEVICE.search(head)
        device = found[1] if found else b""
        with self._lock:
            if self._seed is None:
                return "pass", random.Random(0)
            self._requests[device] += 1
            self._count += 1
            chance = random.Random(f"{self._seed} {device!r} {self._requests[device]}")
            if self._count == self._kill_at:
                fate, self._kill_at = chance.choice(KILLS), None
            else:
                fate = chance.choices(list(FATES), list(FATES.values()))[0]
            self.happened[fate] += 1
            return fate, chance

    # -- one request --------------------------------------------------------------------------------------------------

    def carry(self, phone: Any) -> None:
        request = read_request(phone)
        if request is None:
            return
        fate, chance = self._fate(request)
        if fate == "delay":
            time.sleep(chance.uniform(0, 0.1))
        if fate == "cut before":
            return
        if fate in ("cut body", "cut unread", "killed while at work"):
            whole = len(request) if fate != "cut body" else chance.randrange(1, len(request))
            with self._to_server() as server:
                server.sendall(request[:whole])
                time.sleep(chance.uniform(0, 0.03))
                if fate == "killed while at work":
                    self._kill()
            return
        if fate == "twice":
            self._later(request, 0)
        answer = self._ask(request)
        if fate == "once more":
            self._later(request, chance.uniform(0, 0.1))
        if fate == "killed before the answer":
            self._kill()
        elif fate == "half answer":
            phone.sendall(answer[: len(answer) // 2])
        elif fate != "cut answer":
            phone.sendall(answer)

    def _later(self, request: bytes, seconds: float) -> None:
        def run() -> None:
            time.sleep(seconds)
            with suppress(OSError):
                self._ask(request)

        thread = threading.Thread(target=run, daemon=True)
        self._late.append(thread)
        thread.start()

    def _to_server(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._server_port), timeout=ANSWER_S)

    def _ask(self, request: bytes) -> bytes:
        with self._to_server() as server:
            server.sendall(request)
            parts = []
            while part := server.recv(65536):
                parts.append(part)
            return b"".join(parts)


def read_request(phone: Any) -> bytes | None:
    """Head and body, None of a phone that closed before it had sent all."""
    content = b""
    while b"\r\n\r\n" not in content:
        part = phone.recv(65536)
        if not part:
            return None
        content += part
    found = LENGTH.search(content)
    wanted = content.index(b"\r\n\r\n") + 4 + (int(found[1]) if found else 0)
    while len(content) < wanted:
        part = phone.recv(65536)
        if not part:
            return None
        content += part
    return bytes(content)
