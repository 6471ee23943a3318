"""Reading held sendings, and who settles them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, windows_with_role
from caunoi.accounts.scope import ids_in_sql
from caunoi.moments import local_date
from caunoi.records.errors import HeldUnknown
from caunoi.records.models import HeldSending

MAY_SETTLE = frozenset({Role.APPROVER, Role.EDITOR, Role.PROGRAMME_MANAGER})


def check_may_settle(user: User, org_unit_id: int | None, at: datetime) -> None:
    """Raises HeldUnknown: whether there is nothing or something not to be seen is never told apart."""
    if org_unit_id is None or not can(user, MAY_SETTLE, org_unit_id, local_date(at)):
        raise HeldUnknown


def get_held(held_id: int, user: User, at: datetime) -> HeldSending:
    found = HeldSending.objects.select_related("form_version__form", "org_unit", "became").filter(pk=held_id).first()
    check_may_settle(user, found.org_unit_id if found is not None else None, at)
    assert found is not None
    return found


def list_held(user: User, at: datetime, *, settled: bool = False) -> Sequence[HeldSending]:
    """What waits for this officer, the oldest first; with `settled` the last hundred decided ones, newest first."""
    found = HeldSending.objects.filter(pk__in=ids_in_sql(_list_ids(user, at, settled=settled)))
    found = found.select_related("form_version__form", "became").defer("xml")
    return list(found.order_by("-settled_at", "-pk")[:100] if settled else found.order_by("received_at", "pk"))


def count_held(user: User, at: datetime) -> int:
    return len(_list_ids(user, at, settled=False))


def _list_ids(user: User, at: datetime, *, settled: bool) -> list[int]:
    # From the sendings, which are few, not from the units, of which a province has thousands.
    sendings = HeldSending.objects.filter(settled_at__isnull=not settled).order_by("pk")
    sendings_of = list(sendings.values_list("pk", "org_unit_id"))
    if not sendings_of:
        return []
    scope = windows_with_role(user, MAY_SETTLE, local_date(at))
    return [pk for pk, unit in sendings_of if scope.sees_unit(unit)]
