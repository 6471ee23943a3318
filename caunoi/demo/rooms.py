"""Planned records that nobody types: a class, a meeting, a dossier of commendations or a set of criteria fills their
form. Each is held by the actions of its room, and its record is approved like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from caunoi.accounts.models import User
from caunoi.assessments.actions import record_progress, state_criterion
from caunoi.assessments.models import ProgressRecord
from caunoi.assessments.queries import get_criteria_set
from caunoi.audit.clock import read_definitions
from caunoi.awards.actions import add_recipients, decide_dossier, open_dossier
from caunoi.awards.rules.recipients import Recipient, RecipientKind
from caunoi.contests.actions import close_contest
from caunoi.contests.rules.terms import PERSON
from caunoi.demo.contests import PlannedContest, PlannedEntry, find_contest
from caunoi.demo.contests import list_turns as list_contests
from caunoi.demo.errors import DemoBroken
from caunoi.demo.rules.drafts import Draft
from caunoi.demo.turns import Turn
from caunoi.forms.rules.filling import list_asked
from caunoi.meetings.actions import plan_meeting, state_attendance
from caunoi.meetings.actions import take_step as take_meeting_step
from caunoi.meetings.rules.drafts import MeetingDraft
from caunoi.moments import local_date, local_moment
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import approve_many
from caunoi.records.entities.actions import send_review
from caunoi.records.entities.queries import get_register
from caunoi.records.entities.reviews import find_terms, make_review
from caunoi.remembering import as_defined_at
from caunoi.training.actions import open_class, state_counts, take_step
from caunoi.training.rules.drafts import ClassDraft

Hold = Callable[["Held", datetime], list[int]]
"""Holds what a draft tells of, and gives the submissions that came of it."""
Sent = tuple[Draft, int]
"""A draft and one of the submissions that came of it."""
Approve = Callable[[Sequence[Sent], datetime], None]


@dataclass(frozen=True)
class Through:
    """`room kind by others`, as plan.csv says it: `contest thi_viet ghi-lao-cai giam-khao-1 giam-khao-2`. The kind
    `@loai` is each draft's answer; `others`: the accounts with whom it is done."""

    room: str
    kind: str
    by: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """A draft whose answers are what was counted. `unit`: the draft's; `words`: what things are called."""

    draft: Draft
    through: Through
    by: User
    unit: int
    day: date
    words: Mapping[str, str]

    def name(self, what: str, number: int | None = None) -> str:
        """With the number, or else that of the draft, counted from 1."""
        return self.words[what].format(number=(self.draft.number if number is None else number) + 1)

    def number(self, question: str) -> int:
        return int(self.draft.answers.get(question, "0"))

    @property
    def kind(self) -> str:
        kind = self.through.kind
        return self.draft.answers[kind[1:]] if kind.startswith("@") else kind


def read_through(text: str) -> Through | None:
    if not text:
        return None
    room, kind, by, *others = text.split()
    return Through(room, kind, by, tuple(others))


def list_turns(
    drafts: Iterable[Draft],
    throughs: Mapping[str, Through],
    words: Mapping[str, str],
    users: Mapping[str, User],
    approve: Approve,
) -> list[Turn]:
    """Those of a set in one week are held together when the last of them is over, and approved at once: the record is
    sent when its room closes. Before contests are closed, they go their way."""
    known = get_snapshot().by_key
    together: dict[tuple[str, int, int], list[Held]] = {}
    contests: list[PlannedContest] = []
    for draft in drafts:
        through = throughs[draft.records]
        if draft.day is None:
            raise DemoBroken(draft.key, through.room)
        held = Held(draft, through, users[through.by], known[draft.unit].id, draft.day, words)
        year, week, _weekday = _last_day(held).isocalendar()
        together.setdefault((draft.records, year, week), []).append(held)
        if through.room == "contest":
            contests.append(_plan_contest(held))
    return list_contests(contests, users) + [
        Turn(local_moment(max(map(_last_day, several)), 18), partial(_take, several, approve))
        for several in together.values()
    ]


def _last_day(held: Held) -> date:
    return held.day + timedelta(days=_DAYS[held.through.room])


def _take(several: Sequence[Held], approve: Approve, at: datetime) -> None:
    with as_defined_at(read_definitions()):  # no room changes a definition
        approve([(held.draft, sent) for held in several for sent in _ROOMS[held.through.room](held, at)], at)


def _hold_class(held: Held, at: datetime) -> list[int]:
    """Of three days, to which everybody came."""
    name = held.name("class")
    until = held.day + timedelta(days=_DAYS["class"])
    draft = ClassDraft(held.kind, name, held.day, until, held.name("hall"), held.number("so_tiet"))
    made = open_class(org_unit_id=held.unit, draft=draft, by=held.by, at=at)
    learners = held.number("so_nguoi")
    present = dict.fromkeys(made.sessions.values_list("pk", flat=True), learners)
    state_counts(made.pk, learners=learners, completed=learners, present=present, by=held.by, at=at)
    return _sent(take_step(made.pk, "close", by=held.by, at=at).submission_id)


def _hold_meeting(held: Held, at: datetime) -> list[int]:
    """In the commune's hall, and with the first so many of its villages as online sites."""
    online = get_snapshot().children_on(held.unit, held.day)[: held.number("so_diem_cau")]
    draft = MeetingDraft(
        kind=held.kind, title=held.name("meeting"), halls=(held.name("hall"),), online=tuple(online),
        starts_at=local_moment(held.day, 8), ends_at=local_moment(held.day, 11),
    )  # fmt: skip
    made = plan_meeting(org_unit_id=held.unit, draft=draft, by=held.by, at=at)
    sites = list(made.sites.order_by("online", "pk").values_list("pk", flat=True))
    each, rest = divmod(held.number("so_luot"), len(sites))
    state_attendance(made.pk, dict.fromkeys(sites, each) | {sites[0]: each + rest}, by=held.by, at=at)
    asked = {question: held.number(question) for question in list_asked(made.kind.answers)}
    return _sent(take_meeting_step(made.pk, "close", asked=asked, by=held.by, at=at).submission_id)


def _plan_contest(held: Held) -> PlannedContest:
    """Of people of the unit's villages in turn, each with one entry; closed on the draft's day."""
    places = get_snapshot()

    def before(days: int) -> date:
        return held.day - timedelta(days=days)

    villages = [places.units[unit].key for unit in places.children_on(held.unit, before(20))]
    entries = [
        PlannedEntry(PERSON, held.name("entrant", i), villages[i % len(villages)], held.name("entry", i))
        for i in range(held.number("so_thi_sinh") + held.number("so_bai"))
    ]
    return PlannedContest(
        unit=held.draft.unit, kind=held.kind, title=held.name("contest"), day=held.day, by=held.through.by,
        planned_on=before(20), entries_until=before(12), judged_on=before(11), judging_until=before(6),
        published_on=before(5), appeals_until=before(1), judges=held.through.others, entries=tuple(entries),
    )  # fmt: skip


def _close_contest(held: Held, at: datetime) -> list[int]:
    made = find_contest(_plan_contest(held))
    return _sent(close_contest(made.pk, decision=held.name("decision"), day=held.day, by=held.by, at=at).submission_id)


def _hold_award(held: Held, at: datetime) -> list[int]:
    """By the district, of collectives and people in the commune."""
    places = get_snapshot()
    giver = next((unit for unit in places.ancestors_on(held.unit, held.day)), held.unit)
    dossier = open_dossier(
        org_unit_id=giver, kind=held.kind, occasion=held.draft.answers["dip_khen"],
        title=held.name("award"), by=held.by, at=at,
    )  # fmt: skip
    named = [("so_tap_the", RecipientKind.COLLECTIVE, "collective"), ("so_ca_nhan", RecipientKind.PERSON, "person")]
    recipients = [
        Recipient(kind, held.unit, held.name(word, number))
        for question, kind, word in named
        for number in range(held.number(question))
    ]
    add_recipients(dossier_id=dossier.pk, recipients=recipients, by=held.by, at=at)
    decide_dossier(dossier_id=dossier.pk, number=held.name("decision"), day=held.day, by=held.by, at=at)
    return list(dossier.counts.values_list("submission_id", flat=True))


def _state_criteria(held: Held, at: datetime) -> list[int]:
    """The first so many of the set are met."""
    set_ = get_criteria_set(held.kind)
    for criterion in set_.criteria[: held.number("so_dat")]:
        state_criterion(
            set_=set_, criterion=criterion["code"], org_unit_id=held.unit, day=held.day, met=True,
            evidence=held.name("evidence"), by=held.by, at=at,
        )  # fmt: skip
    record_progress(set_=set_, org_unit_id=held.unit, day=held.day, by=held.by, at=at)
    recorded = ProgressRecord.objects.get(set_code=set_.code, org_unit_id=held.unit, day=held.day)
    return _sent(recorded.submission_id)


def _send_review(held: Held, at: datetime) -> list[int]:
    """Of what the unit has in the registers by then; the draft only says what no register knows."""
    register = get_register(held.kind)
    terms = find_terms(register, get_snapshot().units[held.unit].level)
    if terms is None:
        raise DemoBroken(held.draft.key, held.through.room)
    seen = make_review(terms, held.unit, local_date(at)).counted
    asked = {question: held.number(question) for question in list_asked(terms.answers)}
    return [send_review(register, held.unit, seen=seen, asked=asked, by=held.by, at=at)]


def _sent(submission: int | None) -> list[int]:
    return [] if submission is None else [submission]


_ROOMS: Mapping[str, Hold] = {
    "class": _hold_class,
    "meeting": _hold_meeting,
    "contest": _close_contest,
    "award": _hold_award,
    "criteria": _state_criteria,
    "review": _send_review,
}
_DAYS = {"class": 2, "meeting": 0, "contest": 0, "award": 0, "criteria": 0, "review": 0}


def approve_as(approvers_of: Callable[[Draft, date], Sequence[User]]) -> Approve:
    """`approvers_of`: who decides about a draft's record on a day, one after the other."""

    def approve(several: Sequence[Sent], at: datetime) -> None:
        deciding = [(submission, approvers_of(draft, at.date())) for draft, submission in several]
        for turn in range(max(len(users) for _submission, users in deciding)):
            groups: dict[int, tuple[User, list[int]]] = {}
            for submission, users in deciding:
                if turn < len(users):
                    groups.setdefault(users[turn].pk, (users[turn], []))[1].append(submission)
            for user, ids in groups.values():
                result = approve_many(ids, by=user, at=at)
                if result.refused:
                    raise DemoBroken(str(result.refused[0][0]), result.refused[0][1])

    return approve
