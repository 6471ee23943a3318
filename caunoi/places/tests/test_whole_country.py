"""All of Vietnam, from the files that ship, on both sides of the reform of 1 July 2025."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from caunoi.places.actions import load_changes, load_successions, load_units
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import ONE
from caunoi.places.tests.csv_files import NOON, OFFICER

pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
FILES = Path(__file__).parents[3] / "data" / "vietnam"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


def test_all_of_vietnam_loads_with_its_counts_and_every_commune_is_handed_on_whole() -> None:
    load_units(FILES / "units.csv", by=OFFICER, at=NOON)
    load_changes(FILES / "changes.csv", by=OFFICER, at=NOON)
    load_successions(FILES / "successions.csv", by=OFFICER, at=NOON)

    places = get_snapshot()
    standing = {day: [unit for unit in places.units.values() if unit.exists_on(day)] for day in (BEFORE, AFTER)}
    counts = {day: Counter(unit.level for unit in units) for day, units in standing.items()}
    assert counts == {
        BEFORE: {"country": 1, "province": 63, "district": 696, "commune": 10_035},
        AFTER: {"country": 1, "province": 34, "commune": 3_321},
    }
    (country,) = places.children_on(None, AFTER)
    for here, there in ((BEFORE, AFTER), (AFTER, BEFORE)):
        assert places.subtree_on(country, here) == {unit.id for unit in standing[here]}
        for unit in standing[here]:
            mapped = places.map_unit(unit.id, there)
            assert sum(share.parts for share in mapped) == ONE
            assert all(places.exists_on(share.unit, there) for share in mapped)
