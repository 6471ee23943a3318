"""Wrong tokens counted by the address they come from.

Counting never shuts out a right token: behind one address of a mobile network stand thousands of phones, and one of
them with an old QR code must not silence the others. 256 random bits are not guessed in the meantime; what is saved is
the work and the noise. docs/decisions/ has the reasons.
"""

from __future__ import annotations

from caunoi.counting import PAUSE_SECONDS, count_within

__all__ = ["ALLOWED", "PAUSE_SECONDS", "count_guess"]

ALLOWED = 30


def count_guess(address: str) -> bool:
    """Whether this wrong token was one too many within the last minutes."""
    return count_within("token-guess", address, ALLOWED)
