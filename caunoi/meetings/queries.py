from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.documents.reach import extend_scope
from caunoi.meetings.errors import MeetingUnknown
from caunoi.meetings.models import (
    Matter,
    MatterSort,
    Meeting,
    MeetingKind,
    MeetingState,
    MeetingUnit,
    Site,
    Topic,
    Turn,
)
from caunoi.meetings.rules.counts import Counts, MatterCount, SiteCount, Standing, compute_counts
from caunoi.vietnamese_text import fold

# -- Whose office may see a meeting -----------------------------------------------------------------------------------


def filter_meetings(meetings: QuerySet[Meeting], scope: Scope) -> QuerySet[Meeting]:
    """The one place where meetings are filtered: those of the reader's units, and those that have to do with them."""
    if scope.everything or scope.whole:
        return meetings
    concerned = MeetingUnit.objects.filter(extend_scope(scope).condition()).values("meeting_id")
    return meetings.filter(scope.condition() | Q(pk__in=concerned))


def get_meeting(meeting_id: int, scope: Scope) -> Meeting:
    """Raises MeetingUnknown also for one the reader may not see."""
    found = filter_meetings(Meeting.objects.filter(pk=meeting_id), scope).select_related("kind").first()
    if found is None:
        raise MeetingUnknown
    return found


# -- Lists ------------------------------------------------------------------------------------------------------------

SORTS = {"starts": "starts_at", "title": "words", "state": "state"}


@dataclass(frozen=True)
class Filters:
    """`units`: ids; None: all. `year`: it begins in."""

    text: str = ""
    kind: str = ""
    state: str = ""
    units: frozenset[int] | None = None
    year: int | None = None


def list_meetings(scope: Scope, filters: Filters, sort: str = "-starts") -> QuerySet[Meeting]:
    meetings = filter_meetings(Meeting.objects.all(), scope)
    if filters.kind:
        meetings = meetings.filter(kind__code=filters.kind)
    if filters.state in MeetingState.values:
        meetings = meetings.filter(state=filters.state)
    if filters.units is not None:
        meetings = meetings.filter(org_unit_id__in=ids_in_sql(filters.units))
    if filters.year is not None:
        meetings = meetings.filter(day_to__year=filters.year)
    for word in fold(filters.text).split():
        meetings = meetings.filter(words__contains=word)
    name, sign = sort.removeprefix("-"), "-" if sort.startswith("-") else ""
    return meetings.select_related("kind").order_by(f"{sign}{SORTS.get(name, 'starts_at')}", f"{sign}pk")


def list_invited(units: Collection[int], first: date, last: date) -> list[MeetingUnit]:
    """Invitations of these very units to meetings of those days, the earliest first; also to one that was cancelled,
    until its day is over."""
    found = MeetingUnit.objects.filter(invited=True, org_unit_id__in=ids_in_sql(units), day_to__range=(first, last))
    found = found.exclude(meeting__state=MeetingState.CLOSED)
    return list(found.select_related("meeting", "meeting__kind").order_by("meeting__starts_at", "pk"))


def list_kinds(level: str = "") -> list[MeetingKind]:
    """Those a unit of the level holds; all of them without one."""
    return [kind for kind in MeetingKind.objects.all() if not level or level in kind.levels]


# -- What one counts --------------------------------------------------------------------------------------------------


def count_turns(sites: Sequence[Site]) -> dict[int, int]:
    """By site, what its door counted."""
    counted = Turn.objects.filter(site__in=[site.pk for site in sites]).values_list("site_id").annotate(Count("pk"))
    return dict.fromkeys([site.pk for site in sites], 0) | dict(counted.order_by())


def read_counts(meetings: Sequence[Meeting], today: date) -> dict[int, Counts]:
    """Of each meeting, in four questions for all of them."""
    ids = [one.pk for one in meetings]
    found = list(Site.objects.filter(meeting_id__in=ids))
    turns = count_turns(found)
    sites: dict[int, list[SiteCount]] = defaultdict(list)
    for site in found:
        sites[site.meeting_id].append(SiteCount(site.online, site.attendance, turns[site.pk]))
    contributions: dict[int, list[int]] = defaultdict(list)
    for meeting, number in Topic.objects.filter(meeting_id__in=ids).values_list("meeting_id", "contributions"):
        contributions[meeting].append(number)
    matters: dict[int, list[MatterCount]] = defaultdict(list)
    rows = Matter.objects.filter(meeting_id__in=ids, dropped_because="")
    for meeting, sort, due_on, done_on in rows.values_list("meeting_id", "sort", "due_on", "done_on"):
        matters[meeting].append(MatterCount(sort, due_on, done_on))
    return {pk: compute_counts(sites[pk], contributions[pk], matters[pk], today) for pk in ids}


# -- Matters ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MatterFilters:
    """`state`: of `documents.rules.answering`; empty: all."""

    sort: str = ""
    state: str = ""
    text: str = ""
    units: frozenset[int] | None = None


def list_matters(scope: Scope, filters: MatterFilters, today: date) -> QuerySet[Matter]:
    """Of the meetings the reader may see, the earliest deadline first; dropped ones and cancelled meetings left out."""
    meetings = filter_meetings(Meeting.objects.exclude(state=MeetingState.CANCELLED), scope)
    matters = Matter.objects.filter(meeting__in=meetings.order_by().values("pk"), dropped_because="")
    if filters.sort in MatterSort.values:
        matters = matters.filter(sort=filters.sort)
    if filters.units is not None:
        matters = matters.filter(org_unit_id__in=ids_in_sql(filters.units))
    for word in fold(filters.text).split():
        matters = matters.filter(words__contains=word)
    if filters.state:
        matters = matters.filter(_in_state(today)[filters.state])
    return matters.select_related("meeting", "meeting__kind").order_by("due_on", "pk")


def _in_state(today: date) -> dict[str, Q]:
    return {
        "done": Q(done_on__lte=F("due_on")),
        "done-late": Q(done_on__gt=F("due_on")),
        "open": Q(done_on__isnull=True, due_on__gte=today),
        "late": Q(done_on__isnull=True, due_on__lt=today),
    }


def count_matters(matters: QuerySet[Matter], today: date) -> Standing:
    """How many there are, answered, on time, late: of whatever was filtered."""
    states = _in_state(today)
    found = matters.order_by().aggregate(
        all=Count("pk"),
        answered=Count("pk", filter=Q(done_on__isnull=False)),
        on_time=Count("pk", filter=states["done"]),
        late=Count("pk", filter=states["late"]),
    )
    return Standing(found["all"], found["answered"], found["on_time"], found["late"])


def get_matter(matter_id: int, scope: Scope) -> Matter:
    """Raises MeetingUnknown also for one of a meeting the reader may not see."""
    found = Matter.objects.select_related("meeting", "meeting__kind").filter(pk=matter_id).first()
    if found is None or not filter_meetings(Meeting.objects.filter(pk=found.meeting_id), scope).exists():
        raise MeetingUnknown
    return found


# -- For everybody ----------------------------------------------------------------------------------------------------


def list_published(text: str = "", held_by: Collection[int] | None = None) -> QuerySet[Matter]:
    """Questions and requests whose answer was marked published, the newest first: what anybody may read, without an
    account. Everything else about a meeting stays with those whose office may see it. `held_by`: only of meetings of
    these units."""
    matters = Matter.objects.filter(published_on__isnull=False, dropped_because="").exclude(
        meeting__state=MeetingState.CANCELLED
    )
    for word in fold(text).split():
        matters = matters.filter(words__contains=word)
    if held_by is not None:
        matters = matters.filter(meeting__org_unit_id__in=held_by)
    return matters.select_related("meeting").order_by("-published_on", "-pk")
