"""Holds what was made to its laws and to published counts, before anything is written."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from conversion.known import GROUPS, ISLAND_DISTRICTS, REFORM
from conversion.source import Source
from conversion.units import COUNTRY, EARLIEST, LATEST, LEVELS, Change, Made, Unit


class Span(NamedTuple):
    """A unit as it stood from a day to a day (half-open)."""

    start: str
    end: str
    name: str
    code: str
    parent: str


def spans(made: Made) -> dict[str, list[Span]]:
    later: dict[str, list[Change]] = defaultdict(list)
    for change in made.changes:
        later[change.key].append(change)
    result: dict[str, list[Span]] = {}
    for unit in made.units:
        rows: list[Unit | Change] = [unit, *sorted(later.pop(unit.key, []), key=lambda change: change.day)]
        starts = [unit.start or EARLIEST, *[row.day for row in rows if isinstance(row, Change)]]
        ends = [*starts[1:], unit.end or LATEST]
        assert unit.key not in result, f"key {unit.key} occurs twice"
        result[unit.key] = [
            Span(start, end, row.name, row.code, row.parent) for start, end, row in zip(starts, ends, rows, strict=True)
        ]
        assert all(span.start < span.end for span in result[unit.key]), f"{unit.key}: its days are out of order"
    assert not later, f"changes of unknown units: {sorted(later)[:5]}"
    return result


class History:
    """Units as they stood on any day."""

    def __init__(self, made: Made) -> None:
        self.spans = spans(made)
        self.level = {unit.key: unit.level for unit in made.units}

    def on(self, key: str, day: str) -> Span | None:
        return next((span for span in self.spans[key] if span.start <= day < span.end), None)

    def count(self, level: str, day: str) -> int:
        return sum(1 for key in self.spans if self.level[key] == level and self.on(key, day))

    def below(self, tops: Iterable[str], level: str, day: str) -> list[tuple[str, Span]]:
        wanted = set(tops)
        return [
            (key, span)
            for key in self.spans
            if self.level[key] == level and (span := self.on(key, day)) and wanted & set(self.line(key, day))
        ]

    def line(self, key: str, day: str) -> Iterator[str]:
        while key:
            yield key
            span = self.on(key, day)
            assert span, f"{key} does not exist on {day}"
            key = span.parent


def check(made: Made, source: Source) -> History:
    history = History(made)
    units = {unit.key: unit for unit in made.units}

    for key, rows in history.spans.items():
        for span in rows:
            assert unicodedata.is_normalized("NFC", span.name), f"{key}: the name {span.name!r} is not NFC"
            assert not re.search(r"[\u00d0\u00a0]|\s\s|^\s|\s$", span.name), f"{key}: untidy name {span.name!r}"
            if key == COUNTRY:
                continue
            assert span.parent in history.spans, f"{key}: no parent {span.parent!r}"
            parent = units[span.parent]
            assert (parent.start or EARLIEST) <= span.start and span.end <= (parent.end or LATEST), (
                f"{key} lies under {span.parent} from {span.start} to {span.end}, when that does not exist"
            )
            assert LEVELS.index(parent.level) < LEVELS.index(units[key].level), f"{key} lies under its own level"

    by_code: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key, rows in history.spans.items():
        for span in rows:
            by_code[span.code].append((span.start, span.end, key))
    for code, uses in by_code.items():
        uses.sort()
        for (_, end, one), (start, _, other) in pairwise(uses):
            assert end <= start, f"code {code} belongs to {one} and {other} on the same day"

    of_old: dict[str, Decimal] = defaultdict(Decimal)
    of_new: dict[str, Decimal] = defaultdict(Decimal)
    pairs: set[tuple[str, str]] = set()
    for link in made.links:
        assert (link.old, link.new) not in pairs, f"{link.old} to {link.new} occurs twice"
        pairs.add((link.old, link.new))
        assert units[link.old].end == link.day, f"{link.old} does not end on {link.day}"
        assert units[link.new].start == link.day, f"{link.new} does not start on {link.day}"
        assert units[link.old].level == units[link.new].level, f"{link.old} and {link.new} differ in level"
        for share in (link.share_of_old, link.share_of_new):
            assert 0 < share <= 1 and share == round(share, 12), f"{link.old} to {link.new}: share {share}"
        of_old[link.old] += link.share_of_old
        of_new[link.new] += link.share_of_new
    wrong = [key for sums in (of_old, of_new) for key, total in sums.items() if total != 1]
    assert not wrong, f"shares do not add to 1: {wrong[:5]}"

    zones = {f"new:{code}" for code in source.islands_into.values()}
    assert len(zones) == len(ISLAND_DISTRICTS), "each island district has one special zone"
    for unit in made.units:
        if unit.end and not (unit.level == "district" and unit.end == REFORM):
            assert unit.key in of_old, f"{unit.key} ended without a successor"
        if unit.start:
            assert (unit.key in of_new) != (unit.key in zones), f"{unit.key} began without a predecessor"
    going_on = {change.key for change in made.changes if change.day == REFORM}
    for code in source.old_communes:
        assert (f"old:{code}" in going_on) != (f"old:{code}" in of_old), f"old commune {code} is not mapped"
    for code, news in source.communes_into.items():
        province = source.provinces_into[code[:2]]
        assert all(one[:2] == province for one in news), f"{code} left its province"

    def same(what: str, found: int, expected: int) -> None:
        assert found == expected, f"{what}: {found}, expected {expected}"

    before, after = "2025-06-30", REFORM
    for level, old_count, new_count in (("province", 63, 34), ("district", 696, 0), ("commune", 10035, 3321)):
        same(f"{level} units on {before}", history.count(level, before), old_count)
        same(f"{level} units on {after}", history.count(level, after), new_count)
    for name, olds, new, old_count, new_count in GROUPS:
        same(f"communes of {name} on {before}", len(history.below(olds, "commune", before)), old_count)
        same(f"communes of {name} on {after}", len(history.below([new], "commune", after)), new_count)
    for top, expected in (
        ("old:10", 152),
        ("old:15", 173),
        ("old:12", 106),
        ("old:67", 71),
        ("old:68", 142),
        ("old:60", 124),
        ("old:10.086", 14),
        ("old:10.082", 21),
        ("old:12.111", 10),
        ("old:68.675", 6),
    ):
        same(f"communes of {top} on 2023-06-30", len(history.below([top], "commune", "2023-06-30")), expected)
    return history
