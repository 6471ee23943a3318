"""A real mail server on this machine, and what it was brought."""

from __future__ import annotations

import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller


class Postman:
    """`refusing`: said to any address. `refusing_letters`: said to an address once its letter has been read."""

    def __init__(self) -> None:
        self.letters: list[Any] = []
        self.refusing = ""
        self.refusing_letters: dict[str, str] = {}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.refusing:
            return self.refusing
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if (said := self.refusing_letters.get(envelope.rcpt_tos[0])) is not None:
            return said
        self.letters.append(email.message_from_bytes(envelope.content))
        return "250 OK"


@contextmanager
def listening(postman: object) -> Iterator[int]:
    """At a port of 127.0.0.1, which is told."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = Controller(postman, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


def text_of(letter: Message) -> str:
    payload = letter.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()
