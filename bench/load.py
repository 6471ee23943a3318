"""A crowd of phones in one light process: `python -m bench.load`, the plan on stdin, what happened on stdout, as JSON.

Raw sockets and requests that are made before the clock starts: on two cores the crowd and the server share the
machine, and what the crowd takes, the server lacks.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

BOUNDARY = "mot-ranh-gioi"
GIVE_UP_S = 120.0


@dataclass(frozen=True)
class Sending:
    """One POST of a phone: `photo` is base64, blank for none. `path` holds the phone's token."""

    path: str
    xml: str
    photo: str = ""


@dataclass
class Plan:
    """`within_s` 0: `phones` send what is queued as fast as they are answered, one connection each. Otherwise every
    phone has its own sendings, comes at a random moment within that time on a connection of its own, asks for the
    list first, and repeats what fails."""

    port: int
    phones: int
    queues: list[list[Sending]]
    within_s: float = 0
    seed: int = 1


@dataclass
class Happened:
    """Times in seconds: of each request, and (in a storm) of each phone from coming to being done."""

    seconds: float = 0
    request_s: list[float] = field(default_factory=list)
    phone_s: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    failures: int = 0


def encode(sending: Sending) -> bytes:
    parts = [("xml_submission_file", "submission.xml", "text/xml", sending.xml.encode())]
    if sending.photo:
        parts.append(("anh.jpg", "anh.jpg", "image/jpeg", base64.b64decode(sending.photo)))
    body = (
        b"".join(
            (
                f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
                f"Content-Type: {kind}\r\n\r\n"
            ).encode()
            + content
            + b"\r\n"
            for name, file, kind, content in parts
        )
        + f"--{BOUNDARY}--\r\n".encode()
    )
    head = (
        f"POST {sending.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-OpenRosa-Version: 1.0\r\nUser-Agent: bench\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    await writer.drain()
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lower = head.lower()
    if b"\r\ncontent-length:" in lower:
        await reader.readexactly(int(lower.split(b"\r\ncontent-length:", 1)[1].split(b"\r\n", 1)[0]))
    elif b"chunked" in lower:
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


async def crowd(plan: Plan, happened: Happened) -> None:
    """As many as there are phones, each sending the next of the queue as soon as it is answered."""
    requests = iter([encode(one) for queue in plan.queues for one in queue])

    async def phone() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
        for request in requests:
            begun = time.perf_counter()
            status = await ask(reader, writer, request)
            happened.request_s.append(time.perf_counter() - begun)
            happened.statuses[str(status)] = happened.statuses.get(str(status), 0) + 1
            happened.acknowledged += status == 201
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(phone() for _ in range(plan.phones)))
    happened.seconds = time.perf_counter() - begun


async def storm(plan: Plan, happened: Happened) -> None:
    randomly = random.Random(plan.seed)
    queues = [[encode(one) for one in queue] for queue in plan.queues]
    lists = [
        f"GET {queue[0].path.split('?')[0].removesuffix('/submission')}/formList HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"X-OpenRosa-Version: 1.0\r\n\r\n".encode()
        for queue in plan.queues
    ]
    delays = [randomly.uniform(0, plan.within_s) for _ in queues]

    async def phone(number: int) -> None:
        await asyncio.sleep(delays[number])
        came = time.perf_counter()
        waiting = [(lists[number], 200), *((one, 201) for one in queues[number])]
        pause = 0.5
        while waiting and time.perf_counter() - came < GIVE_UP_S:
            writer = None
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
                while waiting:
                    begun = time.perf_counter()
                    status = await asyncio.wait_for(ask(reader, writer, waiting[0][0]), 60)
                    happened.request_s.append(time.perf_counter() - begun)
                    happened.statuses[str(status)] = happened.statuses.get(str(status), 0) + 1
                    if status != waiting[0][1]:
                        break
                    happened.acknowledged += status == 201
                    waiting.pop(0)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                happened.failures += 1
            finally:
                if writer is not None:
                    writer.close()
            if waiting:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 8)
        happened.phone_s.append(time.perf_counter() - came)

    begun = time.perf_counter()
    await asyncio.gather(*(phone(number) for number in range(len(queues))))
    happened.seconds = time.perf_counter() - begun


def read_plan(text: str) -> Plan:
    raw: dict[str, Any] = json.loads(text)
    raw["queues"] = [[Sending(**one) for one in queue] for queue in raw["queues"]]
    return Plan(**raw)


def write_plan(plan: Plan) -> str:
    return json.dumps(asdict(plan))


if __name__ == "__main__":
    asked, answer = read_plan(sys.stdin.read()), Happened()
    asyncio.run(storm(asked, answer) if asked.within_s else crowd(asked, answer))
    json.dump(asdict(answer), sys.stdout)
