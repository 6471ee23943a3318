"""One succession entered by hand: what is previewed is what is done, and what cannot be is refused with all reasons."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caunoi.audit.models import AuditLine
from caunoi.places.actions import load_changes, load_successions, load_units, succeed
from caunoi.places.errors import SuccessionRefused
from caunoi.places.models import OrgUnit, Succession
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.preview import NewPlace, Share, SuccessionDraft, equal_parts, preview_succession
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot, Spell, Unit, make_snapshot
from caunoi.places.tests.csv_files import CHANGES, NOON, OFFICER, SUCCESSIONS, UNITS, write

DAY = date(2027, 1, 1)
HALF = ONE // 2
MERGER = SuccessionDraft(
    "merge", DAY, ("north", "united"), (NewPlace("Xã Mới", "90.9", "p"),),
    (Share(0, 0, ONE, HALF, "dân số"), Share(1, 0, ONE, HALF, "dân số")), note="Nghị quyết 1",
)  # fmt: skip


@pytest.fixture
def places(tmp_path: Path) -> PlaceSnapshot:
    load_units(write(tmp_path, "units.csv", UNITS), by=OFFICER, at=NOON)
    load_changes(write(tmp_path, "changes.csv", CHANGES), by=OFFICER, at=NOON)
    load_successions(write(tmp_path, "successions.csv", SUCCESSIONS), by=OFFICER, at=NOON)
    return get_snapshot()


@pytest.mark.django_db
def test_what_is_previewed_is_what_is_done(places: PlaceSnapshot) -> None:
    preview = preview_succession(MERGER, places)

    row = succeed(MERGER, by=OFFICER, at=NOON)

    after = get_snapshot()
    assert preview.problems == ()
    assert [line.name for line in preview.ends] == ["Xã Bắc", "Xã Hợp Nhất"]
    assert [(line.name, line.children) for line in preview.begins] == [("Xã Mới", 5)]
    assert {line.key for line in preview.moves} == {"n1", "n2", "e1", "e2", "w1"}
    new = after.successors(after.by_key["north"].id)[0].new
    moved = {after.units[child].key for child in after.children_on(new, DAY)}
    assert moved == {line.key for line in preview.moves}
    assert row.note == "Nghị quyết 1"
    assert AuditLine.objects.filter(action="places.succeed", subject=f"succession:{row.pk}").count() == 1


@pytest.mark.django_db
def test_a_preview_writes_nothing(places: PlaceSnapshot) -> None:
    before = (OrgUnit.objects.count(), Succession.objects.count())

    preview_succession(MERGER, places)

    assert (OrgUnit.objects.count(), Succession.objects.count()) == before
    assert get_snapshot() is places


@pytest.mark.django_db
def test_a_succession_bears_a_knowledge_number_so_that_older_knowledge_stays_askable(places: PlaceSnapshot) -> None:
    row = succeed(MERGER, by=OFFICER, at=NOON)

    before = get_snapshot(row.known_from - 1)
    assert before.exists_on(before.by_key["north"].id, DAY)
    assert not get_snapshot().exists_on(before.by_key["north"].id, DAY)


@pytest.mark.django_db
def test_all_reasons_are_given_at_once_and_nothing_is_written(places: PlaceSnapshot) -> None:
    wrong = SuccessionDraft(
        "merge", DAY, ("east", "north"), (NewPlace("Xã Mới", "90", "p"),),
        (Share(0, 0, ONE, HALF), Share(1, 0, ONE, HALF - 1)),
    )  # fmt: skip

    with pytest.raises(SuccessionRefused) as refused:
        succeed(wrong, by=OFFICER, at=NOON)

    said = " ".join(refused.value.problems)
    assert "đã kết thúc ngày 01/07/2025" in said
    assert "phải đúng bằng 1" in said
    assert "căn cứ" in said
    assert not Succession.objects.filter(day=DAY).exists()


@pytest.mark.django_db
def test_a_unit_cannot_be_merged_before_it_began(places: PlaceSnapshot) -> None:
    early = SuccessionDraft("rename", date(2025, 7, 1), ("united",), (NewPlace("Xã Sớm", "", ""),))

    with pytest.raises(SuccessionRefused) as refused:
        succeed(early, by=OFFICER, at=NOON)

    assert "01/07/2025" in refused.value.sentence


@pytest.mark.django_db
def test_a_renaming_that_changes_nothing_is_refused(places: PlaceSnapshot) -> None:
    same = SuccessionDraft("rename", DAY, ("north",), (NewPlace("Xã Bắc", "90.3", ""),))

    with pytest.raises(SuccessionRefused) as refused:
        succeed(same, by=OFFICER, at=NOON)

    assert "Không có gì thay đổi" in refused.value.sentence


def test_equal_parts_add_up_to_one() -> None:
    assert sum(equal_parts(3)) == ONE
    assert equal_parts(3) == [333_333_333_333, 333_333_333_333, 333_333_333_334]


# --- the law: whatever the chain of mergers and splits, nothing is lost and nothing doubled --------------------------

FIRST = date(2000, 1, 1)


@given(data=st.data())
def test_planned_chains_of_mergers_and_splits_map_every_unit_to_exactly_one_whole(data: st.DataObject) -> None:
    places = make_snapshot(
        [Unit(9, "p", "province", FIRST), *(Unit(n, f"c{n}", "commune", FIRST) for n in range(1, 5))]
        + [Unit(10 + n, f"v{n}", "village", FIRST) for n in range(1, 7)],
        [Spell(9, "P", "", None, FIRST), *(Spell(n, f"Xã {n}", "", 9, FIRST) for n in range(1, 5))]
        + [Spell(10 + n, f"Thôn {n}", "", 1 + n % 4, FIRST) for n in range(1, 7)],
    )
    days = [date(2001 + year, 1, 1) for year in range(4)]

    for day in days:
        alive = [u.key for u in places.units.values() if u.level == "commune" and u.exists_on(day)]
        draft = data.draw(succession_of(alive, day, places))
        preview = preview_succession(draft, places)
        assert preview.problems == ()
        places = preview.after

    for unit in places.units:
        for day in [FIRST, *days]:
            assert sum(mapped.parts for mapped in places.map_unit(unit, day)) == ONE
    last = days[-1]
    for village in [u.id for u in places.units.values() if u.level == "village"]:
        parent = places.parent_on(village, last)
        assert parent is not None and places.exists_on(parent, last)


@st.composite
def succession_of(draw: st.DrawFn, alive: list[str], day: date, places: PlaceSnapshot) -> SuccessionDraft:
    def parts(count: int) -> list[int]:
        cuts = sorted(draw(st.lists(st.integers(0, ONE), min_size=count - 1, max_size=count - 1)))
        return [b - a for a, b in zip([0, *cuts], [*cuts, ONE], strict=True)]

    if len(alive) > 1 and draw(st.booleans()):
        olds = draw(st.lists(st.sampled_from(alive), min_size=2, max_size=3, unique=True))
        shares = tuple(Share(i, 0, ONE, part, "bịa") for i, part in enumerate(parts(len(olds))))
        return SuccessionDraft("merge", day, tuple(olds), (NewPlace("Xã gộp", "", "p"),), shares)
    old = draw(st.sampled_from(alive))
    count = draw(st.integers(2, 3))
    news = tuple(NewPlace(f"Xã tách {i}", "", "p") for i in range(count))
    shares = tuple(Share(0, i, part, ONE, "bịa") for i, part in enumerate(parts(count)))
    children = places.children_on(places.by_key[old].id, day)
    moves = {places.units[child].key: draw(st.integers(0, count - 1)) for child in children}
    return SuccessionDraft("split", day, (old,), news, shares, moves)
