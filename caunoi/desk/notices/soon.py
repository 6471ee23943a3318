"""What is due in the next days of the units a person works for: reports nobody has sent, and what documents ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.desk.collecting import list_due_cards
from caunoi.desk.context import DECIDERS, WRITERS
from caunoi.desk.rating_work import list_rating_soon
from caunoi.desk.templatetags.caunoi import period
from caunoi.desk.units import list_working_units
from caunoi.documents.permissions import MAY_KEEP
from caunoi.documents.queries import list_open_duties
from caunoi.meetings.models import MeetingState
from caunoi.meetings.queries import list_invited
from caunoi.moments import VIETNAM
from caunoi.places.queries import get_snapshot

DAYS_AHEAD = 7
# A letter tells of it on these days before its end, not on each of them.
TOLD_AT = frozenset({7, 3, 1, 0})
MOST_SHOWN = 50
# Of who works for more units than these, the piles of the first page count what is missing.
MOST_UNITS = 20


@dataclass(frozen=True)
class Soon:
    """`days_left`: 0 on its last day. `why`: the reason the reader is told."""

    title: str
    unit: str
    due_on: date
    days_left: int
    why: str
    address: str

    is_meeting: bool = False

    @property
    def when(self) -> str:
        if self.is_meeting:
            return _("họp ngày %(day)s") % {"day": f"{self.due_on:%d/%m/%Y}"}
        if self.days_left == 0:
            return _("hạn hôm nay, %(day)s") % {"day": f"{self.due_on:%d/%m/%Y}"}
        sentence = ngettext("còn %(count)d ngày, hạn %(day)s", "còn %(count)d ngày, hạn %(day)s", self.days_left)
        return sentence % {"count": self.days_left, "day": f"{self.due_on:%d/%m/%Y}"}


def list_soon(user: User, today: date) -> list[Soon]:
    """The earliest first. What is late already stands on the first page and isn't told again here."""
    found = [
        *_list_reports(user, today),
        *_list_ratings(user, today),
        *_list_duties(user, today),
        *list_invitations(user, today),
    ]
    return sorted(found, key=lambda one: (one.due_on, one.title))[:MOST_SHOWN]


def list_to_tell(user: User, today: date) -> list[Soon]:
    return [one for one in list_soon(user, today) if one.days_left in TOLD_AT]


def _list_reports(user: User, today: date) -> list[Soon]:
    units = list_working_units(user, WRITERS, today)[:MOST_UNITS]
    last = today + timedelta(days=DAYS_AHEAD)
    why = _("Bạn ghi số liệu cho đơn vị này.")
    return [
        Soon(
            f"{card.title}, {period(card.period_key)}",
            card.unit_name,
            card.due_on,
            (card.due_on - today).days,
            why,
            card.address,
        )
        for card in list_due_cards({unit.id for unit in units}, today, named=True)
        if card.due_on is not None and today <= card.due_on <= last
    ]


def _list_ratings(user: User, today: date) -> list[Soon]:
    places, why = get_snapshot(), _("Đơn vị bạn ghi số liệu chưa tự chấm điểm kỳ này.")
    return [
        Soon(title, places.distinct_name_on(unit, today), due_on, (due_on - today).days, why, address)
        for title, unit, due_on, address in list_rating_soon(user, today, timedelta(days=DAYS_AHEAD), MOST_SHOWN)
    ]


def _list_duties(user: User, today: date) -> list[Soon]:
    """Of the very units, and of what they succeeded: an office isn't told of each of its villages."""
    own = {unit.id for unit in list_working_units(user, MAY_KEEP, today)[:MOST_UNITS]}
    places, found = get_snapshot(), []
    last = today + timedelta(days=DAYS_AHEAD)
    duties = list_open_duties(scope_of(user, today)).filter(deadline__due_on__gte=today, deadline__due_on__lte=last)
    for one in duties.iterator():
        heirs = {mapped.unit for mapped in places.map_unit(one.org_unit_id, today)}
        if heirs & own:
            due_on, unit = one.deadline.due_on, min(heirs & own)
            found.append(
                Soon(
                    f"{one.deadline.document.reference}: {one.deadline.what}",
                    places.distinct_name_on(unit, today),
                    due_on,
                    (due_on - today).days,
                    _("Văn bản giao việc này cho đơn vị của bạn."),
                    reverse("document", args=[one.deadline.document_id]),
                )
            )
        if len(found) == MOST_SHOWN:
            break
    return found


def list_invitations(user: User, today: date) -> list[Soon]:
    """Meetings of the next days to which a unit the reader works for is invited, at the hour at which they stand now;
    one that was cancelled says so."""
    own = {unit.id for unit in list_working_units(user, WRITERS | DECIDERS, today)[:MOST_UNITS]}
    places, found = get_snapshot(), []
    for one in list_invited(own, today, today + timedelta(days=DAYS_AHEAD))[:MOST_SHOWN]:
        meeting = one.meeting
        if meeting.state == MeetingState.CANCELLED:
            title = _("Đã hủy: %(title)s") % {"title": meeting.title}
        else:
            where = meeting.venue or places.name_on(meeting.org_unit_id, meeting.day_to)
            hour = f"{meeting.starts_at.astimezone(VIETNAM):%H:%M}"
            title = _("Mời họp: %(title)s, %(hour)s, %(where)s") % {
                "title": meeting.title,
                "hour": hour,
                "where": where,
            }
        unit, why = places.distinct_name_on(one.org_unit_id, today), _("Đơn vị bạn làm việc được mời.")
        left, address = (meeting.day_to - today).days, reverse("meeting", args=[meeting.pk])
        found.append(Soon(title, unit, meeting.day_to, left, why, address, is_meeting=True))
    return found
