"""Users and their roles: given, ended, confirmed, each with its audit line; and the filter on submissions."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from caunoi.accounts.actions import (
    confirm_predecessor_access,
    create_user,
    end_role,
    grant_role,
    set_password,
    update_user,
)
from caunoi.accounts.errors import AccessInvalid, GrantInvalid, UserInvalid, UserNameTaken
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import can, find_users, holds_anywhere, roles_on, scope_of, units_with_role
from caunoi.accounts.scope import EVERYTHING, Scope, Window
from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.forms.models import Form
from caunoi.moments import VIETNAM
from caunoi.periods.rules import Days
from caunoi.places.actions import load_changes, load_successions, load_units
from caunoi.places.models import OrgUnit, Succession
from caunoi.places.tests.csv_files import CHANGES, SUCCESSIONS, UNITS, write
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db

BY = Actor("Quản trị")
AT = datetime(2026, 1, 5, 12, tzinfo=VIETNAM)
TODAY = date(2026, 1, 5)
REFORM = date(2025, 7, 1)


@pytest.fixture(autouse=True)
def places(tmp_path: Path) -> None:
    load_units(write(tmp_path, "units.csv", UNITS), by=BY, at=AT)
    load_changes(write(tmp_path, "changes.csv", CHANGES), by=BY, at=AT)
    load_successions(write(tmp_path, "successions.csv", SUCCESSIONS), by=BY, at=AT)


def unit(key: str) -> int:
    return OrgUnit.objects.get(key=key).pk


def user(name: str = "lan", role: Role | None = None, key: str = "", from_: date = date(2020, 1, 1)) -> User:
    made = create_user(username=name, full_name="Nguyễn Thị Lan", password="mat-khau-dai-1", by=BY, at=AT)
    if role is not None:
        grant_role(user=made, role=role, org_unit_id=unit(key), from_day=from_, by=BY, at=AT)
    return made


def test_a_role_reaches_the_subtree_and_nothing_beside_it() -> None:
    lan = user(role=Role.APPROVER, key="united")

    assert roles_on(lan, unit("e1"), TODAY) == {Role.APPROVER}
    assert can(lan, Role.APPROVER, unit("united"), TODAY)
    assert not can(lan, Role.ADMINISTRATOR, unit("united"), TODAY)
    assert roles_on(lan, unit("north"), TODAY) == frozenset()
    assert roles_on(lan, unit("p"), TODAY) == frozenset()


def test_a_role_holds_only_on_its_days() -> None:
    lan = user()
    grant = grant_role(
        user=lan, role=Role.VIEWER, org_unit_id=unit("p"), from_day=date(2025, 1, 1), to_day=TODAY, by=BY, at=AT
    )

    assert scope_of(lan, date(2025, 12, 31)).sees_unit(unit("e1"))
    assert scope_of(lan, TODAY).windows == {}
    assert scope_of(lan, date(2024, 12, 31)).windows == {}
    assert grant.to_day == TODAY


def test_nobody_signed_in_and_the_deactivated_see_nothing() -> None:
    lan = user(role=Role.VIEWER, key="p")
    update_user(user=lan, full_name="Lan", language="vi", is_active=False, by=BY, at=AT)
    lan.refresh_from_db()

    assert scope_of(AnonymousUser(), TODAY).windows == {}
    assert scope_of(lan, TODAY).windows == {}
    assert roles_on(lan, unit("p"), TODAY) == frozenset()


def test_after_the_merger_the_old_commune_s_officer_decides_in_the_new_one() -> None:
    lan = user(role=Role.APPROVER, key="east")

    assert can(lan, Role.APPROVER, unit("w1"), TODAY)
    assert not scope_of(lan, TODAY).sees(unit("w1"), Days(date(2025, 6, 1), date(2025, 6, 30)))
    assert scope_of(lan, TODAY).sees(unit("e1"), Days(date(2025, 6, 1), date(2025, 6, 30)))


def test_older_records_of_the_merged_communes_open_with_a_confirmation() -> None:
    lan = user(role=Role.VIEWER, key="united")
    june = Days(date(2025, 6, 1), date(2025, 6, 30))
    before = scope_of(lan, TODAY)

    merger = Succession.objects.get(kind="merge")
    confirm_predecessor_access(succession_id=merger.pk, org_unit_id=unit("united"), by=BY, at=AT)
    confirm_predecessor_access(succession_id=merger.pk, org_unit_id=unit("united"), by=BY, at=AT)

    assert not before.sees(unit("w1"), june)
    assert scope_of(lan, TODAY).sees(unit("w1"), june)
    assert scope_of(lan, TODAY).sees(unit("west"), june)
    assert not scope_of(lan, TODAY).sees_unit(unit("n1"))
    assert AuditLine.objects.filter(action="access.confirm").count() == 1


def test_access_is_not_confirmed_for_a_unit_that_did_not_come_from_the_merger() -> None:
    merger = Succession.objects.get(kind="merge")

    with pytest.raises(AccessInvalid):
        confirm_predecessor_access(succession_id=merger.pk, org_unit_id=unit("north"), by=BY, at=AT)


def test_submissions_are_filtered_by_unit_and_by_day() -> None:
    form = Form.objects.create(code="phieu")
    rows = {
        (key, day): Submission.objects.create(
            form=form, org_unit_id=unit(key), day_from=day, day_to=day, named_from=day, named_to=day,
            state="submitted", created_at=AT, first_received_at=AT,
        ).pk
        for key in ("e1", "w1", "n1")
        for day in (date(2025, 6, 30), REFORM)
    }  # fmt: skip
    lan = user(role=Role.VIEWER, key="east")

    seen = set(scope_of(lan, TODAY).filter_submissions(Submission.objects.all()).values_list("pk", flat=True))

    assert seen == {rows["e1", date(2025, 6, 30)], rows["e1", REFORM], rows["w1", REFORM]}
    assert EVERYTHING.filter_submissions(Submission.objects.all()).count() == 6
    assert Scope(False, {}).filter_submissions(Submission.objects.all()).count() == 0
    many = Scope(False, {key: (Window(REFORM, None),) for key in range(1, 60_000)})
    assert many.filter_submissions(Submission.objects.all()).count() == 3


def test_units_with_a_role_are_those_of_that_day() -> None:
    lan = user(role=Role.RECORDER, key="east")

    assert units_with_role(lan, Role.RECORDER, TODAY) == {unit(key) for key in ("united", "e1", "e2", "w1")}
    assert units_with_role(lan, Role.APPROVER, TODAY) == frozenset()
    assert holds_anywhere(lan, Role.RECORDER, TODAY)


def test_user_names_are_taken_once_and_passwords_are_long_enough() -> None:
    user("lan")

    with pytest.raises(UserNameTaken):
        user("Lan")
    with pytest.raises(UserInvalid):
        create_user(username="minh", full_name="Minh", password="123", by=BY, at=AT)
    with pytest.raises(UserInvalid):
        create_user(username="hai chữ", full_name="Minh", password="mat-khau-dai-1", by=BY, at=AT)


def test_a_role_is_not_given_twice_for_the_same_days() -> None:
    lan = user(role=Role.VIEWER, key="p")

    again = grant_role(user=lan, role=Role.VIEWER, org_unit_id=unit("p"), from_day=date(2020, 1, 1), by=BY, at=AT)
    with pytest.raises(GrantInvalid):
        grant_role(user=lan, role=Role.VIEWER, org_unit_id=unit("p"), from_day=REFORM, by=BY, at=AT)
    with pytest.raises(GrantInvalid):
        grant_role(user=lan, role=Role.EDITOR, org_unit_id=unit("p"), from_day=REFORM, to_day=REFORM, by=BY, at=AT)

    assert RoleGrant.objects.get() == again
    assert AuditLine.objects.filter(action="role.grant").count() == 1


def test_ending_a_role_leaves_its_days_and_removing_an_unbegun_one_leaves_none() -> None:
    lan = user(role=Role.VIEWER, key="p")
    later = grant_role(user=lan, role=Role.EDITOR, org_unit_id=unit("p"), from_day=date(2027, 1, 1), by=BY, at=AT)

    end_role(grant=lan.grants.get(role=Role.VIEWER), to_day=TODAY, by=BY, at=AT)
    end_role(grant=later, to_day=TODAY, by=BY, at=AT)

    assert list(lan.grants.values_list("role", "to_day")) == [("viewer", TODAY)]
    assert list(AuditLine.objects.filter(action__startswith="role.").values_list("action", flat=True)) == [
        "role.grant", "role.grant", "role.end", "role.remove",
    ]  # fmt: skip


def test_no_password_and_no_personal_name_stands_in_the_audit_lines() -> None:
    lan = user()
    set_password(user=lan, password="mat-khau-khac-2", by=BY, at=AT)
    update_user(user=lan, full_name="Trần Thị Lan", language="vi", is_active=True, by=BY, at=AT)

    lines = " ".join(str(line.detail) for line in AuditLine.objects.all())
    assert "mat-khau" not in lines and "Trần" not in lines
    assert lan.check_password("mat-khau-khac-2") or User.objects.get(pk=lan.pk).check_password("mat-khau-khac-2")


def test_users_are_found_without_accents() -> None:
    user("lan")

    assert [found.username for found in find_users("thi lan")] == ["lan"]
    assert list(find_users("minh")) == []
