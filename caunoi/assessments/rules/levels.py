"""Levels of a set of criteria (đạt chuẩn, nâng cao, kiểu mẫu): which a unit has reached on a day by how many criteria
it meets, and what is missing to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

NOT_REACHED = ""


@dataclass(frozen=True)
class SetLevel:
    """Reached with `least` criteria met. `group`: of the units that it is for; '' for all groups without a row of their
    own. `requires`: set and level that have to be reached as well, None for none. `first` to `last`, both included:
    the days it holds; None: as long as the set."""

    code: str
    name_vi: str
    name_en: str
    least: int
    group: str = ""
    requires: tuple[str, str] | None = None
    first: date | None = None
    last: date | None = None
    source_vi: str = ""
    source_en: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Standing:
    """Of a unit in a set on a day. `reached`: its highest level, None for none. `next_level`: the lowest above that,
    None where there is none; it lacks `short` criteria, and what it requires unless `has_required`."""

    reached: SetLevel | None
    next_level: SetLevel | None
    short: int = 0
    has_required: bool = True

    @property
    def code(self) -> str:
        return NOT_REACHED if self.reached is None else self.reached.code


NO_LEVELS = Standing(None, None)


def list_levels_on(levels: Sequence[SetLevel], group: str, day: date) -> list[SetLevel]:
    """Those of a unit of the group on a day, from the lowest up; a group's own row goes before the one for all."""
    held = [one for one in levels if one.holds_on(day)]
    own = {one.code for one in held if group and one.group == group}
    mine = [one for one in held if (one.group == group if one.code in own else not one.group)]
    return sorted(mine, key=lambda one: one.least)


def tell_standing(levels: Sequence[SetLevel], met: int, has: Callable[[tuple[str, str]], bool]) -> Standing:
    """`levels`: of the unit's group on the day, from the lowest up. `has`: whether it has reached that level of another
    set. A level is reached with those below it: what the lowest one lacks keeps it from all."""
    reached: SetLevel | None = None
    for one in levels:
        has_required = one.requires is None or has(one.requires)
        if met < one.least or not has_required:
            return Standing(reached, one, max(one.least - met, 0), has_required)
        reached = one
    return Standing(reached, None)


def count_units(levels: Sequence[SetLevel], reached: Sequence[str]) -> list[tuple[SetLevel | None, int]]:
    """Units at each level, from the highest down, those without any (None) last. `levels`: that hold on the day, of all
    groups; `reached`: one code a unit."""
    named = {one.code: one for one in sorted(levels, key=lambda one: -one.least)}
    counted: list[tuple[SetLevel | None, int]] = [(one, reached.count(code)) for code, one in named.items()]
    return [*counted, (None, reached.count(NOT_REACHED))]


def write_levels(levels: Sequence[SetLevel]) -> list[dict[str, object]]:
    """As JSON keeps them."""
    return [
        {
            "code": one.code, "name_vi": one.name_vi, "name_en": one.name_en, "least": one.least, "group": one.group,
            "requires": list(one.requires or ()), "first": one.first.isoformat() if one.first else "",
            "last": one.last.isoformat() if one.last else "", "source_vi": one.source_vi, "source_en": one.source_en,
        }
        for one in levels
    ]  # fmt: skip


def read_levels(kept: Sequence[Mapping[str, object]]) -> list[SetLevel]:
    """Inverse of `write_levels`."""
    return [_read(one) for one in kept]


def _read(one: Mapping[str, object]) -> SetLevel:
    texts = {name: str(one[name]) for name in ("code", "name_vi", "name_en", "group", "source_vi", "source_en")}
    first, last = (date.fromisoformat(str(one[name])) if one[name] else None for name in ("first", "last"))
    least, requires = one["least"], one["requires"]
    assert isinstance(least, int) and isinstance(requires, list)
    return SetLevel(
        **texts, least=least, requires=(requires[0], requires[1]) if requires else None, first=first, last=last
    )
