"""Campaign days: declaring and taking them back, and which of them a reader may watch, for which places."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import list_grants, scope_of
from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.audit.values import changes_of
from caunoi.boards.errors import CampaignMalformed, CampaignUnknown
from caunoi.boards.models import Campaign
from caunoi.boards.permissions import MAY_DECLARE, check_may_declare
from caunoi.facts.access import Reach
from caunoi.forms.models import Form, PeriodKind
from caunoi.forms.queries import list_assignments
from caunoi.moments import local_date
from caunoi.periods.rules import CutOff, Days, PeriodType, list_touching
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.vietnamese_text import clean, fold

MOST_DAYS = 92
READ_AT_ONCE = 200
MOST_REACHES = 500
_lock = threading.Lock()
_reaches: OrderedDict[tuple[int, str, date, date], tuple[Scope, PlaceSnapshot, bool]] = OrderedDict()


# Which are there, and for whom


def list_open_forms(on: date) -> list[Form]:
    """Forms that somebody fills by hand on that day, by title."""
    found = {one.form_id: one.form for one in list_assignments(on=on, by_hand=True)}
    return sorted(
        (form for form in found.values() if form.closed_on is None or form.closed_on > on), key=lambda one: one.title_vi
    )


def list_senders(form: Form, place: int, on: date) -> list[int]:
    """Units under the place (or the place itself) that fill the form on that day, in reading order."""
    places = get_snapshot()
    levels = {one.level for one in list_assignments(form.code, on=on, by_hand=True)}
    return [unit for level in sorted(levels) for unit in places.at_level(place, level, on)]


def list_watched(campaign: Campaign, held: Collection[int], scope: Scope) -> list[int]:
    """The places whose wall the reader may see, the widest first: all of the campaign's, or what of it is theirs.
    `held`: the units of their roles."""
    places, day = get_snapshot(), campaign.last
    asked = {campaign.org_unit_id: None}
    asked |= {unit: None for unit in held if campaign.org_unit_id in places.ancestors_on(unit, day)}
    return [
        unit
        for unit in asked
        if places.exists_on(unit, day) and _reaches_whole(scope, places, places.units[unit].key, campaign)
    ]


def _reaches_whole(scope: Scope, places: PlaceSnapshot, key: str, campaign: Campaign) -> bool:
    """Looking at all units under a province takes longer than the rest of a look at the wall, of which each watcher
    takes one a second; the answer is the same as long as scope and places are the same objects."""
    asked = (id(scope), key, campaign.first, campaign.last)
    with _lock:
        known = _reaches.get(asked)
    if known is not None and known[0] is scope and known[1] is places:
        return known[2]
    sees = Reach(Days(campaign.first, campaign.last), campaign.last, scope).sees(key)
    with _lock:
        _reaches[asked] = (scope, places, sees)
        while len(_reaches) > MOST_REACHES:
            _reaches.popitem(last=False)
    return sees


@dataclass(frozen=True)
class CampaignFilters:
    """`text`: of its name and its place's. `year`: one of its days is in."""

    text: str = ""
    year: int | None = None


def list_campaigns(user: User, today: date, filters: CampaignFilters | None = None) -> list[Campaign]:
    """Those the reader may watch some of, the newest days first."""
    found = Campaign.objects.select_related("form", "org_unit", "declared_by")
    asked = filters or CampaignFilters()
    if asked.year is not None:
        found = found.filter(first__year__lte=asked.year, last__year__gte=asked.year)
    return list(_find_watched(found, user, today, fold(asked.text).split()))


def list_running(user: User, today: date) -> list[Campaign]:
    """Those of today."""
    found = Campaign.objects.filter(first__lte=today, last__gte=today).select_related("form")
    return list(_find_watched(found, user, today))


def _find_watched(
    found: QuerySet[Campaign], user: User, today: date, words: Collection[str] = ()
) -> Iterator[Campaign]:
    """`words`: folded, all of which stand in its name or its place's."""
    scope, held = scope_of(user, today), _list_held(user, today)
    if not scope.everything and not scope.whole:
        # A commune's list must not be full of what others declared: only what could be theirs is read at all.
        found = found.filter(org_unit_id__in=ids_in_sql(scope.unit_ids | _list_ever_above(held)))
    for one in found.filter(deleted_at=None).iterator(READ_AT_ONCE):
        name = fold(f"{one.name} {get_snapshot().path_name(one.org_unit_id, one.last)}") if words else ""
        if all(word in name for word in words) and list_watched(one, held, scope):
            yield one


def _list_held(user: User, today: date) -> list[int]:
    """The units of the reader's roles, and what those that ended became by today."""
    places = get_snapshot()
    held = [grant.org_unit_id for grant in list_grants(user, today)]
    now = [mapped.unit for unit in held if unit in places.units for mapped in places.map_unit(unit, today)]
    return list(dict.fromkeys(now))


def _list_ever_above(units: Collection[int]) -> set[int]:
    """Those any of the units belonged to on some day: which of them counts is a matter of each campaign's days."""
    places = get_snapshot()
    found: set[int] = set()
    new = set(units)
    while new:
        new = {spell.parent for unit in new for spell in places.spells[unit] if spell.parent is not None} - found
        found |= new
    return found


def get_campaign(pk: int) -> Campaign:
    found = Campaign.objects.filter(pk=pk, deleted_at=None).select_related("form", "org_unit").first()
    if found is None:
        raise CampaignUnknown
    return found


def choose_place(campaign: Campaign, user: User, asked: str, today: date) -> tuple[int, list[int]]:
    """(unit whose wall is shown, the reader's widest places of the campaign). `asked`: a unit's key under one of
    them, or "". Raises CampaignUnknown, in the same words for what is not there and what is not theirs."""
    scope = scope_of(user, today)
    theirs = list_watched(campaign, _list_held(user, today), scope)
    places, day = get_snapshot(), campaign.last
    if not theirs:
        raise CampaignUnknown
    if not asked:
        return theirs[0], theirs
    unit = places.by_key.get(asked)
    if unit is None or not places.exists_on(unit.id, day):
        raise CampaignUnknown
    if not {unit.id, *places.ancestors_on(unit.id, day)} & set(theirs):
        raise CampaignUnknown
    return unit.id, theirs


# Declaring


@transaction.atomic
def declare_campaign(
    *, user: User, name: str, form: Form, org_unit: OrgUnit, first: date, last: date, by: Actor, at: datetime
) -> Campaign:
    check_may_declare(user, org_unit.pk, local_date(at))
    _check_days(form, org_unit.pk, first, last)
    made = Campaign.objects.create(
        name=clean(name), form=form, org_unit=org_unit, first=first, last=last, declared_by=user, made_at=at
    )
    told = {"name": made.name, "form": form.code, "unit": org_unit.key, "first": str(first), "last": str(last)}
    write_line("campaign.declare", f"campaign:{made.pk}", told, by=by, at=at)
    return made


@transaction.atomic
def change_campaign(
    campaign: Campaign, *, user: User, name: str, first: date, last: date, by: Actor, at: datetime
) -> None:
    """Its name and days; another form or place is another campaign. Changing nothing writes nothing."""
    check_may_declare(user, campaign.org_unit_id, local_date(at))
    _check_days(campaign.form, campaign.org_unit_id, first, last)
    before = {"name": campaign.name, "first": str(campaign.first), "last": str(campaign.last)}
    campaign.name, campaign.first, campaign.last = clean(name), first, last
    after = {"name": campaign.name, "first": str(first), "last": str(last)}
    if before != after:
        campaign.save(update_fields=["name", "first", "last"])
        write_line("campaign.change", f"campaign:{campaign.pk}", changes_of(before, after), by=by, at=at)


@transaction.atomic
def take_back_campaign(campaign: Campaign, *, user: User, by: Actor, at: datetime) -> None:
    """Only the wall goes: what units sent stays where it is. Taking back twice changes nothing."""
    check_may_declare(user, campaign.org_unit_id, local_date(at))
    if campaign.deleted_at is None:
        campaign.deleted_at = at
        campaign.save(update_fields=["deleted_at"])
        write_line("campaign.take-back", f"campaign:{campaign.pk}", {"name": campaign.name}, by=by, at=at)


def may_take_back(campaign: Campaign, user: User, on: date) -> bool:
    places = get_snapshot()
    above = {campaign.org_unit_id, *places.ancestors_on(campaign.org_unit_id, on)}
    return any(grant.org_unit_id in above and Role(grant.role) in MAY_DECLARE for grant in list_grants(user, on))


def _check_days(form: Form, org_unit_id: int, first: date, last: date) -> None:
    if last < first or (last - first) >= timedelta(days=MOST_DAYS):
        raise CampaignMalformed(
            _("Ngày cuối phải từ ngày đầu trở đi, và cả đợt nhiều nhất %(most)d ngày.") % {"most": MOST_DAYS}
        )
    if not list_senders(form, org_unit_id, last):
        raise CampaignMalformed(
            _("Không đơn vị nào ở %(unit)s gửi biểu “%(form)s” vào ngày %(day)s. Hãy chọn biểu hoặc đơn vị khác.")
            % {"unit": get_snapshot().name_on(org_unit_id, last), "form": form.title_vi, "day": f"{last:%d/%m/%Y}"}
        )
    assignments = [one for one in list_assignments(form.code, on=last, by_hand=True)]
    if any(one.period_kind == PeriodKind.EVENT for one in assignments):
        return
    # A periodic record tells of its whole period: days that hold none of them would show an empty wall for ever.
    whole = Days(first, last)
    for one in assignments:
        kind: PeriodType = one.period_kind  # type: ignore[assignment]  # every kind but "event" is a PeriodType
        cut_off: CutOff = one.cut_off  # type: ignore[assignment]  # the constraint allows 1 and 15
        periods = list_touching(whole, kind, cut_off)
        if any(first <= period.days.first and period.days.last <= last for period in periods):
            return
    raise CampaignMalformed(
        _("Biểu “%(form)s” gửi theo kỳ; các ngày đã chọn phải trọn ít nhất một kỳ của biểu đó.")
        % {"form": form.title_vi}
    )
