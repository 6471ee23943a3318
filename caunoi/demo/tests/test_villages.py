from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.demo.rules.villages import District, DistrictsDiffer, Row, VillageNames, make_villages, share_villages
from caunoi.demo.sources import choose_keys, read_demo, read_rows

REPOSITORY = Path(__file__).resolve().parents[3]
NAMES = VillageNames("demo:{code}.{number:02d}", "{code}.{number:02d}", "Thôn {number}")


def commune(key: str, code: str, to: str = "", parent: str = "h") -> Row:
    return {"key": key, "level": "commune", "name": key, "code": code, "parent": parent, "from": "", "to": to}


def test_the_first_communes_take_one_village_more() -> None:
    assert share_villages(7, 3) == [3, 2, 2]


def test_villages_follow_their_commune_into_what_it_becomes_under_new_codes() -> None:
    units = [commune("a", "1.1", "2025-07-01"), commune("b", "1.2", "2025-07-01"), commune("n", "9.1", parent="p")]
    successions = [
        {"day": "2025-07-01", "old": "a", "new": "n", "share_of_old": "1"},
        {"day": "2025-07-01", "old": "b", "new": "n", "share_of_old": "1"},
    ]

    villages, changes = make_villages(units, [], successions, [District("h", "", 2, 3)], date(2023, 1, 1), NAMES)

    assert [(v["key"], v["name"], v["parent"]) for v in villages] == [
        ("demo:1.1.01", "Thôn 1", "a"), ("demo:1.1.02", "Thôn 2", "a"), ("demo:1.2.01", "Thôn 1", "b"),
    ]  # fmt: skip
    assert [(c["key"], c["code"], c["parent"], c["from"]) for c in changes] == [
        ("demo:1.1.01", "9.1.01", "n", "2025-07-01"),
        ("demo:1.1.02", "9.1.02", "n", "2025-07-01"),
        ("demo:1.2.01", "9.1.03", "n", "2025-07-01"),
    ]


def test_villages_of_a_commune_that_goes_on_under_another_code_take_its_code() -> None:
    change = {"key": "a", "from": "2025-07-01", "name": "a", "short_name": "a", "code": "9.7", "parent": "p"}
    districts = [District("h", "", 1, 1)]

    _villages, changes = make_villages([commune("a", "1.1")], [change], [], districts, date(2023, 1, 1), NAMES)

    assert [(c["code"], c["parent"]) for c in changes] == [("9.7.01", "a")]


def test_a_district_with_another_number_of_communes_is_a_mistake() -> None:
    with pytest.raises(DistrictsDiffer):
        make_villages([commune("a", "1.1")], [], [], [District("h", "", 2, 3)], date(2023, 1, 1), NAMES)


def test_the_demo_has_the_published_number_of_villages_and_no_code_twice_on_a_day() -> None:
    demo = read_demo(REPOSITORY)
    folder = demo.places_folder
    units, changes, successions = (read_rows(folder / f"{name}.csv") for name in ("units", "changes", "successions"))

    villages, later = make_villages(units, changes, successions, demo.districts, demo.counted_on, demo.village_names)

    in_lao_cai = [village for village in villages if village["key"].startswith("demo:10.")]
    assert len(in_lao_cai) == 1536
    assert len(villages) == 1752 == len({village["code"] for village in villages})
    today = {row["key"]: row["code"] for row in [*villages, *later]}
    assert len(set(today.values())) == 1752


def test_chosen_places_come_with_all_below_them_and_what_is_above() -> None:
    parents = {"vn": "", "p": "vn", "q": "vn", "h": "p", "x": "h"}
    units = [commune(key, "", parent=parent) for key, parent in parents.items()]

    assert choose_keys(units, [], ["p"]) == {"vn", "p", "h", "x"}
