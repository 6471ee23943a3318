"""Rows of a successions' file, and the units they name: by key, or by code as of the day, since codes are handed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from caunoi.places.rules.drafts import PlaceDraft, Problem, show_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SuccessionRow:
    """One old unit and one unit that came from it (merge, split), one unit that goes on otherwise (rename, transfer;
    `new` blank or the same), or one that ends and nothing succeeds it (abolish). Parts are of `ONE`; None: not
    given. A merge's new unit that does not exist yet begins with the name, code and parent stated here."""

    row: int
    day: date
    kind: str
    old: str
    new: str
    old_parts: int | None = None
    new_parts: int | None = None
    basis: str = ""
    name: str = ""
    short_name: str = ""
    code: str = ""
    parent: str = ""

    @property
    def has_shares(self) -> bool:
        return self.kind in ("merge", "split")


@dataclass
class CodesOnDay:
    """Whose a code is on a day. Looked up only for what is no key, so a file of keys costs nothing."""

    draft: PlaceDraft
    day: date

    @cached_property
    def _keys(self) -> Mapping[str, list[str]]:
        keys: dict[str, list[str]] = defaultdict(list)
        for unit, spells in self.draft.spells.items():
            for spell in spells:
                if spell.code and spell.from_day <= self.day and (spell.to_day is None or self.day < spell.to_day):
                    keys[spell.code].append(self.draft.units[unit].key)
        return keys

    def list_keys(self, text: str) -> Sequence[str]:
        """A key of a unit that stands that day means it, whatever unit has it as its code."""
        unit = self.draft.find(text)
        if unit is not None and unit.exists_on(self.day):
            return (text,)
        return self._keys.get(text, ()) or (() if unit is None else (text,))


@dataclass
class _Day:
    """The names of one day's rows. What ends is named as on the day before; what begins, as from the day on."""

    draft: PlaceDraft
    day: date
    problems: list[Problem] = field(default_factory=list)
    ending: set[str] = field(default_factory=set)
    begun: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.before, self.now = CodesOnDay(self.draft, self.day - ONE_DAY), CodesOnDay(self.draft, self.day)

    def put_old(self, row: SuccessionRow) -> SuccessionRow:
        old = self._choose(row, "old", row.old, self.before.list_keys(row.old), self.day - ONE_DAY)
        return replace(row, old=old, new=old if row.new == row.old else row.new)

    def put_new(self, row: SuccessionRow) -> SuccessionRow:
        if row.has_shares and self.draft.find(row.new) is None:
            found = self._standing(row.new)
            starting = [key for key in found if key not in self.draft.ids or self._starts(key)]
            # A unit that begins here may have any new word as its key, be it another unit's code.
            row = replace(row, new=self._choose(row, "new", row.new, starting or ([] if row.name else found), self.day))
        if row.parent:
            row = replace(row, parent=self._choose(row, "parent", row.parent, self._standing(row.parent), self.day))
        return row

    def _standing(self, text: str) -> list[str]:
        """Of what ends that day and what takes its code over, the latter."""
        if text in self.draft.ids and text not in self.ending:
            return list(self.now.list_keys(text))
        return [*(key for key in self.now.list_keys(text) if key not in self.ending), *self.begun.get(text, ())]

    def _starts(self, key: str) -> bool:
        unit = self.draft.find(key)
        return unit is not None and unit.starts_on == self.day

    def _choose(self, row: SuccessionRow, column: str, text: str, keys: Collection[str], on: date) -> str:
        if len(keys) > 1:
            message = _("Mã này vào ngày %(day)s là của %(count)d đơn vị: %(units)s. Hãy ghi khóa của một đơn vị.")
            units = "; ".join(self._describe(key, on) for key in keys)
            values = {"day": show_day(on), "count": len(keys), "units": units}
            self.problems.append(Problem(row.row, column, message % values, text, ", ".join(keys)))
        return next(iter(keys)) if len(keys) == 1 else text

    def _describe(self, key: str, on: date) -> str:
        unit = self.draft.find(key)
        return key if unit is None else f"{self.draft.spell_on(unit.id, on).name} ({key})"


def put_keys(day: date, rows: Sequence[SuccessionRow], draft: PlaceDraft) -> tuple[list[SuccessionRow], list[Problem]]:
    """Rows of one day with keys where codes stood. What is no code either stays as it is: the plan says so of each.

    The problems are codes that several units have on the day they are asked of.
    """
    names = _Day(draft, day)
    rows = [names.put_old(row) for row in rows]
    names.ending = {row.old for row in rows if row.has_shares or row.kind == "abolish"}
    for row in rows:
        begins = row.has_shares and row.name and row.code and draft.find(row.new) is None
        if begins and row.new not in names.begun[row.code]:
            names.begun[row.code].append(row.new)
    return [names.put_new(row) for row in rows], names.problems


def keep_about(rows: Sequence[SuccessionRow], draft: PlaceDraft) -> list[SuccessionRow]:
    """Rows of which at least one unit is loaded, by key or by the code it has then."""
    days = {row.day for row in rows}
    before = {day: CodesOnDay(draft, day - ONE_DAY) for day in days}
    now = {day: CodesOnDay(draft, day) for day in days}
    return [row for row in rows if before[row.day].list_keys(row.old) or now[row.day].list_keys(row.new)]


def describe_unknown(text: str, day: date, draft: PlaceDraft) -> str:
    """Neither key nor code; a code of another day is told with whose it was."""
    message = _("Không có đơn vị nào mang khóa hay mã này vào ngày %(day)s.") % {"day": show_day(day)}
    others = sorted(
        f"{spell.name} ({draft.units[unit].key})"
        for unit, spells in draft.spells.items()
        for spell in spells
        if spell.code == text
    )
    if not others:
        return message
    return message + " " + _("Vào ngày khác mã này là của: %(units)s.") % {"units": "; ".join(dict.fromkeys(others))}
