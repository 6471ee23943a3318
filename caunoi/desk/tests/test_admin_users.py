"""Users and roles by the page: what an administrator may give, and to whom they may not reach."""

from __future__ import annotations

from datetime import date

import pytest

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.audit.models import AuditLine
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


def test_those_who_administer_nothing_are_refused() -> None:
    client = signed_in(commune_officer())

    assert client.get("/users/").status_code == 403
    assert client.get("/users/new/").status_code == 403
