"""Phones' access: made by an officer for a unit, given as a QR code, ended when a phone is lost."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from caunoi.accounts.errors import AppUserInvalid, AppUserUnknown, TokenLost
from caunoi.accounts.models import AppUser, Role, User
from caunoi.accounts.queries import can, units_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.accounts.sealing import sealer
from caunoi.audit.actions import write_line
from caunoi.moments import local_date
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot
from caunoi.refusals import NotAllowed
from caunoi.remembering import remember
from caunoi.vietnamese_text import clean, fold

MAY_GIVE_ACCESS = frozenset({Role.APPROVER, Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER})
# "Last seen" is for people, who think in days; a write a request would be the slowest part of most requests.
SEEN_EVERY = timedelta(minutes=1)
NAME_LENGTH = 120


@transaction.atomic
def create_app_user(*, org_unit_id: int, name: str, by: User, at: datetime) -> AppUser:
    """`name`: whose phone it is, shown beside what it sends; blank: the unit's name.

    Raises NotAllowed unless the actor decides for the unit, AppUserInvalid for a unit that has ended or a long name.
    """
    places = get_snapshot()
    if not may_give_access(by, org_unit_id, at):
        raise NotAllowed(
            _("Bạn không cấp được quyền cho điện thoại của đơn vị này. Hãy nhờ người duyệt hoặc người quản trị của nó.")
        )
    today = local_date(at)
    if not places.exists_on(org_unit_id, today):
        raise AppUserInvalid(
            _("“%(unit)s” không còn hoạt động. Hãy cấp quyền cho đơn vị kế tục.")
            % {"unit": places.name_on(org_unit_id, today)}
        )
    name = clean(name) or places.distinct_name_on(org_unit_id, today)
    if len(name) > NAME_LENGTH:
        raise AppUserInvalid(_("Tên dài quá %(count)d ký tự. Hãy ghi ngắn hơn.") % {"count": NAME_LENGTH})
    token = secrets.token_urlsafe(32)
    made = AppUser.objects.create(
        org_unit_id=org_unit_id,
        name=name,
        token_sha256=_hash(token),
        sealed_token=sealer("app-user tokens").encrypt(token.encode()).decode(),
        created_by=str(by),
        created_at=at,
    )
    _write_line("app-user.create", made, by, at)
    return made


@transaction.atomic
def revoke_app_user(app_user: AppUser, *, by: User, at: datetime) -> None:
    """From now on the phone is refused; what it sent stays. Revoking again changes nothing."""
    row = AppUser.objects.select_for_update().select_related("org_unit").get(pk=app_user.pk)
    if not may_give_access(by, row.org_unit_id, at):
        raise AppUserUnknown
    if row.revoked_at is not None:
        return
    row.revoked_at, row.revoked_by = at, str(by)
    row.save(update_fields=["revoked_at", "revoked_by"])
    _write_line("app-user.revoke", row, by, at)


def find_app_user(token: str, at: datetime) -> AppUser | None:
    """Whose token it is; None if it never was one or was revoked by then."""
    sha256 = _hash(token)
    found = remember(("app user", sha256), lambda: AppUser.objects.filter(token_sha256=sha256).first())
    return None if found is None or (found.revoked_at is not None and found.revoked_at <= at) else found


def note_seen(app_user: AppUser, *, device: str, at: datetime) -> None:
    """That the phone asked for something, written once a minute at most."""
    if app_user.last_seen_at is not None and app_user.last_seen_at > at - SEEN_EVERY:
        return
    # Compared again in the statement: twenty requests of one phone within a second shall not all write.
    due = Q(last_seen_at__isnull=True) | Q(last_seen_at__lte=at - SEEN_EVERY)
    with transaction.atomic():  # in line with all who write
        AppUser.objects.filter(due, pk=app_user.pk).update(last_seen_at=at, last_device=clean(device)[:200])
    app_user.last_seen_at = at  # whoever remembers it need not try again for a minute


def token_of(app_user: AppUser) -> str:
    """To print the QR code again. Raises TokenLost if the server's secret key has changed since."""
    try:
        return sealer("app-user tokens").decrypt(app_user.sealed_token.encode()).decode()
    except InvalidToken:
        raise TokenLost(app_user.name) from None


def may_give_access(user: User, org_unit_id: int, at: datetime) -> bool:
    return can(user, MAY_GIVE_ACCESS, org_unit_id, local_date(at))


def get_app_user(app_user_id: int, user: User, at: datetime) -> AppUser:
    """Raises AppUserUnknown also where the reader may not see it."""
    found = AppUser.objects.select_related("org_unit").filter(pk=app_user_id).first()
    if found is None or not may_give_access(user, found.org_unit_id, at):
        raise AppUserUnknown
    return found


def list_app_users(user: User, at: datetime, search: str = "") -> QuerySet[AppUser]:
    """Those of units the reader may give access to (also units that ended), newest first. `search`: in the phone's or
    the unit's name, without accents."""
    today = local_date(at)
    places = get_snapshot()
    reached: Collection[int] = units_with_role(user, MAY_GIVE_ACCESS, today)
    used = set(AppUser.objects.order_by().values_list("org_unit_id", flat=True).distinct())
    ended = {unit for unit in used if not places.exists_on(unit, today) and may_give_access(user, unit, at)}
    found = AppUser.objects.select_related("org_unit").filter(org_unit_id__in=ids_in_sql((used & set(reached)) | ended))
    if wanted := fold(search):
        named = [
            pk
            for pk, name, unit in found.values_list("pk", "name", "org_unit_id")
            if wanted in fold(name) or wanted in fold(places.path_name(unit, today))
        ]
        found = found.filter(pk__in=ids_in_sql(named))
    return found.order_by("-created_at", "-pk")


def _write_line(action: str, app_user: AppUser, by: User, at: datetime) -> None:
    # A phone is named after its owner: the line keeps no personal name.
    detail = {"app_user": app_user.pk}
    write_line(action, f"org_unit:{OrgUnit.objects.get(pk=app_user.org_unit_id).key}", detail, by=by.actor, at=at)


def _hash(token: str) -> str:
    # 256 random bits: nothing that a slow hash would protect could be guessed.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
