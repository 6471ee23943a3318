"""Turn the data of the package vietnamadminunits 1.0.4 (MIT) into this folder's CSV files.

Run once, by hand, with that package installed in a scratch environment; the product reads only the CSV files.

    python convert.py                 writes units.csv, changes.csv and successions.csv beside this file
    python convert.py --no-geocoded   the same, without the coordinates that came from a geocoding service

What the files mean, and what in them is real, derived or unknown, is told in README.md.
"""

from __future__ import annotations

import argparse
from collections import Counter

from conversion.checking import History, check
from conversion.known import REFORM
from conversion.source import Source, read_source
from conversion.units import Made, make
from conversion.writing import write_all


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
