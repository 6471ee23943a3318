"""All org units, their dated names, codes and parents, and their successions, as one immutable value.

The law of the house stands in `map_unit`: whatever was counted on a unit is handed on, through any chain of
successions, forward or backward, in parts that sum to exactly one. Nothing is lost and nothing doubled.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType

ONE = 10**12
"""A whole, in parts: effective shares are exact decimals of 12 places, kept as whole numbers."""

LEVELS: tuple[str, ...] = ("country", "province", "district", "commune", "village")
"""From the widest to the narrowest. Not every level exists on every day, nor between every pair of units."""


@dataclass(frozen=True)
class Unit:
    """Exists on days `starts_on` <= day < `ends_on`."""

    id: int
    key: str
    level: str
    starts_on: date
    ends_on: date | None = None
    start_known: bool = True
    synthetic: bool = False

    def exists_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class Spell:
    """Days `from_day` <= day < `to_day` with one name, code and parent."""

    unit: int
    name: str
    code: str
    parent: int | None
    from_day: date
    to_day: date | None = None
    short_name: str = ""


@dataclass(frozen=True)
class Step:
    """On `day`, `old_parts` of the old unit went to the new one, and `new_parts` of the new one came from the old."""

    day: date
    old: int
    new: int
    old_parts: int
    new_parts: int
    basis: str = ""


@dataclass(frozen=True)
class Mapped:
    """A share of a unit on the asked day's unit. `bases` says what shares other than one rest on."""

    unit: int
    parts: int
    bases: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlaceSnapshot:
    units: Mapping[int, Unit]
    spells: Mapping[int, Sequence[Spell]]
    steps: Sequence[Step]
    known: int = 0
    _mapped: dict[tuple[int, date], tuple[Mapped, ...]] = field(default_factory=dict, compare=False, repr=False)
    _children: dict[date, Mapping[int | None, list[int]]] = field(default_factory=dict, compare=False, repr=False)
    _alike: dict[tuple[int | None, date], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    _levels: dict[tuple[int, str, date], Sequence[int]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def by_key(self) -> Mapping[str, Unit]:
        return MappingProxyType({unit.key: unit for unit in self.units.values()})

    @cached_property
    def _successors(self) -> Mapping[int, list[Step]]:
        return _group(self.steps, lambda step: step.old)

    @cached_property
    def _predecessors(self) -> Mapping[int, list[Step]]:
        return _group(self.steps, lambda step: step.new)

    def successors(self, unit: int) -> list[Step]:
        return self._successors.get(unit, [])

    def predecessors(self, unit: int) -> list[Step]:
        return self._predecessors.get(unit, [])

    def exists_on(self, unit: int, day: date) -> bool:
        return self.units[unit].exists_on(day)

    def spell_on(self, unit: int, day: date) -> Spell:
        """The spell of that day; for a day outside the unit's life the nearest one."""
        spells = self.spells[unit]
        index = bisect_right(spells, day, key=lambda spell: spell.from_day) - 1
        return spells[max(index, 0)]

    def name_on(self, unit: int, day: date) -> str:
        return self.spell_on(unit, day).name

    def distinct_name_on(self, unit: int, day: date) -> str:
        """Its name, and which one it is where a neighbour of the same parent has the same name: merged communes had a
        "Thôn 1" each. Told apart by the unit it belonged to before, else by its key: `Thôn 1 (Xã A Lù)`."""
        spell = self.spell_on(unit, day)
        if spell.name not in self._names_alike(spell.parent, day):
            return spell.name
        above = [s.parent for s in self.spells[unit] if s.from_day <= day and s.parent not in (None, spell.parent)]
        which = self.name_on(above[-1], day) if above and above[-1] is not None else self.units[unit].key
        return f"{spell.name} ({which})"

    def _names_alike(self, parent: int | None, day: date) -> frozenset[str]:
        """Names that several children of the unit bear on that day."""
        if (parent, day) not in self._alike:
            if len(self._alike) > 100_000:
                self._alike.clear()
            names = Counter(self.name_on(child, day) for child in self.children_on(parent, day))
            self._alike[parent, day] = frozenset(name for name, times in names.items() if times > 1)
        return self._alike[parent, day]

    def code_on(self, unit: int, day: date) -> str:
        return self.spell_on(unit, day).code

    def parent_on(self, unit: int, day: date) -> int | None:
        return self.spell_on(unit, day).parent

    def ancestors_on(self, unit: int, day: date) -> list[int]:
        """Nearest first."""
        found: list[int] = []
        parent = self.parent_on(unit, day)
        while parent is not None:
            found.append(parent)
            parent = self.parent_on(parent, day)
        return found

    def children_on(self, unit: int | None, day: date) -> list[int]:
        """Units under it on that day, by code then name; `None` gives the top units."""
        if day not in self._children:
            if len(self._children) > 64:
                self._children.clear()
            grouped: dict[int | None, list[int]] = defaultdict(list)
            for found in self.units.values():
                if found.exists_on(day):
                    grouped[self.parent_on(found.id, day)].append(found.id)
            for children in grouped.values():
                children.sort(key=lambda child: self.order_key(child, day))
            self._children[day] = MappingProxyType(dict(grouped))
        return self._children[day].get(unit, [])

    def order_key(self, unit: int, day: date) -> tuple[str, int, str]:
        """By code; units without one by name, `Thôn 2` before `Thôn 10`."""
        spell = self.spell_on(unit, day)
        return spell.code, len(spell.name), spell.name

    def subtree_on(self, unit: int, day: date) -> set[int]:
        """The unit and everything under it on that day."""
        found, open_ = {unit}, [unit]
        while open_:
            for child in self.children_on(open_.pop(), day):
                if child not in found:
                    found.add(child)
                    open_.append(child)
        return found

    def at_level(self, root: int, level: str, day: date) -> list[int]:
        """Units of a level under the root (or the root itself) on that day, in reading order."""
        found = self._levels.get((root, level, day))
        if found is None:
            if len(self._levels) > 32:
                self._levels.clear()
            found = [unit for unit in self._walk(root, day) if self.units[unit].level == level]
            self._levels[root, level, day] = found
        return list(found)

    def _walk(self, root: int, day: date) -> Iterable[int]:
        yield root
        for child in self.children_on(root, day):
            yield from self._walk(child, day)

    def path_name(self, unit: int, day: date) -> str:
        """`Thôn 1, Xã Bản Qua, Huyện Bát Xát`: up to and without the province and the country."""
        names = [self.distinct_name_on(unit, day)]
        for ancestor in self.ancestors_on(unit, day):
            if self.units[ancestor].level in ("province", "country"):
                break
            names.append(self.name_on(ancestor, day))
        return ", ".join(names)

    def map_unit(self, unit: int, day: date) -> tuple[Mapped, ...]:
        """The units existing on the day that stand for this one, with parts summing to exactly `ONE`.

        A unit that exists maps to itself. One that ended goes forward by what went to each successor; one that had not
        begun goes backward by what came from each predecessor. A unit that ended without successors (a level that was
        abolished) passes to its last parent, one that began without predecessors to its first parent; never downward.
        """
        cached = self._mapped.get((unit, day))
        if cached is None:
            if len(self._mapped) > 400_000:
                self._mapped.clear()
            cached = self._mapped[unit, day] = self._map(unit, day)
        return cached

    def _map(self, unit: int, day: date) -> tuple[Mapped, ...]:
        me = self.units[unit]
        if me.exists_on(day):
            return (Mapped(unit, ONE),)
        if me.ends_on is not None and me.ends_on <= day:
            routes = [(step.new, step.old_parts, step.basis) for step in self.successors(unit)]
            parent = self.parent_on(unit, me.ends_on - timedelta(days=1))
        else:
            routes = [(step.old, step.new_parts, step.basis) for step in self.predecessors(unit)]
            parent = self.parent_on(unit, me.starts_on)
        if not routes:
            return (Mapped(unit, ONE),) if parent is None else self.map_unit(parent, day)
        return compose(
            [
                Mapped(other, parts, frozenset({basis}) if parts != ONE and basis else frozenset())
                for other, parts, basis in routes
                if parts
            ],
            lambda other: self.map_unit(other, day),
        )


def compose(first: Iterable[Mapped], onward: Callable[[int], Iterable[Mapped]]) -> tuple[Mapped, ...]:
    """Hand shares on: each share of `first` is divided as `onward(unit)` says. The sum of `first`'s parts is kept
    exactly: products are cut to 12 places, the last unit takes the rest."""
    products: dict[int, int] = defaultdict(int)
    bases: dict[int, frozenset[str]] = defaultdict(frozenset)
    total = 0
    for share in first:
        total += share.parts
        for target in onward(share.unit):
            products[target.unit] += share.parts * target.parts
            bases[target.unit] |= share.bases | target.bases
    ordered = sorted(products)
    cut = {unit: products[unit] // ONE for unit in ordered}
    if ordered:
        cut[ordered[-1]] += total - sum(cut.values())
    return tuple(Mapped(unit, cut[unit], bases[unit]) for unit in ordered if cut[unit])


def _group(steps: Iterable[Step], by: Callable[[Step], int]) -> Mapping[int, list[Step]]:
    grouped: dict[int, list[Step]] = defaultdict(list)
    for step in steps:
        grouped[by(step)].append(step)
    return dict(grouped)


def make_snapshot(
    units: Iterable[Unit], spells: Iterable[Spell], steps: Iterable[Step] = (), known: int = 0
) -> PlaceSnapshot:
    """Spells and steps may come in any order."""
    grouped: dict[int, list[Spell]] = defaultdict(list)
    for spell in spells:
        grouped[spell.unit].append(spell)
    for several in grouped.values():
        several.sort(key=lambda spell: spell.from_day)
    return PlaceSnapshot(
        units={unit.id: unit for unit in units},
        spells=dict(grouped),
        steps=sorted(steps, key=lambda step: (step.day, step.old, step.new)),
        known=known,
    )
