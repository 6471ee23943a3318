"""What sendings do to things."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.places.models import OrgUnit
from caunoi.records.entities.actions import release_backlog
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import BRANCH, BRANCH_2, GROUP, OTHER, create, group, later, update
from caunoi.records.models import Entity, EntityBacklog, EntityProblem, EntityVersion, SubmissionVersion
from caunoi.records.tests.builders import BY, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune")
    made = unit("Thôn 1", "village", commune)
    given.register()
    given.publish()
    return made


def problems() -> list[str]:
    return [problem.told for problem in EntityProblem.objects.filter(settled_at=None).order_by("pk")]


def test_a_sending_creates_a_thing_that_begins_on_the_day_it_tells_of(village: OrgUnit) -> None:
    received = create(village)

    made = group()
    assert (made.label, made.properties["so_nguoi"], made.begins_on) == ("Đội văn nghệ Thôn 1", "8", given.DAY)
    assert (made.org_unit, made.current_number, made.search) == (
        village,
        1,
        "doi van nghe thon 1 doi van nghe thon 1 8 hoat_dong",
    )
    version = made.versions.get()
    assert (version.act, version.source_id, version.by_name) == ("create", received.version_id, "Giàng A Páo")


def test_an_update_changes_only_what_was_sent_and_what_is_blank_is_emptied(village: OrgUnit) -> None:
    create(village)

    update(village, 1, so_nguoi="")

    made = group()
    assert made.properties == {"ten": "Đội văn nghệ Thôn 1", "so_nguoi": "", "trang_thai": "hoat_dong"}
    assert (made.current_number, made.conflict, problems()) == (2, "", [])


def test_a_thing_ends_on_the_day_from_which_the_register_s_condition_holds(village: OrgUnit) -> None:
    create(village)

    update(village, 1, trang_thai="ngung", day=date(2026, 3, 10))

    assert group().ended_on == date(2026, 3, 10)


def test_an_entity_error_never_fails_the_sending(village: OrgUnit) -> None:
    create(village)

    for send in (
        lambda: create(village),
        lambda: create(village, label="", uuid=OTHER, ten="Đội không tên"),
        lambda: update(village, 7, so_nguoi="9"),
        lambda: update(village, "x", so_nguoi="9"),
        lambda: update(village, 1, uuid=OTHER, so_nguoi="9"),
        lambda: update(village, 1, trunk=1, so_nguoi="9"),
        lambda: update(village, 1, trunk="x", branch=BRANCH, so_nguoi="9"),
        lambda: update(village, 1, branch="nhánh", so_nguoi="9"),
        lambda: create(village, uuid="đội số 1"),
    ):
        assert send().outcome == "new"

    assert len(problems()) == 9
    assert SubmissionVersion.objects.count() == 10
    assert Entity.objects.count() == EntityVersion.objects.count() == 1
    assert problems()[0] == "Mục này đã có trong sổ (“Đội văn nghệ Thôn 1”), nên không lập lại."


def test_the_same_sending_again_changes_nothing(village: OrgUnit) -> None:
    xml = given.group_xml("uuid:1", given.entity_xml(create=True, label="Đội A"), ten="Đội A")
    given.send(village, xml)

    assert given.send(village, xml).outcome == "unchanged"

    assert (group().current_number, problems()) == (1, [])


def test_two_writers_who_saw_the_same_version_are_in_conflict(village: OrgUnit) -> None:
    create(village)
    update(village, 1, so_nguoi="9")

    update(village, 1, trang_thai="hoat_dong")
    soft = group().conflict
    update(village, 1, so_nguoi="12")
    update(village, 4, so_nguoi="13")

    assert (soft, group().conflict) == ("soft", "hard")
    assert group().properties["so_nguoi"] == "13"
    assert list(group().versions.values_list("conflict", flat=True)) == ["", "", "soft", "hard", ""]


def test_changes_made_offline_are_laid_in_their_order_however_they_arrive(village: OrgUnit) -> None:
    create(village)

    update(village, 3, trunk=1, branch=BRANCH, so_nguoi="11")
    update(village, 2, trunk=1, branch=BRANCH, so_nguoi="10")
    assert (group().current_number, EntityBacklog.objects.count()) == (1, 2)
    update(village, 1, trunk=1, branch=BRANCH, so_nguoi="9")

    assert [version.properties["so_nguoi"] for version in group().versions.all()] == ["8", "9", "10", "11"]
    assert (group().conflict, EntityBacklog.objects.count(), problems()) == ("", 0, [])


def test_a_change_made_offline_waits_for_the_creation_it_was_made_upon(village: OrgUnit) -> None:
    update(village, 2, branch=BRANCH, so_nguoi="11")
    update(village, 1, branch=BRANCH, so_nguoi="10")
    assert (Entity.objects.count(), EntityBacklog.objects.count()) == (0, 2)

    create(village)

    assert (group().properties["so_nguoi"], group().current_number, group().conflict) == ("11", 3, "")


def test_what_waited_seven_days_is_carried_out_without_its_predecessor(village: OrgUnit) -> None:
    create(village)
    update(village, 2, trunk=1, branch=BRANCH, so_nguoi="10")

    assert release_backlog(later(6)) == 0
    assert release_backlog(later(7)) == 1

    assert (group().properties["so_nguoi"], EntityBacklog.objects.count()) == ("10", 0)


def test_a_branch_interrupted_by_another_writer_is_a_soft_conflict(village: OrgUnit) -> None:
    create(village)
    update(village, 1, trunk=1, branch=BRANCH, so_nguoi="9")
    update(village, 2, trunk=2, branch=BRANCH_2, trang_thai="hoat_dong")

    update(village, 2, trunk=1, branch=BRANCH, so_nguoi="10")

    assert list(group().versions.values_list("conflict", flat=True)) == ["", "", "", "soft"]


def test_several_entities_of_one_sending_are_all_carried_out_or_none(village: OrgUnit) -> None:
    given.publish(given.CLUSTERS)

    given.send(village, given.clusters_xml("uuid:1", [(GROUP, "Cụm 1", "2"), (OTHER, "", "4")]), form="ghi_cum")
    assert (Entity.objects.count(), len(problems())) == (0, 1)
    given.send(village, given.clusters_xml("uuid:2", [(GROUP, "Cụm 1", "2"), (OTHER, "Cụm 2", "4")]), form="ghi_cum")

    made = {entity.label: entity.properties["so_loa"] for entity in Entity.objects.all()}
    assert made == {"Cụm 1": "2", "Cụm 2": "4"}


def test_a_village_cannot_change_what_belongs_to_another_but_the_commune_can(village: OrgUnit) -> None:
    given.publish(given.FORM, "village", "commune")
    other = unit("Thôn 2", "village", OrgUnit.objects.get(level="commune"))
    create(village)

    update(other, 1, so_nguoi="9")
    assert (group().current_number, len(problems())) == (1, 1)
    update(OrgUnit.objects.get(level="commune"), 1, so_nguoi="10")

    assert group().properties["so_nguoi"] == "10"


# Corrections of a sending


def test_a_corrected_sending_changes_what_it_made_instead_of_making_it_twice(village: OrgUnit) -> None:
    """Collect computes a new identity when a sent form is opened for correction."""
    given.send(village, given.group_xml("uuid:1", given.entity_xml(create=True, label="Đội A"), ten="Đội A"))

    again = given.entity_xml(OTHER, create=True, label="Đội B")
    given.send(village, given.group_xml("uuid:2", again, corrects="uuid:1", ten="Đội B"))
    third = given.entity_xml("33333333-3333-4333-8333-333333333333", create=True, label="Đội C")
    given.send(village, given.group_xml("uuid:3", third, corrects="uuid:2", ten="Đội C"))

    assert (group().label, group().current_number, Entity.objects.count()) == ("Đội C", 3, 1)


def test_a_correction_after_somebody_else_s_change_is_a_conflict_where_they_differ(village: OrgUnit) -> None:
    given.send(
        village, given.group_xml("uuid:1", given.entity_xml(create=True, label="Đội A"), ten="Đội A", so_nguoi="8")
    )
    update(village, 1, so_nguoi="9")

    corrected = given.entity_xml(create=True, label="Đội A")
    given.send(village, given.group_xml("uuid:2", corrected, corrects="uuid:1", ten="Đội A", so_nguoi="10"))

    assert (group().conflict, group().properties["so_nguoi"]) == ("hard", "10")


def test_what_a_correction_no_longer_speaks_of_is_undone(village: OrgUnit) -> None:
    given.publish(given.CLUSTERS)
    rows = [(GROUP, "Cụm 1", "2"), (OTHER, "Cụm 2", "4")]
    given.send(village, given.clusters_xml("uuid:1", rows), form="ghi_cum")

    given.send(village, given.clusters_xml("uuid:2", rows[:1], corrects="uuid:1"), form="ghi_cum")

    assert (group().removed, group(OTHER).removed) == (False, True)


def test_a_corrected_day_moves_the_day_on_which_the_thing_began(village: OrgUnit) -> None:
    made = given.entity_xml(create=True, label="Đội A")
    given.send(village, given.group_xml("uuid:1", made, ten="Đội A"))

    given.send(village, given.group_xml("uuid:2", made, corrects="uuid:1", day=date(2026, 3, 9), ten="Đội A"))

    assert group().begins_on == date(2026, 3, 9)


def test_a_correction_settles_the_problem_of_the_version_before(village: OrgUnit) -> None:
    given.send(village, given.group_xml("uuid:1", given.entity_xml(create=True), ten="Đội A"))
    assert len(problems()) == 1

    made = given.entity_xml(create=True, label="Đội A")
    given.send(village, given.group_xml("uuid:2", made, corrects="uuid:1", ten="Đội A"))

    assert (problems(), group().label) == ([], "Đội A")


def test_identities_of_a_spreadsheet_s_rows_are_made_here(village: OrgUnit) -> None:
    from caunoi.records.actions import Incoming, receive

    answers = {"ngay": "2026-03-02", "ten": "Đội A", "so_nguoi": "7"}
    row = Incoming("ghi_doi", village.pk, given.AT, answers=answers, source="spreadsheet")
    receive(row, by=BY, at=given.AT)

    made = Entity.objects.get()
    change = {"ngay": "2026-03-05", "doi": str(made.uuid), "ten": "Đội A", "so_nguoi": "9"}
    receive(Incoming("ghi_doi", village.pk, given.AT, answers=change, source="spreadsheet"), by=BY, at=given.AT)

    made.refresh_from_db()
    assert (made.current_number, made.properties["so_nguoi"], problems()) == (2, "9", [])
