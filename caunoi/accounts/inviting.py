"""Inviting people: a role on a unit, offered by a code in a letter or on paper, taken once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caunoi.accounts.actions import check_not_ended, create_user, grant_role
from caunoi.accounts.errors import InvitationOver, InvitationUnknown
from caunoi.accounts.mail import send_letter, went_to
from caunoi.accounts.models import Invitation, Role, User
from caunoi.accounts.permissions import may_give_roles
from caunoi.accounts.queries import windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotAllowed
from caunoi.vietnamese_text import clean

HOLDS = timedelta(days=14)
LETTER = "invitation"  # what its letters are about, in their Message-ID
# Read aloud and typed by hand: no letter that looks like a digit. 16 of 32 signs are 80 bits, which nobody guesses.
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 16


@transaction.atomic
def invite(
    *,
    full_name: str,
    email: str,
    role: Role,
    org_unit_id: int,
    from_day: date,
    to_day: date | None,
    by: User,
    at: datetime,
) -> tuple[Invitation, str]:
    """Gives the code with it, which is not kept. Raises NotAllowed, GrantInvalid."""
    if not may_give_roles(by, org_unit_id, local_date(at)):
        raise NotAllowed(_("Bạn không giao được vai trò ở đơn vị này. Hãy nhờ người quản trị của cấp trên."))
    check_not_ended(org_unit_id, from_day)
    code = _make_code()
    made = Invitation.objects.create(
        full_name=clean(full_name),
        email=email.strip().lower(),
        role=role,
        org_unit_id=org_unit_id,
        from_day=from_day,
        to_day=to_day,
        code_sha256=_hash(code),
        delivery=Invitation.Delivery.MAIL if email else Invitation.Delivery.PRINT,
        invited_by=str(by),
        invited_by_id=by.pk,
        created_at=at,
        expires_at=at + HOLDS,
    )
    _write("invitation.create", made, by.actor, at)
    return made, code


@transaction.atomic
def renew_code(*, invitation: Invitation, delivery: str, by: User, at: datetime) -> tuple[Invitation, str]:
    """A new code for another letter or for paper; the one before opens nothing any more."""
    row = _lock_open(invitation, by, at, even_expired=True)
    code = _make_code()
    row.code_sha256, row.delivery, row.expires_at, row.send_failure = _hash(code), delivery, at + HOLDS, ""
    row.save(update_fields=["code_sha256", "delivery", "expires_at", "send_failure"])
    _write("invitation.renew", row, by.actor, at, delivery=delivery)
    return row, code


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, at: datetime) -> None:
    row = _lock_open(invitation, by, at, even_expired=True)
    row.revoked_at, row.revoked_by = at, str(by)
    row.save(update_fields=["revoked_at", "revoked_by"])
    _write("invitation.revoke", row, by.actor, at)


def send_invitation(*, invitation: Invitation, code: str, by: Actor, at: datetime) -> str:
    """Outside of any transaction. Empty if the letter left, else why not."""
    places = get_snapshot()
    text = _(
        "Chào %(name)s,\n\n%(by)s mời bạn nhận vai trò “%(role)s” ở %(unit)s trên hệ thống Cầu Nối.\n\n"
        "Mở địa chỉ này để nhận: %(address)s\nHoặc mở %(page)s và nhập mã: %(code)s\n\n"
        "Lời mời có hiệu lực đến ngày %(until)s và chỉ dùng được một lần. Nếu bạn không chờ thư này, hãy bỏ qua.\n"
    ) % {
        "name": invitation.full_name,
        "by": invitation.invited_by,
        "role": Role(invitation.role).label,
        "unit": places.path_name(invitation.org_unit_id, invitation.from_day),
        "address": address_of(code),
        "page": f"{settings.CAUNOI_BASE_URL}/invitation/",
        "code": code,
        "until": local_date(invitation.expires_at).strftime("%d/%m/%Y"),
    }
    failure = send_letter(
        to=invitation.email, subject=_("Lời mời vào hệ thống Cầu Nối"), text=text, about=LETTER, number=invitation.pk
    )
    with transaction.atomic():
        row = Invitation.objects.select_for_update().get(pk=invitation.pk)
        row.sent_at, row.send_failure = at, failure[:300]
        row.save(update_fields=["sent_at", "send_failure"])
        _write("invitation.send", row, by, at, sent=not failure)
    return failure


def note_returned(invitation_id: int, seal: str, why: str) -> bool:
    """The letter came back: whoever invited sees it and prints the code instead. False if that letter went to another
    address, or the invitation has been taken or revoked since."""
    open_ = Invitation.objects.filter(pk=invitation_id, accepted_at=None, revoked_at=None)
    row = open_.filter(delivery=Invitation.Delivery.MAIL).first()
    if row is None or not went_to(LETTER, invitation_id, seal, row.email):
        return False
    row.send_failure = why[:300]
    row.save(update_fields=["send_failure"])
    return True


def address_of(code: str) -> str:
    return f"{settings.CAUNOI_BASE_URL}/invitation/?code={code}"


def get_invitation(code: str, at: datetime) -> Invitation:
    """One that can be taken now. Raises InvitationUnknown, InvitationOver."""
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    found = Invitation.objects.filter(code_sha256=_hash(signs)).select_related("org_unit").first()
    if found is None:
        raise InvitationUnknown
    _check_open(found, at)
    return found


@transaction.atomic
def accept_with_new_account(*, code: str, username: str, password: str | None, language: str, at: datetime) -> User:
    row = _lock(get_invitation(code, at), at)
    inviter = Actor(row.invited_by, row.invited_by_id)
    user = create_user(
        username=username, full_name=row.full_name, password=password, language=language, by=inviter, at=at
    )
    _accept(row, user, inviter, at)
    return user


@transaction.atomic
def accept_with_account(*, code: str, user: User, at: datetime) -> None:
    """A person who comes to another office keeps the account and its history."""
    row = _lock(get_invitation(code, at), at)
    _accept(row, user, Actor(row.invited_by, row.invited_by_id), at)


def list_invitations(reader: User, at: datetime) -> QuerySet[Invitation]:
    """Those to units the reader administers, newest first."""
    reach = windows_with_role(reader, Role.ADMINISTRATOR, local_date(at)).unit_ids
    return Invitation.objects.filter(org_unit_id__in=ids_in_sql(reach)).select_related("org_unit", "user")


def _accept(row: Invitation, user: User, inviter: Actor, at: datetime) -> None:
    grant_role(
        user=user,
        role=Role(row.role),
        org_unit_id=row.org_unit_id,
        from_day=row.from_day,
        to_day=row.to_day,
        by=inviter,
        at=at,
    )
    row.accepted_at, row.user = at, user
    row.save(update_fields=["accepted_at", "user"])
    if row.email and row.delivery == Invitation.Delivery.MAIL and not user.email:
        # Who had the letter's code has the address.
        user.email = row.email
        user.save(update_fields=["email"])
        EmailAddress.objects.get_or_create(user=user, email=row.email, defaults={"verified": True, "primary": True})
    _write("invitation.accept", row, user.actor, at, user=user.pk)


def _lock(invitation: Invitation, at: datetime) -> Invitation:
    # Two people with one letter, or one who presses twice: the second finds it taken.
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _check_open(row, at)
    return row


def _lock_open(invitation: Invitation, by: User, at: datetime, *, even_expired: bool) -> Invitation:
    if not may_give_roles(by, invitation.org_unit_id, local_date(at)):
        raise NotAllowed(_("Bạn không giao được vai trò ở đơn vị này. Hãy nhờ người quản trị của cấp trên."))
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _check_open(row, at, even_expired=even_expired)
    return row


def _check_open(invitation: Invitation, at: datetime, *, even_expired: bool = False) -> None:
    if invitation.accepted_at is not None:
        raise InvitationOver(_("Lời mời này đã được nhận rồi. Hãy đăng nhập bằng tài khoản đã tạo."))
    if invitation.revoked_at is not None:
        raise InvitationOver(_("Lời mời này đã được rút lại. Hãy hỏi người đã mời bạn."))
    if not even_expired and invitation.expires_at <= at:
        raise InvitationOver(
            _("Lời mời này hết hiệu lực ngày %(day)s. Hãy nhờ người đã mời gửi lại.")
            % {"day": local_date(invitation.expires_at).strftime("%d/%m/%Y")}
        )


def _write(action: str, invitation: Invitation, by: Actor, at: datetime, **more: object) -> None:
    # Name and address are personal: the line tells which invitation, for what.
    detail = {
        "invitation": invitation.pk,
        "role": invitation.role,
        "from": invitation.from_day.isoformat(),
        "to": invitation.to_day.isoformat() if invitation.to_day else None,
        **more,
    }
    write_line(action, f"org_unit:{invitation.org_unit.key}", detail, by=by, at=at)


def _make_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def show_code(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
