"""Inviting by letter or on paper; real letters, to a mail server on this machine that takes some and refuses others."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from caunoi import moments
from caunoi.accounts.inviting import accept_with_new_account, get_invitation, invite
from caunoi.accounts.models import Invitation, Role, User
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import signed_in, store_world, user, village_head
from caunoi.desk.tests.postman import listening, text_of
from caunoi.refusals import NotAllowed, Refusal

pytestmark = pytest.mark.django_db
COMMUNE, VILLAGE = 2, 3
ASKED = {
    "full_name": "Lù Thị Mẩy", "email": "may@thon.example", "role": "recorder", "unit": "Thôn 1",
    "from_day": "01/02/2026", "to_day": "",
}  # fmt: skip
ACCOUNT = {"username": "may.lu", "password": "mat-khau-dai-1"}


class Postman:
    """Takes letters, except to addresses in `unknown`."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []
        self.unknown: set[str] = set()

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.letters.append((envelope.rcpt_tos[0], text_of(email.message_from_bytes(envelope.content))))
        return "250 OK"


@pytest.fixture
def postman(settings: Any) -> Iterator[Postman]:
    taken = Postman()
    with listening(taken) as port:
        settings.CAUNOI_EMAIL_URL = f"smtp://127.0.0.1:{port}"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        yield taken


@pytest.fixture(autouse=True)
def _world() -> None:
    store_world()


@pytest.fixture
def admin() -> Client:
    return signed_in(user("quan-tri", [(Role.ADMINISTRATOR, COMMUNE)], "Chị Hoa"))


def code_in(text: str) -> str:
    return text.split("?code=")[1][:16]


def test_an_invited_person_opens_the_letter_makes_an_account_and_has_the_role(postman: Postman, admin: Client) -> None:
    said = admin.post("/users/invitations/new/", ASKED, follow=True).content.decode()
    assert "Đã gửi thư mời" in said and "đang chờ" in said
    ((to, letter),) = postman.letters
    assert to == "may@thon.example" and "Thôn 1" in letter and "Chị Hoa" in letter

    newcomer = Client()
    page = newcomer.get("/invitation/", {"code": code_in(letter)}).content.decode()
    assert "Lù Thị Mẩy" in page and "Thôn 1" in page
    answer = newcomer.post("/invitation/", {"code": code_in(letter), **ACCOUNT})

    assert answer.status_code == 302 and newcomer.get("/").status_code == 200
    made = User.objects.get(username="may.lu")
    grant = made.grants.get()
    assert (grant.role, grant.org_unit_id, grant.from_day) == ("recorder", VILLAGE, date(2026, 2, 1))
    assert EmailAddress.objects.get(user=made).verified and made.email == "may@thon.example"
    assert "đã nhận" in admin.get("/users/invitations/").content.decode()
    assert AuditLine.objects.filter(action="role.grant", actor="Chị Hoa").exists()


def test_an_address_that_bounces_is_said_and_the_letter_goes_again_or_on_paper(postman: Postman, admin: Client) -> None:
    postman.unknown.add("may@thon.example")
    refused = admin.post("/users/invitations/new/", ASKED, follow=True).content.decode()
    assert "chưa gửi được" in refused and "550" in refused and "no such user" in refused
    invitation = Invitation.objects.get()
    first = invitation.code_sha256

    postman.unknown.clear()
    again = admin.post(f"/users/invitations/{invitation.pk}/", {"what": "send"}, follow=True).content.decode()
    paper = admin.post(f"/users/invitations/{invitation.pk}/", {"what": "print"}).content.decode()

    assert "Đã gửi thư mời" in again and "550" not in again
    printed = paper.split('id="code">')[1][:19]
    assert get_invitation(printed.lower(), moments.now()).pk == invitation.pk
    invitation.refresh_from_db()
    assert invitation.code_sha256 != first
    # The letter's code ended when the paper was printed.
    assert Client().get("/invitation/", {"code": code_in(postman.letters[0][1])}).status_code == 422


def test_a_mail_server_that_is_not_there_is_said(settings: Any, postman: Postman, admin: Client) -> None:
    settings.EMAIL_PORT = 1

    said = admin.post("/users/invitations/new/", ASKED, follow=True).content.decode()

    assert "Không nối được tới máy chủ thư: bên kia không nhận kết nối." in said
    assert Invitation.objects.count() == 1


def test_without_a_mail_server_the_code_is_printed_and_no_address_is_proven(admin: Client) -> None:
    paper = admin.post("/users/invitations/new/", ASKED).content.decode()
    code = paper.split('id="code">')[1][:19]

    Client().post("/invitation/", {"code": code, **ACCOUNT})

    made = User.objects.get(username="may.lu")
    assert made.grants.count() == 1 and not EmailAddress.objects.exists()
    assert code.replace("-", "") not in str(list(Invitation.objects.values())) + str(list(AuditLine.objects.values()))


def test_a_person_who_has_an_account_takes_the_role_with_it(admin: Client) -> None:
    paper = admin.post("/users/invitations/new/", {**ASKED, "unit": "Thôn 2"}).content.decode()
    code = paper.split('id="code">')[1][:19]
    head = village_head()

    signed_in(head).post("/invitation/", {"code": code, "accept": "1"})

    assert set(head.grants.values_list("org_unit_id", flat=True)) == {VILLAGE, 4}
    assert User.objects.filter(username__startswith="may").count() == 0


def give(admin_name: str = "quan-tri", **more: Any) -> tuple[Invitation, str]:
    asked: dict[str, Any] = {
        "full_name": "Mẩy", "email": "", "role": Role.RECORDER, "org_unit_id": VILLAGE,
        "from_day": date(2026, 2, 1), "to_day": None, "at": moments.now(),
    }  # fmt: skip
    return invite(**{**asked, **more}, by=User.objects.get(username=admin_name))


@pytest.mark.usefixtures("admin")
def test_a_code_is_taken_once() -> None:
    _made, code = give()
    accept_with_new_account(code=code, **ACCOUNT, language="vi", at=moments.now())

    with pytest.raises(Refusal, match="đã được nhận"):
        accept_with_new_account(code=code, username="khac", password="mat-khau-dai-1", language="vi", at=moments.now())


def test_a_revoked_or_expired_invitation_opens_nothing_and_says_why(admin: Client) -> None:
    revoked, code = give()
    admin.post(f"/users/invitations/{revoked.pk}/", {"what": "revoke"})
    old, old_code = give()
    Invitation.objects.filter(pk=old.pk).update(expires_at=moments.now() - timedelta(days=1))

    assert "rút lại" in Client().get("/invitation/", {"code": code}).content.decode()
    assert "hết hiệu lực" in Client().get("/invitation/", {"code": old_code}).content.decode()
    assert "Không có lời mời" in Client().get("/invitation/", {"code": "ABCD"}).content.decode()


@pytest.mark.usefixtures("admin")
def test_nobody_invites_to_a_unit_they_do_not_administer() -> None:
    with pytest.raises(NotAllowed):
        give(org_unit_id=5)


def test_another_offices_invitations_are_not_seen(admin: Client) -> None:
    made, _code = give()
    other = signed_in(user("khac", [(Role.ADMINISTRATOR, 5)]))

    assert "Mẩy" not in other.get("/users/invitations/").content.decode()
    assert other.post(f"/users/invitations/{made.pk}/", {"what": "revoke"}).status_code == 404
    assert signed_in(village_head()).get("/users/invitations/").status_code == 403


@pytest.mark.usefixtures("admin")
def test_a_weak_password_or_a_taken_name_leaves_the_invitation_open() -> None:
    _made, code = give()
    village_head()

    taken = Client().post("/invitation/", {"code": code, "username": "thon", "password": "mat-khau-dai-1"})
    weak = Client().post("/invitation/", {"code": code, "username": "may", "password": "123"})

    assert "đã có người dùng" in taken.content.decode() and weak.status_code == 422
    assert get_invitation(code, moments.now()).accepted_at is None


def test_an_unknown_unit_is_refused_on_the_form_with_typing_kept(admin: Client) -> None:
    refused = admin.post("/users/invitations/new/", {**ASKED, "unit": "không có thôn này"})

    assert refused.status_code == 422 and "Lù Thị Mẩy" in refused.content.decode()
    assert not Invitation.objects.exists()
