"""Signing in by another office's account: there, back again, and what to do when nobody here is linked with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from caunoi import moments
from caunoi.accounts.inputs import InvitationCodeForm
from caunoi.accounts.outside import is_offered, link_outside, unlink_outside
from caunoi.accounts.permissions import may_manage_user
from caunoi.accounts.signing_in_outside import begin_outside, come_back, read_waiting
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.views.admin_users import get_administrator, get_user_in_reach
from caunoi.refusals import Refusal


def _or_sign_in(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A refusal is told on the page where one signs in."""

    @wraps(view)
    def seen(request: HttpRequest) -> HttpResponse:
        _check_offered()
        try:
            return view(request)
        except Refusal as refusal:
            messages.error(request, refusal.sentence)
            return redirect("sign-in")

    return seen


@login_not_required
@never_cache
@require_POST
@_or_sign_in
def begin(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return begin_outside(request, next_address=wanted if allowed else settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@require_safe
@_or_sign_in
def back(request: HttpRequest) -> HttpResponse:
    return come_back(request)


@login_not_required
@never_cache
@require_safe
def unlinked(request: HttpRequest) -> HttpResponse:
    _check_offered()
    waiting = read_waiting(request)
    if waiting is None:
        return redirect("sign-in")
    context = {
        "office": settings.CAUNOI_OIDC_NAME,
        "to_tell": waiting.email or waiting.subject,
        "asking": InvitationCodeForm(),
    }
    return render(request, "desk/account/outside_unlinked.html", context)


@require_POST
def link(request: HttpRequest, user_id: int) -> HttpResponse:
    """An administrator's entry, or its removal."""
    _check_offered()
    me = get_administrator(request)
    other = get_user_in_reach(user_id, me, moments.today())
    if not may_manage_user(me, other, moments.today()):
        raise CannotAdminister(str(other))
    named = {"name": other, "office": settings.CAUNOI_OIDC_NAME}
    if request.POST.get("what") == "unlink":
        unlink_outside(user=other, by=me.actor, at=moments.now())
        messages.success(request, _("%(name)s không còn đăng nhập được qua %(office)s.") % named)
        return redirect("user", user_id=other.pk)
    try:
        link_outside(user=other, entered=request.POST.get("account", ""), by=me.actor, at=moments.now())
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Từ nay %(name)s đăng nhập được qua %(office)s.") % named)
    return redirect("user", user_id=other.pk)


def _check_offered() -> None:
    if not is_offered():
        raise PageUnknown
