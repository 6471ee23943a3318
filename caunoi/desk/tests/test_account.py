"""One's own account: password, second factor, sessions; and who has to wait after wrong passwords."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.test import Client

from caunoi import moments
from caunoi.accounts.lockout import ADDRESS, NAME, find_pause, lift_pause, note_failure
from caunoi.accounts.models import FailedSignIns, Role, User
from caunoi.audit.models import AuditLine
from caunoi.desk.tests.builders import JSON, TESTER, signed_in, store_world, user, village_head

pytestmark = pytest.mark.django_db
PASSWORD = "mat-khau-thu"
NEW = "mot-cau-mat-khau-moi"


@pytest.fixture(autouse=True)
def _world() -> Any:
    store_world()
    yield
    caches["shared"].clear()


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in/", {"username": name, "password": password}, **more)


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def give_totp(who: User) -> str:
    secret = str(generate_totp_secret())
    client = signed_in(who)  # the request whose adapter seals it
    client.get("/account/")
    TOTP.activate(who, secret)
    return secret


def actions_of(who: User) -> list[str]:
    return list(AuditLine.objects.filter(subject=f"user:{who.pk}").order_by("number").values_list("action", flat=True))


# Wrong passwords


def test_a_pause_is_in_the_audit_and_an_administrator_lifts_it() -> None:
    head = village_head()
    client = Client()
    for _ in range(10):
        sign_in(client, "thon", "sai")
    assert "sign-in.pause" in actions_of(head)

    lifted = lift_pause(user=head, by=TESTER, at=moments.now())

    assert lifted and "sign-in.lift" in actions_of(head)
    assert sign_in(client, "thon").status_code == 302


def test_the_password_of_a_name_may_be_tried_from_elsewhere_meanwhile() -> None:
    village_head()
    for _ in range(10):
        sign_in(Client(REMOTE_ADDR="203.0.113.1"), "thon", "sai")

    assert "Hãy đợi" in sign_in(Client(REMOTE_ADDR="203.0.113.1"), "thon").content.decode()
    assert sign_in(Client(REMOTE_ADDR="203.0.113.2"), "thon").status_code == 302


def test_one_name_guessed_from_many_machines_has_to_wait_everywhere() -> None:
    at = moments.now()
    for number in range(NAME.failures):
        note_failure(username="thon", address=f"203.0.113.{number}", at=at)

    assert find_pause("THON ", "198.51.100.1", at) == at + NAME.pause
    assert find_pause("xa", "203.0.113.1", at) is None


def test_many_names_guessed_from_one_machine_have_to_wait_there() -> None:
    at = moments.now()
    for number in range(ADDRESS.failures):
        note_failure(username=f"ten{number}", address="203.0.113.1", at=at)

    assert find_pause("ai-cung-vay", "203.0.113.1", at) == at + ADDRESS.pause
    assert find_pause("ai-cung-vay", "203.0.113.2", at) is None


def test_each_further_row_of_wrong_passwords_waits_twice_as_long_up_to_an_hour() -> None:
    at, pauses = moments.now(), []
    for _ in range(60):
        until = note_failure(username="thon", address="203.0.113.1", at=at)
        if until is not None:
            pauses.append(int((until - at).total_seconds() // 60))
            at = until

    assert pauses[:5] == [5, 10, 20, 40, 60] and max(pauses) == 60


def test_what_strangers_typed_is_forgotten_after_a_day() -> None:
    at = moments.now()
    note_failure(username="mat-khau-go-nham-o", address="203.0.113.1", at=at)

    note_failure(username="khac", address="203.0.113.2", at=at + timedelta(days=2))

    assert not FailedSignIns.objects.filter(username="mat-khau-go-nham-o").exists()


def test_a_name_nobody_has_is_not_written_into_the_audit() -> None:
    for _ in range(10):
        sign_in(Client(), "khong-co-ai", "sai")

    (line,) = AuditLine.objects.filter(action="sign-in.pause")
    assert line.subject == "sign-in" and "khong-co-ai" not in str(line.detail) + line.actor


# Sessions


def test_the_account_page_shows_where_one_is_signed_in_and_ends_a_session_elsewhere() -> None:
    head = village_head()
    phone, pc = Client(), Client()
    android = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    sign_in(phone, "thon", HTTP_USER_AGENT=android, REMOTE_ADDR="10.1.1.7")
    sign_in(pc, "thon")

    page = pc.get("/account/").content.decode()
    assert "Chrome trên Android" in page and "10.1.1.7" in page and "Giàng A Páo" in page
    session = UserSession.objects.get(ip="10.1.1.7")
    pc.post("/account/sessions/end/", {"session": session.pk})

    assert phone.get("/").status_code == 302
    assert phone.get("/session/", **JSON).status_code == 401
    assert pc.get("/").status_code == 200
    assert actions_of(head) == ["session.begin", "session.begin", "session.end"]


def test_nobody_ends_another_persons_session() -> None:
    village_head()
    other = user("khac")
    theirs, mine = Client(), Client()
    sign_in(theirs, "khac")
    sign_in(mine, "thon")

    mine.post("/account/sessions/end/", {"session": UserSession.objects.get(user=other).pk})

    assert theirs.get("/account/").status_code == 200


def test_signing_out_ends_the_session_and_says_so_in_the_audit() -> None:
    head = village_head()
    client = Client()
    sign_in(client, "thon")

    client.post("/sign-out/")

    assert not UserSession.objects.filter(user=head).exists()
    assert actions_of(head) == ["session.begin", "session.end"]


def test_a_new_password_needs_the_old_one_and_ends_all_other_sessions() -> None:
    head = village_head()
    here, there = Client(), Client()
    sign_in(here, "thon")
    sign_in(there, "thon")

    wrong = here.post("/account/password/", {"current": "sai", "password": NEW})
    assert wrong.status_code == 422 and "Mật khẩu không đúng" in wrong.content.decode()
    weak = here.post("/account/password/", {"current": PASSWORD, "password": "password"})
    assert weak.status_code == 422
    here.post("/account/password/", {"current": PASSWORD, "password": NEW})

    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert sign_in(Client(), "thon", NEW).status_code == 302
    assert "user.password" in actions_of(head)


# Second factor


def test_codes_are_turned_on_with_the_password_asked_again_and_recovery_codes_shown(
    django_capture_on_commit_callbacks: Any,
) -> None:
    head = village_head()
    client = Client()
    sign_in(client, "thon")
    asked = client.get("/account/codes/on/", follow=True)
    assert 'name="next" value="/account/codes/on/"' in asked.content.decode()
    again = {"password": PASSWORD, "next": "/account/codes/on/"}
    page = client.post("/account/again/", again, follow=True).content.decode()
    secret = page.split('id="secret">')[1].split("<")[0]

    wrong = client.post("/account/codes/on/", {"code": "000000"})
    assert "Mã không đúng" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/codes/on/", {"code": code_of(secret)}, follow=True)

    assert done.content.decode().count("<code>") == 10
    assert "second-factor.add" in actions_of(head)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_with_codes_on_the_password_alone_opens_nothing() -> None:
    head = village_head()
    secret = give_totp(head)
    client = Client()

    asked = sign_in(client, "thon")
    assert asked["Location"] == "/sign-in/second-factor/"
    assert client.get("/").status_code == 302
    assert "Xác nhận đăng nhập" in client.get("/sign-in/second-factor/").content.decode()
    assert "Mã không đúng" in client.post("/sign-in/second-factor/", {"code": "000000"}).content.decode()
    answer = client.post("/sign-in/second-factor/", {"code": code_of(secret)})

    assert answer.status_code == 302 and client.get("/").status_code == 200


def test_a_code_is_taken_once() -> None:
    secret = give_totp(village_head())
    code = code_of(secret)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client, "thon")

    assert first.post("/sign-in/second-factor/", {"code": code}).status_code == 302
    assert "Mã không đúng" in second.post("/sign-in/second-factor/", {"code": code}).content.decode()


def test_wrong_codes_are_counted_like_wrong_passwords() -> None:
    secret = give_totp(village_head())
    client = Client()
    sign_in(client, "thon")
    for _ in range(10):
        client.post("/sign-in/second-factor/", {"code": "000000"})

    page = client.post("/sign-in/second-factor/", {"code": code_of(secret)}).content.decode()

    assert "quá nhiều lần" in page
    assert "Hãy đợi" in sign_in(Client(), "thon").content.decode()


def test_a_recovery_code_stands_in_once_and_the_audit_tells_how_many_are_left() -> None:
    head = village_head()
    give_totp(head)
    code = RecoveryCodes.activate(head).get_unused_codes()[0]
    client = Client()
    sign_in(client, "thon")

    assert client.post("/sign-in/second-factor/", {"code": code}).status_code == 302

    line = AuditLine.objects.get(action="second-factor.recover")
    assert line.detail == {"codes left": 9}


def test_a_renamed_and_a_removed_passkey_and_codes_turned_off_are_told_to_the_audit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    head, client = village_head(), Client()
    sign_in(client, "thon")
    client.post("/account/again/", {"password": PASSWORD, "next": "/account/"})
    give_totp(head)
    kept = Authenticator.Type.WEBAUTHN
    passkey = Authenticator.objects.create(user=head, type=kept, data={"name": "Máy của Páo", "credential": {}})

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/account/passkeys/{passkey.pk}/", {"name": "Máy của Sùng"})
        client.post(f"/account/passkeys/{passkey.pk}/remove/")
        client.post("/account/recovery-codes/new/")
        client.post("/account/codes/off/")

    told = AuditLine.objects.filter(subject=f"user:{head.pk}", action__startswith="second-factor.").order_by("number")
    deeds = [one.action.partition(".")[2] for one in told]
    assert deeds[0] == "rename" and set(deeds[1:]) == {"remove", "renew"}
    assert told[0].detail["changes"]["name"][0].startswith("#") and "Máy của" not in str([one.detail for one in told])


def test_after_the_servers_key_changed_no_code_opens_and_the_sentence_says_why(settings: Any) -> None:
    give_totp(village_head())
    settings.SECRET_KEY = "khac"
    client = Client()
    sign_in(client, "thon")

    answer = client.post("/sign-in/second-factor/", {"code": "000000"})

    assert answer.status_code == 400 and "Khóa bí mật của máy chủ đã đổi" in answer.content.decode()


def test_where_a_role_needs_a_second_factor_its_holder_sees_only_the_own_account(settings: Any) -> None:
    settings.CAUNOI_SECOND_FACTOR_FOR = ["administrator"]
    admin, head = signed_in(user("quan-tri", [(Role.ADMINISTRATOR, 1)])), signed_in(village_head())

    assert head.get("/").status_code == 200
    assert admin.get("/users/")["Location"] == "/account/"
    assert "cần lớp xác thực thứ hai" in admin.get("/account/").content.decode()
    assert admin.get("/session/", **JSON).status_code == 200
    give_totp(User.objects.get(username="quan-tri"))
    assert admin.get("/users/").status_code == 200


def test_no_page_makes_an_account_by_itself() -> None:
    for address in ("/accounts/signup/", "/signup/", "/sign-up/", "/account/signup/"):
        assert Client().get(address).status_code in (302, 404)
    assert not User.objects.exists()
