"""Whom an organiser finds and asks to judge."""

from __future__ import annotations

import pytest
from django.test import Client

from caunoi.accounts.models import Role, RoleGrant
from caunoi.audit.models import AuditLine
from caunoi.contests.actions import open_contest
from caunoi.contests.candidates import MOST
from caunoi.contests.models import Contest
from caunoi.contests.tests.builders import PLANNED_AT, Places, enter, make_world, plan
from caunoi.desk.tests.builders import page, signed_in
from caunoi.records.tests.builders import unit, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> Places:
    return make_world()


@pytest.fixture
def contest(places: Places) -> Contest:
    return open_contest(plan(places).pk, by=places.officer, at=PLANNED_AT)


@pytest.fixture
def office(places: Places) -> Client:
    return signed_in(places.officer)


def address_of(contest: Contest) -> str:
    return f"/contests/{contest.pk}/judges/"


def test_a_judge_is_found_by_a_name_without_accents_and_asked(contest: Contest, office: Client, places: Places) -> None:
    assert address_of(contest) in page(office, f"/contests/{contest.pk}/")

    found = page(office, f"{address_of(contest)}?q=giang+a")
    office.post(address_of(contest), {"username": places.leader.username})

    assert "Giàng A Lãnh" in found and "Xã Bát Xát" in found and "Lò Thị Khách" not in found
    assert contest.judges.get().user == places.leader
    again = page(office, f"{address_of(contest)}?q=giang+a")
    assert "Đã là giám khảo vòng này" in again
    assert AuditLine.objects.filter(action="user.read", subject="users").exists()


def test_who_has_another_role_in_the_contest_is_found_with_the_reason_and_refused(
    contest: Contest, office: Client, places: Places
) -> None:
    enter(contest, places.head, places.village, "một")
    entrants = page(office, f"{address_of(contest)}?q=truong+thon")
    organisers = page(office, f"{address_of(contest)}?q=can+bo+xa")

    refused = office.post(address_of(contest), {"username": places.officer.username})

    assert "đã nộp bài vào hội thi này" in entrants and "là người tổ chức" in organisers
    for shown in (entrants, organisers):
        assert 'name="username"' not in shown
    assert refused.status_code == 422 and "là người tổ chức" in refused.content.decode()
    assert not contest.judges.exists()


def test_a_namesake_is_asked_about_and_can_be_confirmed(contest: Contest, office: Client, places: Places) -> None:
    enter(contest, places.officer, places.village, "một", name="Giàng A Lãnh")
    judge = {"username": places.leader.username}

    asked = office.post(address_of(contest), judge)
    office.post(address_of(contest), {**judge, "confirmed": "on"})

    assert asked.status_code == 422 and 'name="confirmed"' in asked.content.decode()
    assert contest.judges.get().user == places.leader


def test_who_works_elsewhere_is_found_by_the_whole_sign_in_name_only(
    contest: Contest, office: Client, places: Places
) -> None:
    far = unit("Tỉnh Tuyên Quang", "province", code="08")
    user("lan.tq", (Role.VIEWER, far))
    user("co.giao")

    shown = [page(office, f"{address_of(contest)}?q={text}") for text in ("lan.t", "giao", "lan.tq", "co.giao", "")]

    assert ['name="username"' in one for one in shown] == [False, False, True, True, False]
    assert "Không thấy ai" in shown[0]
    unknown = office.post(address_of(contest), {"username": "khong-co"})
    assert unknown.status_code == 422 and "Không có tài khoản" in unknown.content.decode()


def test_who_left_is_not_found(contest: Contest, office: Client, places: Places) -> None:
    places.leader.is_active = False
    places.leader.save()
    RoleGrant.objects.filter(user=places.guest).update(to_day="2020-02-01")

    assert "Không thấy ai" in page(office, f"{address_of(contest)}?q=giang")
    assert "Không thấy ai" in page(office, f"{address_of(contest)}?q=lo+thi")


def test_of_many_of_one_name_the_page_shows_the_first_and_says_that_there_are_others(
    contest: Contest, office: Client, places: Places
) -> None:
    for number in range(MOST + 1):
        user(f"hoa{number}", (Role.VIEWER, places.other))

    shown = page(office, f"{address_of(contest)}?q=hoa")

    assert shown.count('name="username"') == MOST and "Còn người khác nữa" in shown


def test_only_who_organises_looks_for_judges_and_only_before_the_ranking(
    contest: Contest, office: Client, places: Places
) -> None:
    page(signed_in(places.head), address_of(contest), 403)
    Contest.objects.filter(pk=contest.pk).update(state="ranked")

    assert office.get(address_of(contest)).status_code == 400
