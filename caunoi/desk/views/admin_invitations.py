"""Inviting people to roles, and what became of the invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.inputs import InvitationForm
from caunoi.accounts.inviting import (
    address_of,
    invite,
    list_invitations,
    renew_code,
    revoke_invitation,
    send_invitation,
    show_code,
)
from caunoi.accounts.mail import may_send
from caunoi.accounts.models import Invitation, Role, User
from caunoi.accounts.queries import holds_anywhere
from caunoi.audit.actions import note_list_read
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

INVITATIONS = 50


@dataclass(frozen=True)
class InvitationLine:
    invitation: Invitation
    role: str
    unit: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "failed", "expired")


@never_cache
@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    me, at = _administrator(request), moments.now()
    page = Paginator(list_invitations(me, at), INVITATIONS).get_page(request.GET.get("page"))
    lines = [_line(one, at) for one in page.object_list]
    # Names and addresses of people, most of whom have no account yet.
    note_list_read("invitation", "invitations", [one.pk for one in page.object_list], by=me.actor, at=at)
    return render(request, "desk/admin/invitations.html", {"page": page, "lines": lines, "may_send": may_send()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_new(request: HttpRequest) -> HttpResponse:
    me, at = _administrator(request), moments.now()
    form = InvitationForm(request.POST or None, initial={"from_day": moments.today()})
    if request.method == "POST" and form.is_valid():
        entered = form.cleaned_data
        try:
            made, code = invite(
                full_name=entered["full_name"],
                email=entered["email"] if may_send() else "",
                role=Role(entered["role"]),
                org_unit_id=entered["org_unit_id"],
                from_day=entered["from_day"],
                to_day=entered["to_day"],
                by=me,
                at=at,
            )
        except Refusal as refusal:
            form.add_error("unit", refusal.sentence)
        else:
            return _deliver(request, made, code, me)
    context = {"form": form, "may_send": may_send()}
    return render(request, "desk/admin/invitation_new.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
def invitation_step(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Sent again, printed, or revoked."""
    me, at = _administrator(request), moments.now()
    found = list_invitations(me, at).filter(pk=invitation_id).first()
    if found is None:
        raise PageUnknown
    what = request.POST.get("what", "")
    if what == "revoke":
        revoke_invitation(invitation=found, by=me, at=at)
        messages.success(request, _("Đã rút lời mời %(name)s.") % {"name": found.full_name})
        return redirect("invitations")
    by_mail = what == "send" and bool(found.email) and may_send()
    delivery = Invitation.Delivery.MAIL if by_mail else Invitation.Delivery.PRINT
    renewed, code = renew_code(invitation=found, delivery=delivery, by=me, at=at)
    return _deliver(request, renewed, code, me)


def _deliver(request: HttpRequest, invitation: Invitation, code: str, me: User) -> HttpResponse:
    """By mail, or as a page to print: this is the only time the code is seen."""
    if invitation.delivery == Invitation.Delivery.MAIL:
        failure = send_invitation(invitation=invitation, code=code, by=me.actor, at=moments.now())
        if failure:
            said = _("Thư mời %(name)s chưa gửi được. %(why)s Hãy gửi lại hoặc in mã.")
            messages.error(request, said % {"name": invitation.full_name, "why": failure})
        else:
            said = _("Đã gửi thư mời %(name)s tới %(email)s.")
            messages.success(request, said % {"name": invitation.full_name, "email": invitation.email})
        return redirect("invitations")
    context = {"line": _line(invitation, moments.now()), "code": show_code(code), "address": address_of(code)}
    return render(request, "desk/admin/invitation_code.html", context)


def _line(invitation: Invitation, at: datetime) -> InvitationLine:
    if invitation.accepted_at is not None:
        state = "accepted"
    elif invitation.revoked_at is not None:
        state = "revoked"
    elif invitation.expires_at <= at:
        state = "expired"
    else:
        state = "failed" if invitation.send_failure else "waiting"
    unit = get_snapshot().path_name(invitation.org_unit_id, invitation.from_day)
    return InvitationLine(invitation, str(Role(invitation.role).label), unit, state)


def _administrator(request: HttpRequest) -> User:
    me = cast(User, request.user)
    if not holds_anywhere(me, Role.ADMINISTRATOR, moments.today()):
        raise CannotAdminister(_("lời mời"))
    return me
