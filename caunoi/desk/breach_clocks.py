"""Breaches of personal data whose authority was not told yet, on the first page of who keeps their register."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.accounts.queries import holds_anywhere
from caunoi.desk.alarms import Alarm
from caunoi.moments import local_date
from caunoi.personal.queries import list_breaches


def tell_breaches(user: User, at: datetime) -> list[Alarm]:
    """The one with the least time first."""
    today = local_date(at)
    if not any(holds_anywhere(user, role, today) for role in (Role.AUDITOR, Role.ADMINISTRATOR)):
        return []
    if not reads_whole_audit(user, today):
        return []
    open_ = [line for line in list_breaches(at) if line.breach.closed_at is None and line.clock.left is not None]
    found = []
    for line in sorted(open_, key=lambda line: line.clock.due):
        said = (
            _("Vụ việc lộ, mất dữ liệu số %(number)d: đã quá hạn 72 giờ từ %(due)s mà chưa báo cơ quan thẩm quyền.")
            if line.clock.state == "late"
            else _("Vụ việc lộ, mất dữ liệu số %(number)d: còn %(hours)d giờ, đến %(due)s, để báo cơ quan thẩm quyền.")
        )
        due = localtime(line.clock.due).strftime("%H:%M %d/%m/%Y")
        numbers = {"number": line.breach.pk, "hours": line.clock.hours_left, "due": due}
        found.append(Alarm(said % numbers, reverse("breach", args=[line.breach.pk])))
    return found
