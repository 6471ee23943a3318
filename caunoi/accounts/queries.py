from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from caunoi.accounts.models import PredecessorAccess, Role, RoleGrant, User
from caunoi.accounts.rules import PlaceHistory, clamp, compute_reach, open_ends, read_history
from caunoi.accounts.scope import NOTHING, Scope, Window, ids_in_sql, is_whole
from caunoi.places.models import SuccessionShare
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.remembering import remember
from caunoi.vietnamese_text import fold

_lock = threading.Lock()
_histories: OrderedDict[int, tuple[PlaceSnapshot, PlaceHistory]] = OrderedDict()
_scopes: OrderedDict[tuple[int, frozenset[int], frozenset[tuple[int, int]]], tuple[PlaceSnapshot, Scope]] = (
    OrderedDict()
)


def scope_of(user: User | AnonymousUser, on: date) -> Scope:
    """What the user may see on that day: the sum of all roles held then. Nothing for those not signed in."""
    units = [unit for _role, unit in _list_held(user, on)]
    if not units:
        return NOTHING
    return _get_scope(units)


def roles_on(user: User | AnonymousUser, org_unit_id: int, on: date) -> frozenset[Role]:
    """Roles held on that day whose reach holds the unit then (for a unit that ended: on its last day)."""
    held = _list_held(user, on)
    if not held:
        return frozenset()
    unit = get_snapshot().units.get(org_unit_id)
    if unit is None:
        return frozenset()
    existed = _get_history(get_snapshot()).existed[org_unit_id]
    day = clamp(on, existed)
    found = set()
    for role in {role for role, _unit in held}:
        reached = _get_scope([unit for held_role, unit in held if held_role == role]).windows
        if any(window.has(day) for window in reached.get(org_unit_id, ())):
            found.add(role)
    return frozenset(found)


def can(user: User | AnonymousUser, roles: Role | Iterable[Role], org_unit_id: int, on: date) -> bool:
    """Whether the user holds one of the roles for the unit on that day."""
    wanted = {roles} if isinstance(roles, Role) else set(roles)
    return bool(wanted & roles_on(user, org_unit_id, on))


def can_as_heir(user: User, roles: Iterable[Role], org_unit_id: int, on: date) -> bool:
    """As `can`; of a unit that ended also by a role for what became of it, as what the unit began goes on there."""
    units = {org_unit_id, *(mapped.unit for mapped in get_snapshot().map_unit(org_unit_id, on))}
    return any(can(user, roles, unit, on) for unit in units)


def holds_anywhere(user: User | AnonymousUser, role: Role, on: date) -> bool:
    """Whether the user holds the role on some unit; which pages the menu offers depends on it."""
    return any(held == role for held, _unit in _list_held(user, on))


def units_with_role(user: User | AnonymousUser, roles: Role | Iterable[Role], on: date) -> frozenset[int]:
    """Units existing on that day that the user reaches with one of the roles."""
    wanted = {roles} if isinstance(roles, Role) else set(roles)
    reached = _get_scope([unit for role, unit in _list_held(user, on) if role in wanted]).windows
    return frozenset(unit for unit, windows in reached.items() if any(window.has(on) for window in windows))


def windows_with_role(
    user: User | AnonymousUser, roles: Role | Iterable[Role], on: date, levels: Collection[str] | None = None
) -> Scope:
    """Like `scope_of`, of these roles alone; with `levels`, only of those granted on units of these levels."""
    wanted = {roles} if isinstance(roles, Role) else set(roles)
    places = get_snapshot().units
    held = [unit for role, unit in _list_held(user, on) if role in wanted]
    return _get_scope([unit for unit in held if levels is None or places[unit].level in levels])


def list_grants(user: User, on: date) -> list[RoleGrant]:
    """Grants that hold on that day, in order of level and unit."""
    return list(_active(user.grants.all(), on).select_related("org_unit").order_by("org_unit_id", "role"))


def find_users(text: str) -> QuerySet[User]:
    """By user name or full name, accents aside; all for an empty text. In order of user name."""
    users = User.objects.order_by("username").prefetch_related("grants__org_unit")
    if not (wanted := fold(text)):
        return users
    names = User.objects.values_list("pk", "username", "full_name")
    return users.filter(pk__in=[pk for pk, name, full in names if wanted in fold(name) or wanted in fold(full)])


def find_people(text: str, units: Iterable[int], on: date) -> QuerySet[User]:
    """As `find_users`, of those who can sign in and hold a role on one of the units on that day; whoever signs in by
    exactly that name is found without one."""
    held = _active(RoleGrant.objects.filter(org_unit_id__in=ids_in_sql(units)), on).values("user_id")
    return find_users(text).filter(Q(pk__in=held) | Q(username=text), is_active=True)


def _active(grants: QuerySet[RoleGrant], on: date) -> QuerySet[RoleGrant]:
    return grants.filter(from_day__lte=on).filter(Q(to_day__isnull=True) | Q(to_day__gt=on))


def _list_held(user: User | AnonymousUser, on: date) -> list[tuple[Role, int]]:
    if not isinstance(user, User) or not user.is_active:
        return []
    pk = user.pk

    def read() -> list[tuple[Role, int]]:
        grants = _active(RoleGrant.objects.filter(user_id=pk), on)
        return [(Role(role), unit) for role, unit in grants.values_list("role", "org_unit_id")]

    return remember(("roles", pk, on), read)


def _list_confirmed() -> frozenset[tuple[int, int]]:
    """(successor, predecessor) of all confirmed accesses; a transferred unit with itself."""
    confirmed = dict(PredecessorAccess.objects.values_list("id", "succession_id"))
    if not confirmed:
        return frozenset()
    shares: dict[int, list[tuple[int, int]]] = {}
    for succession, new, old in SuccessionShare.objects.filter(succession_id__in=confirmed.values()).values_list(
        "succession_id", "new_id", "old_id"
    ):
        shares.setdefault(succession, []).append((new, old))
    pairs: set[tuple[int, int]] = set()
    for succession, successor in PredecessorAccess.objects.values_list("succession_id", "org_unit_id"):
        if succession in shares:
            pairs.update(pair for pair in shares[succession] if pair[0] == successor)
        else:
            pairs.add((successor, successor))
    return frozenset(pairs)


def _get_history(places: PlaceSnapshot) -> PlaceHistory:
    with _lock:
        cached = _histories.get(id(places))
    if cached is not None and cached[0] is places:
        return cached[1]
    history = read_history(places)
    with _lock:
        _histories[id(places)] = (places, history)
        while len(_histories) > 4:
            _histories.popitem(last=False)
    return history


def _get_scope(units: Iterable[int]) -> Scope:
    """Computed once per set of units and state of places; reaching a whole country takes a moment."""
    places, confirmed = get_snapshot(), remember("confirmed accesses", _list_confirmed)
    key = (id(places), frozenset(units), confirmed)
    with _lock:
        cached = _scopes.get(key)
    if cached is not None and cached[0] is places:
        return cached[1]
    history = _get_history(places)
    reach = compute_reach(key[1], confirmed, history)
    opened = open_ends(reach, history)
    scope = Scope(False, reach, opened, is_whole(opened, len(places.units)))
    with _lock:
        _scopes[key] = (places, scope)
        while len(_scopes) > 200:
            _scopes.popitem(last=False)
    return scope


def window_of(unit: int) -> Window:
    """The days a unit exists, as now known."""
    return _get_history(get_snapshot()).existed[unit]
