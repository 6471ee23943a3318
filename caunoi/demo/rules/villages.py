"""Synthetic villages below real communes, in the rows of data/vietnam's files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

Row = dict[str, str]


@dataclass(frozen=True)
class District:
    """How many villages the communes that it had on the counting day get together."""

    key: str
    name: str
    communes: int
    villages: int


@dataclass(frozen=True)
class VillageNames:
    """Patterns with `{code}` (of the commune) and `{number}`."""

    key: str
    code: str
    name: str


class DistrictsDiffer(ValueError):
    """The register has another number of communes than the list of districts says."""


def share_villages(villages: int, communes: int) -> list[int]:
    """How many each commune gets, in order of code: equal parts, the first ones take one more."""
    each, more = divmod(villages, communes)
    return [each + (1 if i < more else 0) for i in range(communes)]


def make_villages(
    units: Iterable[Row],
    changes: Iterable[Row],
    successions: Iterable[Row],
    districts: Sequence[District],
    counted_on: date,
    names: VillageNames,
) -> tuple[list[Row], list[Row]]:
    """Rows of villages as in units.csv, and what later changes about them as in changes.csv.

    A village stays itself for ever; it follows its commune into whatever that becomes, under a new code.
    """
    day = counted_on.isoformat()
    found = {unit["key"]: unit for unit in units}
    later = sorted(changes, key=lambda change: change["from"])
    became = {row["old"]: (row["day"], row["new"]) for row in successions if row["share_of_old"] == "1"}
    rows: list[Row] = []
    homes: dict[str, list[Row]] = {}
    for district in districts:
        communes = sorted(
            (u for u in found.values() if u["parent"] == district.key and u["level"] == "commune" and _is_on(u, day)),
            key=lambda unit: unit["code"],
        )
        if len(communes) != district.communes:
            raise DistrictsDiffer(f"{district.key}: {len(communes)} communes on {day}, expected {district.communes}")
        for commune, count in zip(communes, share_villages(district.villages, district.communes), strict=True):
            own = [_village(commune, number + 1, names) for number in range(count)]
            rows += own
            homes[commune["key"]] = own
    return rows, _follow(homes, found, later, became, names)


def _village(commune: Row, number: int, names: VillageNames) -> Row:
    values = {"code": commune["code"], "number": number}
    name = names.name.format(**values)
    return {
        "key": names.key.format(**values),
        "level": "village",
        "name": name,
        "short_name": name,
        "code": names.code.format(**values),
        "parent": commune["key"],
        "from": commune["from"],
        "to": "",
        "latitude": "",
        "longitude": "",
    }


def _follow(
    homes: Mapping[str, list[Row]],
    units: Mapping[str, Row],
    changes: Sequence[Row],
    became: Mapping[str, tuple[str, str]],
    names: VillageNames,
) -> list[Row]:
    """Day by day: villages of communes that became another one, or whose commune's code changed."""
    living = {commune: list(villages) for commune, villages in homes.items()}
    codes = {key: unit["code"] for key, unit in units.items()}
    days = sorted({day for day, _new in became.values()} | {change["from"] for change in changes})
    made = []
    for day in days:
        moved: dict[str, list[Row]] = {}
        for commune in sorted(living, key=lambda key: codes[key]):
            on, new = became.get(commune, ("", ""))
            if on == day:
                moved.setdefault(new, []).extend(living.pop(commune))
        for change in changes:
            if change["from"] == day and change["key"] in codes:
                if change["key"] in living and change["code"] != codes[change["key"]]:
                    moved.setdefault(change["key"], []).extend(living.pop(change["key"]))
                codes[change["key"]] = change["code"]
        for commune, villages in moved.items():
            living.setdefault(commune, []).extend(villages)
            for number, village in enumerate(living[commune], start=1):
                made.append(
                    {
                        "key": village["key"],
                        "from": day,
                        "name": village["name"],
                        "short_name": village["short_name"],
                        "code": names.code.format(code=codes[commune], number=number),
                        "parent": commune,
                    }
                )
    return made


def _is_on(unit: Row, day: str) -> bool:
    return (not unit["from"] or unit["from"] <= day) and (not unit["to"] or day < unit["to"])
