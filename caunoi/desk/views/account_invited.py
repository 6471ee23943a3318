"""Taking an invitation, with a new account or the one a person has."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from caunoi import moments
from caunoi.accounts.inputs import InvitationCodeForm, NewAccountForm, OutsideNewAccountForm
from caunoi.accounts.inviting import accept_with_account, accept_with_new_account, get_invitation
from caunoi.accounts.models import Invitation, Role, User
from caunoi.accounts.outside import accept_with_outside_account
from caunoi.accounts.signing_in import begin_session
from caunoi.accounts.signing_in_outside import begin_session_of, forget_waiting, read_waiting
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

TEMPLATE = "desk/account/invitation.html"


@login_not_required
@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest) -> HttpResponse:
    code = request.POST.get("code") or request.GET.get("code", "")
    if not code:
        return render(request, TEMPLATE, {"asking": InvitationCodeForm()})
    try:
        found = get_invitation(code, moments.now())
    except Refusal as refusal:
        asking = InvitationCodeForm({"code": code})
        asking.add_error("code", refusal.sentence)
        return render(request, TEMPLATE, {"asking": asking}, status=422)
    if isinstance(request.user, User):
        return _with_account(request, request.user, found, code)
    is_somebody_else = bool(request.POST.get("somebody_else"))
    if is_somebody_else:
        forget_waiting(request)
    waiting = read_waiting(request)
    form_of = NewAccountForm if waiting is None else OutsideNewAccountForm
    is_sent = "username" in request.POST and not is_somebody_else
    form = form_of(request.POST if is_sent else None, initial={"code": code})
    if form.is_bound and form.is_valid():
        told = {"code": code, "username": form.cleaned_data["username"], "language": get_language() or ""}
        try:
            if waiting is not None:
                user = accept_with_outside_account(**told, identity=waiting, at=moments.now())
                return begin_session_of(request, user, next_address="/")
            user = accept_with_new_account(**told, password=form.cleaned_data["password"], at=moments.now())
        except Refusal as refusal:
            form.add_error("password" if refusal.code == "user-invalid" else "username", refusal.sentence)
        else:
            return begin_session(request, user, next_address="/")
    context = {**_describe(found), "form": form, "code": code}
    if waiting is not None:
        # On a shared computer the last who came from there may be another: whose account it would be is said.
        context |= {"office": settings.CAUNOI_OIDC_NAME, "outside": waiting.email or waiting.subject}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _with_account(request: HttpRequest, user: User, found: Invitation, code: str) -> HttpResponse:
    if request.POST.get("accept"):
        accept_with_account(code=code, user=user, at=moments.now())
        messages.success(request, _("Đã nhận vai trò."))
        return redirect("account")
    return render(request, TEMPLATE, {**_describe(found), "code": code})


def _describe(found: Invitation) -> dict[str, object]:
    return {
        "invitation": found,
        "role": Role(found.role).label,
        "unit": get_snapshot().path_name(found.org_unit_id, found.from_day),
    }
