"""What devices get: each unit's own things, and a hash that changes with them."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.forms.actions import set_assignments
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.entities import actions
from caunoi.records.entities.queries import deleted_of, entity_csv, entity_list_hash
from caunoi.records.entities.tests import builders as given
from caunoi.records.entities.tests.builders import AT, GROUP, OTHER, create, group, update
from caunoi.records.models import EntityList
from caunoi.records.tests.builders import BY, merge, unit, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def village() -> OrgUnit:
    commune = unit("Xã Bản Qua", "commune")
    given.register()
    given.publish()
    return unit("Thôn 1", "village", commune)


def test_a_village_is_offered_what_only_its_commune_registers(village: OrgUnit) -> None:
    commune = OrgUnit.objects.get(level="commune")
    create(unit("Thôn 2", "village", commune), "Của thôn khác", OTHER)
    set_assignments("ghi_doi", [AssignmentRow("commune", "event")], by=BY, at=AT)
    create(commune, "Đường liên thôn")

    offered = entity_csv("doi", village.pk).decode()

    assert "Đường liên thôn" in offered and "Của thôn khác" not in offered
    assert deleted_of("doi", [GROUP, OTHER], village.pk) == {GROUP: False, OTHER: True}


def test_each_unit_gets_its_own_rows_and_the_unit_above_all_of_them(village: OrgUnit) -> None:
    commune = OrgUnit.objects.get(level="commune")
    other = unit("Thôn 2", "village", commune)
    create(village, "Đội “một”, hai")
    create(other, "Đội ba", OTHER)

    header = "name,label,__version,ten,so_nguoi,trang_thai\n"
    first = f'{GROUP},"Đội “một”, hai",1,"Đội “một”, hai",8,hoat_dong\n'
    second = f"{OTHER},Đội ba,1,Đội ba,8,hoat_dong\n"
    assert entity_csv("doi", village.pk).decode() == header + first
    assert entity_csv("doi", other.pk).decode() == header + second
    assert entity_csv("doi", commune.pk).decode() == header + second + first
    assert entity_csv("khong-co", village.pk).decode() == "name,label,__version\n"


def test_the_hash_changes_with_every_change_and_with_nothing_else(village: OrgUnit) -> None:
    officer = user("xa", (Role.APPROVER, OrgUnit.objects.get(level="commune")))
    seen = [entity_list_hash("doi", village.pk)]

    def look() -> None:
        seen.append(entity_list_hash("doi", village.pk))

    create(village)
    look()
    update(village, 1, so_nguoi="9")
    look()
    actions.remove_entity(group().pk, "", number=2, by=officer, at=AT)
    look()
    actions.restore_entity(group().pk, number=3, by=officer, at=AT)
    look()
    EntityList.objects.update(properties=["ten", "so_nguoi"])
    look()
    update(village, 4, trang_thai="ngung")
    look()

    assert seen[0] != seen[1] and len(set(seen[1:3])) == 2 and seen[3] not in seen[1:3]
    assert seen[4] not in seen[:4] and seen[5] != seen[4] and seen[6] != seen[5]
    assert entity_list_hash("doi", village.pk) == seen[-1]


def test_devices_learn_which_things_are_gone(village: OrgUnit) -> None:
    other = unit("Thôn 2", "village", OrgUnit.objects.get(level="commune"))
    create(village)
    create(other, "Đội ba", OTHER)
    unsent = "33333333-3333-4333-8333-333333333333"

    assert deleted_of("doi", [GROUP, OTHER, unsent, "x"], village.pk) == {GROUP: False, OTHER: True}
    update(village, 1, trang_thai="ngung")

    assert deleted_of("doi", [GROUP], village.pk) == {GROUP: True}


def test_things_of_merged_villages_pass_to_the_new_one(village: OrgUnit) -> None:
    commune = OrgUnit.objects.get(level="commune")
    create(village)
    new = unit("Thôn Mới", "village", commune, from_=date(2026, 4, 1))
    OrgUnit.objects.filter(pk=village.pk).update(ends_on=date(2026, 4, 1))
    merge(date(2026, 4, 1), [village], new)

    assert GROUP in entity_csv("doi", new.pk, date(2026, 4, 2)).decode()
    update(new, 1, so_nguoi="12", day=date(2026, 4, 2), at=given.later(30))

    assert group().properties["so_nguoi"] == "12"
