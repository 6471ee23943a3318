"""Wrong tokens counted by the address they come from.

Counting never shuts out a right token: behind one address of a mobile network stand thousands of phones, and one of
them with an old QR code must not silence the others. 256 random bits are not guessed in the meantime; what is saved is
the work and the noise. docs/decisions/ has the reasons.
"""

from __future__ import annotations

import hashlib
import ipaddress

from django.core.cache import caches

ALLOWED = 30
PAUSE_SECONDS = 600


def count_guess(address: str) -> bool:
    """Whether this wrong token was one too many within the last minutes."""
    key = "token-guess:" + hashlib.sha256(_neighbourhood(address).encode()).hexdigest()[:32]
    counters = caches["shared"]
    counters.add(key, 0, PAUSE_SECONDS)
    try:
        return counters.incr(key) > ALLOWED
    except ValueError:  # just run out between the two statements
        return False


def _neighbourhood(address: str) -> str:
    """One machine has a whole /64 of IPv6 addresses to itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)
