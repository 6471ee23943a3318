"""Who organises a contest, who enters something for a unit, who erases names."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import User
from caunoi.accounts.queries import can
from caunoi.contests.errors import ContestNotYours
from caunoi.contests.models import Contest, Judge
from caunoi.places.queries import get_snapshot
from caunoi.records.permissions import may_run
from caunoi.records.sealed import MAY_ERASE


def may_organise(user: User, contest: Contest, on: date) -> bool:
    """Whoever enters records for its unit; but a judge of the contest is kept from all that names entrants, also one
    whose role came after the appointment."""
    return may_run(user, contest.org_unit_id, on) and not is_judge(user, contest)


def is_judge(user: User, contest: Contest) -> bool:
    return Judge.objects.filter(contest=contest, user=user, dismissed_because="").exists()


def may_enter(user: User, contest: Contest, org_unit_id: int, on: date) -> bool:
    """For a unit's entrants: its own officers, or the organiser."""
    return not is_judge(user, contest) and (may_run(user, org_unit_id, on) or may_run(user, contest.org_unit_id, on))


def may_erase(user: User, contest: Contest, on: date) -> bool:
    return can(user, MAY_ERASE, contest.org_unit_id, on)


def check_may_run(user: User, org_unit_id: int, on: date) -> None:
    if not may_run(user, org_unit_id, on):
        raise ContestNotYours(get_snapshot().path_name(org_unit_id, on))


def check_may_organise(user: User, contest: Contest, on: date) -> None:
    if not may_organise(user, contest, on):
        raise ContestNotYours(get_snapshot().path_name(contest.org_unit_id, on))


def check_may_enter(user: User, contest: Contest, org_unit_id: int, on: date) -> None:
    if not may_enter(user, contest, org_unit_id, on):
        raise ContestNotYours(get_snapshot().path_name(org_unit_id, on))
