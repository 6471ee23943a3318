"""Signing in and out, and what is shown when something is not there or went wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.lockout import find_pause, note_failure, note_success
from caunoi.accounts.models import User
from caunoi.accounts.outside import is_offered
from caunoi.accounts.published import is_demo_home, is_published_password
from caunoi.accounts.sessions import sign_out_noted
from caunoi.accounts.signing_in import begin_session
from caunoi.accounts.signing_in_outside import is_by_outside
from caunoi.audit.origin import current_address
from caunoi.desk.middleware import wants_json


@dataclass(frozen=True)
class DemoAccount:
    username: str
    password: str
    role: str
    place: str


class SignInForm(AuthenticationForm):
    """Refuses for a while after too many failures, without asking the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Tên đăng nhập")
        self.fields["password"].label = _("Mật khẩu")
        self.error_messages = {
            **self.error_messages,
            "invalid_login": _("Tên đăng nhập hoặc mật khẩu không đúng. Chữ hoa và chữ thường khác nhau."),
            "inactive": _("Tài khoản này đã khóa. Hãy liên hệ người quản trị của đơn vị."),
        }

    def clean(self) -> dict[str, Any]:
        name, address, at = str(self.cleaned_data.get("username", "")), current_address(), moments.now()
        if is_published_password(str(self.cleaned_data.get("password", ""))) and not is_demo_home():
            raise ValidationError(
                _("Tài khoản dùng thử không đăng nhập được ở hệ thống thật. Hãy nhờ người quản trị đặt mật khẩu mới."),
                code="published",
            )
        self._check_pause(find_pause(name, address, at), at)
        try:
            cleaned = super().clean()
        except ValidationError as error:
            if error.code == "invalid_login":
                self._check_pause(note_failure(username=name, address=address, at=at), at)
            raise
        note_success(username=name, address=address)
        return cleaned

    def _check_pause(self, until: datetime | None, at: datetime) -> None:
        if until is not None:
            raise ValidationError(
                _("Đã nhập sai quá nhiều lần. Hãy đợi %(minutes)d phút rồi thử lại, hoặc nhờ người quản trị mở khóa.")
                % {"minutes": ceil((until - at).total_seconds() / 60)},
                code="paused",
            )


class SignIn(LoginView):
    template_name = "desk/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return begin_session(self.request, form.get_user(), next_address=self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            accounts=read_demo_accounts(),
            passkeys=may_use_passkeys(self.request),
            office=settings.CAUNOI_OIDC_NAME if is_offered() else "",
        )


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    by_outside = is_by_outside(request)
    if isinstance(request.user, User):
        sign_out_noted(user=request.user, session_key=request.session.session_key, at=moments.now())
    logout(request)
    if by_outside:
        said = _("Đã đăng xuất ở đây. Trên máy dùng chung, hãy đăng xuất cả ở %(name)s.")
        messages.success(request, said % {"name": settings.CAUNOI_OIDC_NAME})
    return redirect(settings.LOGOUT_REDIRECT_URL)


def may_use_passkeys(request: HttpRequest) -> bool:
    """Browsers bind passkeys to a name, and offer them over HTTPS or on the machine itself only."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    return host == "localhost" or (request.is_secure() and not host.replace(".", "").isdigit() and ":" not in host)


def read_demo_accounts() -> list[DemoAccount]:
    """The accounts the demonstration made, from `CAUNOI_HOME/demo.json`; none in earnest."""
    try:
        content = json.loads((settings.CAUNOI_HOME / "demo.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return [
        DemoAccount(one["username"], one["password"], one.get("role", ""), one.get("place", ""))
        for one in content.get("accounts", [])
    ]


@never_cache
@require_safe
def session(request: HttpRequest) -> HttpResponse:
    """A fresh token for a page that has been open for hours, and whose session it is: on a shared PC another person may
    have signed in meanwhile. Signed out: 401 with the address to sign in at."""
    return JsonResponse({"ok": True, "csrf": get_token(request), "user": request.user.pk})


def signed_in(request: HttpRequest) -> HttpResponse:
    """Where a page in another tab leads after signing in: it can be closed."""
    return render(request, "desk/signed_in.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _("Trang này đã mở quá lâu hoặc trình duyệt chặn cookie. Hãy quay lại, tải lại trang rồi làm lại.")
    if wants_json(request):
        # Not {"ok": false}: the script then fetches a fresh token and sends the same once more.
        return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")
    return render(request, "desk/error.html", {"title": _("Chưa làm được"), "sentence": sentence}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = _("Không có trang này, hoặc tài khoản của bạn không xem được nó.")
    if wants_json(request):
        return JsonResponse({"ok": False, "code": "not-found", "message": sentence}, status=404)
    return render(request, "desk/error.html", {"title": _("Không tìm thấy"), "sentence": sentence}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without the frame and without the database: whatever failed may fail again."""
    return HttpResponse(render_to_string("desk/server_error.html"), status=500)
