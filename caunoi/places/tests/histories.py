"""Random but lawful histories of places for properties: merges, splits, renames and transfers in any chain."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from caunoi.places.rules.preview import NewPlace, Share, SuccessionDraft
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Step, Unit, make_snapshot

START = date(2000, 1, 1)


@dataclass
class History:
    """Being built: two provinces, some communes, villages under them; then events on rising days."""

    units: dict[int, Unit] = field(default_factory=dict)
    spells: list[Spell] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    day: date = START

    def add(self, level: str, parent: int | None, day: date) -> int:
        number = len(self.units) + 1
        self.units[number] = Unit(number, f"u{number}", level, day)
        self.spells.append(Spell(number, f"{level} {number}", f"c{number}", parent, day))
        return number

    def living(self, level: str) -> list[int]:
        return [u.id for u in self.units.values() if u.level == level and u.ends_on is None]

    def end(self, unit: int) -> None:
        self.units[unit] = replace(self.units[unit], ends_on=self.day)
        last = max(i for i, s in enumerate(self.spells) if s.unit == unit)
        self.spells[last] = replace(self.spells[last], to_day=self.day)

    def move(self, unit: int, parent: int | None, name: str | None = None) -> None:
        last = max(i for i, s in enumerate(self.spells) if s.unit == unit)
        spell = self.spells[last]
        if spell.from_day == self.day:
            self.spells[last] = replace(spell, parent=parent, name=name or spell.name)
            return
        self.spells[last] = replace(spell, to_day=self.day)
        self.spells.append(Spell(unit, name or spell.name, spell.code, parent, self.day))

    def parent(self, unit: int) -> int | None:
        return self.spells[max(i for i, s in enumerate(self.spells) if s.unit == unit)].parent

    def children(self, unit: int) -> list[int]:
        return [v for v in self.living("village") if self.parent(v) == unit]

    def snapshot(self) -> PlaceSnapshot:
        return make_snapshot(self.units.values(), self.spells, self.steps)


def parts(draw: st.DrawFn, count: int) -> list[int]:
    """`count` shares that sum to exactly one, awkward ones among them; the last takes the rest."""
    weights = [draw(st.integers(1, 7)) for _ in range(count)]
    shares = [ONE * weight // sum(weights) for weight in weights]
    return [*shares[:-1], ONE - sum(shares[:-1])]


@st.composite
def place_histories(draw: st.DrawFn, *, same_day: bool = False) -> PlaceSnapshot:
    """`same_day`: several events of one day follow each other, so that what one begins another may end. The tables
    refuse such a unit; what is handed on through it holds all the same."""
    days = st.one_of(st.just(0), st.integers(1, 400)) if same_day else st.integers(1, 400)
    history = History()
    country = history.add("country", None, START)
    for _ in range(draw(st.integers(1, 2))):
        province = history.add("province", country, START)
        for _ in range(draw(st.integers(1, 4))):
            commune = history.add("commune", province, START)
            for _ in range(draw(st.integers(0, 2))):
                history.add("village", commune, START)
    for _ in range(draw(st.integers(0, 6))):
        history.day += timedelta(days=draw(days))
        level = draw(st.sampled_from(["commune", "commune", "province"]))
        living = history.living(level)
        kind = draw(st.sampled_from(["merge", "split", "rename", "transfer", "end"]))
        if kind == "merge" and len(living) >= 2:
            olds = draw(st.lists(st.sampled_from(living), min_size=2, max_size=3, unique=True))
            new = history.add(level, history.parent(olds[0]), history.day)
            for old, share in zip(olds, parts(draw, len(olds)), strict=True):
                history.steps.append(Step(history.day, old, new, ONE, share, "population"))
                _hand_on(history, old, [new])
                history.end(old)
        elif kind == "split":
            old = draw(st.sampled_from(living))
            news = [history.add(level, history.parent(old), history.day) for _ in range(draw(st.integers(2, 3)))]
            for new, share in zip(news, parts(draw, len(news)), strict=True):
                history.steps.append(Step(history.day, old, new, share, ONE, "equal-unknown"))
            _hand_on(history, old, news)
            history.end(old)
        elif kind == "rename":
            unit = draw(st.sampled_from(living))
            history.move(unit, history.parent(unit), name=f"renamed {history.day}")
        elif kind == "transfer" and level == "commune":
            unit = draw(st.sampled_from(living))
            history.move(unit, draw(st.sampled_from(history.living("province"))))
        elif kind == "end" and history.living("village"):
            history.end(draw(st.sampled_from(history.living("village"))))
    return history.snapshot()


def _hand_on(history: History, old: int, news: list[int]) -> None:
    """What stood under the old unit goes under its successors in turn."""
    below = [u.id for u in history.units.values() if u.ends_on is None and history.parent(u.id) == old]
    for index, child in enumerate(below):
        history.move(child, news[index % len(news)])


@st.composite
def reorganisations(draw: st.DrawFn, places: PlaceSnapshot) -> tuple[date, list[SuccessionDraft]]:
    """A day after everything, and steps of it that do not touch each other's units; at least one."""
    day = max([START, *(s.from_day for several in places.spells.values() for s in several)]) + timedelta(days=400)
    free, provinces = (
        [u.key for u in places.units.values() if u.level == level and u.exists_on(day)]
        for level in ("commune", "province")
    )
    steps = [SuccessionDraft("rename", day, (provinces[0],), (NewPlace("Tỉnh đổi tên", "", ""),))]
    for number in range(draw(st.integers(0, 3))):
        if not free:
            break
        kind = draw(st.sampled_from(["merge", "split", "transfer", "rename", "abolish"]))
        first = free.pop(draw(st.integers(0, len(free) - 1)))
        parent = draw(st.sampled_from(provinces))
        if kind == "merge" and free:
            olds = (first, free.pop())
            shares = tuple(Share(i, 0, ONE, part, "bịa") for i, part in enumerate(parts(draw, 2)))
            steps.append(SuccessionDraft("merge", day, olds, (NewPlace(f"Xã gộp {number}", "", parent),), shares))
        elif kind == "split":
            count = draw(st.integers(2, 3))
            news = tuple(NewPlace(f"Xã tách {number} {i}", "", parent) for i in range(count))
            shares = tuple(Share(0, i, part, ONE, "bịa") for i, part in enumerate(parts(draw, count)))
            children = places.children_on(places.by_key[first].id, day)
            moves = {places.units[child].key: draw(st.integers(0, count - 1)) for child in children}
            steps.append(SuccessionDraft("split", day, (first,), news, shares, moves))
        elif kind == "abolish":
            steps.append(SuccessionDraft("abolish", day, (first,), ()))
        else:
            steps.append(SuccessionDraft(kind, day, (first,), (NewPlace(f"Xã {number}", "", parent),)))
    return day, steps
