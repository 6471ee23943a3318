"""The chain of audit lines: what a line's hash covers."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts, as plain values. `user_id` is None for the operator at the machine and for the product itself.
    `address`: from where, if known; empty: from wherever the request that is being answered came from."""

    name: str
    user_id: int | None = None
    address: str = ""


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
    """SHA-256 over the previous hash and the line's values in a fixed order and spelling.

    The address comes last and only where there is one: lines older than it keep their hash.
    """
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
            *([line.actor.address] if line.actor.address else []),
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(content.encode()).hexdigest()


def compute_changes(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, list[object]]:
    """Field -> [old, new], in order of name, of those that differ; None where there was or is none. Days and numbers as
    texts, as a line keeps plain values."""
    return {
        name: [_plain(old.get(name)), _plain(new.get(name))]
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        plain = [_plain(one) for one in value]
        return sorted(plain, key=str) if isinstance(value, set | frozenset) else plain
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Anchor:
    """The chain's end at a moment: the number and the hash of its last line (0 and zeros: before the first).

    Whoever keeps it elsewhere, on a printed report, can tell later that everything up to that line is as it was.
    """

    line: int
    head: str

    def __str__(self) -> str:
        """One line that people can copy by hand: "20184-3f2a9c1d 04be77a1 …". `read_anchor` reads it."""
        groups = " ".join(self.head[at : at + 8] for at in range(0, len(self.head), 8))
        return f"{self.line}-{groups}"


LEAST_OF_HEAD = 16
_ANCHOR = re.compile(r"(\d{1,18})\s*[-–:·.,]\s*([0-9a-f][0-9a-f\s]*)$")


def read_anchor(text: str) -> Anchor | None:
    """What `str(anchor)` gave, however it was broken into lines; the hash's first 16 digits are enough. Else None."""
    found = _ANCHOR.search(text.strip().strip(".").lower())
    if found is None:
        return None
    head = re.sub(r"\s", "", found[2])
    return Anchor(int(found[1]), head) if LEAST_OF_HEAD <= len(head) <= len(GENESIS) else None


def find_break(
    lines: Iterable[tuple[Line, str, str]], end: Anchor | None = None, kept: Anchor | None = None
) -> tuple[int, str] | None:
    """The first line that is missing, moved or changed: its number and what is wrong; None if the chain holds.

    Items are (line, stored previous hash, stored hash) in order of number. `end`: what the chain's clock says its end
    was when reading began; a chain that stops before it was cut off. `kept`: an anchor from elsewhere; a chain without
    that line, or with another one in its place, was written anew.
    """
    head, expected = GENESIS, 1
    wanted = [anchor for anchor in (end, kept) if anchor is not None]
    if found := _find_other(wanted, 0, head, end):
        return found
    for line, previous, stored in lines:
        if line.number != expected:
            return expected, "missing"
        if previous != head:
            return line.number, "moved"
        if compute_hash(previous, line) != stored:
            return line.number, "changed"
        head, expected = stored, expected + 1
        if found := _find_other(wanted, line.number, head, end):
            return found
    if any(anchor.line >= expected for anchor in wanted):
        return expected, "cut"
    return None


def _find_other(wanted: Iterable[Anchor], number: int, head: str, end: Anchor | None) -> tuple[int, str] | None:
    for anchor in wanted:
        if anchor.line == number and not head.startswith(anchor.head):
            return number, "changed" if anchor is end else "rewritten"
    return None
