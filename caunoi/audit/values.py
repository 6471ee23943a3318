"""What an audit line says of what changed: old and new side by side, of personal values a mark instead."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from caunoi.audit.rules import compute_changes


def mark_personal(value: object) -> str:
    """A mark that only this server could have made of it; nothing for nothing. Equal values have equal marks, so a line
    tells that something changed, and whether it changed back, without telling what it was."""
    if value is None or value == "":
        return ""
    return "#" + salted_hmac("audit of people", str(value), algorithm="sha256").hexdigest()[:12]


def changes_of(
    old: Mapping[str, object], new: Mapping[str, object], *, personal: Collection[str] = ()
) -> dict[str, list[Any]]:
    """Of each field that is not what it was: [old, new]; of the `personal` ones their marks."""
    found = compute_changes(old, new)
    return {
        name: [mark_personal(value) for value in pair] if name in personal else pair for name, pair in found.items()
    }
