"""Wrong passwords and codes, counted by name and address; too many, and the next has to wait.

Counted three ways, so that neither one machine with many names nor many machines with one name go on guessing; the
last two are generous, because behind one address stands a whole office, and nobody shall lock another out easily.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from caunoi.accounts.models import FailedSignIns, User
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor

LONGEST = timedelta(hours=1)
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """`failures` of them, none later than `within` after the one before, and the next waits for `pause`; each further
    such number doubles it, up to an hour."""

    failures: int
    within: timedelta
    pause: timedelta

    def pause_after(self, failures: int) -> timedelta | None:
        times, rest = divmod(failures, self.failures)
        if times == 0 or rest:
            return None
        return min(self.pause * (1 << min(times - 1, 10)), LONGEST)


NAME_AND_ADDRESS = Limit(10, timedelta(minutes=30), timedelta(minutes=5))
NAME = Limit(50, timedelta(hours=1), timedelta(minutes=15))
ADDRESS = Limit(100, timedelta(hours=1), timedelta(minutes=15))


def find_pause(username: str, address: str, at: datetime) -> datetime | None:
    """Until when nobody may try that name from that address; None: they may."""
    name = _fold(username)
    paused = FailedSignIns.objects.filter(_rows(name, address), paused_until__gt=at)
    found: datetime | None = paused.aggregate(until=Max("paused_until"))["until"]
    return found


def find_pause_of(user: User, at: datetime) -> datetime | None:
    """Until when the account cannot be signed in to from at least one address."""
    paused = FailedSignIns.objects.filter(username=_fold(user.username), paused_until__gt=at)
    found: datetime | None = paused.aggregate(until=Max("paused_until"))["until"]
    return found


@transaction.atomic
def note_failure(*, username: str, address: str, at: datetime) -> datetime | None:
    """Gives until when the next try has to wait, if this was one too many."""
    name = _fold(username)
    # What strangers typed isn't kept for long: some of it is a password in the wrong box.
    FailedSignIns.objects.filter(last_at__lt=at - KEPT).delete()
    until = None
    for limit, row_name, row_address in (
        (NAME_AND_ADDRESS, name, address),
        (NAME, name, ""),
        (ADDRESS, "", address),
    ):
        if not row_name and not row_address:
            continue
        row, _made = FailedSignIns.objects.select_for_update().get_or_create(
            username=row_name, address=row_address, defaults={"last_at": at}
        )
        row.failures = row.failures + 1 if row.last_at >= at - limit.within - LONGEST else 1
        row.last_at = at
        if pause := limit.pause_after(row.failures):
            row.paused_until = at + pause
            until = max(until or row.paused_until, row.paused_until)
        row.save()
    if until is not None:
        user = User.objects.filter(username__iexact=username).first()
        detail = {"address": address, "until": until.isoformat()}
        # A name that nobody has is not written down: it may be anything.
        write_line(
            "sign-in.pause", f"user:{user.pk}" if user else "sign-in", detail, by=Actor("", None, address), at=at
        )
    return until


def note_success(*, username: str, address: str) -> None:
    FailedSignIns.objects.filter(username=_fold(username), address=address).delete()


@transaction.atomic
def lift_pause(*, user: User, by: Actor, at: datetime) -> bool:
    """False if there was none."""
    if find_pause_of(user, at) is None:
        return False
    FailedSignIns.objects.filter(username=_fold(user.username)).delete()
    write_line("sign-in.lift", f"user:{user.pk}", by=by, at=at)
    return True


def _rows(name: str, address: str) -> Q:
    return Q(username=name, address=address) | Q(username=name, address="") | Q(username="", address=address)


def _fold(username: str) -> str:
    return username.strip().casefold()[:150]
