"""A person who moves to another office: what they did stays theirs, what they may see ends with the old role."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from caunoi.accounts.actions import end_role, grant_role
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.models import AuditLine
from caunoi.desk.person_file import read_person
from caunoi.desk.tests.builders import TESTER, monthly_xml, page, publish_monthly, signed_in, store_world, user
from caunoi.desk.tests.builders import village_head as head_of
from caunoi.moments import local_moment, now, today
from caunoi.records.actions import approve, receive
from caunoi.records.incoming import Incoming
from caunoi.records.models import Submission

pytestmark = pytest.mark.django_db
SENT = local_moment(date(2026, 9, 2))
OLD, OLD_VILLAGE, NEW, NEW_VILLAGE = 2, 3, 5, 6


def send(by: User, unit: int) -> Submission:
    incoming = Incoming("bao_cao_thang", unit, SENT, xml=monthly_xml(f"uuid:{unit}").encode(), entered_by=by)
    return Submission.objects.get(pk=receive(incoming, by=by.actor, at=SENT).submission_id)


@pytest.fixture
def records() -> tuple[Submission, Submission]:
    """Of the old office and of the new one."""
    store_world()
    publish_monthly()
    return send(head_of(OLD_VILLAGE), OLD_VILLAGE), send(head_of(NEW_VILLAGE, "thon3"), NEW_VILLAGE)


@pytest.fixture
def moved(records: tuple[Submission, Submission]) -> User:
    """Decided on a record of the old office, and works in the new one from today on."""
    officer = user("hoa", [(Role.APPROVER, OLD)], "Nguyễn Thị Hoa")
    approve(records[0].pk, by=officer, at=now())
    end_role(grant=RoleGrant.objects.get(user=officer), to_day=today(), by=TESTER, at=now())
    grant_role(user=officer, role=Role.APPROVER, org_unit_id=NEW, from_day=today(), by=TESTER, at=now())
    return officer


def test_what_they_did_in_the_old_office_keeps_their_name(records: tuple[Submission, Submission], moved: User) -> None:
    colleague = signed_in(user("dong-nghiep", [(Role.APPROVER, OLD)]))
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)]))

    assert "Nguyễn Thị Hoa" in page(colleague, f"/submissions/{records[0].pk}/")
    assert "Xã Bản Qua" in page(administrator, f"/users/{moved.pk}/")
    own = page(signed_in(moved), "/account/")
    assert "Xã Cốc San" in own and "Xã Bản Qua" in own.partition("former-roles")[2]
    assert [one["unit"] for one in read_person(moved)["roles"]] == ["u2", "u5"]
    done = set(AuditLine.objects.filter(subject=f"user:{moved.pk}").values_list("action", flat=True))
    assert {"role.end", "role.grant"} <= done
    assert AuditLine.objects.filter(actor_id=moved.pk, action="submission.approve").exists()


def test_the_old_office_closes_on_the_day_and_the_new_one_opens(
    records: tuple[Submission, Submission], moved: User
) -> None:
    client = signed_in(moved)
    old, new = records

    page(client, f"/submissions/{old.pk}/", 404)
    page(client, f"/submissions/{new.pk}/")
    inbox = page(client, "/inbox/")
    assert "Thôn 3" in inbox and "Thôn 1" not in inbox
    assert "Xã Bản Qua" not in page(client, "/search/", q="ban qua")
    grant = RoleGrant.objects.get(user=moved, org_unit_id=OLD)
    assert grant.to_day == today() and grant.from_day < today() - timedelta(days=1)
