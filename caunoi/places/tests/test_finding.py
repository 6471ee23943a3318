"""Finding a unit by what a person types."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.facts.tests.builders import store_places
from caunoi.places.errors import PlaceAmbiguous, PlaceNotOnDay, PlaceUnknown
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import Spell, Unit, make_snapshot

pytestmark = pytest.mark.django_db
LONG_AGO, REFORM, DAY = date(1900, 1, 1), date(2025, 7, 1), date(2023, 7, 15)


@pytest.fixture(autouse=True)
def _places() -> None:
    """Huyện Tân Uyên (12.111) with Thị trấn Tân Uyên and Xã Đồng Hải; all but the town end at the reform."""
    store_places(
        make_snapshot(
            [
                Unit(1, "p", "province", LONG_AGO),
                Unit(2, "d", "district", LONG_AGO, REFORM),
                Unit(3, "t", "commune", LONG_AGO),
                Unit(4, "x", "commune", LONG_AGO, REFORM),
            ],
            [
                Spell(1, "Tỉnh Lai Châu", "12", None, LONG_AGO, short_name="Lai Châu"),
                Spell(2, "Huyện Tân Uyên", "12.111", 1, LONG_AGO, REFORM, "Tân Uyên"),
                Spell(3, "Thị trấn Tân Uyên", "12.111.1", 2, LONG_AGO, None, "Tân Uyên"),
                Spell(4, "Xã Đồng Hải", "12.111.2", 2, LONG_AGO, REFORM, "Đồng Hải"),
            ],
        )
    )


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("12.111", 2),
        ("d", 2),
        ("Huyện Tân Uyên", 2),
        ("huyện  tân uyên ", 2),
        ("huyen tan uyen", 2),
        ("Xã Ðồng Hải", 4),
        ("dong hai", 4),
        ("Tân Uyên, Huyện Tân Uyên", 3),
        ("Lai Châu", 1),
    ],
)
def test_a_unit_is_found_by_code_key_or_name_with_or_without_accents(typed: str, unit: int) -> None:
    assert get_place(typed, DAY, get_snapshot()) == unit


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    with pytest.raises(PlaceAmbiguous) as refused:
        get_place("Tân Uyên", DAY, get_snapshot())

    assert [key for key, _code, _path in refused.value.candidates] == ["d", "t"]


def test_a_name_of_another_day_is_refused_with_what_became_of_it() -> None:
    with pytest.raises(PlaceNotOnDay, match="01/07/2025"):
        get_place("Huyện Tân Uyên", REFORM, get_snapshot())


def test_an_unknown_name_is_refused_with_names_that_look_alike() -> None:
    with pytest.raises(PlaceUnknown, match="Huyện Tân Uyên"):
        get_place("Huyện Tân Yên", DAY, get_snapshot())


@pytest.fixture
def merged() -> None:
    """Xã Y Tý took in Xã A Lù on the day of the reform; each had a Thôn 1, and a third was founded since."""
    store_places(
        make_snapshot(
            [
                Unit(11, "yt", "commune", LONG_AGO),
                Unit(12, "al", "commune", LONG_AGO, REFORM),
                Unit(13, "yt1", "village", LONG_AGO),
                Unit(14, "al1", "village", LONG_AGO),
                Unit(15, "al2", "village", LONG_AGO),
            ],
            [
                Spell(11, "Xã Y Tý", "10.1", None, LONG_AGO),
                Spell(12, "Xã A Lù", "10.2", None, LONG_AGO, REFORM),
                Spell(13, "Thôn 1", "", 11, LONG_AGO),
                Spell(14, "Thôn 1", "", 12, LONG_AGO, REFORM),
                Spell(14, "Thôn 1", "", 11, REFORM),
                Spell(15, "Thôn 2", "", 12, LONG_AGO, REFORM),
                Spell(15, "Thôn 2", "", 11, REFORM),
            ],
        )
    )


@pytest.mark.usefixtures("merged")
def test_two_villages_of_one_name_in_a_merged_commune_are_told_apart_by_where_they_were_before() -> None:
    places = get_snapshot()
    assert [places.distinct_name_on(u, REFORM) for u in (13, 14, 15)] == ["Thôn 1 (yt1)", "Thôn 1 (Xã A Lù)", "Thôn 2"]
    assert places.path_name(14, REFORM) == "Thôn 1 (Xã A Lù), Xã Y Tý"
    assert places.path_name(14, DAY) == "Thôn 1, Xã A Lù", "before the merger nothing had to be told apart"


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(("typed", "unit"), [("Thôn 1 (Xã A Lù)", 14), ("thon 1 (xa a lu), xa y ty", 14), ("al2", 15)])
def test_the_name_that_pages_show_can_be_typed(typed: str, unit: int) -> None:
    assert get_place(typed, REFORM, get_snapshot()) == unit


@pytest.mark.usefixtures("merged")
def test_brackets_that_tell_nothing_find_nothing() -> None:
    with pytest.raises(PlaceUnknown):
        get_place("Thôn 1 (Xã Khác)", REFORM, get_snapshot())
