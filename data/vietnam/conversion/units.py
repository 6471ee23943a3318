"""Units with their days, changes and successions, made of the source and of what is known beside it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from conversion.known import MERGERS, MOVED, MOVED_DAY, REFORM
from conversion.source import COMMUNE_TYPES, DISTRICT_TYPES, Point, Source, tidy

COUNTRY = "vn"
EARLIEST = "1900-01-01"  # what a blank start counts as
LATEST = "9999-12-31"  # what a blank end counts as
LEVELS = ("country", "province", "district", "commune")


@dataclass(frozen=True)
class Unit:
    key: str
    level: str
    name: str
    code: str
    parent: str
    start: str
    end: str
    point: Point | None


@dataclass(frozen=True)
class Change:
    """The name, code and parent of a continuing unit from a day on."""

    key: str
    day: str
    name: str
    code: str
    parent: str


@dataclass(frozen=True)
class Link:
    """One row of successions.csv."""

    day: str
    kind: str
    old: str
    new: str
    share_of_old: Decimal
    share_of_new: Decimal
    basis: str


def shares(weights: Sequence[int]) -> list[Decimal]:
    """Parts of 1 in the proportion of the weights, of 12 places at most, the last taking the rest."""
    total = sum(weights)
    parts = [(Decimal(weight) / total).quantize(Decimal(1).scaleb(-12)) for weight in weights[:-1]]
    return [*parts, 1 - sum(parts, Decimal(0))]


def basis(of_old: str, of_new: str) -> str:
    return of_old if of_old == of_new else f"{of_old}/{of_new}"


@dataclass
class Made:
    units: list[Unit]
    changes: list[Change]
    links: list[Link]


def make(source: Source, geocoded: bool) -> Made:
    made = Made([Unit(COUNTRY, "country", "Việt Nam", "VN", "", "", "", None)], [], [])
    sources_of: dict[str, list[str]] = defaultdict(list)  # new commune -> old communes
    for old_commune, news in sorted(source.communes_into.items()):
        for one in news:
            sources_of[one].append(old_commune)
    provinces_of: dict[str, list[str]] = defaultdict(list)  # new province -> old provinces
    for old_province, new_province in sorted(source.provinces_into.items()):
        provinces_of[new_province].append(old_province)

    def continues_as(code: str) -> str | None:
        """The new commune that is the whole of this old one and of nothing else."""
        news = source.communes_into[code]
        return news[0] if len(news) == 1 and sources_of[news[0]] == [code] else None

    def new_province_key(code: str) -> str:
        olds = provinces_of[code]
        return f"old:{olds[0]}" if len(olds) == 1 else f"new:{code}"

    born = {merger.into: merger.day for merger in MERGERS}
    point_uses = Counter(commune.point for commune in source.old_communes.values())

    # Provinces.
    for code, province in sorted(source.old_provinces.items()):
        into = source.provinces_into[code]
        goes_on = new_province_key(into) == f"old:{code}"
        point = source.new_provinces[into].point if goes_on else province.point if geocoded else None
        end = "" if goes_on else REFORM
        made.units.append(Unit(f"old:{code}", "province", province.name, code, COUNTRY, "", end, point))
        after = source.new_provinces[into]
        if goes_on and (after.name, after.code) != (province.name, code):
            made.changes.append(Change(f"old:{code}", REFORM, after.name, after.code, COUNTRY))
    communes_in = Counter(code[:2] for code in source.old_communes)
    for code, province in sorted(source.new_provinces.items()):
        olds = provinces_of[code]
        if len(olds) == 1:
            continue
        made.units.append(Unit(f"new:{code}", "province", province.name, code, COUNTRY, REFORM, "", province.point))
        parts = shares([communes_in[old] for old in olds])
        made.links += [
            Link(REFORM, "merge", f"old:{old}", f"new:{code}", Decimal(1), part, basis("whole", "commune-count"))
            for old, part in zip(olds, parts, strict=True)
        ]

    # Districts, and communes of 30 June 2025.
    for code, district in sorted(source.old_districts.items()):
        made.units.append(
            Unit(
                f"old:{code}",
                "district",
                district.name,
                code,
                f"old:{code[:2]}",
                born.get(code, ""),
                REFORM,
                district.point if geocoded else None,
            )
        )
    for code, commune in sorted(source.old_communes.items()):
        key = f"old:{code}"
        into_code = continues_as(code)
        point = None
        if into_code:
            point = source.new_communes[into_code].point
        elif geocoded and point_uses[commune.point] == 1:
            point = commune.point
        first_code, parent = code, f"old:{code[:6]}"
        if code in MOVED:
            first_code = f"{MOVED[code]}{code[6:]}"
            parent = district_before(MOVED[code])
            made.changes.append(Change(key, MOVED_DAY, commune.name, code, f"old:{code[:6]}"))
        made.units.append(
            Unit(
                key,
                "commune",
                commune.name,
                first_code,
                parent,
                born.get(code, ""),
                "" if into_code else REFORM,
                point,
            )
        )
        if into_code:
            after_commune = source.new_communes[into_code]
            made.changes.append(Change(key, REFORM, after_commune.name, into_code, new_province_key(into_code[:2])))

    # Communes of 1 July 2025 that are not one whole old commune.
    share_of_new: dict[tuple[str, str], Decimal] = {}
    for code, new_commune in sorted(source.new_communes.items()):
        olds = sources_of[code]
        if len(olds) == 1 and continues_as(olds[0]):
            continue
        made.units.append(
            Unit(
                f"new:{code}",
                "commune",
                new_commune.name,
                code,
                new_province_key(code[:2]),
                REFORM,
                "",
                new_commune.point,
            )
        )
        for old, part in zip(olds, shares([1] * len(olds)) if olds else [], strict=True):
            share_of_new[old, code] = part
    for old, news in sorted(source.communes_into.items()):
        if continues_as(old):
            continue
        for one, part in zip(news, shares([1] * len(news)), strict=True):
            part_of_new = share_of_new[old, one]
            made.links.append(
                Link(
                    REFORM,
                    "merge" if len(news) == 1 else "split",
                    f"old:{old}",
                    f"new:{one}",
                    part,
                    part_of_new,
                    basis("whole" if part == 1 else "equal-unknown", "whole" if part_of_new == 1 else "equal-unknown"),
                )
            )

    # The mergers of 2024.
    for merger in MERGERS:
        weights = [part.people for part in merger.parts]
        known = [weight for weight in weights if weight is not None]
        by_people = len(known) == len(weights)
        for before, part in zip(merger.parts, shares(known if by_people else [1] * len(weights)), strict=True):
            key = key_before(before.code, merger.day, source)
            level = "commune" if before.code.count(".") == 2 else "district"
            parent = district_before(before.code[:6]) if level == "commune" else f"old:{before.code[:2]}"
            name = tidy(before.name, COMMUNE_TYPES if level == "commune" else DISTRICT_TYPES)
            made.units.append(Unit(key, level, name, before.code, parent, "", merger.day, None))
            made.links.append(
                Link(
                    merger.day,
                    "merge",
                    key,
                    f"old:{merger.into}",
                    Decimal(1),
                    part,
                    basis("whole", "population" if by_people else "equal-unknown"),
                )
            )

    made.units.sort(key=lambda unit: (LEVELS.index(unit.level), unit.code, unit.start or EARLIEST, unit.key))
    made.changes.sort(key=lambda change: (change.day, change.code))
    level_of = {unit.key: LEVELS.index(unit.level) for unit in made.units}
    made.links.sort(key=lambda link: (link.day, level_of[link.old], link.old, link.new))
    return made


def key_before(code: str, day: str, source: Source) -> str:
    """The key of a unit that ended before the reform; where its code went on to another unit, with the day it ended."""
    taken = code in source.old_communes or code in source.old_districts
    return f"old:{code}@{day}" if taken else f"old:{code}"


def district_before(code: str) -> str:
    """The key of the district that held this code before the merger of districts of 2024-12-01."""
    return {"68.682": f"old:68.682@{MOVED_DAY}"}.get(code, f"old:{code}")
