from __future__ import annotations

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi import events
from caunoi.accounts.errors import AccessInvalid, GrantInvalid, UserInvalid, UserNameTaken
from caunoi.accounts.events import AccountsChanged
from caunoi.accounts.models import PredecessorAccess, Role, RoleGrant, User
from caunoi.accounts.published import is_demo_home, is_published_name, is_published_password
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.places.models import OrgUnit, Succession, SuccessionShare
from caunoi.places.queries import get_snapshot
from caunoi.vietnamese_text import clean

# Of these an audit line tells that they changed, not what they were.
PERSONAL = frozenset({"full_name", "phone", "email"})


@transaction.atomic
def create_user(
    *,
    username: str,
    full_name: str,
    password: str | None,
    by: Actor,
    at: datetime,
    language: str = "",
    phone: str = "",
    check_strength: bool = True,
) -> User:
    """`password` None: the account cannot sign in until a password is set. `language` empty: the installation's."""
    username, full_name = clean(username), clean(full_name)
    if not username or " " in username:
        raise UserInvalid(_("Tên đăng nhập không được để trống và không có dấu cách."))
    if User.objects.filter(username__iexact=username).exists():
        raise UserNameTaken(_("Tên đăng nhập “%(name)s” đã có người dùng. Hãy chọn tên khác.") % {"name": username})
    if check_strength and not is_demo_home() and is_published_name(username):
        raise UserNameTaken(
            _("“%(name)s” là tên của tài khoản dùng thử, ai cũng biết mật khẩu. Hãy chọn tên khác.")
            % {"name": username}
        )
    language = language or settings.CAUNOI_LANGUAGE
    user = User(username=username, full_name=full_name, phone=clean(phone), language=language)
    if password is not None and check_strength:
        _check_password(password, user)
    user.set_password(password)
    user.save()
    write_line("user.create", f"user:{user.pk}", {"username": username}, by=by, at=at)
    events.announce(AccountsChanged([user.pk]))
    return user


@transaction.atomic
def update_user(
    *,
    user: User,
    full_name: str,
    language: str,
    is_active: bool,
    by: Actor,
    at: datetime,
    phone: str | None = None,
    email: str | None = None,
) -> bool:
    """False if nothing was different (and then no audit line). `phone`, `email` None: as they were."""
    row = User.objects.select_for_update().get(pk=user.pk)
    full_name = clean(full_name)
    phone = row.phone if phone is None else clean(phone)
    email = row.email if email is None else email.strip().lower()
    new = {"full_name": full_name, "language": language, "is_active": is_active, "phone": phone, "email": email}
    changed = {name for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        return False
    old = {name: getattr(row, name) for name in new}
    row.full_name, row.language, row.is_active = full_name, language, is_active
    row.phone, row.email = phone, email
    row.save(update_fields=list(new))
    if "email" in changed:
        # What an invitation proved about the address before says nothing of this one.
        EmailAddress.objects.filter(user=row).exclude(email=email).delete()
    detail = {"changes": changes_of(old, new, personal=PERSONAL)}
    write_line("user.update", f"user:{row.pk}", detail, by=by, at=at)
    events.announce(AccountsChanged([row.pk]))
    return True


@transaction.atomic
def set_password(*, user: User, password: str, by: Actor, at: datetime) -> None:
    row = User.objects.select_for_update().get(pk=user.pk)
    _check_password(password, row)
    row.set_password(password)
    row.save(update_fields=["password"])
    write_line("user.password", f"user:{row.pk}", by=by, at=at)


@transaction.atomic
def grant_role(
    *,
    user: User,
    role: Role,
    org_unit_id: int,
    from_day: date,
    to_day: date | None = None,
    by: Actor,
    at: datetime,
) -> RoleGrant:
    """Half-open days. The same grant again gives the one that stands; one that overlaps another in part is refused."""
    unit = OrgUnit.objects.filter(pk=org_unit_id).first()
    if unit is None:
        raise GrantInvalid(_("Đơn vị được chọn không còn trong hệ thống. Hãy tìm và chọn lại."))
    check_not_ended(org_unit_id, from_day)
    if to_day is not None and to_day <= from_day:
        raise GrantInvalid(
            _("Ngày hết hiệu lực (%(to)s) phải sau ngày bắt đầu (%(from)s).")
            % {"to": to_day.strftime("%d/%m/%Y"), "from": from_day.strftime("%d/%m/%Y")}
        )
    # Two administrators giving the same role at once: the user's row is the lock.
    User.objects.select_for_update().get(pk=user.pk)
    for other in RoleGrant.objects.filter(user=user, role=role, org_unit=unit):
        if (other.from_day, other.to_day) == (from_day, to_day):
            return other
        if (to_day is None or other.from_day < to_day) and (other.to_day is None or from_day < other.to_day):
            raise GrantInvalid(
                _("Vai trò này ở đơn vị này đã có từ %(from)s đến %(to)s. Hãy kết thúc vai trò cũ trước.")
                % {
                    "from": other.from_day.strftime("%d/%m/%Y"),
                    "to": other.to_day.strftime("%d/%m/%Y") if other.to_day else _("không thời hạn"),
                }
            )
    grant = RoleGrant.objects.create(user=user, role=role, org_unit=unit, from_day=from_day, to_day=to_day)
    write_line("role.grant", f"user:{user.pk}", _grant_detail(grant, unit), by=by, at=at)
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, to_day: date, by: Actor, at: datetime) -> None:
    """The role holds until the day before `to_day`. One that had not begun by then is removed."""
    row = RoleGrant.objects.select_for_update().select_related("org_unit").get(pk=grant.pk)
    if row.to_day is not None and row.to_day <= to_day:
        return
    held = _grant_detail(row, row.org_unit)
    if to_day <= row.from_day:
        row.delete()
        write_line("role.remove", f"user:{row.user_id}", held, by=by, at=at)
        return
    changes = changes_of({"to": row.to_day}, {"to": to_day})
    row.to_day = to_day
    row.save(update_fields=["to_day"])
    detail = {"role": held["role"], "org_unit": held["org_unit"], "from": held["from"], "changes": changes}
    write_line("role.end", f"user:{row.user_id}", detail, by=by, at=at)


@transaction.atomic
def confirm_predecessor_access(*, succession_id: int, org_unit_id: int, by: Actor, at: datetime) -> PredecessorAccess:
    """Lets holders of roles on the successor see its predecessors' records from before the succession's day."""
    succession = Succession.objects.filter(pk=succession_id).first()
    shares = SuccessionShare.objects.filter(succession_id=succession_id)
    if succession is None or (shares.exists() and not shares.filter(new_id=org_unit_id).exists()):
        raise AccessInvalid(_("Đơn vị này không hình thành từ lần sắp xếp đã chọn. Hãy mở trang của đơn vị kế tục."))
    unit = OrgUnit.objects.filter(pk=org_unit_id).first()
    if unit is None:
        raise AccessInvalid(_("Đơn vị được chọn không còn trong hệ thống. Hãy tìm và chọn lại."))
    access, created = PredecessorAccess.objects.get_or_create(
        succession=succession, org_unit=unit, defaults={"confirmed_by": by.name, "confirmed_at": at}
    )
    if created:
        detail = {"succession": succession_id, "day": succession.day.isoformat()}
        write_line("access.confirm", f"org_unit:{unit.key}", detail, by=by, at=at)
    return access


def check_not_ended(org_unit_id: int, from_day: date) -> None:
    places = get_snapshot()
    ended = places.units[org_unit_id].ends_on if org_unit_id in places.units else None
    if ended is None or from_day < ended:
        return
    successors = [places.path_name(step.new, step.day) for step in places.successors(org_unit_id)]
    said = {
        "unit": places.name_on(org_unit_id, ended - timedelta(days=1)),
        "day": ended.strftime("%d/%m/%Y"),
        "successors": "; ".join(dict.fromkeys(successors)),
    }
    if successors:
        raise GrantInvalid(
            _("“%(unit)s” đã kết thúc ngày %(day)s. Hãy giao vai trò ở đơn vị kế tục: %(successors)s.") % said
        )
    raise GrantInvalid(_("“%(unit)s” đã kết thúc ngày %(day)s và không có đơn vị kế tục.") % said)


def _grant_detail(grant: RoleGrant, unit: OrgUnit) -> dict[str, str | None]:
    return {
        "role": grant.role,
        "org_unit": unit.key,
        "from": grant.from_day.isoformat(),
        "to": grant.to_day.isoformat() if grant.to_day else None,
    }


def _check_password(password: str, user: User) -> None:
    if is_published_password(password) and not is_demo_home():
        raise UserInvalid(_("Mật khẩu này là của tài khoản dùng thử, ai cũng biết. Hãy chọn mật khẩu khác."))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UserInvalid(" ".join(error.messages)) from error
