"""A reorganisation of several units: prepared, carried out as a whole, undone as a whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caunoi.audit.models import AuditLine
from caunoi.facts.tests.builders import store_places
from caunoi.places.actions import (
    add_step,
    apply_reorganisation,
    load_changes,
    load_successions,
    load_units,
    prepare_reorganisation,
    remove_step,
    undo_reorganisation,
    upload_steps,
)
from caunoi.places.errors import ReorganisationRefused, UndoRefused
from caunoi.places.models import OrgUnit, Reorganisation
from caunoi.places.queries import find_units, get_snapshot
from caunoi.places.rules.preview import NewPlace, Share, SuccessionDraft
from caunoi.places.rules.reorganisation import preview_rows, read_rows
from caunoi.places.rules.snapshot import ONE, PlaceSnapshot
from caunoi.places.tests.csv_files import CHANGES, NOON, OFFICER, SUCCESSIONS, UNITS, write
from caunoi.places.tests.histories import place_histories, reorganisations
from caunoi.refusals import FileRefused

DAY = date(2027, 1, 1)
HALF = ONE // 2
MERGER = SuccessionDraft(
    "merge", DAY, ("north", "united"), (NewPlace("Xã Mới", "90.9", "p"),),
    (Share(0, 0, ONE, HALF, "dân số"), Share(1, 0, ONE, HALF, "dân số")),
)  # fmt: skip
RENAMING = SuccessionDraft("rename", DAY, ("p",), (NewPlace("Tỉnh Thử Nghiệm", "", ""),))

pytestmark = pytest.mark.django_db


@pytest.fixture
def places(tmp_path: Path) -> PlaceSnapshot:
    load_units(write(tmp_path, "units.csv", UNITS), by=OFFICER, at=NOON)
    load_changes(write(tmp_path, "changes.csv", CHANGES), by=OFFICER, at=NOON)
    load_successions(write(tmp_path, "successions.csv", SUCCESSIONS), by=OFFICER, at=NOON)
    return get_snapshot()


def prepare(*steps: SuccessionDraft) -> Reorganisation:
    made = prepare_reorganisation(title="Sắp xếp 2027", day=DAY, note="Nghị quyết 9", by=OFFICER, at=NOON)
    for step in steps:
        made = add_step(made.pk, step, by=OFFICER, at=NOON)
    return made


def upload(text: str) -> Reorganisation:
    return upload_steps(prepare().pk, text.encode(), "sap-xep.csv", by=OFFICER, at=NOON)


def apply(made: Reorganisation) -> Reorganisation:
    return apply_reorganisation(made.pk, by=OFFICER, at=NOON)


def undo(made: Reorganisation, *, take_back: bool = False) -> Reorganisation:
    return undo_reorganisation(made.pk, take_back=take_back, by=OFFICER, at=NOON)


def content(places: PlaceSnapshot) -> tuple[object, ...]:
    return dict(places.units), {unit: list(spells) for unit, spells in places.spells.items()}, list(places.steps)


def test_a_draft_changes_nothing_and_what_it_shows_is_what_applying_it_does(places: PlaceSnapshot) -> None:
    made = prepare(MERGER, RENAMING)
    preview = preview_rows(read_rows(made.rows, DAY), DAY, places)
    assert get_snapshot() is places

    applied = apply(made)

    after = get_snapshot()
    new = after.successors(after.by_key["north"].id)[0].new
    assert preview.problems == ()
    assert {places.units[u].key for u in preview.ended} == {"north", "united"}
    assert [preview.after.name_on(u, DAY) for u in preview.begun] == [after.name_on(new, DAY)] == ["Xã Mới"]
    assert {line.key for line in preview.describe_moves()} == {after.units[u].key for u in after.children_on(new, DAY)}
    assert after.name_on(after.by_key["p"].id, DAY) == "Tỉnh Thử Nghiệm"
    assert AuditLine.objects.filter(action="reorganisation.apply", subject=f"reorganisation:{applied.pk}").count() == 1


def test_a_step_may_name_what_an_earlier_step_begins(places: PlaceSnapshot) -> None:
    made = prepare(MERGER)
    drafted = preview_rows(read_rows(made.rows, DAY), DAY, places).after

    found = find_units("Xã Mới", DAY, drafted)

    assert [drafted.code_on(unit, DAY) for unit in found] == ["90.9"]


def test_a_step_can_be_taken_out_of_a_draft_again(places: PlaceSnapshot) -> None:
    made = prepare(MERGER, RENAMING)

    made = remove_step(made.pk, 1, by=OFFICER, at=NOON)

    assert [row["kind"] for row in made.rows] == ["rename"]


def test_a_file_names_units_by_key_code_or_name_and_new_ones_by_their_code(places: PlaceSnapshot) -> None:
    made = upload(
        "kind,old,new,share_of_old,share_of_new,basis,name,code,parent\n"
        "merge,Xã Bắc,,1,0.5,dân số,Xã Mới,90.9,90\n"
        "merge,90.1,,1,0.5,dân số,Xã Mới,90.9,90\n"
        "rename,90,,,,,Tỉnh Thử Nghiệm,,\n"
    )

    apply(made)

    after = get_snapshot()
    assert [after.name_on(u, DAY) for u in after.children_on(after.by_key["p"].id, DAY)] == ["Xã Mới"]
    assert [row["step"] for row in made.rows] == ["1", "1", "2"]


def test_a_file_is_refused_with_all_its_mistakes_at_once_and_the_draft_stays(places: PlaceSnapshot) -> None:
    with pytest.raises(FileRefused) as refused:
        upload(
            "kind,old,new,share_of_old,share_of_new,basis,name,code,parent\n"
            "merge,Xã Bắcc,,1,0.5,dân số,Xã Mới,90.9,90\n"
            "merge,90.1,,1,0.4,dân số,Xã Mới,90.9,90\n"
            "rename,90,,,,,,,\n"
        )

    said = [(mistake.row, mistake.column) for mistake in refused.value.mistakes]
    assert (2, "old") in said and (3, "share_of_new") in said and (4, "name") in said
    assert Reorganisation.objects.get().rows == []


def test_what_begins_may_come_under_what_begins_the_same_day(places: PlaceSnapshot) -> None:
    made = upload(
        "kind,old,new,share_of_old,share_of_new,basis,name,code,parent\n"
        "merge,north,,1,0.5,dân số,Xã Mới,90.9,91\n"
        "merge,united,,1,0.5,dân số,Xã Mới,90.9,91\n"
        "split,p,,1,1,,Tỉnh Lớn,91,vn\n"
    )

    apply(made)

    after = get_snapshot()
    commune = after.map_unit(after.by_key["north"].id, DAY)[0].unit
    assert [after.name_on(u, DAY) for u in after.ancestors_on(commune, DAY)] == ["Tỉnh Lớn", "Việt Nam"]


def test_parts_of_an_abolished_unit_go_under_what_stood_above_it(places: PlaceSnapshot) -> None:
    made = upload("kind,old\nabolish,united\n")

    apply(made)

    after = get_snapshot()
    assert not after.exists_on(after.by_key["united"].id, DAY)
    assert {after.units[u].key for u in after.children_on(after.by_key["p"].id, DAY)} == {"north", "e1", "e2", "w1"}
    assert [m.unit for m in after.map_unit(after.by_key["united"].id, DAY)] == [after.by_key["p"].id]


def test_a_reorganisation_that_cannot_be_is_refused_whole(places: PlaceSnapshot) -> None:
    made = prepare(MERGER, MERGER)

    with pytest.raises(ReorganisationRefused):
        apply(made)

    assert get_snapshot() is places
    assert Reorganisation.objects.get().applied_at is None


def test_one_that_was_applied_is_not_applied_or_changed_again(places: PlaceSnapshot) -> None:
    made = apply(prepare(MERGER))

    for again in (apply, lambda row: add_step(row.pk, RENAMING, by=OFFICER, at=NOON)):
        with pytest.raises(ReorganisationRefused):
            again(made)


def test_undone_everything_is_as_before_and_what_was_known_in_between_stays(places: PlaceSnapshot) -> None:
    made = apply(prepare(MERGER, RENAMING))
    between = content(get_snapshot())

    undone = undo(made)

    assert content(get_snapshot()) == content(places)
    assert made.number is not None
    assert content(get_snapshot(made.number)) == between
    assert content(get_snapshot(made.number - 1)) == content(places)
    assert undone.undone_by == OFFICER.name
    assert AuditLine.objects.filter(action="reorganisation.undo").count() == 1


def test_undone_the_same_can_be_prepared_and_applied_again(places: PlaceSnapshot) -> None:
    undo(apply(prepare(MERGER)))

    apply(prepare(MERGER))

    assert [u.key for u in get_snapshot().units.values() if u.starts_on == DAY] == [f"90.9@{DAY}"]
    assert OrgUnit.ever.filter(key=f"90.9@{DAY}").count() == 2


def test_a_later_change_that_rests_on_it_has_to_be_undone_first(places: PlaceSnapshot) -> None:
    first = apply(prepare(MERGER))
    later = prepare_reorganisation(title="Sau", day=date(2028, 1, 1), note="", by=OFFICER, at=NOON)
    renaming = SuccessionDraft("rename", date(2028, 1, 1), (f"90.9@{DAY}",), (NewPlace("Xã Khác", "", ""),))
    later = apply(add_step(later.pk, renaming, by=OFFICER, at=NOON))

    with pytest.raises(UndoRefused) as refused:
        undo(first)
    undo(later)
    undo(first)

    assert "Xã Khác" in refused.value.sentence or "Xã Mới" in refused.value.sentence
    assert content(get_snapshot()) == content(places)


class _Undo(Exception):
    """Rolls back what one generated example wrote."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_applying_and_undoing_is_no_change_whatever_the_reorganisation(data: st.DataObject) -> None:

    history = data.draw(place_histories())
    with pytest.raises(_Undo), transaction.atomic():
        store_places(history)
        before = get_snapshot()
        day, steps = data.draw(reorganisations(before))
        made = prepare_reorganisation(title="Bất kỳ", day=day, note="", by=OFFICER, at=NOON)
        for step in steps:
            made = add_step(made.pk, step, by=OFFICER, at=NOON)
        made = apply(made)
        between = content(get_snapshot())

        undo(made)

        assert content(get_snapshot()) == content(before)
        assert made.number is not None and content(get_snapshot(made.number)) == between
        raise _Undo
