"""Where the request that is being answered came from, so that each audit line can say it.

Known to the middleware only; actions get an Actor, which carries it. Empty outside a request: at the machine itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str] = ContextVar("caunoi-origin", default="")


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


def current_address() -> str:
    return _address.get()


def read_address(peer: str, forwarded_for: str, trusted: Iterable[str]) -> str:
    """The reader's address: the peer's, or, behind trusted proxies, the last one in `X-Forwarded-For` that is none of
    them. What stands before that one was written by the reader and proves nothing.

    `trusted`: addresses or networks ("10.0.0.0/8"). Nothing that isn't an address is ever given: empty then.
    """
    networks = [ipaddress.ip_network(one, strict=False) for one in trusted]
    chain = [one.strip() for one in forwarded_for.split(",") if one.strip()]
    found = _parse(peer)
    while found is not None and chain and any(found in network for network in networks):
        nearer = _parse(chain.pop())
        if nearer is None:
            break
        found = nearer
    return "" if found is None else str(found)


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Some proxies write a port behind it, some servers write IPv4 as IPv6."""
    if text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found
