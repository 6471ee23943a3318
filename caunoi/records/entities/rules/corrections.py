"""What a corrected sending means for the things its earlier versions made or changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caunoi.forms.rules.entities import EntityPart
from caunoi.records.entities.rules.versions import LABEL, RESTATE, UNDO, Version


@dataclass(frozen=True)
class Made:
    """What earlier versions of one sending did to one thing. `said`: the last value it gave each name it carried.

    `first`, `last`: numbers of the first and last version it made. `created`: the first one brought it into being.
    """

    list_code: str
    uuid: str
    created: bool
    said: Mapping[str, str]
    first: int
    last: int


def sent_by(part: EntityPart) -> dict[str, str]:
    """Names and values; an empty label counts as not sent, since everything has a name."""
    return {**part.properties, **({LABEL: part.label} if part.label else {})}


def match(parts: Sequence[EntityPart], made: Sequence[Made]) -> tuple[list[tuple[EntityPart, Made | None]], list[Made]]:
    """Each part with what it corrects (None: it is new), and what no part speaks of any more.

    By identity; then what both would create, list by list in their order, because a device that opens a sent form for
    correction may compute a new identity for what it creates.
    """
    left = list(made)
    pairs: dict[int, Made] = {}
    for part in parts:
        if (found := _find(left, part, by_identity=True)) is not None:
            pairs[part.position] = found
            left.remove(found)
    for part in parts:
        if part.position not in pairs and part.create and (found := _find(left, part, by_identity=False)) is not None:
            pairs[part.position] = found
            left.remove(found)
    return [(part, pairs.get(part.position)) for part in parts], left


def _find(left: Sequence[Made], part: EntityPart, *, by_identity: bool) -> Made | None:
    for one in left:
        if one.list_code == part.list_code and (one.uuid == plain_uuid(part.entity_id) if by_identity else one.created):
            return one
    return None


def plain_uuid(text: str) -> str:
    return text.strip().lower().removeprefix("uuid:")


def news_of(part: EntityPart, made: Made) -> dict[str, str]:
    """What the correction says otherwise than the sending did before."""
    return {name: value for name, value in sent_by(part).items() if made.said.get(name) != value}


def find_undoing(made: Made, versions: Sequence[Version], own_sources: frozenset[int]) -> dict[str, str] | None:
    """The values that stood before the sending spoke, to be put back; None if somebody else built upon them since."""
    # What another sending said and took back again is nothing to build upon.
    undone = {number for one in versions if one.act == UNDO for number in (one.number, one.base)}
    # Nor is what only puts a stage back behind a corrected one.
    since = [one for one in versions if one.number > made.first and one.number not in undone and one.act != RESTATE]
    if any(one.source_id not in own_sources for one in since):
        return None
    before = next((one for one in versions if one.number == made.first - 1), None)
    return {name: (before.values.get(name, "") if before else "") for name in sorted(made.said)}
