"""Where a person is signed in, and how such a session ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor

# In this order: many browsers also name those they descend from.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class SessionShown:
    id: int
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def describe_device(user_agent: str) -> str:
    """Browser and system as people call them; what it says itself, cut short, if it is none we know."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s trên %(system)s") % {"browser": browser, "system": system}
    return browser or system or user_agent[:60] or _("thiết bị không rõ")


def list_sessions(user: User, current_key: str | None) -> list[SessionShown]:
    """Those that still hold, this one first, then the last seen."""
    found = UserSession.objects.purge_and_list(user)
    shown = [
        SessionShown(
            one.pk,
            describe_device(one.user_agent),
            one.ip,
            one.created_at,
            one.last_seen_at,
            one.session_key == current_key,
        )
        for one in found
    ]
    return sorted(shown, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))


@transaction.atomic
def end_session(*, user: User, session_id: int, by: Actor, at: datetime) -> bool:
    """Whoever uses it is asked to sign in again at the next page. False if it had ended already."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        return False
    detail = {"device": describe_device(session.user_agent), "address": session.ip}
    session.end()
    write_line("session.end", f"user:{user.pk}", detail, by=by, at=at)
    return True


@transaction.atomic
def end_sessions(*, user: User, except_key: str | None, by: Actor, at: datetime) -> int:
    """All but the one with the key. Gives how many."""
    others = [one for one in UserSession.objects.filter(user=user) if one.session_key != except_key]
    for one in others:
        one.end()
    if others:
        write_line("session.end", f"user:{user.pk}", {"sessions": len(others)}, by=by, at=at)
    return len(others)


@transaction.atomic
def sign_out_noted(*, user: User, session_key: str | None, at: datetime) -> None:
    """The person pressed "sign out": the line is written, the session's own end is the framework's."""
    UserSession.objects.filter(user=user, session_key=session_key or "").delete()
    write_line("session.end", f"user:{user.pk}", by=user.actor, at=at)
