"""Reads the package: old and new units with their codes, and what became of what."""

from __future__ import annotations

import importlib.util
import json
import re
import sqlite3
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from conversion.known import ISLAND_DISTRICTS

# The longest first, as they stand in law.
PROVINCE_TYPES = ("Thành phố", "Tỉnh")
DISTRICT_TYPES = ("Thành phố", "Thị xã", "Huyện", "Quận")
COMMUNE_TYPES = ("Đặc khu", "Thị trấn", "Phường", "Xã")


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
