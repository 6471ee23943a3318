"""Whose phone asks, for which units it speaks, and under which address it goes on asking."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from caunoi.accounts.app_users import find_app_user, note_seen
from caunoi.accounts.models import AppUser
from caunoi.moments import local_date
from caunoi.openrosa.answers import VERSION
from caunoi.openrosa.errors import TokenMissing, TokenRefused, TooManyGuesses, VersionHeaderMissing
from caunoi.openrosa.guesses import PAUSE_SECONDS, count_guess
from caunoi.places.queries import get_snapshot

DEVICES = "caunoi.openrosa.urls_devices"


@dataclass(frozen=True)
class Phone:
    """`unit_ids`: the unit of today first, then, if it succeeded the token's, the token's own, which records of earlier
    days are about. Several successors: nobody here can tell which, so only the token's own."""

    app_user: AppUser
    token: str
    unit_ids: tuple[int, ...]
    base: str

    def address(self, view: str, /, **parts: str) -> str:
        """Always with the token in the path, whatever way it came: Collect appends to addresses."""
        return self.base + reverse(view, DEVICES, kwargs={"token": self.token, **parts})


def identify(request: HttpRequest, token: str | None, at: datetime) -> Phone:
    """Raises VersionHeaderMissing, TokenMissing, TokenRefused, TooManyGuesses."""
    if request.headers.get("X-OpenRosa-Version") != VERSION:
        raise VersionHeaderMissing
    # Some clients append `?deviceID=…` to an address that has a question mark already.
    given = token or request.GET.get("st", "").split("?")[0]
    password = "" if given else _read_password(request)
    if not given and not password:
        raise TokenMissing
    app_user = find_app_user(given or password, at)
    if app_user is None:
        if count_guess(request.META.get("REMOTE_ADDR", "")):
            raise TooManyGuesses(PAUSE_SECONDS // 60)
        # A wrong password may be typed again; a wrong address must not make Collect ask for a password.
        raise TokenRefused if given else TokenMissing
    note_seen(app_user, device=request.headers.get("User-Agent", ""), at=at)
    return Phone(app_user, given or password, _units_of(app_user.org_unit_id, local_date(at)), base_address(request))


def _read_password(request: HttpRequest) -> str:
    kind, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _units_of(unit: int, today: date) -> tuple[int, ...]:
    places = get_snapshot()
    if unit not in places.units or places.exists_on(unit, today):
        return (unit,)
    successors = {mapped.unit for mapped in places.map_unit(unit, today) if places.exists_on(mapped.unit, today)}
    return (*successors, unit) if len(successors) == 1 else (unit,)


def base_address(request: HttpRequest) -> str:
    """Scheme and host as the phone reached us. Behind a proxy that speaks HTTPS for us only the setting knows that."""
    configured = urlsplit(settings.CAUNOI_BASE_URL)
    if request.get_host() == configured.netloc:
        return str(settings.CAUNOI_BASE_URL)
    return f"{request.scheme}://{request.get_host()}"


def server_address(token: str) -> str:
    """What a phone's settings need to know: Collect appends /formList and /submission."""
    return f"{settings.CAUNOI_BASE_URL}/key/{quote(token, safe='')}"
