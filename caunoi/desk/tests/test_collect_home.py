from __future__ import annotations

import re
from datetime import date

import pytest

from caunoi.accounts.models import Role
from caunoi.desk import work
from caunoi.desk.collecting import DueCard, rank_all, rank_now
from caunoi.desk.tests.builders import (
    commune_officer,
    monthly_xml,
    publish_event,
    publish_monthly,
    signed_in,
    store_world,
    user,
    village_head,
)
from caunoi.moments import local_moment
from caunoi.records.actions import receive, return_
from caunoi.records.incoming import Incoming

pytestmark = pytest.mark.django_db

SENT = local_moment(date(2026, 9, 2))


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def test_the_village_sees_what_is_due_and_what_it_may_record() -> None:
    publish_monthly()
    publish_event()

    client = signed_in(village_head())

    page = client.get("/").content.decode()

    assert 'href="/fill/bao_cao_thang/u3/20' in page and "Quá hạn" in page
    assert 'href="/fill/hoat_dong/u3/event/"' in page
    assert 'href="/fill/bao_cao_thang/u3/2026-08/"' in client.get("/due/").content.decode()


def test_what_is_long_overdue_does_not_hide_what_is_asked_for_now() -> None:
    def card(badge: str, due_on: date) -> DueCard:
        return DueCard("", "Báo cáo", "", "", due_on, badge)

    cards = [
        card("late", date(2026, 1, 19)), card("late", date(2026, 10, 19)), card("due", date(2026, 11, 25)),
        card("due", date(2026, 11, 19)), card("open", date(2026, 12, 19)),
    ]  # fmt: skip

    assert [f"{one.due_on:%m/%d}" for one in sorted(cards, key=rank_now)] == [
        "11/19",
        "11/25",
        "10/19",
        "01/19",
        "12/19",
    ]


def test_the_whole_list_begins_with_what_came_back_and_ends_with_what_is_late_for_over_a_month() -> None:
    def card(badge: str, due_on: date, *, is_old: bool = False) -> DueCard:
        return DueCard("", "Báo cáo", "", "", due_on, badge, is_old=is_old)

    cards = [
        card("late", date(2026, 1, 19), is_old=True), card("late", date(2026, 5, 19), is_old=True),
        card("late", date(2026, 11, 19)), card("open", date(2026, 12, 19)), card("due", date(2026, 11, 25)),
        card("returned", date(2026, 10, 19)),
    ]  # fmt: skip

    assert [f"{one.badge} {one.due_on:%m}" for one in sorted(cards, key=rank_all)] == [
        "returned 10",
        "due 11",
        "late 11",
        "open 12",
        "late 05",
        "late 01",
    ]


def test_this_months_report_stands_above_those_late_for_over_a_month() -> None:
    publish_monthly()

    page = signed_in(village_head()).get("/due/").content.decode()

    now, old = page.split("Quá hạn hơn một tháng")
    asked, late = (re.findall(r"/fill/bao_cao_thang/u3/([0-9-]+)/", part) for part in (now, old))
    assert 1 <= len(asked) <= 3
    assert min(asked) > max(late)
    assert late == sorted(late, reverse=True)


def test_what_was_sent_is_no_longer_due_and_shows_as_sent() -> None:
    publish_monthly()
    head = village_head()
    receive(Incoming("bao_cao_thang", 3, SENT, xml=monthly_xml().encode(), entered_by=head), by=head.actor, at=SENT)

    page = signed_in(head).get("/").content.decode()

    assert 'href="/fill/bao_cao_thang/u3/2026-08/"' not in page
    assert page.index('id="recent"') < page.index("Chờ duyệt")


def test_what_came_back_stands_first_with_the_comment() -> None:
    publish_monthly()
    head = village_head()
    received = receive(
        Incoming("bao_cao_thang", 3, SENT, xml=monthly_xml().encode(), entered_by=head), by=head.actor, at=SENT
    )
    return_(received.submission_id, by=commune_officer(), at=SENT, comment="Thiếu số cuộc họp.")

    for address in ("/", "/due/"):
        page = signed_in(head).get(address).content.decode()
        assert page.index("Thiếu số cuộc họp.") < page.index("/fill/bao_cao_thang/u3/20")
        assert f'href="/submissions/{received.submission_id}/correct/"' in page


def test_the_officer_sees_how_much_waits_and_is_missing() -> None:
    publish_monthly()
    head = village_head()
    receive(Incoming("bao_cao_thang", 3, SENT, xml=monthly_xml().encode(), entered_by=head), by=head.actor, at=SENT)

    page = signed_in(commune_officer()).get("/").content.decode()

    assert 'href="/inbox/?tab=waiting"' in page and 'href="/inbox/?tab=missing"' in page


def test_of_a_whole_country_the_piles_are_counted_up_to_a_limit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    publish_monthly()
    for unit, instance in ((3, "uuid:1"), (4, "uuid:2"), (6, "uuid:3")):
        sent = Incoming("bao_cao_thang", unit, SENT, xml=monthly_xml(instance).encode())
        receive(sent, by=village_head(unit, f"thon-{unit}").actor, at=SENT)
    client = signed_in(user("nuoc", [(Role.APPROVER, 1)]))
    everything = client.get("/").content.decode()
    assert '<span class="figure">3</span>' in everything

    monkeypatch.setattr(work, "WIDE", 1)
    assert '<span class="figure">3</span>' in client.get("/").content.decode()
    monkeypatch.setattr(work, "MOST_COUNTED", 2)
    page = client.get("/").content.decode()

    assert page.count('<span class="figure">2+</span>') == 2, "of what waits, and of what is missing"
    assert 'href="/coverage/"' in page


def test_the_officer_may_list_the_villages_work_too() -> None:
    publish_monthly()
    client = signed_in(commune_officer())

    assert "/fill/bao_cao_thang/u4/" not in client.get("/due/").content.decode()
    assert (
        "/fill/bao_cao_thang/u4/"
        in client.get("/due/?below=1&page=2").content.decode() + client.get("/due/?below=1").content.decode()
    )


def test_who_works_for_two_villages_chooses_between_them() -> None:
    publish_monthly()
    client = signed_in(user("hai", [(Role.RECORDER, 3), (Role.RECORDER, 4)]))
    assert "/fill/bao_cao_thang/u3/" in client.get("/").content.decode()

    chosen = client.get("/?unit=u4").content.decode()
    later = client.get("/due/").content.decode()

    assert "/fill/bao_cao_thang/u4/" in chosen and "/fill/bao_cao_thang/u3/" not in chosen
    assert "/fill/bao_cao_thang/u4/" in later


def test_a_foreign_unit_in_the_address_is_not_chosen() -> None:
    publish_monthly()

    page = signed_in(village_head()).get("/?unit=u6").content.decode()

    assert "/fill/bao_cao_thang/u3/" in page and "/u6/" not in page


def test_an_account_without_roles_is_told_whom_to_ask() -> None:
    assert "Người quản trị" in signed_in(user("moi")).get("/").content.decode()


def test_the_auditor_is_led_to_the_trail() -> None:
    page = signed_in(user("kiemtra", [(Role.AUDITOR, 1)])).get("/").content.decode()

    assert "Cần ghi bây giờ" not in page
    assert "Xem và tổng hợp" in page
