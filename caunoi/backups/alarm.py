"""An overdue backup, on the first page of those who can do something about it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.permissions import reads_whole_audit
from caunoi.accounts.published import is_demo_home
from caunoi.accounts.queries import holds_anywhere
from caunoi.backups.queries import find_warnings
from caunoi.desk.alarms import Alarm
from caunoi.moments import local_date


def tell_overdue(user: User, at: datetime) -> list[Alarm]:
    """To administrators of the whole office; a demonstration has nothing to lose."""
    today = local_date(at)
    if not holds_anywhere(user, Role.ADMINISTRATOR, today) or not reads_whole_audit(user, today) or is_demo_home():
        return []
    said = {
        "none-yet": _("Chưa có bản sao lưu nào. Nếu hỏng đĩa, mọi dữ liệu sẽ mất."),
        "old": _("Bản sao lưu tốt gần nhất đã quá hai ngày."),
        "failed": _("Lần sao lưu gần nhất không thành."),
    }
    told = [said[warning] for warning in find_warnings(at) if warning in said]
    return [Alarm(" ".join(told), reverse("backups"))] if told else []
