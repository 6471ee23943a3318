"""Users and their roles on units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from caunoi import moments
from caunoi.accounts.actions import create_user, end_role, grant_role, set_password, update_user
from caunoi.accounts.inputs import EndRoleForm, GrantForm, NewUserForm, PasswordForm, UserForm
from caunoi.accounts.lockout import find_pause_of, lift_pause
from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.outside import find_outside_account, is_offered
from caunoi.accounts.permissions import may_give_roles, may_manage_user
from caunoi.accounts.queries import find_users, holds_anywhere, windows_with_role
from caunoi.accounts.sessions import end_sessions, list_sessions
from caunoi.accounts.signing_in import has_second_factor, remove_second_factor
from caunoi.audit.actions import note_list_read, note_read
from caunoi.desk.errors import CannotAdminister, PageUnknown
from caunoi.desk.notices.queries import list_refused
from caunoi.places.queries import get_snapshot
from caunoi.refusals import Refusal

USERS = 50
SIGN_IN_HELP = ("lift", "second-factor-off", "sessions-end")


@dataclass(frozen=True)
class GrantLine:
    id: int
    role: str
    unit_key: str
    unit: str
    from_day: date
    to_day: date | None
    state: str
    may_end: bool
    unit_ended: bool


@dataclass(frozen=True)
class UserLine:
    user: User
    roles: tuple[GrantLine, ...]
    more: int
    refused: bool


@never_cache
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    me, today = get_administrator(request), moments.today()
    text = request.GET.get("q", "").strip()
    page = Paginator(_within_reach(find_users(text), me, today), USERS).get_page(request.GET.get("page"))
    lines, refused = [], list_refused([one.pk for one in page.object_list])
    for one in page.object_list:
        grants = [grant for grant in _grant_lines(one, me, today) if grant.state == "now"]
        lines.append(UserLine(one, tuple(grants[:3]), len(grants) - 3, one.pk in refused))
    if request.method == "GET":
        note_list_read("user", "users", [one.pk for one in page.object_list], by=me.actor, at=moments.now())
    return render(request, "desk/admin/users.html", {"page": page, "lines": lines, "q": text})


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def user_new(request: HttpRequest) -> HttpResponse:
    me = get_administrator(request)
    form = NewUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_user(**form.cleaned_data, by=me.actor, at=moments.now())
        except Refusal as refusal:
            form.add_error("password" if refusal.code == "user-invalid" else "username", refusal.sentence)
        else:
            messages.success(request, _("Đã tạo tài khoản %(name)s. Hãy giao vai trò cho người này.") % {"name": made})
            return redirect("user", user_id=made.pk)
    return render(request, "desk/admin/user_new.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def user(request: HttpRequest, user_id: int) -> HttpResponse:
    """Three forms on one page: who it is, a new role, a new password."""
    me, today = get_administrator(request), moments.today()
    other = get_user_in_reach(user_id, me, today)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    manages = may_manage_user(me, other, today)
    if what in ("about", "password", *SIGN_IN_HELP) and not manages:
        raise CannotAdminister(str(other))
    if what in SIGN_IN_HELP:
        _help_to_sign_in(request, what, other, me)
        return redirect("user", user_id=other.pk)
    if manages and request.method == "GET":
        note_read("user", f"user:{other.pk}", by=me.actor, at=moments.now())
    about = UserForm(
        request.POST if what == "about" else None,
        initial={
            "full_name": other.full_name,
            "phone": other.phone,
            "email": other.email,
            "language": other.language,
            "is_active": other.is_active,
        },
    )
    password = PasswordForm(request.POST if what == "password" else None)
    grant = GrantForm(
        request.POST if what == "grant" else None, initial={"from_day": today, "unit": request.GET.get("unit", "")}
    )
    chosen: dict[str, forms.Form] = {"about": about, "password": password, "grant": grant}
    if what in chosen and chosen[what].is_valid() and _save(request, what, chosen[what], other, me):
        return redirect("user", user_id=other.pk)
    context = {
        "other": other,
        "about": about,
        "password": password,
        "grant": grant,
        "grants": _grant_lines(other, me, today),
        "manages": manages,
        "is_me": other.pk == me.pk,
        "refused": bool(list_refused([other.pk])),
        "paused_until": find_pause_of(other, moments.now()),
        "has_second_factor": has_second_factor(other),
        "office": settings.CAUNOI_OIDC_NAME if is_offered() else "",
        "outside": find_outside_account(other) if manages and is_offered() else None,
        "sessions": list_sessions(other, None) if manages else [],
    }
    return render(request, "desk/admin/user.html", context, status=422 if what else 200)


def _save(request: HttpRequest, what: str, form: forms.Form, other: User, me: User) -> bool:
    """False if the action refused; its sentence then stands in the form."""
    at, entered = moments.now(), form.cleaned_data
    try:
        if what == "about":
            changed = update_user(user=other, **entered, by=me.actor, at=at)
            said = _("Đã lưu thông tin của %(name)s.") if changed else _("Không có gì thay đổi.")
            messages.success(request, said % {"name": entered["full_name"]} if changed else said)
        elif what == "password":
            set_password(user=other, password=entered["password"], by=me.actor, at=at)
            if other.pk == me.pk:
                update_session_auth_hash(request, User.objects.get(pk=me.pk))
            messages.success(request, _("Đã đặt mật khẩu mới cho %(name)s.") % {"name": other})
        else:
            _grant(request, entered, other, me)
    except Refusal as refusal:
        form.add_error("password" if what == "password" else None, refusal.sentence)
        return False
    return True


def _help_to_sign_in(request: HttpRequest, what: str, other: User, me: User) -> None:
    at = moments.now()
    if what == "lift":
        lift_pause(user=other, by=me.actor, at=at)
        said = _("%(name)s đăng nhập lại được ngay.")
    elif what == "second-factor-off":
        remove_second_factor(user=other, by=me.actor, at=at)
        said = _("Đã gỡ lớp xác thực thứ hai của %(name)s. Hãy nhắc người này bật lại.")
    else:
        end_sessions(user=other, except_key=None, by=me.actor, at=at)
        said = _("%(name)s phải đăng nhập lại trên mọi thiết bị.")
    messages.success(request, said % {"name": other})


def _grant(request: HttpRequest, entered: dict[str, Any], other: User, me: User) -> None:
    places = get_snapshot()
    unit = entered["org_unit_id"]
    name = places.name_on(unit, entered["from_day"])
    if not may_give_roles(me, unit, moments.today()):
        raise CannotAdminister(name)
    role = Role(entered["role"])
    grant_role(
        user=other,
        role=role,
        org_unit_id=unit,
        from_day=entered["from_day"],
        to_day=entered["to_day"],
        by=me.actor,
        at=moments.now(),
    )
    said = _("Đã giao vai trò %(role)s ở %(unit)s cho %(name)s.")
    messages.success(request, said % {"role": str(role.label).lower(), "unit": name, "name": other})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def role_end(request: HttpRequest, user_id: int, grant_id: int) -> HttpResponse:
    """Asks once more before a role is taken."""
    me, today = get_administrator(request), moments.today()
    other = get_user_in_reach(user_id, me, today)
    grant = RoleGrant.objects.filter(pk=grant_id, user=other).select_related("org_unit").first()
    if grant is None:
        raise PageUnknown
    line = _grant_line(grant, me, today)
    if not line.may_end:
        raise CannotAdminister(line.unit)
    form = EndRoleForm(request.POST or None, initial={"to_day": max(today, grant.from_day)})
    if request.method == "POST" and form.is_valid():
        end_role(grant=grant, to_day=form.cleaned_data["to_day"], by=me.actor, at=moments.now())
        said = _("Đã kết thúc vai trò %(role)s ở %(unit)s của %(name)s.")
        messages.success(request, said % {"role": line.role.lower(), "unit": line.unit, "name": other})
        return redirect("user", user_id=other.pk)
    context = {"other": other, "grant": line, "form": form, "is_me": other.pk == me.pk}
    return render(request, "desk/admin/role_end.html", context, status=422 if form.errors else 200)


def get_administrator(request: HttpRequest) -> User:
    me = cast(User, request.user)
    if not holds_anywhere(me, Role.ADMINISTRATOR, moments.today()):
        raise CannotAdminister(_("người dùng"))
    return me


def get_user_in_reach(user_id: int, me: User, today: date) -> User:
    """One of those in reach; nobody learns of others by trying numbers."""
    found = _within_reach(User.objects.filter(pk=user_id).prefetch_related("grants__org_unit"), me, today)
    if not found:
        raise PageUnknown
    return found[0]


def _within_reach(found: Any, me: User, today: date) -> list[User]:
    """Those with a role, ever, on a unit one administers; those without any; and oneself."""
    reach = windows_with_role(me, Role.ADMINISTRATOR, today)
    return [
        one
        for one in found
        if one.pk == me.pk
        or not (grants := list(one.grants.all()))
        or any(reach.sees_unit(grant.org_unit_id) for grant in grants)
    ]


def _grant_lines(other: User, me: User, today: date) -> list[GrantLine]:
    lines = [_grant_line(grant, me, today) for grant in other.grants.all()]
    order = {"now": 0, "later": 1, "over": 2}
    return sorted(lines, key=lambda line: (order[line.state], line.unit, line.role))


def _grant_line(grant: RoleGrant, me: User, today: date) -> GrantLine:
    places = get_snapshot()
    ends_on = places.units[grant.org_unit_id].ends_on
    state = "now"
    if grant.to_day is not None and grant.to_day <= today:
        state = "over"
    elif grant.from_day > today:
        state = "later"
    return GrantLine(
        grant.pk,
        str(Role(grant.role).label),
        grant.org_unit.key,
        places.path_name(grant.org_unit_id, min(today, ends_on or today)),
        grant.from_day,
        grant.to_day,
        state,
        state != "over" and may_give_roles(me, grant.org_unit_id, today),
        state == "now" and ends_on is not None and ends_on <= today,
    )
