"""What a thing was on a day, out of its versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from caunoi.records.entities.rules.versions import CREATE, MERGE, REMOVE, RESTORE, UNMERGE, Version

Ended = Callable[[Mapping[str, str]], bool]
Counts = Callable[[Version], bool]


@dataclass(frozen=True)
class Stretch:
    """The days from `first` to before `until` (None: till now) on which nothing about the thing changed."""

    first: date
    until: date | None
    values: Mapping[str, str]
    ended: bool

    def has(self, day: date) -> bool:
        return self.first <= day and (self.until is None or day < self.until)


def never(values: Mapping[str, str]) -> bool:
    return False


def all_count(version: Version) -> bool:
    return True


def tell_story(versions: Sequence[Version], ended: Ended = never, counts: Counts = all_count) -> list[Stretch]:
    """The thing's life in stretches, oldest first; empty if no version that counts brought it into being.

    `counts` picks the versions (for the approved book: the approved ones). A version tells what its record tells of,
    from that day on, so one that arrives late may tell of an earlier day: on every day each property has the value of
    the newest version that carried it and holds on that day. A thing merged with another exists since the earlier of
    the two began. Whether it was merged away is not told here: then it existed on no day.
    Nor is whether it was removed: `is_removed` tells that.
    """
    counted = [one for one in versions if counts(one)]
    created = [one.from_day for one in counted if one.act in (CREATE, RESTORE)]
    if not created:
        return []
    # A corrected sending may tell of another day on which the thing came into being: its word is the newest.
    born = created[-1]
    undone = {one.base for one in counted if one.act == UNMERGE}
    merged = [one.from_day for one in counted if one.act == MERGE and one.number not in undone]
    begins = min([born, *merged])
    days = sorted({begins} | {one.from_day for one in counted if one.from_day > born})
    stretches: list[Stretch] = []
    for day, until in zip(days, [*days[1:], None], strict=True):
        values: dict[str, str] = {}
        for one in counted:
            if one.from_day <= max(day, born):
                values.update({name: one.values.get(name, "") for name in one.changed})
        stretches.append(Stretch(day, until, values, ended(values)))
    return stretches


def is_removed(versions: Sequence[Version], counts: Counts = all_count) -> bool:
    """Whether the last word of those that count is that it exists on no day: one book may not have heard of it yet."""
    words = [one.act for one in versions if one.act in (CREATE, RESTORE, REMOVE) and counts(one)]
    return words[-1:] == [REMOVE]


def find_state(story: Sequence[Stretch], day: date) -> Stretch | None:
    """What it was on the day; None before it began."""
    return next((one for one in story if one.has(day)), None)


def find_end(story: Sequence[Stretch]) -> date | None:
    """The first day of the ended stretches at the end of the story; None if it goes on."""
    end = None
    for one in reversed(story):
        if not one.ended:
            break
        end = one.first
    return end
