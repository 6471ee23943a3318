"""Who may administer what. When a step is possible is decided by the rooms' actions."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, RoleGrant, User
from caunoi.accounts.queries import can, list_grants, roles_on, window_of
from caunoi.accounts.rules import clamp
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot

TOP_LEVELS = {Level.COUNTRY, Level.PROVINCE}
RELEASERS = (Role.PROGRAMME_MANAGER, Role.ADMINISTRATOR)


def may_change_unit(user: User, org_unit_id: int, on: date) -> bool:
    """Administrators above a unit end, merge, rename or move it, and open its predecessors' records; those of the unit
    itself do not: nobody widens their own reach."""
    places = get_snapshot()
    parent = places.parent_on(org_unit_id, clamp(on, window_of(org_unit_id)))
    return can(user, Role.ADMINISTRATOR, org_unit_id if parent is None else parent, on)


def may_give_roles(user: User, org_unit_id: int, on: date) -> bool:
    return can(user, Role.ADMINISTRATOR, org_unit_id, on)


def may_manage_user(user: User, other: User, on: date) -> bool:
    """Name, password and access: only where every role the other holds or will hold lies within one's reach. Otherwise
    a commune's administrator could sign in as the province's."""
    held = RoleGrant.objects.filter(user=other).exclude(to_day__lte=on).values_list("org_unit_id", flat=True)
    is_administrator = any(grant.role == Role.ADMINISTRATOR for grant in list_grants(user, on))
    return is_administrator and all(may_give_roles(user, unit, on) for unit in set(held))


def may_load_packs(user: User, on: date) -> bool:
    """A pack is everybody's: its loading is decided at the top, not in one commune."""
    wanted = {Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER}
    return any(grant.role in wanted and grant.org_unit.level in TOP_LEVELS for grant in list_grants(user, on))


def may_release(user: User, org_unit_id: int, on: date) -> bool:
    """Publishing tables of sensitive counts of the unit, and withdrawing them."""
    return can(user, RELEASERS, org_unit_id, on)


def may_read_audit(user: User, on: date) -> bool:
    return any(grant.role in (Role.AUDITOR, Role.ADMINISTRATOR) for grant in list_grants(user, on))


def reads_whole_audit(user: User, on: date) -> bool:
    """Auditors and administrators of a unit nothing stands above. All others see the lines about what they reach."""
    tops = [unit for unit in get_snapshot().children_on(None, on)]
    return any(roles_on(user, top, on) & {Role.AUDITOR, Role.ADMINISTRATOR} for top in tops)
