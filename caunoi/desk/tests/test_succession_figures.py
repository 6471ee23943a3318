"""What a planned succession does to figures: shown before anything is written, with the same total on both sides."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caunoi.accounts.scope import EVERYTHING, NOTHING
from caunoi.desk.succession_preview import compare_figures
from caunoi.facts.tests.builders import World
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.preview import NewPlace, Share, SuccessionDraft, preview_succession
from caunoi.places.rules.snapshot import ONE, Spell, Unit, make_snapshot

pytestmark = pytest.mark.django_db

START, DAY = date(2000, 1, 1), date(2024, 7, 1)
PROVINCE, EAST, WEST, VILLAGE, OTHER_VILLAGE = 1, 2, 3, 4, 5
NAMES = {PROVINCE: "Tỉnh", EAST: "Xã Đông", WEST: "Xã Tây", VILLAGE: "Thôn 1", OTHER_VILLAGE: "Thôn 2"}
PARENTS = {PROVINCE: None, EAST: PROVINCE, WEST: PROVINCE, VILLAGE: EAST, OTHER_VILLAGE: EAST}


@pytest.fixture
def world() -> World:
    levels = {PROVINCE: "province", EAST: "commune", WEST: "commune"}
    made = World(
        make_snapshot(
            [Unit(id_, f"u{id_}", levels.get(id_, "village"), START) for id_ in NAMES],
            [Spell(id_, name, f"m{id_}", PARENTS[id_], START, None, name) for id_, name in NAMES.items()],
        )
    )
    made.element("ngay_cong")
    for unit, value in ((VILLAGE, 7), (OTHER_VILLAGE, 4), (EAST, 3), (WEST, 5)):
        made.state("ngay_cong", unit, date(2024, 3, 1), value)
    return made


def test_a_split_shows_villages_whole_and_the_commune_s_own_figure_in_parts(world: World) -> None:
    split = SuccessionDraft(
        "split", DAY, ("u2",), (NewPlace("Xã A", "", "u1"), NewPlace("Xã B", "", "u1")),
        (Share(0, 0, ONE // 3, ONE, "chia"), Share(0, 1, ONE - ONE // 3, ONE, "chia")), {"u4": 0, "u5": 1},
    )  # fmt: skip
    preview = preview_succession(split, get_snapshot())

    shown = compare_figures(preview, DAY, get_snapshot(), EVERYTHING)

    (change,) = shown.changes
    assert [(value.name, value.value) for value in change.before] == [("Xã Đông", Decimal(14))]
    assert [(value.name, value.value) for value in change.after] == [("Xã A", Decimal(8)), ("Xã B", Decimal(6))]
    assert all(value.estimated for value in change.after)
    assert change.total_before == change.total_after == 14


def test_a_merger_shows_the_sum_and_a_transfer_the_two_parents(world: World) -> None:
    merge = SuccessionDraft(
        "merge", DAY, ("u2", "u3"), (NewPlace("Xã Gộp", "", "u1"),),
        (Share(0, 0, ONE, ONE // 2, "chia"), Share(1, 0, ONE, ONE // 2, "chia")),
    )  # fmt: skip
    move = SuccessionDraft("transfer", DAY, ("u4",), (NewPlace("", "", "u3"),))
    places = get_snapshot()

    merged = compare_figures(preview_succession(merge, places), DAY, places, EVERYTHING).changes[0]
    moved = compare_figures(preview_succession(move, places), DAY, places, EVERYTHING).changes[0]

    assert [value.value for value in merged.before] == [14, 5]
    assert [(value.value, value.estimated) for value in merged.after] == [(Decimal(19), False)]
    assert [value.value for value in moved.before] == [14, 5]
    assert [value.value for value in moved.after] == [7, 12]


def test_figures_out_of_the_reader_s_reach_are_not_compared(world: World) -> None:
    move = SuccessionDraft("transfer", DAY, ("u4",), (NewPlace("", "", "u3"),))
    places = get_snapshot()

    shown = compare_figures(preview_succession(move, places), DAY, places, NOTHING)

    assert shown.hidden and shown.changes == ()
