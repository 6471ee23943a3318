"""How allauth signs people in here: no sign-up, our sentences, sealed secrets, and a line for whatever happens."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, perform_password_login
from allauth.account.models import Login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from caunoi import moments
from caunoi.accounts.errors import SecondFactorLost
from caunoi.accounts.lockout import find_pause, note_failure, note_success
from caunoi.accounts.models import User
from caunoi.accounts.sealing import sealer
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of

NOWHERE = "0.0.0.0"
MESSAGES = {
    "mfa/messages/totp_activated.txt": gettext_lazy("Đã bật mã xác nhận từ ứng dụng."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("Đã tắt mã xác nhận từ ứng dụng."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("Đã thêm khóa truy cập."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("Đã bỏ khóa truy cập."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "Đã tạo mã khôi phục mới. Hãy in ra hoặc chép lại và cất nơi an toàn."
    ),
}
WRONG_CODE = gettext_lazy("Mã không đúng. Mã đổi sau mỗi 30 giây; hãy nhập mã đang hiện.")
TOO_MANY = gettext_lazy("Đã nhập sai quá nhiều lần. Hãy đợi vài phút rồi thử lại.")


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": gettext_lazy("Mật khẩu không đúng. Chữ hoa và chữ thường khác nhau."),
        "incorrect_code": WRONG_CODE,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        # Our own middleware has looked through the proxies already.
        return request.META.get("REMOTE_ADDR") or NOWHERE

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Only what we have a sentence for: "you have signed in" is seen anyway."""
        sentence = message or str(MESSAGES.get(message_template or "", ""))
        if sentence:
            super().add_message(request, level, message=sentence)

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:
        """The person's own page and the audit show it; most accounts have no address."""

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Counted like signing in: a browser left open is no place to guess the password."""
        address, at = self.get_client_ip(context.request), moments.now()
        if find_pause(user.username, address, at) is not None:
            raise self.validation_error("too_many_login_attempts")
        right = bool(user.check_password(password))
        if right:
            note_success(username=user.username, address=address)
        else:
            note_failure(username=user.username, address=address, at=at)
        return right

    @transaction.atomic
    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        methods = [record.get("type") or record["method"] for record in get_authentication_records(request, user)]
        write_line("session.begin", f"user:{user.pk}", {"by": methods}, by=user.actor, at=moments.now())
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer


class MfaAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_delete_authenticator": gettext_lazy("Không tắt được lớp xác thực thứ hai."),
        "cannot_generate_recovery_codes": gettext_lazy("Hãy bật mã xác nhận hoặc thêm khóa truy cập trước."),
    }

    def encrypt(self, text: str) -> str:
        return sealer("second factor").encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return sealer("second factor").decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise SecondFactorLost from None

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)

    def build_totp_svg(self, url: str) -> str:
        made = BytesIO()
        segno.make(url, error="m").save(made, kind="svg", scale=5, xmldecl=False, svgns=True)
        return made.getvalue().decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Khóa %(number)d") % {"number": count + 1}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Cầu Nối"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": str(user)}


def begin_session(request: HttpRequest, user: User, *, next_address: str) -> HttpResponse:
    """After the right password: signed in, or asked for the second factor."""
    login = Login(user=user, redirect_url=next_address)
    answer: HttpResponse = perform_password_login(request, {"username": user.username}, login)
    return answer


def has_second_factor(user: User) -> bool:
    """Recovery codes alone are none: they only stand in for one."""
    others = Authenticator.objects.filter(user_id=user.pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return bool(others.exists())


@transaction.atomic
def remove_second_factor(*, user: User, by: Actor, at: datetime) -> bool:
    """By an administrator, for a person who lost phone and recovery codes: from now on the password alone, until the
    person turns it on again. False if there was none."""
    kinds = sorted(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    if not kinds:
        return False
    Authenticator.objects.filter(user_id=user.pk).delete()
    write_line("second-factor.remove", f"user:{user.pk}", {"kinds": kinds}, by=by, at=at)
    return True


@transaction.atomic
def note_added(*, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _write("second-factor.add", user, authenticator)


@transaction.atomic
def note_removed(*, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _write("second-factor.remove", user, authenticator)


@transaction.atomic
def note_renewed(*, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _write("second-factor.renew", user, authenticator)


@transaction.atomic
def note_used(*, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        fresh = Authenticator.objects.get(pk=authenticator.pk)  # the one at hand was read before the code was used
        left = len(fresh.wrap().get_unused_codes())
        write_line("second-factor.recover", f"user:{user.pk}", {"codes left": left}, by=user.actor, at=moments.now())


def note_renamed(authenticator: Authenticator, old: str) -> None:
    """Inside the transaction of the change. People name a key after themselves, so no name is told."""
    changes = changes_of({"name": old}, {"name": authenticator.wrap().name}, personal={"name"})
    user = User.objects.get(pk=authenticator.user_id)
    write_line("second-factor.rename", f"user:{user.pk}", {"changes": changes}, by=user.actor, at=moments.now())


def _write(action: str, user: User, authenticator: Authenticator) -> None:
    write_line(action, f"user:{user.pk}", {"kind": str(authenticator.type)}, by=user.actor, at=moments.now())
