"""Places being changed: a copy of a snapshot on which units begin, end, get other names or come under others.

What the three files and the succession form share: they change a draft, collect problems, and one action writes the
difference between the draft and what is stored. New units have negative ids until then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from django.utils.translation import gettext as _

from caunoi.places.rules.snapshot import LEVELS, ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot


@dataclass(frozen=True)
class Problem:
    """One mistake of a draft. `row` is the file's row, 0 for what was entered by a form."""

    row: int
    column: str
    message: str
    value: str = ""
    allowed: str = ""


_drafts = count(1)


class PlaceDraft:
    def __init__(self, before: PlaceSnapshot) -> None:
        self.before = before
        self.units: dict[int, Unit] = dict(before.units)
        self.spells: dict[int, list[Spell]] = {unit: list(spells) for unit, spells in before.spells.items()}
        self.steps: list[Step] = list(before.steps)
        self.ids: dict[str, int] = {unit.key: unit.id for unit in before.units.values()}
        self.touched: set[int] = set()
        self._under: dict[int, set[int]] = defaultdict(set)
        for unit, spells in self.spells.items():
            for spell in spells:
                if spell.parent is not None:
                    self._under[spell.parent].add(unit)
        self._became: dict[int, list[Step]] = defaultdict(list)
        for step in self.steps:
            self._became[step.old].append(step)

    def find(self, key: str) -> Unit | None:
        id_ = self.ids.get(key)
        return None if id_ is None else self.units[id_]

    def add(self, unit: Unit, name: str, short_name: str, code: str, parent: int | None) -> Unit:
        """The unit gets a new negative id; its one spell lasts as long as itself."""
        added = replace(unit, id=-len(self.units) - 1)
        self.units[added.id] = added
        self.ids[added.key] = added.id
        self.spells[added.id] = []
        self._put(added.id, [Spell(added.id, name, code, parent, added.starts_on, added.ends_on, short_name)])
        return added

    def end(self, unit: int, day: date) -> None:
        self.units[unit] = replace(self.units[unit], ends_on=day)
        self.touched.add(unit)
        kept = [spell for spell in self.spells[unit] if spell.from_day < day]
        self._put(unit, [replace(s, to_day=day) if s.to_day is None or s.to_day > day else s for s in kept])

    def spell_on(self, unit: int, day: date) -> Spell:
        spells = self.spells[unit]
        return next((s for s in reversed(spells) if s.from_day <= day), spells[0])

    def change(self, unit: int, spell: Spell) -> None:
        """The spell's values hold from its `from_day` on, until the next change already known."""
        spells = []
        for existing in self.spells[unit]:
            if existing.from_day == spell.from_day:
                spells.append(replace(spell, to_day=existing.to_day))
            elif existing.from_day < spell.from_day and (existing.to_day is None or spell.from_day < existing.to_day):
                spells += [
                    replace(existing, to_day=spell.from_day),
                    replace(spell, to_day=existing.to_day),
                ]
            else:
                spells.append(existing)
        self._put(unit, spells)

    def step(self, step: Step) -> None:
        self.steps.append(step)
        self._became[step.old].append(step)

    def successors(self, unit: int) -> list[Step]:
        return self._became.get(unit, [])

    def children(self, unit: int) -> set[int]:
        """Units that are or were under it on any day."""
        return self._under.get(unit, set())

    def heir(self, unit: int) -> int | None:
        """The one successor that took the whole unit, if there is one."""
        steps = [step for step in self._became.get(unit, ()) if step.old_parts]
        return steps[0].new if len(steps) == 1 and steps[0].old_parts == ONE else None

    def follow(self, units: Iterable[int]) -> None:
        """Units whose parent ended go under its heir from that day, and on along the chain of heirs."""
        for unit in units:
            spells, changed = list(self.spells[unit]), False
            index = 0
            while index < len(spells):
                spell = spells[index]
                index += 1
                ended = self.outlived(spell)
                heir = self.heir(spell.parent) if ended is not None and spell.parent is not None else None
                if ended is None or heir is None:
                    continue
                spells[index - 1 : index] = [
                    replace(spell, to_day=ended),
                    replace(spell, from_day=ended, parent=heir),
                ]
                changed = True
            if changed:
                self._put(unit, spells)

    def outlived(self, spell: Spell) -> date | None:
        """The day its parent ended, if the spell goes on after that."""
        if spell.parent is None:
            return None
        ended = self.units[spell.parent].ends_on
        if ended is None or ended <= spell.from_day or (spell.to_day is not None and spell.to_day <= ended):
            return None
        return ended

    def list_orphans(self, units: Iterable[int]) -> Iterator[tuple[int, Spell]]:
        """Spells that go on after their parent ended, nobody having said under whom."""
        for unit in units:
            for spell in self.spells[unit]:
                if self.outlived(spell) is not None:
                    yield unit, spell

    def clashes(self, units: Iterable[int]) -> Iterator[tuple[int, int, Spell]]:
        """(unit, other unit, the unit's spell) where both have the same code on a day."""
        by_code: dict[str, list[Spell]] = defaultdict(list)
        for spells in self.spells.values():
            for spell in spells:
                if spell.code:
                    by_code[spell.code].append(spell)
        for unit in units:
            for spell in self.spells[unit]:
                for other in by_code.get(spell.code, ()):
                    if other.unit != unit and _overlap(spell, other):
                        yield unit, other.unit, spell
                        break

    def after(self) -> PlaceSnapshot:
        spells = [spell for several in self.spells.values() for spell in several]
        # A number of its own: what is computed from a draft must never be taken for what was computed from another.
        return make_snapshot(self.units.values(), spells, self.steps, -next(_drafts))

    def _put(self, unit: int, spells: list[Spell]) -> None:
        self.spells[unit] = spells
        self.touched.add(unit)
        for spell in spells:
            if spell.parent is not None:
                self._under[spell.parent].add(unit)


def is_above(level: str, other: str) -> bool:
    return LEVELS.index(level) < LEVELS.index(other)


def show_day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def describe_clash(other: int, day: date, draft: PlaceDraft) -> str:
    return _("Mã này vào ngày %(day)s đã là của %(other)s.") % {
        "day": show_day(day),
        "other": f"{draft.spell_on(other, day).name} ({draft.units[other].key})",
    }


def _overlap(one: Spell, other: Spell) -> bool:
    return (one.to_day is None or other.from_day < one.to_day) and (other.to_day is None or one.from_day < other.to_day)
