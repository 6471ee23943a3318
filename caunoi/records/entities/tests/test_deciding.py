"""What officers do to things by hand."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import EVERYTHING
from caunoi.audit.models import AuditLine
from caunoi.places.models import OrgUnit
from caunoi.records.actions import withdraw
from caunoi.records.entities import actions
from caunoi.records.entities.errors import (
    EntityChoiceMissing,
    EntityEditNotAllowed,
    EntityMergeImpossible,
    EntityMoved,
    EntityUnchanged,
    EntityUnitWrong,
    EntityUnknown,
)
from caunoi.records.entities.queries import Filters, list_rows, read_rules_of
from caunoi.records.entities.rules.versions import list_sayings
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, DAY, GROUP, OTHER, create, group, update
from caunoi.records.errors import ReasonMissing
from caunoi.records.models import Entity, EntityList, EntityProblem
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune")
    given.register()
    given.publish()
    return unit("Thôn 1", "village", commune)


@pytest.fixture
def officer(village: OrgUnit) -> User:
    return user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))


TODAY = AT.date()


def rows(day: date = TODAY, state: str = "live") -> list[str]:
    register = EntityList.objects.get()
    return sorted(row.label for row in list_rows(register, EVERYTHING, Filters(day, state=state), AT.date()))


def test_an_officer_enters_and_edits_a_thing_and_the_audit_tells(village: OrgUnit, officer: User) -> None:
    made = actions.enter_entity("doi", village.pk, " Đội A ", {"so_nguoi": "7", "la": "x"}, DAY, by=officer, at=AT)
    actions.edit_entity(made.pk, "Đội A", {"so_nguoi": "9"}, date(2026, 3, 10), number=1, by=officer, at=AT)

    made.refresh_from_db()
    assert (made.label, made.properties, made.current_number) == ("Đội A", {"so_nguoi": "9"}, 2)
    lines = list(AuditLine.objects.order_by("number").values_list("action", flat=True))
    assert lines[-2:] == ["entity.create", "entity.edit"]
    told = AuditLine.objects.get(action="entity.edit").detail
    assert [one[:1] for one in told["changes"]["so_nguoi"]] == ["#", "#"]
    with pytest.raises(EntityMoved):
        actions.edit_entity(made.pk, "Đội B", {}, DAY, number=1, by=officer, at=AT)
    with pytest.raises(EntityUnchanged):
        actions.edit_entity(made.pk, "Đội A", {"so_nguoi": "9"}, DAY, number=2, by=officer, at=AT)


def test_who_does_not_edit_the_unit_s_records_changes_nothing(village: OrgUnit, officer: User) -> None:
    create(village)
    recorder = user("thon", (Role.RECORDER, village))
    stranger = user("xa-khac", (Role.APPROVER, unit("Xã Cốc San", "commune")))

    with pytest.raises(EntityEditNotAllowed):
        actions.edit_entity(group().pk, "Đội B", {}, DAY, number=1, by=recorder, at=AT)
    with pytest.raises(EntityUnknown):
        actions.edit_entity(group().pk, "Đội B", {}, DAY, number=1, by=stranger, at=AT)
    with pytest.raises(EntityEditNotAllowed):
        actions.enter_entity("doi", village.pk, "Đội B", {}, DAY, by=stranger, at=AT)


def test_a_conflict_stays_until_a_person_decides_on_each_property(village: OrgUnit, officer: User) -> None:
    create(village)
    update(village, 1, so_nguoi="9")
    update(village, 1, so_nguoi="12", trang_thai="hoat_dong")
    update(village, 3, ten="Đội A")
    assert group().conflict == "hard"

    sayings = list_sayings(read_rules_of(group()))
    assert {name: [one.value for one in said] for name, said in sayings.items()} == {
        "so_nguoi": ["8", "9", "12"],
        "ten": ["Đội văn nghệ Thôn 1", "Đội A"],
    }
    with pytest.raises(EntityChoiceMissing):
        actions.resolve_conflict(group().pk, {"so_nguoi": "9"}, number=4, by=officer, at=AT)
    with pytest.raises(EntityMoved):
        actions.resolve_conflict(group().pk, {"so_nguoi": "9", "ten": "Đội A"}, number=3, by=officer, at=AT)
    actions.resolve_conflict(group().pk, {"so_nguoi": "9", "ten": "Đội A"}, number=4, by=officer, at=AT)

    decided = group()
    assert (decided.conflict, decided.properties["so_nguoi"], decided.properties["ten"]) == ("", "9", "Đội A")


def test_a_thing_written_down_for_the_wrong_village_moves_with_its_story(village: OrgUnit, officer: User) -> None:
    create(village)
    update(village, 1, so_nguoi="12")
    right = unit("Thôn 2", "village", OrgUnit.objects.get(level="commune"))

    actions.move_entity(group().pk, right.pk, " ghi nhầm thôn ", number=2, by=officer, at=AT)

    moved = group().versions.last()
    assert moved is not None
    assert (group().org_unit_id, moved.act, moved.moved_from_id, moved.moved_to_id) == (
        right.pk, "move", village.pk, right.pk,
    )  # fmt: skip
    assert (group().begins_on, group().properties["so_nguoi"]) == (DAY, "12")
    line = AuditLine.objects.get(action="entity.move")
    assert (line.detail["old"], line.detail["new"], line.detail["reason"]) == (village.key, right.key, "ghi nhầm thôn")
    update(right, 3, so_nguoi="13")
    assert group().properties["so_nguoi"] == "13"


def test_a_thing_moves_to_another_unit_of_its_level_that_the_officer_keeps_and_for_a_reason(
    village: OrgUnit, officer: User
) -> None:
    create(village)
    commune = OrgUnit.objects.get(level="commune")
    ended = unit("Thôn cũ", "village", commune, to=DAY)
    foreign = unit("Thôn 9", "village", unit("Xã khác", "commune"))
    refused: list[tuple[OrgUnit, str, type[Exception]]] = [
        (village, "x", EntityUnitWrong), (commune, "x", EntityUnitWrong), (ended, "x", EntityUnitWrong),
        (foreign, "x", EntityEditNotAllowed), (village, " ", ReasonMissing),
    ]  # fmt: skip

    for target, reason, error in refused:
        with pytest.raises(error):
            actions.move_entity(group().pk, target.pk, reason, number=1, by=officer, at=AT)

    assert group().current_number == 1


def test_merged_duplicates_are_one_thing_and_can_be_parted_again(village: OrgUnit, officer: User) -> None:
    create(village, so_nguoi="")
    create(village, "Đội văn nghệ thôn một", OTHER, day=date(2026, 2, 1), so_nguoi="11")

    actions.merge_entities(group().pk, group(OTHER).pk, numbers=(1, 1), by=officer, at=AT)

    assert (group().begins_on, group().properties["so_nguoi"]) == (date(2026, 2, 1), "11")
    assert rows() == ["Đội văn nghệ Thôn 1"]
    with pytest.raises(EntityMergeImpossible):
        actions.merge_entities(group().pk, group(OTHER).pk, numbers=(2, 2), by=officer, at=AT)

    actions.unmerge_entity(group(OTHER).pk, by=officer, at=AT)

    assert (group().begins_on, group().properties["so_nguoi"]) == (DAY, "")
    assert rows() == ["Đội văn nghệ Thôn 1", "Đội văn nghệ thôn một"]
    assert [one.act for one in group(OTHER).versions.all()] == ["create", "merge", "unmerge"]


def test_a_sending_about_a_merged_thing_is_a_problem_that_can_be_tried_again(village: OrgUnit, officer: User) -> None:
    create(village)
    create(village, "Đội thứ hai", OTHER)
    actions.merge_entities(group().pk, group(OTHER).pk, numbers=(1, 1), by=officer, at=AT)
    update(village, 1, uuid=OTHER, so_nguoi="9")
    problem = EntityProblem.objects.get()
    assert problem.told == "“Đội thứ hai” đã gộp vào “Đội văn nghệ Thôn 1”. Hãy sửa ở mục đó, hoặc bỏ gộp rồi làm lại."

    assert actions.retry_problem(problem.pk, by=officer, at=AT) is False
    actions.unmerge_entity(group(OTHER).pk, by=officer, at=AT)
    again = EntityProblem.objects.get(settled_at=None)
    assert actions.retry_problem(again.pk, by=officer, at=AT) is True

    assert (group(OTHER).properties["so_nguoi"], EntityProblem.objects.filter(settled_at=None).count()) == ("9", 0)


def test_a_thing_entered_by_mistake_counts_on_no_day_until_it_is_restored(village: OrgUnit, officer: User) -> None:
    create(village)

    actions.remove_entity(group().pk, "ghi nhầm", number=1, by=officer, at=AT)
    assert (rows(), rows(DAY)) == ([], [])
    actions.restore_entity(group().pk, number=2, by=officer, at=AT)

    assert rows() == rows(DAY) == ["Đội văn nghệ Thôn 1"]


def test_what_a_withdrawn_sending_made_is_undone(village: OrgUnit) -> None:
    given.publish(given.FORM, "village", approval="commune")
    officer = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))
    made = create(village)
    changed = update(village, 1, so_nguoi="9")

    withdraw(changed.submission_id, by=officer, at=AT, comment="ghi nhầm")
    assert (group().properties["so_nguoi"], group().removed) == ("8", False)
    withdraw(made.submission_id, by=officer, at=AT, comment="ghi nhầm")

    assert group().removed


def test_a_withdrawn_creation_somebody_built_upon_is_for_a_person_to_decide(village: OrgUnit) -> None:
    given.publish(given.FORM, "village", approval="commune")
    officer = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))
    made = create(village)
    update(village, 1, so_nguoi="9")

    withdraw(made.submission_id, by=officer, at=AT, comment="ghi nhầm")

    assert (group().removed, EntityProblem.objects.filter(settled_at=None).count()) == (False, 1)


def test_a_withdrawn_creation_takes_the_thing_away(village: OrgUnit) -> None:
    given.publish(given.FORM, "village", approval="commune")
    officer = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))

    withdraw(create(village).submission_id, by=officer, at=AT, comment="ghi nhầm")

    assert (group().removed, rows(state="all")) == (True, ["Đội văn nghệ Thôn 1"])
    assert create(village, so_nguoi="20").outcome == "new"
    assert (group().removed, group().properties["so_nguoi"]) == (False, "20")


def test_the_list_shows_what_things_were_on_an_earlier_day(village: OrgUnit) -> None:
    create(village, so_nguoi="8")
    update(village, 1, label="Đội mới", so_nguoi="9", day=date(2026, 3, 10))
    update(village, 2, trang_thai="ngung", day=date(2026, 3, 15))

    assert [rows(day) for day in (date(2026, 3, 1), DAY, date(2026, 3, 10), date(2026, 3, 15))] == [
        [], ["Đội văn nghệ Thôn 1"], ["Đội mới"], [],
    ]  # fmt: skip
    assert rows(date(2026, 3, 15), "ended") == ["Đội mới"]


def test_nobody_sees_things_of_units_outside_their_scope(village: OrgUnit, officer: User) -> None:
    create(village)
    stranger = user("xa-khac", (Role.APPROVER, unit("Xã Cốc San", "commune")))
    register = EntityList.objects.get()

    def seen(who: User) -> int:
        return len(list(list_rows(register, scope_of(who, AT.date()), Filters(AT.date()), AT.date())))

    assert (seen(officer), seen(stranger)) == (1, 0)
    assert Entity.objects.get(uuid=GROUP).org_unit == village
