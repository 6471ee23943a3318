"""A person's own account: who they are here, their password, second factor and sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.actions import set_password
from caunoi.accounts.inputs import OwnPasswordForm
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.outside import find_outside_account, is_offered
from caunoi.accounts.queries import list_grants
from caunoi.accounts.scope import ONE_DAY
from caunoi.accounts.sessions import end_session, end_sessions, list_sessions
from caunoi.desk.ended_units import EndedUnit, find_ended
from caunoi.desk.typed_numbers import read_number
from caunoi.desk.views.shell import may_use_passkeys
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal


@dataclass(frozen=True)
class OwnRole:
    role: str
    unit: str
    from_day: date
    to_day: date | None
    ended: EndedUnit | None


@dataclass(frozen=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class SecondFactor:
    codes: bool
    passkeys: tuple[Passkey, ...]
    recovery_left: int | None

    @property
    def is_on(self) -> bool:
        return self.codes or bool(self.passkeys)


@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    me, today, places = cast(User, request.user), moments.today(), get_snapshot()
    grants = list_grants(me, today)
    ended = find_ended(grants, today)

    def describe(grant: RoleGrant, on: date) -> OwnRole:
        where = places.path_name(grant.org_unit_id, on)
        return OwnRole(
            str(Role(grant.role).label), where, grant.from_day, grant.to_day, ended.get(grant.org_unit_id)
        )  # fmt: skip

    over = RoleGrant.objects.filter(user=me, to_day__lte=today).order_by("-to_day", "-pk")
    sessions = list_sessions(me, request.session.session_key)
    context = {
        "roles": [describe(grant, today) for grant in grants],
        # Under the names of the last day: who moved offices still sees where they worked.
        "former": [describe(grant, grant.to_day - ONE_DAY) for grant in over if grant.to_day is not None],
        "sessions": sessions,
        "others": len([one for one in sessions if not one.is_this]),
        "second_factor": _read_second_factor(me),
        "may_use_passkeys": may_use_passkeys(request),
        "office": settings.CAUNOI_OIDC_NAME,
        "outside": find_outside_account(me) if is_offered() else None,
    }
    return render(request, "desk/account/account.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    me = cast(User, request.user)
    form = OwnPasswordForm(me, request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = moments.now()
        try:
            set_password(user=me, password=form.cleaned_data["password"], by=me.actor, at=at)
        except Refusal as refusal:
            form.add_error("password", refusal.sentence)
        else:
            # All other sessions end by themselves: what they were signed with is no longer the password.
            update_session_auth_hash(request, User.objects.get(pk=me.pk))
            end_sessions(user=me, except_key=request.session.session_key, by=me.actor, at=at)
            messages.success(request, _("Đã đổi mật khẩu. Các thiết bị khác phải đăng nhập lại."))
            return redirect("account")
    return render(request, "desk/account/password.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """One (`session`), or all others."""
    me, at = cast(User, request.user), moments.now()
    chosen = read_number(request.POST.get("session"))
    if chosen is not None:
        ended = int(end_session(user=me, session_id=chosen, by=me.actor, at=at))
    else:
        ended = end_sessions(user=me, except_key=request.session.session_key, by=me.actor, at=at)
    said = ngettext("Đã kết thúc %(count)d phiên đăng nhập.", "Đã kết thúc %(count)d phiên đăng nhập.", ended)
    messages.success(request, said % {"count": ended})
    return redirect("account")


def _read_second_factor(user: User) -> SecondFactor:
    codes, passkeys, left = False, [], None
    for one in Authenticator.objects.filter(user=user).order_by("pk"):
        if one.type == Authenticator.Type.TOTP:
            codes = True
        elif one.type == Authenticator.Type.WEBAUTHN:
            passkeys.append(Passkey(one.pk, one.wrap().name, one.created_at, one.last_used_at))
        else:
            left = len(one.wrap().get_unused_codes())
    return SecondFactor(codes, tuple(passkeys), left)
