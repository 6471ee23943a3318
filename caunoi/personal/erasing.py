"""Forgetting the person behind an account. The account's number stays, so that what was done with it stays one
person's; name, phone, e-mail and every way to sign in go."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.events import AccountsChanged
from caunoi.accounts.models import Invitation, OutsideAccount, User
from caunoi.accounts.queries import list_grants
from caunoi.accounts.sessions import end_sessions
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.moments import local_date
from caunoi.personal.errors import ErasureRefused
from caunoi.personal.events import PersonErased

MARK = "da-xoa-"


@transaction.atomic
def erase_person(user: User, *, because: str, by: Actor, at: datetime) -> None:
    """Refused while the account has a role: whose duty it is now must be known. Repeating it changes nothing."""
    row = User.objects.select_for_update().get(pk=user.pk)
    if row.pk == by.user_id:
        raise ErasureRefused(_("Không ai tự xóa dữ liệu của chính mình. Hãy nhờ người quản trị khác."))
    if list_grants(row, local_date(at)):
        raise ErasureRefused(
            _("Tài khoản %(name)s đang có vai trò. Hãy kết thúc các vai trò trước, rồi xóa dữ liệu cá nhân.")
            % {"name": row.username}
        )
    if is_erased(row):
        return
    end_sessions(user=row, except_key=None, by=by, at=at)
    UserSession.objects.filter(user=row).delete()
    Authenticator.objects.filter(user=row).delete()
    EmailAddress.objects.filter(user=row).delete()
    OutsideAccount.objects.filter(user=row).delete()
    instead = f"{MARK}{row.pk}"
    Invitation.objects.filter(user=row).update(full_name=instead, email="")
    row.username, row.full_name = instead, ""
    row.first_name = row.last_name = row.phone = row.email = ""
    row.last_login = None
    row.is_active = False
    row.set_unusable_password()
    row.save()
    events.announce(PersonErased(row.pk, instead, at))
    # After the change, so that the line tells no name; the lines of before name who acted, as long as the chain stands.
    write_line("person.erase", f"user:{row.pk}", {"because": because}, by=by, at=at)
    events.announce(AccountsChanged([row.pk]))


def is_erased(user: User) -> bool:
    return user.username == f"{MARK}{user.pk}"
