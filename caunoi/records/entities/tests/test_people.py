"""Registers of people: names are sealed with the thing's own key, opened for who works with the unit, and forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import scope_of
from caunoi.audit.models import AuditLine
from caunoi.personal.errors import NothingToErase
from caunoi.personal.models import PersonKey
from caunoi.personal.vault import is_sealed
from caunoi.places.models import OrgUnit
from caunoi.records.entities import actions
from caunoi.records.entities.queries import Filters, entity_csv, find_on
from caunoi.records.entities.sealed import (
    erase_thing,
    list_overdue_things,
    list_subjects,
    read_people,
    subject_of,
)
from caunoi.records.entities.tests.builders import AT, DAY, GROUP, OTHER
from caunoi.records.entities.tests.people import LIST, NAME, OTHER_NAME, change, join, person, publish_people
from caunoi.records.errors import ErasingNotAllowed
from caunoi.records.models import EntityVersion
from caunoi.records.sealed import erased
from caunoi.records.tests.builders import unit, user
from caunoi.records.tests.test_personal_answers import everything_stored
from caunoi.vietnamese_text import fold

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    publish_people()
    return unit("Thôn 1", "village", unit("Xã Bản Qua", "commune"))


@pytest.fixture
def officer(village: OrgUnit) -> User:
    return user("xa", (Role.EDITOR, OrgUnit.objects.get(level="commune")))


@pytest.fixture
def manager(village: OrgUnit) -> User:
    return user("quan-ly", (Role.PROGRAMME_MANAGER, OrgUnit.objects.get(level="commune")))


def name_of(by: User, uuid: str = GROUP) -> str:
    found = person(uuid)
    return read_people([found], found.properties.values(), by=by, at=AT).get(found.properties["ho_ten"], "")


def test_no_table_holds_the_name_and_the_register_names_its_things_itself(village: OrgUnit, officer: User) -> None:
    join(village)
    values = {"ho_ten": OTHER_NAME, "vai_tro": "thanh_vien", "stt": "2", "trang_thai": "dang_lam"}
    actions.enter_entity(LIST, village.pk, OTHER_NAME, values, DAY, by=officer, at=AT)

    stored = everything_stored()
    assert [name for name in (NAME, fold(NAME), OTHER_NAME, fold(OTHER_NAME)) if name in stored] == []
    assert sorted(EntityVersion.objects.values_list("label", flat=True)) == ["Thành viên 2", "Tổ trưởng 1"]


def test_devices_get_no_names_and_what_they_leave_blank_stays(village: OrgUnit, officer: User) -> None:
    join(village)
    change(village, ho_ten="", stt="3")

    lines = entity_csv(LIST, village.pk).decode().splitlines()
    assert lines == [
        "name,label,__version,vai_tro,stt,den,trang_thai",
        f"{GROUP},Tổ trưởng 3,2,to_truong,3,,dang_lam",
    ]
    assert name_of(officer) == NAME


def test_only_who_works_with_the_unit_reads_names_and_each_reading_is_noted(village: OrgUnit, officer: User) -> None:
    join(village)
    elsewhere = user("xa-khac", (Role.EDITOR, unit("Xã khác", "commune")))
    auditor = user("kiem-tra", (Role.AUDITOR, OrgUnit.objects.get(key=village.key)))

    assert (name_of(officer), name_of(elsewhere), name_of(auditor)) == (NAME, "", "")
    line = AuditLine.objects.get(action="person.read")
    assert (line.subject, line.actor_id) == (subject_of(person()), officer.pk)


def test_a_change_that_says_the_same_name_again_changes_nothing(village: OrgUnit) -> None:
    join(village)
    change(village, ho_ten=NAME)
    change(village, base=2, ho_ten=OTHER_NAME)

    values = [one.properties["ho_ten"] for one in person().versions.order_by("number")]
    assert all(map(is_sealed, values)) and values[0] == values[1] != values[2]
    assert PersonKey.objects.filter(subject=subject_of(person())).count() == 1


def test_an_officer_edits_a_name_and_cannot_blank_what_nobody_can_read(village: OrgUnit, officer: User) -> None:
    join(village)
    values = {**person().properties, "ho_ten": OTHER_NAME}
    actions.edit_entity(person().pk, "", values, DAY, number=1, by=officer, at=AT)
    assert name_of(officer) == OTHER_NAME
    PersonKey.objects.filter(subject=subject_of(person())).update(wrapped=b"made with another secret")

    actions.edit_entity(person().pk, "", {**values, "ho_ten": "", "stt": "9"}, DAY, number=2, by=officer, at=AT)

    assert is_sealed(person().properties["ho_ten"]) and person().label == "Tổ trưởng 9"


def test_a_sealed_text_of_somebody_else_is_no_name_here(village: OrgUnit, officer: User) -> None:
    join(village)
    join(village, OTHER, OTHER_NAME, stt="2")
    values = {**person().properties, "ho_ten": person(OTHER).properties["ho_ten"]}

    actions.edit_entity(person().pk, "", {**values, "stt": "4"}, DAY, number=1, by=officer, at=AT)

    assert person().properties["ho_ten"] == "" and name_of(officer) == ""


def test_a_duplicate_s_name_is_sealed_anew_and_forgotten_with_it(
    village: OrgUnit, officer: User, manager: User
) -> None:
    join(village, name="")
    join(village, OTHER, OTHER_NAME)
    actions.merge_entities(person().pk, person(OTHER).pk, numbers=(1, 1), by=officer, at=AT)
    assert name_of(officer) == OTHER_NAME

    erase_thing(person(), because="Theo đơn", by=manager, at=AT)

    assert (name_of(officer), PersonKey.objects.filter(destroyed_at=None).count()) == (erased(), 0)


def test_a_forgotten_person_stays_forgotten_whatever_arrives_later_and_still_counts(
    village: OrgUnit, officer: User, manager: User
) -> None:
    join(village)
    with pytest.raises(ErasingNotAllowed):
        erase_thing(person(), because="Theo đơn", by=officer, at=AT)
    assert len(list_subjects(person())) == 2

    erase_thing(person(), because="Theo đơn", by=manager, at=AT)
    change(village, ho_ten=NAME, stt="5")

    assert name_of(officer) == erased() and NAME not in everything_stored()
    assert (person().properties["stt"], person().ended_on, person().removed) == ("5", None, False)
    with pytest.raises(NothingToErase):
        # The late sending's own record still named them: it is forgotten now, and then nothing is left.
        erase_thing(person(), because="Theo đơn", by=manager, at=AT)
        erase_thing(person(), because="Theo đơn", by=manager, at=AT)


def test_keeping_runs_from_the_day_somebody_left(village: OrgUnit, manager: User) -> None:
    join(village)
    years = AT + timedelta(days=900)
    assert list_overdue_things(manager, years) == []

    change(village, trang_thai="thoi", day=date(2026, 3, 10))

    assert list_overdue_things(manager, AT) == []
    assert [(one.entity, one.since) for one in list_overdue_things(manager, years)] == [(person(), date(2028, 3, 10))]
    change(village, base=2, trang_thai="dang_lam", day=date(2026, 3, 12))
    assert list_overdue_things(manager, years) == []


def test_a_register_is_asked_as_it_is_known_now_and_as_it_was_known_then(village: OrgUnit, officer: User) -> None:
    join(village)
    change(village, stt="7", day=DAY, at=AT + timedelta(days=5))
    join(village, OTHER, OTHER_NAME, stt="2", day=DAY, at=AT + timedelta(days=5))
    register, scope = person().entity_list, scope_of(officer, AT.date())

    def labels(known: date | None) -> list[str]:
        return [row.label for row in find_on(register, scope, Filters(DAY, known=known))]

    assert labels(AT.date()) == ["Tổ trưởng 1"]
    assert labels(None) == labels(AT.date() + timedelta(days=5)) == ["Tổ trưởng 2", "Tổ trưởng 7"]
    assert labels(AT.date() - timedelta(days=1)) == []
