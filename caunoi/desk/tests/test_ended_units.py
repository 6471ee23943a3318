"""Who holds a role on a unit that has ended: what they are told, what they still see, and what they no longer do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from caunoi.accounts.models import Role, User
from caunoi.desk.context import list_groups
from caunoi.desk.ended_units import TOLD_FOR
from caunoi.desk.tests.builders import (
    MONTHLY,
    commune_officer,
    monthly_xml,
    page,
    publish,
    publish_monthly,
    signed_in,
    user,
    village_head,
)
from caunoi.desk.units import list_working_units
from caunoi.facts.tests.builders import store_places
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.moments import local_moment, today
from caunoi.places.rules.snapshot import ONE, Spell, Step, Unit, make_snapshot
from caunoi.records.actions import receive
from caunoi.records.incoming import Incoming

pytestmark = pytest.mark.django_db

PROVINCE, COMMUNE, GONE, MERGED, JOINED = 1, 2, 3, 4, 5
ENDED = "không có đơn vị kế tục"


def store_world(ended_on: date) -> None:
    """On that day Bản Qua's Thôn 1 was given up, and its Thôn 2 became part of Thôn Mới."""
    start = date(1900, 1, 1)
    rows: list[tuple[int, str, str, int | None, date, date | None]] = [
        (PROVINCE, "province", "Tỉnh Lào Cai", None, start, None),
        (COMMUNE, "commune", "Xã Bản Qua", PROVINCE, start, None),
        (GONE, "village", "Thôn 1", COMMUNE, start, ended_on),
        (MERGED, "village", "Thôn 2", COMMUNE, start, ended_on),
        (JOINED, "village", "Thôn Mới", COMMUNE, ended_on, None),
    ]
    store_places(
        make_snapshot(
            [Unit(id_, f"u{id_}", level, first, last) for id_, level, _name, _parent, first, last in rows],
            [Spell(id_, name, "", parent, first, last, name) for id_, _level, name, parent, first, last in rows],
            [Step(ended_on, MERGED, JOINED, ONE, ONE)],
        )
    )


@pytest.fixture
def lately() -> date:
    day = today() - timedelta(days=30)
    store_world(day)
    return day


def test_who_records_for_a_unit_without_successor_is_told_whom_to_ask(lately: date) -> None:
    publish_monthly()
    client = signed_in(village_head(GONE))

    for address in ("/", "/due/", "/account/"):
        said = page(client, address)
        assert f"“Thôn 1, Xã Bản Qua” đã kết thúc ngày {lately:%d/%m/%Y} và {ENDED}" in said
        assert "Hãy nhờ người quản trị giao vai trò ở đơn vị khác" in said
        assert "chưa được giao việc" not in said and "Chưa có đơn vị nào" not in said


def test_the_work_of_the_unit_above_is_none_of_theirs(lately: date) -> None:
    publish(MONTHLY, [AssignmentRow("commune", "month", approval_level="province", from_day=date(2026, 8, 1))])
    head = village_head(GONE)

    pages = [page(signed_in(head), address) for address in ("/", "/due/", "/offline/forms.json")]

    assert list_working_units(head, Role, today()) == []
    assert not any("bao_cao_thang" in said for said in pages)


def test_their_old_records_stay_readable(lately: date) -> None:
    publish_monthly(from_day=lately - timedelta(days=90))
    head = village_head(GONE)
    month = (lately - timedelta(days=40)).replace(day=1)
    at = local_moment(lately - timedelta(days=1))
    xml = monthly_xml(ky_bao_cao=f"{month:%Y-%m-%d}")
    sent = receive(Incoming("bao_cao_thang", GONE, at, xml=xml.encode(), entered_by=head), by=head.actor, at=at)

    assert "Thôn 1" in page(signed_in(head), f"/submissions/{sent.submission_id}/")


@pytest.mark.parametrize("role", list(Role))
def test_every_page_of_their_menu_opens_or_says_in_a_sentence_why_not(lately: date, role: Role) -> None:
    client = signed_in(user("cu", [(role, GONE)]))

    for group in list_groups({role}, whole_office=False):
        for link in group.links:
            answer = client.get(reverse(link.name))
            assert answer.status_code == 200 or 'id="refusal"' in answer.content.decode(), link.name


def test_who_worked_for_a_merged_unit_is_told_where_they_work_now_and_works_there(lately: date) -> None:
    publish_monthly()

    said = page(signed_in(village_head(MERGED)), "/")

    assert "“Thôn 2, Xã Bản Qua” đã kết thúc" in said and "nay là ở Thôn Mới, Xã Bản Qua" in said
    assert f"/fill/bao_cao_thang/u{JOINED}/" in said


def test_that_a_unit_was_merged_is_not_said_for_ever() -> None:
    store_world(today() - TOLD_FOR)
    client = signed_in(village_head(MERGED))

    assert 'id="ended-units"' not in page(client, "/")
    assert "nay là ở Thôn Mới" in page(client, "/account/")
    assert ENDED in page(signed_in(village_head(GONE, "cu")), "/")


def test_an_administrator_sees_which_roles_stand_on_units_that_have_ended(lately: date) -> None:
    head: User = village_head(GONE)
    administrator = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, PROVINCE)]))

    assert "đơn vị đã kết thúc" in page(administrator, f"/users/{head.pk}/")
    assert page(administrator, "/users/").count("đơn vị đã kết thúc") == 1


def test_nobody_else_is_told(lately: date) -> None:
    assert 'id="ended-units"' not in page(signed_in(commune_officer(COMMUNE)), "/")
