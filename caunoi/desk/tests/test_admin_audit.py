"""The audit page: found by person, deed and day; no line about what the auditor does not reach."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.audit.actions import write_line
from caunoi.audit.models import AuditLine
from caunoi.audit.rules import Actor
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user
from caunoi.moments import local_moment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world() -> None:
    store_world()
    for day, name, action, subject in (
        (1, "Chị Hoa", "submission.approve", "submission:1"),
        (2, "Anh Páo", "pack.load", "pack:thu"),
        (3, "Chị Hoa", "access.confirm", "org_unit:u2"),
        (4, "Chị Hoa", "access.confirm", "org_unit:u5"),
    ):
        write_line(action, subject, {"ghi": f"chi tiết {day}"}, by=Actor(name), at=local_moment(date(2026, 3, day)))


def test_an_auditor_at_the_top_filters_by_person_deed_and_day() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    everything = client.get("/audit/").content.decode()
    by_person = client.get("/audit/?actor=Páo").content.decode()
    by_deed = client.get("/audit/?action=submission.approve").content.decode()
    by_day = client.get("/audit/?first=03/03/2026&last=03/03/2026").content.decode()
    nothing = client.get("/audit/?first=01/01/2027").content.decode()

    assert all(f"chi tiết {day}" in everything for day in (1, 2, 3, 4))
    assert "chi tiết 2" in by_person and "chi tiết 1" not in by_person
    assert "chi tiết 1" in by_deed and "chi tiết 2" not in by_deed
    assert "chi tiết 3" in by_day and "chi tiết 4" not in by_day and "chi tiết 2" not in by_day
    assert "empty-state" in nothing


def test_an_auditor_of_a_commune_sees_lines_about_its_units_only() -> None:
    page = signed_in(user("kiem-tra", [(Role.AUDITOR, 2)])).get("/audit/").content.decode()

    assert "chi tiết 3" in page
    assert not any(f"chi tiết {day}" in page for day in (1, 2, 4))


def test_a_changed_line_is_found_by_the_check_of_the_chain() -> None:
    client = signed_in(user("kiem-tra", [(Role.AUDITOR, 1)]))

    whole = client.get("/audit/?verify=1").content.decode()
    AuditLine.objects.filter(number=2).update(detail={"ghi": "khác"})
    broken = client.get("/audit/?verify=1").content.decode()

    assert "nguyên vẹn" in whole
    assert "bị đứt ở dòng 2" in broken


def test_others_do_not_read_the_audit() -> None:
    assert signed_in(commune_officer()).get("/audit/").status_code == 403
