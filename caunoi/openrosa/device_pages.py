"""Pages about phones: which there are, giving one access, its QR code on paper, taking access away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from caunoi import moments
from caunoi.accounts.app_users import (
    MAY_GIVE_ACCESS,
    NAME_LENGTH,
    create_app_user,
    get_app_user,
    list_app_users,
    revoke_app_user,
    token_of,
)
from caunoi.accounts.models import AppUser, User
from caunoi.accounts.queries import holds_anywhere, units_with_role
from caunoi.desk.errors import CannotAdminister
from caunoi.openrosa.errors import UnitsMissing
from caunoi.openrosa.settings_code import draw_code, encode_settings
from caunoi.places.inputs import resolve_place
from caunoi.places.queries import find_units, get_snapshot
from caunoi.refusals import Refusal

PHONES = 50
MOST_SHEETS = 200
NEAR_HOME = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class PhoneLine:
    phone: AppUser
    unit: str
    state: str


@dataclass(frozen=True)
class UnitChoice:
    """A unit that may get a phone; `phones` how many it has already."""

    id: int
    name: str
    phones: int


@dataclass(frozen=True)
class Sheet:
    """One phone's page. `encoded` is what the picture says."""

    phone: AppUser
    unit: str
    path: str
    encoded: str
    picture: SafeString


@never_cache
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    user, at = _officer(request), moments.now()
    text = request.GET.get("q", "").strip()
    page = Paginator(list_app_users(user, at, text), PHONES).get_page(request.GET.get("page"))
    lines = [_line(phone, moments.local_date(at)) for phone in page.object_list]
    return render(request, "openrosa/devices.html", {"page": page, "lines": lines, "q": text})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def device_new(request: HttpRequest) -> HttpResponse:
    """First a place is named; then the phone is given to it or to several units under it."""
    user, at = _officer(request), moments.now()
    today = moments.local_date(at)
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.get("place", "").strip()
    context: dict[str, object] = {"place": wanted, "name": given.get("name", ""), "name_length": NAME_LENGTH}
    reached = units_with_role(user, MAY_GIVE_ACCESS, today)
    chosen = {int(unit) for unit in given.getlist("unit") if unit.isdecimal()}
    if request.method == "POST":
        try:
            made = _give(sorted(chosen), str(context["name"]), user, at)
        except Refusal as refusal:
            context["sentence"] = refusal.sentence
        else:
            if len(made) == 1:
                messages.success(request, _("Đã cấp quyền. Hãy in trang này hoặc cho điện thoại quét mã QR."))
                return redirect("device", made[0].pk)
            return redirect(f"{reverse('device-sheets')}?{'&'.join(f'id={one.pk}' for one in made)}")
    context |= {"choices": _list_choices(wanted, reached, today), "chosen": chosen}
    if wanted and not context["choices"] and "sentence" not in context:
        context["sentence"] = _explain_place(wanted, today)
    return render(request, "openrosa/device_new.html", context, status=422 if "sentence" in context else 200)


@transaction.atomic
def _give(units: Sequence[int], name: str, user: User, at: datetime) -> list[AppUser]:
    """All or none. A name belongs to one phone: several are called after their units."""
    if not units:
        raise UnitsMissing
    given, today = name.strip() if len(units) == 1 else "", moments.local_date(at)
    return [
        create_app_user(org_unit_id=unit, name=given or get_snapshot().distinct_name_on(unit, today), by=user, at=at)
        for unit in units[:MOST_SHEETS]
    ]


def _list_choices(wanted: str, reached: frozenset[int], today: date) -> list[UnitChoice]:
    """The named unit and those under it; without a name, all of an officer who has few."""
    places = get_snapshot()
    if wanted:
        tops = [unit for unit in find_units(wanted, today, places) if unit in reached][:1]
        units = [one for top in tops for one in (top, *places.children_on(top, today)) if one in reached]
    else:
        units = list(reached) if len(reached) <= MOST_SHEETS else []
    counts: dict[int, int] = {}
    for unit in AppUser.objects.filter(org_unit_id__in=units, revoked_at=None).values_list("org_unit_id", flat=True):
        counts[unit] = counts.get(unit, 0) + 1
    found = sorted(units, key=lambda unit: places.order_key(unit, today))
    return [UnitChoice(unit, places.distinct_name_on(unit, today), counts.get(unit, 0)) for unit in found]


def _explain_place(wanted: str, today: date) -> str:
    try:
        resolve_place(wanted, today, get_snapshot())
    except Refusal as refusal:
        return refusal.sentence
    except ValueError as error:
        return str(error)
    return _("Bạn không cấp quyền được cho điện thoại ở “%(place)s”.") % {"place": wanted}


@never_cache
@require_safe
def device(request: HttpRequest, app_user_id: int) -> HttpResponse:
    user, at = _officer(request), moments.now()
    phone = get_app_user(app_user_id, user, at)
    context: dict[str, object] = {"line": _line(phone, moments.local_date(at)), "near_home": _is_near_home()}
    if phone.revoked_at is None:
        try:
            context["sheet"] = _sheet(phone, moments.local_date(at))
        except Refusal as refusal:
            context["sentence"] = refusal.sentence
    return render(request, "openrosa/device.html", context)


@never_cache
@require_safe
def device_sheets(request: HttpRequest) -> HttpResponse:
    """Several phones' pages for one printing, each on a sheet of its own."""
    user, at = _officer(request), moments.now()
    asked = [int(one) for one in request.GET.getlist("id") if one.isdecimal()][:MOST_SHEETS]
    phones = list_app_users(user, at).filter(pk__in=asked, revoked_at=None).order_by("pk")
    sheets = [_sheet(phone, moments.local_date(at)) for phone in phones]
    return render(request, "openrosa/sheets.html", {"sheets": sheets, "near_home": _is_near_home()})


@require_POST
def device_revoke(request: HttpRequest, app_user_id: int) -> HttpResponse:
    user, at = _officer(request), moments.now()
    phone = get_app_user(app_user_id, user, at)
    revoke_app_user(phone, by=user, at=at)
    messages.success(request, _("Đã thu hồi quyền của “%(name)s”. Những gì đã gửi vẫn còn.") % {"name": phone.name})
    return redirect("devices")


def _officer(request: HttpRequest) -> User:
    user = cast(User, request.user)
    if not any(holds_anywhere(user, role, moments.today()) for role in MAY_GIVE_ACCESS):
        raise CannotAdminister(_("quyền của điện thoại"))
    return user


def _line(phone: AppUser, today: date) -> PhoneLine:
    state = "revoked" if phone.revoked_at is not None else "unused" if phone.last_seen_at is None else "used"
    return PhoneLine(phone, get_snapshot().path_name(phone.org_unit_id, today), state)


def _sheet(phone: AppUser, today: date) -> Sheet:
    # Told apart: a sheet handed to the other "Thôn 1" would record for it.
    places = get_snapshot()
    unit, path = places.distinct_name_on(phone.org_unit_id, today), places.path_name(phone.org_unit_id, today)
    encoded = encode_settings(token_of(phone), unit)
    # Drawn by us from letters and digits alone.
    picture = mark_safe(draw_code(encoded))
    return Sheet(phone, unit, path, encoded, picture)


def _is_near_home() -> bool:
    """Whether the address in the code leads only to this very machine."""
    return (urlsplit(settings.CAUNOI_BASE_URL).hostname or "") in NEAR_HOME
