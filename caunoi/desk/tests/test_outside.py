"""Signing in by another office's account, against a real provider on this machine (see provider.py)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from django.test import Client

from caunoi import moments
from caunoi.accounts.inviting import invite
from caunoi.accounts.models import OutsideAccount, Role, RoleGrant, User
from caunoi.accounts.outside import link_outside
from caunoi.audit.models import AuditLine
from caunoi.config.checks import check_settings
from caunoi.desk.tests import provider
from caunoi.desk.tests.builders import TESTER, signed_in, store_world, user, village_head
from caunoi.desk.tests.test_account import code_of, give_totp

pytestmark = pytest.mark.django_db
BACK = "/sign-in/office/back/"
COMMUNE, VILLAGE = 2, 3


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    outside = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, str(Path(provider.__file__)), f"http://127.0.0.1:8000{BACK}"]
    with subprocess.Popen(command, env=outside, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.terminate()


@pytest.fixture
def office(issuer: str, settings: Any) -> str:
    settings.CAUNOI_OIDC_ISSUER = issuer
    settings.CAUNOI_OIDC_CLIENT_ID = provider.CLIENT_ID
    settings.CAUNOI_OIDC_SECRET = provider.SECRET
    settings.CAUNOI_OIDC_NAME = "Sở Nội vụ"
    return issuer


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


def go_there(client: Client, name: str, **more: str) -> dict[str, str]:
    """From our button through the provider's own pages; what the provider sends the browser back with."""
    leaving = client.post("/sign-in/office/", more)
    with requests.Session() as browser:
        page = browser.get(leaving["Location"], timeout=10)
        fields = {"login": name, "password": provider.PASSWORD, "next": parse_qs(urlsplit(page.url).query)["next"][0]}
        fields["csrfmiddlewaretoken"] = browser.cookies.get("csrftoken") or ""
        answer = browser.post(page.url, fields, timeout=10, allow_redirects=False)
        answer = browser.get(urljoin(page.url, answer.headers["Location"]), timeout=10,
                             allow_redirects=False)  # fmt: skip
    assert urlsplit(answer.headers["Location"]).path == BACK, answer.text
    return {key: values[0] for key, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def sign_in(client: Client, name: str, **more: str) -> Any:
    return client.get(BACK, go_there(client, name, **more))


def link(who: User, entered: str) -> None:
    link_outside(user=who, entered=entered, by=TESTER, at=moments.now())


def said(answer: Any) -> str:
    assert answer.status_code == 302 and answer["Location"] == "/sign-in/"
    return str(answer.client.get("/sign-in/").content.decode())


def is_signed_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_without_the_settings_there_is_no_button_and_no_address() -> None:
    assert "outside-sign-in" not in Client().get("/sign-in/").content.decode()
    assert Client().post("/sign-in/office/").status_code == 404
    assert Client().get(BACK).status_code == 404


def test_who_is_linked_by_address_signs_in_and_is_known_by_subject_from_then_on(office: str) -> None:
    head, client = village_head(), Client()
    link(head, "MAY@so.example")

    answer = sign_in(client, "may", next="/account/password/")

    assert answer["Location"] == "/account/password/" and is_signed_in(client)
    bound = OutsideAccount.objects.get(user=head)
    assert bound.subject and bound.used_at
    lines = AuditLine.objects.filter(subject=f"user:{head.pk}").order_by("number")
    assert [line.action for line in lines] == ["outside.link", "outside.bind", "session.begin"]
    assert lines[2].detail == {"by": ["socialaccount"]}
    assert "may@so.example" not in str([line.detail for line in lines])
    OutsideAccount.objects.update(email="")  # the address given to somebody else
    assert sign_in(Client(), "may")["Location"] == "/"


def test_an_address_the_provider_has_not_verified_opens_nothing(office: str) -> None:
    link(village_head(), "pao@so.example")
    client = Client()

    assert sign_in(client, "pao")["Location"] == "/sign-in/office/unlinked/"
    assert not is_signed_in(client)


def test_nobody_gets_an_account_by_coming_from_there_but_learns_what_to_do(office: str) -> None:
    client, before = Client(), User.objects.count()

    answer = sign_in(client, "may")

    page = client.get(answer["Location"]).content.decode()
    assert "may@so.example" in page and "Bạn có mã mời" in page
    assert User.objects.count() == before and not is_signed_in(client)


def test_an_invitation_is_taken_without_a_password_once(office: str) -> None:
    hoa, client = user("quan-tri", [(Role.ADMINISTRATOR, COMMUNE)]), Client()
    _made, code = invite(
        full_name="Lù Thị Mẩy",
        email="",
        role=Role.RECORDER,
        org_unit_id=VILLAGE,
        from_day=date(2026, 2, 1),
        to_day=None,
        by=hoa,
        at=moments.now(),
    )
    sign_in(client, "may")
    page = client.get("/invitation/", {"code": code}).content.decode()
    assert "Sở Nội vụ" in page and 'name="password"' not in page

    client.post("/invitation/", {"code": code, "username": "may.lu"})

    made = User.objects.get(username="may.lu")
    assert is_signed_in(client) and not made.has_usable_password()
    assert RoleGrant.objects.get(user=made).org_unit_id == VILLAGE
    own = client.get("/account/").content.decode()
    assert "may@so.example" in own and "Đổi mật khẩu" not in own
    again = Client()
    assert sign_in(again, "may")["Location"] == "/" and is_signed_in(again)
    other = Client()
    sign_in(other, "hoa")
    assert "đã được nhận rồi" in other.get("/invitation/", {"code": code}).content.decode()


def test_whose_account_it_would_be_is_said_and_somebody_else_takes_the_invitation_with_a_password(office: str) -> None:
    hoa, client = user("quan-tri", [(Role.ADMINISTRATOR, COMMUNE)]), Client()
    _made, code = invite(
        full_name="Giàng A Dê", email="", role=Role.RECORDER, org_unit_id=VILLAGE, from_day=date(2026, 2, 1),
        to_day=None, by=hoa, at=moments.now(),
    )  # fmt: skip
    sign_in(client, "may")
    assert "may@so.example" in client.get("/invitation/", {"code": code}).content.decode()

    page = client.post("/invitation/", {"code": code, "username": "", "somebody_else": "1"}).content.decode()

    assert "may@so.example" not in page and 'name="password"' in page
    assert 'name="password"' in client.get("/invitation/", {"code": code}).content.decode()


def test_the_second_factor_of_here_is_asked_too(office: str) -> None:
    head, client = village_head(), Client()
    secret = give_totp(head)
    link(head, "may@so.example")

    assert sign_in(client, "may")["Location"].startswith("/sign-in/second-factor/")
    assert not is_signed_in(client)
    client.post("/sign-in/second-factor/", {"code": code_of(secret)})
    assert is_signed_in(client)


def test_a_locked_account_stays_locked(office: str) -> None:
    head, client = village_head(), Client()
    link(head, "may@so.example")
    User.objects.update(is_active=False)

    assert "đã khóa" in said(sign_in(client, "may"))
    assert not is_signed_in(client)


def test_an_answer_without_its_beginning_in_this_browser_is_refused(office: str) -> None:
    link(village_head(), "may@so.example")
    answer = go_there(Client(), "may")

    assert "trình duyệt khác" in said(Client().get(BACK, answer))
    assert "trình duyệt khác" in said(Client().get(BACK))


def test_an_answer_slipped_into_another_sign_in_is_refused(office: str) -> None:
    link(village_head(), "may@so.example")
    answer, victim = go_there(Client(), "may"), Client()
    begun = parse_qs(urlsplit(victim.post("/sign-in/office/")["Location"]).query)

    assert "không hợp lệ" in said(victim.get(BACK, {**answer, "state": begun["state"][0]}))
    assert not is_signed_in(victim)


def test_saying_no_over_there_is_told(office: str) -> None:
    client = Client()
    begun = parse_qs(urlsplit(client.post("/sign-in/office/")["Location"]).query)

    assert "từ chối" in said(client.get(BACK, {"error": "access_denied", "state": begun["state"][0]}))


def test_a_provider_that_is_down_or_calls_itself_otherwise_is_told(office: str, settings: Any) -> None:
    settings.CAUNOI_OIDC_ISSUER = office.replace("http:", "HTTP:")
    assert "không hợp lệ" in said(Client().post("/sign-in/office/"))

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.CAUNOI_OIDC_ISSUER = f"http://127.0.0.1:{probe.getsockname()[1]}"
    assert "Sở Nội vụ hiện không trả lời" in said(Client().post("/sign-in/office/"))


def test_a_wrong_secret_is_told(office: str, settings: Any) -> None:
    link(village_head(), "may@so.example")
    settings.CAUNOI_OIDC_SECRET = "sai"

    assert "không hợp lệ" in said(sign_in(Client(), "may"))


def test_signing_out_says_that_the_session_over_there_is_another(office: str) -> None:
    client = Client()
    link(village_head(), "may@so.example")
    sign_in(client, "may")

    assert "đăng xuất cả ở Sở Nội vụ" in said(client.post("/sign-out/"))


def test_nobody_is_sent_elsewhere_after_signing_in(office: str) -> None:
    link(village_head(), "may@so.example")

    assert sign_in(Client(), "may", next="https://noi-khac.example/")["Location"] == "/"


def test_an_administrator_links_and_unlinks_whom_they_may_manage(office: str) -> None:
    admin, head = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, COMMUNE)])), village_head()
    page = f"/users/{head.pk}/"
    assert "Sở Nội vụ" in admin.get(page).content.decode()

    linked = admin.post(f"{page}outside/", {"account": "may@so.example"}, follow=True)

    assert "Đã nối với may@so.example" in linked.content.decode()
    assert "Nối tài khoản" in admin.post(f"{page}outside/", {"what": "unlink"}, follow=True).content.decode()
    assert not OutsideAccount.objects.exists()
    stranger = signed_in(user("noi-khac", [(Role.ADMINISTRATOR, 5)]))
    assert stranger.post(f"{page}outside/", {"account": "hoa@so.example"}).status_code == 404
    assert not OutsideAccount.objects.exists()


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ({}, []),
        ({"CAUNOI_OIDC_ISSUER": "https://so.example", "CAUNOI_OIDC_CLIENT_ID": "a", "CAUNOI_OIDC_SECRET": "b"}, []),
        ({"CAUNOI_OIDC_ISSUER": "https://so.example"}, ["caunoi.E031"]),
        ({"CAUNOI_OIDC_ISSUER": "http://so.example", "CAUNOI_OIDC_SECRET": "b"}, ["caunoi.E031", "caunoi.E032"]),
        (
            {"CAUNOI_OIDC_ISSUER": "so.example:x", "CAUNOI_OIDC_CLIENT_ID": "a", "CAUNOI_OIDC_SECRET": "b"},
            ["caunoi.E032"],
        ),
    ],
)
def test_settings_that_are_half_given_or_unsafe_are_named_with_their_remedy(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], ids: list[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    found = check_settings()

    assert [one.id for one in found] == ids and all(one.hint for one in found)


@pytest.mark.parametrize("entered", ["", "may@", "   ", "x" * 192, "hoa@so.example"])
def test_what_cannot_be_linked_is_refused_in_a_sentence(office: str, entered: str) -> None:
    admin, head = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, COMMUNE)])), village_head()
    link(user("hoa"), "hoa@so.example")

    answer = admin.post(f"/users/{head.pk}/outside/", {"account": entered}, follow=True)

    assert 'class="error"' in answer.content.decode()
    assert not OutsideAccount.objects.filter(user=head).exists()
