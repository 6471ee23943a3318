"""Accounts at another office's provider (OpenID Connect) that sign people in here: who is linked, and by whom.

Nobody gets an account or a role by coming from there. A link is an administrator's entry or an invitation's code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.errors import OutsideInvalid
from caunoi.accounts.inviting import accept_with_new_account
from caunoi.accounts.models import OutsideAccount, User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import mark_personal
from caunoi.vietnamese_text import clean

SUBJECT_LENGTH = 191


@dataclass(frozen=True)
class OutsideIdentity:
    """Who the provider says is there. `email`: only one it has verified, in small letters; else empty."""

    issuer: str
    subject: str
    email: str = ""


def is_offered() -> bool:
    """Whether the settings are complete; checks.py names what is missing."""
    return bool(settings.CAUNOI_OIDC_ISSUER and settings.CAUNOI_OIDC_CLIENT_ID and settings.CAUNOI_OIDC_SECRET)


def find_outside_account(user: User) -> OutsideAccount | None:
    return OutsideAccount.objects.filter(user=user, issuer=settings.CAUNOI_OIDC_ISSUER).first()


@transaction.atomic
def find_linked(identity: OutsideIdentity, *, at: datetime) -> User | None:
    """Whose account here it is. One that was entered by address is bound to the subject from now on."""
    found = OutsideAccount.objects.filter(issuer=identity.issuer, subject=identity.subject).select_related("user")
    if (link := found.first()) is not None:
        link.used_at = at
        link.save(update_fields=["used_at"])
        return link.user
    if not identity.email:
        return None
    # Two browsers with the same new identity at once: the second finds the row bound already.
    waiting = OutsideAccount.objects.select_for_update().filter(
        issuer=identity.issuer, subject="", email=identity.email
    )
    if (link := waiting.first()) is None:
        return None
    link.subject, link.used_at = identity.subject, at
    link.save(update_fields=["subject", "used_at"])
    user = User.objects.get(pk=link.user_id)
    write_line("outside.bind", f"user:{user.pk}", _detail(link), by=user.actor, at=at)
    return user


@transaction.atomic
def link_outside(*, user: User, entered: str, by: Actor, at: datetime) -> OutsideAccount:
    """`entered`: an e-mail address, or the provider's subject. Replaces the one before."""
    entered = clean(entered)
    subject, email = (entered, "") if "@" not in entered else ("", entered.lower())
    if not entered or len(subject) > SUBJECT_LENGTH:
        raise OutsideInvalid(_("Hãy ghi thư điện tử hoặc mã người dùng của tài khoản ở %(name)s.") % _named())
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise OutsideInvalid(_("“%(email)s” không phải là địa chỉ thư điện tử.") % {"email": email}) from None
    return _link(OutsideIdentity(settings.CAUNOI_OIDC_ISSUER, subject, email), user, by, at)


@transaction.atomic
def unlink_outside(*, user: User, by: Actor, at: datetime) -> bool:
    """From the next time on it signs nobody in. False if there was none."""
    link = OutsideAccount.objects.select_for_update().filter(user=user, issuer=settings.CAUNOI_OIDC_ISSUER).first()
    if link is None:
        return False
    detail = _detail(link)
    link.delete()
    write_line("outside.unlink", f"user:{user.pk}", detail, by=by, at=at)
    return True


@transaction.atomic
def accept_with_outside_account(
    *, code: str, username: str, identity: OutsideIdentity, language: str, at: datetime
) -> User:
    """An invitation taken by a person who signs in at the provider: an account without a password."""
    user = accept_with_new_account(code=code, username=username, password=None, language=language, at=at)
    _link(identity, user, user.actor, at)
    return user


def _link(identity: OutsideIdentity, user: User, by: Actor, at: datetime) -> OutsideAccount:
    User.objects.select_for_update().get(pk=user.pk)
    others = OutsideAccount.objects.filter(issuer=identity.issuer).exclude(user=user)
    taken = others.filter(subject=identity.subject) if identity.subject else others.filter(email=identity.email)
    if taken.exists():
        raise OutsideInvalid(_("Tài khoản này ở %(name)s đã nối với người khác. Hãy gỡ ở người đó trước.") % _named())
    OutsideAccount.objects.filter(user=user, issuer=identity.issuer).delete()
    link = OutsideAccount.objects.create(
        user=user,
        issuer=identity.issuer,
        subject=identity.subject,
        email=identity.email,
        linked_by=by.name,
        linked_at=at,
    )
    write_line("outside.link", f"user:{user.pk}", _detail(link), by=by, at=at)
    return link


def _detail(link: OutsideAccount) -> dict[str, str]:
    """Both are personal: the line tells them apart, not what they were."""
    return {
        "issuer": link.issuer,
        "subject": mark_personal(link.subject),
        "email": mark_personal(link.email),
    }


def _named() -> dict[str, str]:
    return {"name": settings.CAUNOI_OIDC_NAME}
