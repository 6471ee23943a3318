"""Users and roles by the page: what an administrator may give, and to whom they may not reach."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.published import list_open_to_all
from caunoi.audit.models import AuditLine
from caunoi.config.checks_accounts import check_published_accounts
from caunoi.desk.tests.builders import commune_officer, signed_in, store_world, user, village_head

pytestmark = pytest.mark.django_db

PROVINCE, COMMUNE, VILLAGE, OTHER_COMMUNE = 1, 2, 3, 5
NEW = {"username": "lan", "full_name": "Nguyễn Thị Lan", "language": "vi", "password": "mat-khau-dai-1"}


@pytest.fixture(autouse=True)
def world() -> None:
    store_world()


def administrator(unit: int = PROVINCE, name: str = "quan-tri") -> User:
    return user(name, [(Role.ADMINISTRATOR, unit)], "Quản trị")


def test_an_administrator_makes_a_user_and_gives_a_role_on_a_village() -> None:
    client = signed_in(administrator())

    made = client.post("/users/new/", NEW, follow=True)
    lan = User.objects.get(username="lan")
    given = client.post(
        f"/users/{lan.pk}/",
        {"what": "grant", "role": "recorder", "unit": "Thôn 1", "from_day": "01/02/2026", "to_day": ""},
        follow=True,
    )

    assert "Đã tạo tài khoản" in made.content.decode()
    assert "Đã giao vai trò" in given.content.decode()
    grant = lan.grants.get()
    assert (grant.org_unit_id, grant.role, grant.from_day) == (VILLAGE, "recorder", date(2026, 2, 1))
    assert lan.check_password(NEW["password"])


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"username": "quan-tri"}, "đã có người dùng"),
        ({"password": "123"}, "8"),
        ({"username": "hai chữ"}, "không có dấu cách"),
        ({"full_name": ""}, "field-error"),
    ],
)
def test_a_user_that_cannot_be_made_is_explained_and_typing_survives(wrong: dict[str, str], said: str) -> None:
    page = signed_in(administrator()).post("/users/new/", {**NEW, **wrong})

    assert page.status_code == 422
    assert said in page.content.decode()
    assert "lan" in page.content.decode() or "Nguyễn Thị Lan" in page.content.decode()
    assert not User.objects.filter(username="lan").exists()


@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"unit": "Thôn 9"}, "Không có đơn vị nào"),
        ({"to_day": "01/01/2026"}, "phải sau ngày bắt đầu"),
        ({"from_day": "hôm nay"}, "không phải là ngày có thật"),
    ],
)
def test_a_role_that_makes_no_sense_is_explained(wrong: dict[str, str], said: str) -> None:
    head = village_head()
    typed = {"what": "grant", "role": "viewer", "unit": "Xã Bản Qua", "from_day": "01/02/2026", "to_day": ""}

    page = signed_in(administrator()).post(f"/users/{head.pk}/", {**typed, **wrong})

    assert page.status_code == 422
    assert said.lower() in page.content.decode().lower()
    assert head.grants.count() == 1


def test_a_commune_administrator_gives_no_roles_elsewhere_and_takes_over_no_higher_account() -> None:
    client = signed_in(administrator(COMMUNE))
    head, boss = village_head(), user("tinh", [(Role.ADMINISTRATOR, PROVINCE), (Role.VIEWER, COMMUNE)])
    typed = {"what": "grant", "role": "administrator", "unit": "Tỉnh Lào Cai", "from_day": "01/02/2026", "to_day": ""}

    up = client.post(f"/users/{head.pk}/", typed)
    beside = client.post(f"/users/{head.pk}/", {**typed, "unit": "Xã Cốc San"})
    password = client.post(f"/users/{boss.pk}/", {"what": "password", "password": "chiem-tai-khoan-1"})
    about = client.post(f"/users/{boss.pk}/", {"what": "about", "full_name": "X", "language": "vi"})

    assert up.status_code == beside.status_code == 422
    assert "không quản trị được" in up.content.decode()
    assert password.status_code == about.status_code == 403
    assert User.objects.get(pk=boss.pk).check_password("mat-khau-thu")
    assert head.grants.count() == 1


def test_users_of_other_communes_are_neither_listed_nor_opened() -> None:
    client = signed_in(administrator(COMMUNE))
    stranger = commune_officer(OTHER_COMMUNE, "xa-khac")
    mine = village_head()

    listed = client.get("/users/").content.decode()

    assert "xa-khac" not in listed and mine.username in listed
    assert client.get(f"/users/{stranger.pk}/").status_code == 404
    assert client.get("/users/99999/").status_code == 404


def test_users_are_searched_without_accents() -> None:
    village_head()

    page = signed_in(administrator()).get("/users/?q=giang a pao").content.decode()

    assert "Giàng A Páo" in page and "quan-tri</td>" not in page


def test_a_role_is_ended_after_asking_once_more() -> None:
    head = village_head()
    client = signed_in(administrator())
    address = f"/users/{head.pk}/roles/{head.grants.get().pk}/end/"

    asked = client.get(address)
    assert RoleGrant.objects.get(user=head).to_day is None
    done = client.post(address, {"to_day": "01/03/2026"}, follow=True)

    assert "Kết thúc vai trò" in asked.content.decode()
    assert "Đã kết thúc" in done.content.decode()
    assert RoleGrant.objects.get(user=head).to_day == date(2026, 3, 1)


def test_a_password_is_set_anew_and_an_account_closed() -> None:
    head = village_head()
    client = signed_in(administrator())

    client.post(f"/users/{head.pk}/", {"what": "password", "password": "mat-khau-moi-9"})
    client.post(f"/users/{head.pk}/", {"what": "about", "full_name": "Giàng A Páo", "language": "vi"})

    head.refresh_from_db()
    assert head.check_password("mat-khau-moi-9")
    assert not head.is_active
    assert set(AuditLine.objects.values_list("action", flat=True)) == {"user.password", "user.update"}
    told = AuditLine.objects.get(action="user.update").detail["changes"]
    assert all(value == "" or str(value).startswith("#") for value in told.get("full_name", ["#"]))


def test_those_who_administer_nothing_are_refused() -> None:
    client = signed_in(commune_officer())

    assert client.get("/users/").status_code == 403
    assert client.get("/users/new/").status_code == 403


def test_who_reads_a_persons_phone_is_written_down_once_a_day() -> None:
    head = village_head()
    client = signed_in(administrator())

    for _ in range(3):
        client.get(f"/users/{head.pk}/")

    lines = AuditLine.objects.filter(action="user.read", subject=f"user:{head.pk}")
    assert [line.actor for line in lines] == ["Quản trị"]


def test_who_reads_the_list_of_people_is_written_down_in_one_line_that_names_them_by_number() -> None:
    head = village_head()
    boss = administrator()
    client = signed_in(boss)

    for _ in range(3):
        client.get("/users/")
    client.get("/users/", {"q": "giang"})
    client.get("/users/", {"q": "khong ai ca"})

    lines = AuditLine.objects.filter(action="user.read", subject="users").order_by("number")
    assert [line.detail for line in lines] == [{"people": sorted([head.pk, boss.pk])}, {"people": [head.pk]}]


def test_an_administrator_lets_a_locked_out_person_in_and_ends_sessions_and_second_factor() -> None:
    head = village_head()
    for _ in range(10):
        Client().post("/sign-in/", {"username": "thon", "password": "sai"})
    Authenticator.objects.create(user=head, type=Authenticator.Type.TOTP, data={"secret": "x"})
    theirs = Client()
    theirs.force_login(head)
    theirs.get("/account/")
    client = signed_in(administrator())
    assert "Mở khóa ngay" in client.get(f"/users/{head.pk}/").content.decode()

    for what in ("lift", "second-factor-off", "sessions-end"):
        client.post(f"/users/{head.pk}/", {"what": what})

    assert theirs.get("/account/").status_code == 302
    assert not Authenticator.objects.exists()
    assert Client().post("/sign-in/", {"username": "thon", "password": "mat-khau-thu"}).status_code == 302
    actions = AuditLine.objects.filter(subject=f"user:{head.pk}").values_list("action", flat=True)
    assert {"sign-in.pause", "sign-in.lift", "second-factor.remove", "session.end"} <= set(actions)


def test_nobody_helps_a_person_of_another_office_to_sign_in() -> None:
    above = user("tren", [(Role.VIEWER, PROVINCE), (Role.VIEWER, COMMUNE)])

    answer = signed_in(administrator(COMMUNE)).post(f"/users/{above.pk}/", {"what": "second-factor-off"})

    assert answer.status_code == 403


def test_the_demonstrations_accounts_are_nobodys_elsewhere(settings: Any, tmp_path: Path) -> None:
    client = signed_in(administrator())

    named = client.post("/users/new/", {**NEW, "username": "xa"})
    worded = client.post("/users/new/", {**NEW, "password": "xa-demo-2026"})
    left_over = user("thon")
    left_over.set_password("thon-demo-2026")
    left_over.save()
    opened = Client().post("/sign-in/", {"username": "thon", "password": "thon-demo-2026"})

    assert "tài khoản dùng thử" in named.content.decode() and "tài khoản dùng thử" in worded.content.decode()
    assert opened.status_code == 200 and "Tài khoản dùng thử" in opened.content.decode()
    assert list_open_to_all() == ["thon"]
    assert [found.id for found in check_published_accounts(databases=["default"])] == ["caunoi.W001"]
    settings.CAUNOI_HOME = tmp_path
    (tmp_path / "demo.json").write_text("{}")
    assert Client().post("/sign-in/", {"username": "thon", "password": "thon-demo-2026"}).status_code == 302
