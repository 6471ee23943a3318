"""Requests counted by the address they come from, across all processes of a machine."""

from __future__ import annotations

import hashlib
import ipaddress

from django.core.cache import caches

PAUSE_SECONDS = 600


def count_within(what: str, address: str, allowed: int) -> bool:
    """Whether this one is more than so many within the last minutes."""
    key = f"{what}:" + hashlib.sha256(_neighbourhood(address).encode()).hexdigest()[:32]
    counters = caches["shared"]
    counters.add(key, 0, PAUSE_SECONDS)
    try:
        return counters.incr(key) > allowed
    except ValueError:  # just run out between the two statements
        return False


def _neighbourhood(address: str) -> str:
    """One machine has a whole /64 of IPv6 addresses to itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)
