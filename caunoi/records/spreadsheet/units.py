"""Which unit a row means: by code, key or name, among the units the writer may enter for."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.places.models import Level
from caunoi.places.queries import describe_absence, split_distinct
from caunoi.places.rules.snapshot import PlaceSnapshot, Spell
from caunoi.records.spreadsheet.cells import Wrong
from caunoi.vietnamese_text import clean, fold

SHOWN = 6
# Looking for names alike costs a fraction of a second each; a file of another office may be wrong in every row.
MOST_GUESSES = 50


class UnitFinder:
    """Reads all names once; a file asks for the same few units fifty thousand times."""

    def __init__(self, places: PlaceSnapshot, levels: Collection[str], scope: Scope) -> None:
        self._places, self._scope, self._levels = places, scope, frozenset(levels)
        self._spells: dict[str, list[Spell]] = defaultdict(list)
        self._known: dict[tuple[str, date], int | Wrong] = {}
        self._guessed: dict[str, str] = {}
        for spells in places.spells.values():
            for spell in spells:
                if places.units[spell.unit].level in levels:
                    for name in {fold(spell.name), fold(spell.short_name), fold(spell.code)} - {""}:
                        self._spells[name].append(spell)
        self._by_key = {unit.key: unit.id for unit in places.units.values() if unit.level in levels}

    def find(self, text: str, day: date) -> int | Wrong:
        """The unit that bore this code, key or name on the day. A name may be qualified: `Thôn 1, Xã Bản Qua`."""
        text = clean(text)
        if (text, day) not in self._known:
            self._known[text, day] = self._find(text, day)
        return self._known[text, day]

    def _find(self, text: str, day: date) -> int | Wrong:
        if text in self._by_key and self._places.exists_on(self._by_key[text], day):
            return self._by_key[text]
        found = self._list_matching(text, day)
        mine = [unit for unit in found if self._scope.sees_unit(unit)] or found
        if len(mine) == 1:
            return mine[0]
        if mine:
            return self._ambiguous(text, mine, day)
        return self._absent(text, day) or self._unknown(text)

    def _list_matching(self, text: str, day: date) -> list[int]:
        """Exact codes before exact names before names without accents before names without the type word."""
        name, *above = [part.strip() for part in text.split(",")]
        bare, which = split_distinct(name)
        if which:
            several = self._list_matching(", ".join([bare, *above]), day)
            told = [one for one in several if fold(self._places.distinct_name_on(one, day)) == fold(name)]
            if told:
                return told
        alive = [
            spell
            for spell in [*self._spells.get(fold(text), ()), *self._spells.get(fold(name), ())]
            if spell.from_day <= day and (spell.to_day is None or day < spell.to_day)
        ]
        for kept in (
            [s for s in alive if s.code == text],
            [s for s in alive if s.name == name],
            [s for s in alive if s.name.casefold() == name.casefold()],
            [s for s in alive if fold(s.name) == fold(name)],
            [s for s in alive if s.short_name.casefold() == name.casefold()],
            [s for s in alive if fold(s.short_name) == fold(name)],
        ):
            units = self._ordered({s.unit for s in kept if s.code == text or self._lies_under(s.unit, above, day)}, day)
            if units:
                return units
        return []

    def _lies_under(self, unit: int, above: Iterable[str], day: date) -> bool:
        names = [fold(self._places.name_on(ancestor, day)) for ancestor in self._places.ancestors_on(unit, day)]
        return all(any(name == fold(wanted) or name.endswith(f" {fold(wanted)}") for name in names) for wanted in above)

    def _ordered(self, units: Iterable[int], day: date) -> list[int]:
        return sorted(units, key=lambda unit: self._places.order_key(unit, day))

    def _ambiguous(self, text: str, units: list[int], day: date) -> Wrong:
        paths = [f"{self._places.path_name(unit, day)} ({self._code(unit, day)})" for unit in units[:SHOWN]]
        if len(units) > SHOWN:
            paths.append(_("… và %(count)d đơn vị nữa") % {"count": len(units) - SHOWN})
        message = _("Có %(count)d đơn vị tên “%(text)s”. Hãy ghi mã, hoặc thêm tên cấp trên sau dấu phẩy.")
        return Wrong(message % {"count": len(units), "text": text}, "; ".join(paths))

    def _code(self, unit: int, day: date) -> str:
        return self._places.code_on(unit, day) or self._places.units[unit].key

    def _absent(self, text: str, day: date) -> Wrong | None:
        """It exists, but not on that day: what stands for it then."""
        name = text.split(",")[0].strip()
        spells = [*self._spells.get(fold(text), ()), *self._spells.get(fold(name), ())]
        units = {s.unit for s in spells if s.code == text or fold(s.name) == fold(name)}
        if text in self._by_key:
            units = {self._by_key[text]}
        if not units:
            return None
        mine = [unit for unit in sorted(units) if self._scope.sees_unit(unit)] or sorted(units)
        return Wrong(describe_absence(mine[0], day, self._places))

    def _unknown(self, text: str) -> Wrong:
        wanted = fold(text)
        if wanted in self._elsewhere:
            message = _("%(unit)s không thuộc cấp ghi biểu mẫu này. Hãy ghi đơn vị thuộc cấp: %(levels)s.")
            levels = ", ".join(str(Level(level).label) for level in sorted(self._levels))
            return Wrong(message % {"unit": self._elsewhere[wanted], "levels": levels})
        message = _("Không có đơn vị nào có mã hoặc tên “%(text)s”.") % {"text": text[:60]}
        if wanted not in self._guessed and len(self._guessed) < MOST_GUESSES:
            near = difflib.get_close_matches(wanted, list(self._names)[:20_000], n=3, cutoff=0.75)
            self._guessed[wanted] = "; ".join(self._names[name] for name in near)
        return Wrong(message, self._guessed.get(wanted, ""))

    @cached_property
    def _elsewhere(self) -> dict[str, str]:
        """Names of units of other levels, by folded name, code and key."""
        found = {}
        for unit in self._places.units.values():
            if unit.level not in self._levels:
                found[fold(unit.key)] = self._places.spells[unit.id][-1].name
                for spell in self._places.spells[unit.id]:
                    found |= {fold(spell.name): spell.name, fold(spell.code): spell.name}
        found.pop("", None)
        return found

    @cached_property
    def _names(self) -> dict[str, str]:
        """Names the writer may mean, by their folded form."""
        return {
            fold(spell.name): spell.name
            for spells in self._spells.values()
            for spell in spells
            if self._scope.sees_unit(spell.unit)
        }
