from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.personal.errors import BreachClosed, BreachInvalid, BreachUnknown
from caunoi.personal.models import Breach, BreachNotice


@transaction.atomic
def record_breach(
    *, what: str, kinds: str, people: int | None, measures: str, noticed_at: datetime, by: Actor, at: datetime
) -> Breach:
    if noticed_at > at:
        raise BreachInvalid(_("Lúc phát hiện không thể ở sau lúc này. Hãy ghi lại ngày giờ."))
    made = Breach.objects.create(
        what=what, kinds=kinds, people=people, measures=measures, noticed_at=noticed_at, recorded_at=at,
        recorded_by_name=by.name,
    )  # fmt: skip
    detail = {"what": what, "kinds": kinds, "people": people, "noticed_at": noticed_at.isoformat()}
    write_line("breach.record", f"breach:{made.pk}", detail, by=by, at=at)
    return made


@transaction.atomic
def tell_breach(
    breach_id: int, *, whom: str, authority: bool, how: str, told_at: datetime, by: Actor, at: datetime
) -> BreachNotice:
    """Also of a closed one: somebody may be told later."""
    breach = _lock(breach_id)
    if not breach.noticed_at <= told_at <= at:
        raise BreachInvalid(_("Lúc báo phải ở sau lúc phát hiện và không ở sau lúc này. Hãy ghi lại ngày giờ."))
    made = BreachNotice.objects.create(
        breach=breach, whom=whom, authority=authority, how=how, told_at=told_at, recorded_at=at,
        recorded_by_name=by.name,
    )  # fmt: skip
    detail = {"whom": whom, "authority": authority, "how": how, "told_at": told_at.isoformat()}
    write_line("breach.tell", f"breach:{breach.pk}", detail, by=by, at=at)
    return made


@transaction.atomic
def close_breach(breach_id: int, *, outcome: str, by: Actor, at: datetime) -> None:
    breach = _lock(breach_id)
    if breach.closed_at is not None:
        raise BreachClosed(_("Vụ việc này đã được đóng. Hãy tải lại trang."))
    breach.closed_at, breach.closed_by_name, breach.outcome = at, by.name, outcome
    breach.save(update_fields=["closed_at", "closed_by_name", "outcome"])
    write_line("breach.close", f"breach:{breach.pk}", {"outcome": outcome}, by=by, at=at)


def _lock(breach_id: int) -> Breach:
    # Protects a closed one from being closed again with another outcome.
    found = Breach.objects.select_for_update().filter(pk=breach_id).first()
    if found is None:
        raise BreachUnknown(_("Không có vụ việc này trong sổ."))
    return found
