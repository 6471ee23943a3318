"""The chain of audit lines: what a line's hash covers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts, as plain values. `user_id` is None for the operator at the machine and for the product itself."""

    name: str
    user_id: int | None = None


@dataclass(frozen=True)
class Line:
    number: int
    at: datetime
    actor: Actor
    action: str
    subject: str
    detail: dict[str, Any]
    knowledge: int


def compute_hash(previous: str, line: Line) -> str:
    """SHA-256 over the previous hash and the line's values in a fixed order and spelling."""
    content = json.dumps(
        [
            previous,
            line.number,
            line.at.astimezone(UTC).isoformat(timespec="microseconds"),
            line.actor.name,
            line.actor.user_id,
            line.action,
            line.subject,
            line.detail,
            line.knowledge,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(content.encode()).hexdigest()


def find_break(lines: Iterable[tuple[Line, str, str]]) -> tuple[int, str] | None:
    """The first line that is missing, moved or changed: its number and what is wrong; None if the chain holds.

    Items are (line, stored previous hash, stored hash) in order of number.
    """
    head, expected = GENESIS, 1
    for line, previous, stored in lines:
        if line.number != expected:
            return expected, "missing"
        if previous != head:
            return line.number, "moved"
        if compute_hash(previous, line) != stored:
            return line.number, "changed"
        head, expected = stored, expected + 1
    return None
