"""What a thing takes over from its duplicate, and what goes back when the two are parted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from caunoi.records.entities.rules.versions import Version


def fill_blanks(kept: Mapping[str, str], duplicate: Mapping[str, str]) -> dict[str, str]:
    """Where the kept thing says nothing and its duplicate does."""
    return {name: value for name, value in duplicate.items() if value and not kept.get(name)}


def find_refill(versions: Sequence[Version], merge: Version) -> dict[str, str]:
    """The names that were filled by this merge and that nobody touched since, as they stood before: empty."""
    touched = {name for one in versions if one.number > merge.number for name in one.changed}
    return dict.fromkeys(sorted(merge.changed - touched), "")
