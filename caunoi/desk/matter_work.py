"""What meetings left to a reader's units and is not done, on the first page."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.templatetags.caunoi import day_
from caunoi.meetings.models import Matter, MatterSort
from caunoi.meetings.queries import MatterFilters, list_matters
from caunoi.places.queries import get_snapshot

Shown = tuple[str, str, str, bool]
"""Title, of whom and until when, address, whether it is late."""
LONGEST = 90


def list_open_matters(user: User, today: date) -> QuerySet[Matter]:
    """Conclusions to carry out, requests and questions to answer, of units the reader sees; the earliest first."""
    scope = scope_of(user, today)
    units = None if scope.everything or scope.whole else scope.unit_ids
    return list_matters(scope, MatterFilters(units=units), today).filter(done_on__isnull=True)


def show_matter(one: Matter, today: date) -> Shown:
    late = one.due_on < today
    when = (_("quá hạn %(day)s") if late else _("hạn %(day)s")) % {"day": day_(one.due_on)}
    whose = get_snapshot().path_name(one.org_unit_id, one.meeting.day_to)
    title = one.what if len(one.what) <= LONGEST else f"{one.what[:LONGEST].rstrip()}…"
    note = f"{MatterSort(one.sort).label} · {whose} · {when}"
    return title, note, reverse("meeting", args=[one.meeting_id]), late
