"""The doubts an officer has to look at before a version is approved, kept in its `flags`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Marks of a flag beside the fields of its problem. `across`: it is about what another record says, so it may come and
# go with that one. `later`: it came when the version was in a book already, and does not take it out again.
ACROSS, LATER = "across", "later"
Flag = Mapping[str, Any]


def holds_back(flags: Sequence[Flag]) -> bool:
    """Whether a version with these flags waits for an officer before it enters any book."""
    return any(not flag.get(LATER) for flag in flags)


def replace_across(flags: Sequence[Flag], found: Sequence[Flag], *, is_reported: bool) -> list[dict[str, Any]] | None:
    """The flags once those about other records are `found` anew; None if they stay as they are.

    `is_reported`: the version is in the reported book. A doubt that stays keeps its words and its mark.
    """
    own = [dict(flag) for flag in flags if not flag.get(ACROSS)]
    before = {_key(flag): dict(flag) for flag in flags if flag.get(ACROSS)}
    mark = {ACROSS: True, LATER: True} if is_reported else {ACROSS: True}
    after = {_key(flag): before.get(_key(flag), {**flag, **mark}) for flag in found}
    return None if after.keys() == before.keys() else [*own, *after.values()]


def _key(flag: Flag) -> tuple[str, ...]:
    return tuple(str(flag.get(name, "")) for name in ("question", "value", "message", "allowed"))
