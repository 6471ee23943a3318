"""Which version a change builds upon, and whether it contradicts what came in between.

Source: the OpenRosa entity specification and the field's reference server, as told in docs/decisions/0012-registers.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

# The thing's name stands beside its properties under this name; the specification reserves it.
LABEL = "label"

ConflictKind = Literal["", "soft", "hard"]
CREATE, UPDATE, RESOLVE, MERGE, UNMERGE = "create", "update", "resolve", "merge", "unmerge"
UNDO, REMOVE, RESTORE, MOVE = "undo", "remove", "restore", "move"
# Puts back what later records said of a stage, after an older one was corrected.
RESTATE = "restate"


@dataclass(frozen=True)
class Version:
    """One version of a thing. `values` holds all properties after it, and the label; `changed` the names it carried.

    `base` is the number of the version it builds upon. `branch_base`: the version its writer's device counted as the
    base, of changes made offline one upon the other in the branch `branch_id`.
    """

    number: int
    act: str
    from_day: date
    values: Mapping[str, str]
    changed: frozenset[str]
    base: int | None = None
    branch_id: str = ""
    trunk: int | None = None
    branch_base: int | None = None
    conflict: ConflictKind = ""
    source_id: int | None = None


@dataclass(frozen=True)
class Change:
    """What a writer wants: `sent` names and values. `base` None: they saw no version, the newest counts as seen."""

    sent: Mapping[str, str]
    base: int | None = None
    trunk: int | None = None
    branch_id: str = ""


class BaseUnknown(ValueError):
    """There never was such a version, and no offline branch from which it could still come."""


class BaseAwaited(ValueError):
    """The change it builds upon, made offline before it, has not arrived."""


@dataclass(frozen=True)
class Laid:
    """A change laid upon a thing: all values after it, its base, and what it contradicts (`names`)."""

    values: dict[str, str]
    changed: frozenset[str]
    base: int
    conflict: ConflictKind
    names: frozenset[str]


def find_base(change: Change, versions: Sequence[Version], *, force: bool = False) -> Version:
    """The version the change builds upon, out of the thing's (oldest first, at least one).

    Raises BaseUnknown, or BaseAwaited for a change of a branch whose predecessor is missing; with `force` the newest
    version stands in for it.
    """
    by_number = {one.number: one for one in versions}
    if change.base is None:
        return versions[-1]
    if not change.branch_id:
        if change.base not in by_number:
            raise BaseUnknown
        return by_number[change.base]
    if change.base == 1 or change.base == change.trunk:
        found = by_number.get(change.base)
    else:
        found = next(
            (
                one
                for one in reversed(versions)
                if one.branch_id == change.branch_id and one.branch_base == change.base - 1
            ),
            None,
        )
    if found is None and not force:
        raise BaseAwaited
    return found or versions[-1]


def is_interrupted(change: Change, versions: Sequence[Version]) -> bool:
    """Whether somebody else changed the thing since the branch left it."""
    if not change.branch_id:
        return False
    left = change.trunk or 1
    return any(one.number > left and one.branch_id != change.branch_id for one in versions)


def lay(change: Change, versions: Sequence[Version], *, force: bool = False) -> Laid:
    """The change upon the newest version. Only what was sent changes; the last word stands until a person decides.

    *soft*: the base was not the newest, or the branch was interrupted. *hard*: besides, a property sent here got
    another value meanwhile.
    """
    base, current = find_base(change, versions, force=force), versions[-1]
    names: frozenset[str] = frozenset()
    conflict: ConflictKind = ""
    if base.number != current.number:
        names = frozenset(
            name
            for name, value in change.sent.items()
            if current.values.get(name, "") not in (base.values.get(name, ""), value)
        )
        conflict = "hard" if names else "soft"
    elif is_interrupted(change, versions):
        conflict = "soft"
    values = {**current.values, **change.sent}
    return Laid(values, frozenset(change.sent), base.number, conflict, names)


def worse(one: ConflictKind, other: ConflictKind) -> ConflictKind:
    """A conflict is never downgraded by itself."""
    return "hard" if "hard" in (one, other) else one or other


# What a person sees who decides


@dataclass(frozen=True)
class Saying:
    """One value that a property was given, by the version `number`; 0: what stood there before."""

    number: int
    value: str


def list_sayings(versions: Sequence[Version]) -> dict[str, list[Saying]]:
    """For every property that was said differently since the versions parted: what each said, oldest first.

    From the base of the first undecided conflict on. Empty if there is none. What all said alike is left out.
    """
    decided = max((one.number for one in versions if one.act == RESOLVE), default=0)
    open_ones = [one for one in versions if one.conflict and one.number > decided]
    if not open_ones:
        return {}
    start = min(_parting(one) for one in open_ones)
    before = next((one for one in versions if one.number == start), versions[0])
    since = [one for one in versions if one.number > start]
    found: dict[str, list[Saying]] = {}
    for name in dict.fromkeys(name for one in since for name in sorted(one.changed)):
        sayings = [Saying(0, before.values.get(name, ""))]
        sayings += [Saying(one.number, one.values.get(name, "")) for one in since if name in one.changed]
        if len({saying.value for saying in sayings}) > 1:
            found[name] = sayings
    return found


def _parting(version: Version) -> int:
    """The last version both writers had seen: of a branch, where it left the trunk."""
    if version.branch_id:
        return min(version.base or 1, version.trunk or 1)
    return version.base or 1
