"""Loading units, their changes, and what became of what: all that is wrong is named at once, nothing is half done."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from caunoi.audit.models import AuditLine
from caunoi.places.actions import Loaded, load_changes, load_successions, load_units
from caunoi.places.models import OrgUnit, OrgUnitSpell, Succession, SuccessionShare
from caunoi.places.queries import forget_snapshots, get_snapshot
from caunoi.places.rules.snapshot import ONE
from caunoi.places.tests.csv_files import CHANGES, NOON, OFFICER, SUCCESSIONS, UNITS, write
from caunoi.refusals import FileRefused, Mistake

pytestmark = pytest.mark.django_db
REFORM = date(2025, 7, 1)
HEADER = SUCCESSIONS.splitlines()[0]


def load(folder: Path, text: str) -> Loaded:
    first, second = text.split(",")[:2]
    action = load_successions if first == "day" else load_units if second == "level" else load_changes
    return action(write(folder, "tệp.csv", text), by=OFFICER, at=NOON)


def load_all(folder: Path) -> None:
    for text in (UNITS, CHANGES, SUCCESSIONS):
        load(folder, text)


def mistakes_of(folder: Path, text: str) -> list[Mistake]:
    with pytest.raises(FileRefused) as refused:
        load(folder, text)
    return refused.value.mistakes


def test_units_stand_under_their_parents_and_unknown_beginnings_are_marked(tmp_path: Path) -> None:
    done = load(tmp_path, UNITS)

    places = get_snapshot()
    assert done.new == 12
    assert places.path_name(places.by_key["e1"].id, date(2025, 6, 30)) == "Thôn 1, Xã Đông, Huyện Thử"
    assert places.by_key["east"].starts_on == date(1900, 1, 1)
    assert not places.by_key["east"].start_known
    assert places.by_key["united"].start_known


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    load_all(tmp_path)
    tables = (OrgUnit, OrgUnitSpell, Succession, SuccessionShare, AuditLine)
    before = [list(table.objects.values()) for table in tables]

    again = [load(tmp_path, text) for text in (UNITS, CHANGES, SUCCESSIONS)]

    assert [list(table.objects.values()) for table in tables] == before
    assert [done.new for done in again] == [0, 0, 0]


def test_villages_follow_their_commune_into_its_one_successor(tmp_path: Path) -> None:
    load_all(tmp_path)

    places = get_snapshot()
    united, east = places.by_key["united"].id, places.by_key["east"].id
    villages = {places.by_key[key].id for key in ("e1", "e2", "w1")}
    assert set(places.children_on(united, REFORM)) == villages
    assert places.parent_on(places.by_key["e1"].id, date(2025, 6, 30)) == east
    assert places.map_unit(east, REFORM)[0].parts == ONE


def test_villages_loaded_after_the_merger_follow_too(tmp_path: Path) -> None:
    load_all(tmp_path)

    load(tmp_path, UNITS.splitlines()[0] + "\nw9,village,Thôn 9,Thôn 9,,west,,\n")

    places = get_snapshot()
    village = places.by_key["w9"].id
    assert places.parent_on(village, date(2025, 6, 30)) == places.by_key["west"].id
    assert places.parent_on(village, REFORM) == places.by_key["united"].id


def test_only_a_part_can_be_loaded_with_what_stands_above_it(tmp_path: Path) -> None:
    path = write(tmp_path, "units.csv", UNITS)

    done = load_units(path, by=OFFICER, at=NOON, only={"east"})

    assert set(OrgUnit.objects.values_list("key", flat=True)) == {"vn", "p", "d", "east", "e1", "e2"}
    assert done.skipped == 6


def test_a_unit_may_not_end_before_it_began_nor_belong_to_a_lower_level(tmp_path: Path) -> None:
    text = UNITS + (
        "x,commune,Xã Lạ,Lạ,,p,2025-07-01,2025-01-01\n"
        "y,province,Tỉnh Lạ,Lạ,,east,,\n"
        "z,commune,Xã Không,Không,,nowhere,,\n"
        "z,commune,Xã Không,Không,,p,,\n"
        "w,commune,Xã Muộn,Muộn,,d,2025-08-01,\n"
        "v,commune,Xã Trùng,Trùng,90.3,p,,31/02/2025\n"
        "u,commune,Xã Trùng,Trùng,90.1.1,p,,\n"
        "t,commune,Xã Tự,Tự,,t,,\n"
    )

    mistakes = mistakes_of(tmp_path, text)

    found = {(mistake.row, mistake.column) for mistake in mistakes}
    assert found == {(14, "to"), (15, "parent"), (16, "parent"), (17, "key"), (18, "parent"), (19, "to"), (20, "code"),
                     (21, "parent")}  # fmt: skip
    assert not OrgUnit.objects.exists()


def test_units_that_belong_to_each_other_in_a_circle_are_refused(tmp_path: Path) -> None:
    header = UNITS.splitlines()[0]

    mistakes = mistakes_of(tmp_path, f"{header}\na,district,A,A,,b,,\nb,province,B,B,,a,,\n")

    assert {(mistake.row, mistake.column) for mistake in mistakes} == {(2, "parent"), (3, "parent")}


def test_a_stored_unit_with_another_name_is_refused_and_not_renamed_silently(tmp_path: Path) -> None:
    load(tmp_path, UNITS)

    mistakes = mistakes_of(tmp_path, UNITS.replace("Xã Đông,Đông", "Xã Đổi,Đổi"))

    assert [(mistake.row, mistake.column) for mistake in mistakes] == [(5, "name"), (5, "short_name")]


def test_a_change_must_fall_into_the_life_of_its_unit_and_of_its_parent(tmp_path: Path) -> None:
    load(tmp_path, UNITS)
    text = CHANGES + (
        "nobody,2025-07-01,X,X,,p\n"
        "east,2025-07-01,Xã Đông,Đông,,p\n"
        "north,2025-07-01,Xã Bắc,Bắc,,p\n"
        "e1,2025-08-01,Thôn 1,Thôn 1,,west\n"
    )

    mistakes = mistakes_of(tmp_path, text)

    assert [(m.row, m.column) for m in mistakes] == [(3, "key"), (4, "from"), (5, "from"), (6, "parent")]


def test_shares_must_add_up_to_exactly_one_on_both_sides_and_say_what_they_rest_on(tmp_path: Path) -> None:
    load(tmp_path, UNITS)
    text = f"{HEADER}\n2025-07-01,merge,east,united,1,0.7,\n2025-07-01,merge,west,united,0.9,0.2,dân số\n"

    mistakes = mistakes_of(tmp_path, text)

    assert [(m.row, m.column) for m in mistakes] == [
        (2, "basis"), (2, "share_of_new"), (3, "share_of_old"), (3, "share_of_old"),
    ]  # fmt: skip
    assert not Succession.objects.exists()
    assert "0,9" in " ".join(m.message for m in mistakes)


def test_thirds_add_up_to_one_when_the_last_takes_the_rest(tmp_path: Path) -> None:
    load(tmp_path, UNITS + "south,commune,Xã Nam,Nam,90.1.4,d,,2025-07-01\n")
    third = "0.333333333333"
    row = "2025-07-01,merge,{},united,1,{},chia đều\n"

    mistakes = mistakes_of(
        tmp_path, HEADER + "\n" + row.format("east", third) + row.format("west", third) + row.format("south", third)
    )
    load(
        tmp_path,
        HEADER + "\n" + row.format("east", third) + row.format("west", third) + row.format("south", third[:-1] + "4"),
    )

    assert [(m.row, m.column) for m in mistakes] == [(2, "share_of_new")]
    assert SuccessionShare.objects.count() == 3


def test_a_unit_cannot_end_twice_nor_before_it_began(tmp_path: Path) -> None:
    load_all(tmp_path)
    extra = "again,commune,Xã Lại,Lại,,p,2026-01-01,\nearly,commune,Xã Sớm,Sớm,,p,2025-07-01,\n"
    load(tmp_path, UNITS + extra)
    text = (
        f"{HEADER}\n2026-01-01,merge,east,again,1,1,\n"
        "2025-07-01,merge,united,early,1,1,\n2025-07-01,merge,gone,x,1,1,\n"
    )

    mistakes = mistakes_of(tmp_path, text)

    assert [(m.row, m.column) for m in mistakes] == [(2, "old"), (3, "old"), (4, "new"), (4, "old")]
    assert "đã kết thúc ngày 01/07/2025" in mistakes[0].message
    assert "bắt đầu ngày 01/07/2025" in mistakes[1].message


def test_a_merged_unit_is_a_new_unit_that_begins_on_that_day(tmp_path: Path) -> None:
    load(tmp_path, UNITS)

    mistakes = mistakes_of(tmp_path, f"{HEADER}\n2025-07-01,merge,east,north,1,1,\n")

    assert [(m.row, m.column) for m in mistakes] == [(2, "new")]
    assert "đơn vị mới" in mistakes[0].message


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)], ids=["in order", "the later first"])
def test_a_unit_that_begins_and_ends_on_the_same_day_is_refused_with_how_to_state_it(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    load(
        tmp_path, UNITS.replace("north,commune,Xã Bắc,Bắc,90.1.3,d,,", "north,commune,Xã Bắc,Bắc,90.1.3,d,,2025-07-01")
    )
    rows = [
        "2025-07-01,merge,east,gop,1,0.5,dân số,Xã Gộp,Gộp,90.8,p", "2025-07-01,merge,west,gop,1,0.5,dân số,,,,",
        "2025-07-01,merge,gop,united,1,1,,,,,",
    ]  # fmt: skip
    header = f"{HEADER},name,short_name,code,parent"

    mistakes = mistakes_of(tmp_path, "\n".join([header, *(rows[index] for index in order), ""]))

    assert [(m.row, m.column) for m in mistakes] == [(order.index(2) + 2, "old")]
    assert "Xã Gộp bắt đầu và kết thúc cùng ngày 01/07/2025 nên không có ngày nào" in mistakes[0].message
    assert "Xã Đông (east), Xã Tây (west) → Xã Hợp Nhất (united)" in mistakes[0].message
    load(tmp_path, SUCCESSIONS)
    assert SuccessionShare.objects.count() == 2


def test_a_divided_commune_s_villages_must_each_be_told_where_they_go(tmp_path: Path) -> None:
    load(tmp_path, UNITS)
    load(tmp_path, CHANGES)
    header = HEADER + ",name,short_name,code,parent"
    split = (
        f"{header}\n2026-01-01,split,north,north-a,0.5,1,chia đều,Xã Bắc A,Bắc A,90.4,p\n"
        "2026-01-01,split,north,north-b,0.5,1,chia đều,Xã Bắc B,Bắc B,90.5,p\n"
    )

    mistakes = mistakes_of(tmp_path, split + "2026-01-01,transfer,n1,north-a,,,,,,,\n")
    load(tmp_path, split + "2026-01-01,transfer,n1,north-a,,,,,,,\n2026-01-01,transfer,n2,north-b,,,,,,,\n")

    assert [(m.row, m.column) for m in mistakes] == [(2, "old")]
    assert "n2" in mistakes[0].message
    places = get_snapshot()
    assert places.parent_on(places.by_key["n2"].id, date(2026, 1, 1)) == places.by_key["north-b"].id
    assert places.by_key["north"].ends_on == date(2026, 1, 1)


def test_a_village_of_a_divided_commune_cannot_go_elsewhere_in_the_same_breath(tmp_path: Path) -> None:
    load(tmp_path, UNITS)
    load(tmp_path, CHANGES)
    text = (
        f"{HEADER},name,short_name,code,parent\n2026-01-01,split,north,na,0.5,1,chia đều,Xã Bắc A,Bắc A,90.4,p\n"
        "2026-01-01,split,north,nb,0.5,1,chia đều,Xã Bắc B,Bắc B,90.5,p\n"
        "2026-01-01,transfer,n1,united,,,,,,,\n2026-01-01,transfer,n2,nb,,,,,,,\n"
    )

    assert [(m.row, m.column) for m in mistakes_of(tmp_path, text)] == [(4, "parent")]


def test_a_renamed_unit_stays_the_same_one(tmp_path: Path) -> None:
    load_all(tmp_path)

    load(tmp_path, f"{HEADER},name,short_name,code,parent\n2026-01-01,rename,north,,,,,Xã Bắc Mới,Bắc Mới,,\n")

    places = get_snapshot()
    north = places.by_key["north"].id
    assert places.name_on(north, date(2025, 12, 31)) == "Xã Bắc"
    assert places.name_on(north, date(2026, 1, 1)) == "Xã Bắc Mới"
    assert places.map_unit(north, date(2026, 1, 1))[0].unit == north


def test_wrong_columns_and_encodings_are_named(tmp_path: Path) -> None:
    wrong = tmp_path / "sai.csv"
    wrong.write_bytes(UNITS.encode("utf-16"))

    with pytest.raises(FileRefused) as encoding:
        load_units(wrong, by=OFFICER, at=NOON)
    header = mistakes_of(tmp_path, "key,level,nam\na,commune,x\n")

    assert "UTF-8" in encoding.value.sentence
    assert ("nam" in {m.column for m in header}) and ("name" in {m.column for m in header})


def test_each_cell_that_cannot_be_read_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    text = (
        f"{HEADER}\n2025-02-31,merge,east,united,1,1,\n2025-07-01,marry,east,united,1,1,\n"
        '2025-07-01,merge,east,united,"1,5",0.1234567890123,x\n'
    )

    mistakes = mistakes_of(tmp_path, text)

    assert [(m.row, m.column) for m in mistakes] == [
        (2, "day"), (3, "kind"), (4, "share_of_new"), (4, "share_of_old"),
    ]  # fmt: skip
    assert all(mistake.message for mistake in mistakes)


# --- units by code ----------------------------------------------------------------------------------------------------

BY_CODE = f"{HEADER}\n2025-07-01,merge,90.1.1,90.1,1,0.75,dân số\n2025-07-01,merge,90.1.2,90.1,1,0.25,dân số\n"
LONG_HEADER = HEADER + ",name,short_name,code,parent"


def test_units_may_be_named_by_the_codes_they_have_that_day(tmp_path: Path) -> None:
    """90.1 was the district's code until the day the new commune took it over."""
    load(tmp_path, UNITS)
    load(tmp_path, CHANGES)

    done = load(tmp_path, BY_CODE)
    again = [load(tmp_path, BY_CODE), load(tmp_path, SUCCESSIONS)]

    places = get_snapshot()
    assert [places.units[s.new].key for s in places.successors(places.by_key["east"].id)] == ["united"]
    assert (done.new, [one.new for one in again]) == (1, [0, 0])


def test_codes_given_by_the_same_file_can_be_used_in_it_from_their_day_on(tmp_path: Path) -> None:
    load_all(tmp_path)
    text = (
        f"{LONG_HEADER}\n2026-01-01,split,90.3,na,0.5,1,chia đều,Xã Bắc A,Bắc A,90.3,90\n"
        "2026-01-01,split,90.3,nb,0.5,1,chia đều,Xã Bắc B,Bắc B,90.5,90\n"
        "2026-01-01,transfer,n1,90.3,,,,,,,\n2026-01-01,transfer,n2,,,,,,,,90.5\n"
        "2027-01-01,rename,90.3,,,,,Xã Bắc Cũ,Bắc Cũ,,\n"
    )

    load(tmp_path, text)

    places, later = get_snapshot(), date(2027, 1, 1)
    assert places.parent_on(places.by_key["n1"].id, later) == places.by_key["na"].id
    assert places.parent_on(places.by_key["n2"].id, later) == places.by_key["nb"].id
    assert places.name_on(places.by_key["na"].id, later) == "Xã Bắc Cũ"


def test_a_new_unit_s_key_may_look_like_the_code_of_another(tmp_path: Path) -> None:
    load_all(tmp_path)

    load(tmp_path, f"{LONG_HEADER}\n2026-01-01,merge,90.3,90.1,1,1,,Xã Khác,Khác,90.7,p\n")

    assert OrgUnit.objects.get(key="90.1").starts_on == date(2026, 1, 1)


def test_a_code_of_another_day_is_refused_with_whose_it_was(tmp_path: Path) -> None:
    load_all(tmp_path)

    mistakes = mistakes_of(tmp_path, f"{LONG_HEADER}\n2026-01-01,rename,90.1.3,,,,,Xã Mới,Mới,,\n")

    assert [(m.row, m.column) for m in mistakes] == [(2, "old")]
    assert "31/12/2025" in mistakes[0].message and "Xã Bắc (north)" in mistakes[0].message


def test_a_code_that_two_units_have_that_day_is_refused_with_their_keys(tmp_path: Path) -> None:
    load_all(tmp_path)
    # As another system may have left it; our own files and pages refuse to give a code twice.
    OrgUnitSpell.objects.filter(org_unit__key="n2").update(code="90.3")
    forget_snapshots()

    mistakes = mistakes_of(tmp_path, f"{LONG_HEADER}\n2026-01-01,rename,90.3,,,,,Xã Mới,Mới,,\n")

    assert [(m.row, m.column, m.value) for m in mistakes] == [(2, "old", "90.3")]
    assert "Xã Bắc (north)" in mistakes[0].message and "Thôn 2 (n2)" in mistakes[0].message
    assert set(mistakes[0].allowed.split(", ")) == {"north", "n2"}


def test_with_only_a_part_loaded_rows_about_other_codes_are_left_out(tmp_path: Path) -> None:
    load(tmp_path, UNITS)
    load(tmp_path, CHANGES)
    path = write(tmp_path, "tệp.csv", BY_CODE + "2025-07-01,merge,77.1,77.2,1,1,\n")

    done = load_successions(path, by=OFFICER, at=NOON, only=())

    assert (done.new, done.skipped) == (1, 1)
