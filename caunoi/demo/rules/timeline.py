"""When each synthetic record was sent, returned, corrected and approved; and which of them are written together."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from caunoi.demo.rules.drafts import Draft
from caunoi.moments import local_moment


class Kind(StrEnum):
    RECEIVE = "receive"
    RETURN = "return"
    APPROVE = "approve"


class Course(StrEnum):
    """What becomes of a record."""

    PLAIN = "plain"
    RETURNED = "returned"
    CORRECTED = "corrected"
    MISSING = "missing"
    WAITING = "waiting"
    STAYS_RETURNED = "stays-returned"


@dataclass(frozen=True)
class Sending:
    """How many of a hundred records come late, are returned once, are corrected after approval; the comments of those
    who return; per form the questions of which the first answered was wrong at first."""

    late: int
    returned: int
    corrected: int
    comments: Sequence[str]
    wrong_at_first: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Unfinished:
    """Of a hundred reports of one period in some sets."""

    records: frozenset[str]
    period: date
    missing: int
    waiting: int
    returned: int


@dataclass(frozen=True)
class Fate:
    """Told for one record by name; `comment` for one that stays returned."""

    course: Course
    comment: str = ""


@dataclass(frozen=True)
class Step:
    """One thing done to one record at a moment. `version` counts what was received; `comment` says why returned."""

    at: datetime
    kind: Kind
    draft: Draft
    version: int
    answers: Mapping[str, str] = field(hash=False)
    comment: str = ""


def draw(draft: Draft, what: str, below: int) -> int:
    """A number from 0 to `below` - 1 that looks like chance and is the same every time."""
    return zlib.crc32(f"{draft.key}:{what}".encode()) % below


def choose_course(draft: Draft, sending: Sending, unfinished: Unfinished, fates: Mapping[str, Fate]) -> Fate:
    if draft.key in fates:
        return fates[draft.key]
    if draft.records in unfinished.records and draft.period == unfinished.period:
        among = draw(draft, "unfinished", 100)
        if among < unfinished.missing:
            return Fate(Course.MISSING)
        if among < unfinished.missing + unfinished.waiting:
            return Fate(Course.WAITING)
        if among < unfinished.missing + unfinished.waiting + unfinished.returned:
            return Fate(Course.STAYS_RETURNED)
    among = draw(draft, "course", 100)
    if wrong_question(draft, sending) is None or among >= sending.returned + sending.corrected:
        return Fate(Course.PLAIN)
    return Fate(Course.RETURNED if among < sending.returned else Course.CORRECTED)


def wrong_question(draft: Draft, sending: Sending) -> str | None:
    questions = sending.wrong_at_first.get(draft.form, ())
    return next((question for question in questions if question in draft.answers), None)


def first_answers(draft: Draft, sending: Sending) -> dict[str, str]:
    """What the first version said: one more than the truth."""
    answers = dict(draft.answers)
    if (question := wrong_question(draft, sending)) is not None:
        answers[question] = str(int(answers[question]) + 1)
    return answers


def make_steps(draft: Draft, fate: Fate, last_day: date, due_days: int, sending: Sending) -> list[Step]:
    """The record's steps in order. `last_day`: the event's day or the last day of the period; on time means at most
    `due_days` after it. A period's record is sent after the period, unless nothing but its last day is on time."""
    if fate.course == Course.MISSING:
        return []
    if draw(draft, "late", 100) < sending.late:
        delay = due_days + 1 + draw(draft, "delay", 12)
    elif draft.period is not None:
        delay = 1 + draw(draft, "delay", due_days) if due_days else 0
    else:
        delay = draw(draft, "delay", due_days + 1)
    moment = _at(draft, "sent", last_day + timedelta(days=delay), 7, 11)
    comment = fate.comment or sending.comments[draw(draft, "comment", len(sending.comments))]
    truth, first = draft.answers, first_answers(draft, sending)
    match fate.course:
        case Course.WAITING:
            return [Step(moment, Kind.RECEIVE, draft, 1, truth)]
        case Course.PLAIN:
            return [
                Step(moment, Kind.RECEIVE, draft, 1, truth),
                Step(_later(draft, "approved", moment, 1, 5), Kind.APPROVE, draft, 1, truth),
            ]
        case Course.STAYS_RETURNED:
            return [
                Step(moment, Kind.RECEIVE, draft, 1, first),
                Step(_later(draft, "returned", moment, 1, 3), Kind.RETURN, draft, 1, first, comment),
            ]
        case Course.RETURNED:
            returned = _later(draft, "returned", moment, 1, 3)
            again = _later(draft, "again", returned, 1, 4)
            return [
                Step(moment, Kind.RECEIVE, draft, 1, first),
                Step(returned, Kind.RETURN, draft, 1, first, comment),
                Step(again, Kind.RECEIVE, draft, 2, truth),
                Step(_later(draft, "approved", again, 1, 3), Kind.APPROVE, draft, 2, truth),
            ]
        case Course.CORRECTED:
            approved = _later(draft, "approved", moment, 1, 5)
            again = _later(draft, "again", approved, 10, 30)
            return [
                Step(moment, Kind.RECEIVE, draft, 1, first),
                Step(approved, Kind.APPROVE, draft, 1, first),
                Step(again, Kind.RECEIVE, draft, 2, truth),
                Step(_later(draft, "approved again", again, 1, 4), Kind.APPROVE, draft, 2, truth),
            ]
    raise AssertionError(fate.course)


def _at(draft: Draft, what: str, day: date, first_hour: int, hours: int) -> datetime:
    return local_moment(day, first_hour + draw(draft, f"{what} hour", hours), draw(draft, f"{what} minute", 60))


def _later(draft: Draft, what: str, moment: datetime, least: int, days: int) -> datetime:
    day = moment.date() + timedelta(days=least + draw(draft, f"{what} day", days))
    return _at(draft, what, day, 8, 9)


@dataclass(frozen=True)
class Batch:
    """Steps of one kind on different records, written together at the moment of the last of them."""

    at: datetime
    kind: Kind
    steps: Sequence[Step]


def make_batches(steps: Iterable[Step], days_together: int) -> Iterator[Batch]:
    """In the order in which they must be written: stretch after stretch of days; within one, the first open step of
    every record in rounds, so that no record's steps change places. The moments never go back."""
    now: datetime | None = None
    windows: dict[int, list[Step]] = {}
    for step in steps:
        windows.setdefault(step.at.date().toordinal() // days_together, []).append(step)
    for _number, together in sorted(windows.items()):
        waiting: dict[str, list[Step]] = {}
        for step in sorted(together, key=lambda step: (step.at, step.draft.key)):
            waiting.setdefault(step.draft.key, []).append(step)
        while waiting:
            for kind in Kind:
                ready = [several.pop(0) for several in waiting.values() if several[0].kind == kind]
                waiting = {key: several for key, several in waiting.items() if several}
                if ready:
                    last = max(step.at for step in ready)
                    now = last if now is None else max(now, last)
                    yield Batch(now, kind, ready)
