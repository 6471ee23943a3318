"""Writes the three CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from conversion.source import COMMUNE_TYPES, DISTRICT_TYPES, PROVINCE_TYPES
from conversion.units import Made

HERE = Path(__file__).resolve().parents[1]


def short(name: str, level: str) -> str:
    """The name without its type word; a numbered unit ("Phường 12", "Phường 1 Bảo Lộc") keeps it."""
    types = {"province": PROVINCE_TYPES, "district": DISTRICT_TYPES, "commune": COMMUNE_TYPES}.get(level, ())
    for word in types:
        if name.startswith(word + " "):
            rest = name[len(word) + 1 :]
            return name if rest[0].isdigit() else rest
    return name


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
