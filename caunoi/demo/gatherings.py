"""A few meetings, commendations and campaign days, made by the actions of their rooms, each in its own time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from caunoi.accounts.models import User
from caunoi.awards.actions import add_recipients, decide_dossier, open_dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.boards.campaigns import declare_campaign
from caunoi.demo.turns import Turn
from caunoi.forms.queries import get_form
from caunoi.meetings.actions import add_matter, add_topic, plan_meeting, publish_answer, settle_matter, state_attendance
from caunoi.meetings.models import Meeting
from caunoi.meetings.rules.drafts import MeetingDraft
from caunoi.moments import local_moment
from caunoi.places.models import OrgUnit
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class PlannedCampaign:
    name: str
    form: str
    unit: str
    first: date
    last: date
    by: str


@dataclass(frozen=True)
class PlannedMatter:
    sort: str
    what: str
    unit: str
    due_on: date
    answer: str = ""
    done_on: date | None = None
    published: bool = False


@dataclass(frozen=True)
class PlannedMeeting:
    """`planned_on` None: a week before. Without an attendance it is still to be held."""

    unit: str
    kind: str
    title: str
    day: date
    starts: time
    ends: time
    hall: str
    by: str
    planned_on: date | None
    attendance: int | None
    topics: Mapping[str, int]
    matters: Sequence[PlannedMatter]


@dataclass(frozen=True)
class PlannedAward:
    """`units` and `people` (key of their unit -> name) are proposed on the day; with a decision it is decided too."""

    unit: str
    kind: str
    occasion: str
    title: str
    on: date
    by: str
    units: Sequence[str] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    decision: str = ""


@dataclass(frozen=True)
class Gatherings:
    campaigns: tuple[PlannedCampaign, ...]
    meetings: tuple[PlannedMeeting, ...]
    awards: tuple[PlannedAward, ...]


def plan_gatherings(told: Mapping[str, Any]) -> Gatherings:
    """`told`: demo/gatherings.toml."""
    return Gatherings(
        tuple(PlannedCampaign(**one) for one in told["campaign"]),
        tuple(
            PlannedMeeting(
                unit=one["unit"], kind=one["kind"], title=one["title"], day=one["day"], starts=one["from"],
                ends=one["to"], hall=one["hall"], by=one["by"], planned_on=one.get("planned_on"),
                attendance=one.get("attendance"), topics=one.get("topics", {}),
                matters=tuple(PlannedMatter(**matter) for matter in one.get("matter", ())),
            )
            for one in told["meeting"]
        ),
        tuple(PlannedAward(**one) for one in told["award"]),
    )  # fmt: skip


def list_turns(planned: Gatherings, users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known = get_snapshot().by_key
    turns = [
        Turn(local_moment(one.first - timedelta(days=1), 9), partial(_declare, one, users[one.by]))
        for one in planned.campaigns
        if one.unit in known and one.by in users
    ]
    for one in planned.meetings:
        if one.unit in known and one.by in users:
            planned_on = one.planned_on or one.day - timedelta(days=7)
            turns.append(Turn(local_moment(planned_on, 10), partial(_plan, one, users[one.by])))
            if one.attendance is not None:
                turns.append(Turn(local_moment(one.day, 16), partial(_hold, one, users[one.by])))
                turns += _list_answers(one, users[one.by])
    turns += [
        Turn(local_moment(one.on, 15), partial(_propose, one, users[one.by]))
        for one in planned.awards
        if one.unit in known and one.by in users
    ]
    return turns


def _id(key: str) -> int:
    return get_snapshot().by_key[key].id


def _declare(one: PlannedCampaign, by: User, at: datetime) -> None:
    declare_campaign(
        user=by, name=one.name, form=get_form(one.form), org_unit=OrgUnit.objects.get(key=one.unit), first=one.first,
        last=one.last, by=by.actor, at=at,
    )  # fmt: skip


def _plan(one: PlannedMeeting, by: User, at: datetime) -> None:
    draft = MeetingDraft(
        kind=one.kind, title=one.title, halls=(one.hall,),
        starts_at=local_moment(one.day, one.starts.hour, one.starts.minute),
        ends_at=local_moment(one.day, one.ends.hour, one.ends.minute),
    )  # fmt: skip
    plan_meeting(org_unit_id=_id(one.unit), draft=draft, by=by, at=at)


def _hold(one: PlannedMeeting, by: User, at: datetime) -> None:
    meeting = _find(one)
    state_attendance(
        meeting.pk, dict.fromkeys(meeting.sites.values_list("pk", flat=True), one.attendance), by=by, at=at
    )
    for topic, contributions in one.topics.items():
        add_topic(meeting.pk, topic, contributions, by=by, at=at)
    for matter in one.matters:
        add_matter(
            meeting.pk, sort=matter.sort, what=matter.what, org_unit_id=_id(matter.unit), due_on=matter.due_on, by=by,
            at=at,
        )  # fmt: skip


def _list_answers(one: PlannedMeeting, by: User) -> list[Turn]:
    return [
        Turn(local_moment(matter.done_on, 14), partial(_answer, one, matter, by))
        for matter in one.matters
        if matter.done_on is not None
    ]


def _answer(one: PlannedMeeting, matter: PlannedMatter, by: User, at: datetime) -> None:
    found = _find(one).matters.get(what=matter.what)
    assert matter.done_on is not None
    settle_matter(found.pk, answer=matter.answer, done_on=matter.done_on, by=by, at=at)
    if matter.published:
        publish_answer(found.pk, published=True, by=by, at=at)


def _find(one: PlannedMeeting) -> Meeting:
    return Meeting.objects.get(org_unit=_id(one.unit), title=one.title)


def _propose(one: PlannedAward, by: User, at: datetime) -> None:
    places = get_snapshot()
    dossier = open_dossier(
        org_unit_id=_id(one.unit), kind=one.kind, occasion=one.occasion, title=one.title, by=by, at=at
    )
    named = [Recipient(RecipientKind.UNIT, _id(key), places.distinct_name_on(_id(key), one.on)) for key in one.units]
    named += [Recipient(RecipientKind.PERSON, _id(key), name) for key, name in one.people.items()]
    add_recipients(dossier_id=dossier.pk, recipients=named, by=by, at=at)
    if one.decision:
        decide_dossier(dossier_id=dossier.pk, number=one.decision, day=one.on, by=by, at=at)
