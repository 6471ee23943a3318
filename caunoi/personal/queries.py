from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from caunoi.personal.errors import BreachUnknown
from caunoi.personal.models import Breach, BreachNotice
from caunoi.personal.rules.breaches import Clock, read_clock


@dataclass(frozen=True)
class BreachLine:
    breach: Breach
    notices: Sequence[BreachNotice]
    clock: Clock


def list_breaches(at: datetime) -> list[BreachLine]:
    """Open ones first, then the newest."""
    notices = Prefetch("notices", queryset=BreachNotice.objects.all())
    lines = [_line(one, at) for one in Breach.objects.prefetch_related(notices)]
    return sorted(lines, key=lambda line: line.breach.closed_at is not None)


def get_breach(pk: int, at: datetime) -> BreachLine:
    found = Breach.objects.filter(pk=pk).first()
    if found is None:
        raise BreachUnknown(_("Không có vụ việc này trong sổ."))
    return _line(found, at)


def _line(breach: Breach, at: datetime) -> BreachLine:
    notices = list(breach.notices.all())
    told = min((notice.told_at for notice in notices if notice.authority), default=None)
    return BreachLine(breach, notices, read_clock(breach.noticed_at, told, at))
