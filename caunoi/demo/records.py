"""Puts the synthetic records onto real units and sends them through the door by which real ones come."""

from __future__ import annotations

import re
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import cast

from caunoi.accounts.models import User
from caunoi.approvals.permissions import deciding_levels, endorsing_levels
from caunoi.audit.clock import read_definitions
from caunoi.audit.rules import Actor
from caunoi.demo.errors import DemoBroken
from caunoi.demo.rules.drafts import Draft, Fillers
from caunoi.demo.rules.plan import PlanRow, make_beside, make_planned
from caunoi.demo.rules.timeline import Batch, Fate, Kind, Step, choose_course, make_batches, make_steps
from caunoi.demo.sources import Account, DemoPlan
from caunoi.demo.turns import Turn
from caunoi.facts.models import DataElement
from caunoi.facts.models import Kind as ElementKind
from caunoi.forms.models import Assignment, PeriodKind
from caunoi.forms.queries import get_form_version, list_assignments, questions_of
from caunoi.forms.rules.assignments import holds_on
from caunoi.forms.rules.entities import identity_made
from caunoi.forms.rules.questions import (
    FILES,
    PERIOD_QUESTION,
    Branch,
    find_event_question,
    list_answered_files,
    outline,
)
from caunoi.moments import local_moment
from caunoi.periods.rules import CutOff, PeriodType, period_starting
from caunoi.places.queries import get_place, get_snapshot
from caunoi.places.rules.snapshot import PlaceSnapshot
from caunoi.records.actions import Incoming, approve_many, receive_many, return_many
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import SubmissionVersion
from caunoi.remembering import as_defined_at

ONE_DAY = timedelta(days=1)
_ONE_QUESTION = re.compile(r"\$\{(\w+)\}")
_INSTANCES = uuid.UUID("5f0d3c9e-8f4b-5b7e-9d0a-3a6d4a1c2e11")


@dataclass(frozen=True)
class People:
    """The accounts of the demonstration with their users, in the order in which they are asked."""

    users: Mapping[str, User]
    approvers: Sequence[Account]
    recorders: Sequence[Account]


@dataclass(frozen=True)
class Due:
    """Until when a record is on time, the key of its period (blank for events), and the levels that decide about it,
    one after the other."""

    period_key: str
    last_day: date
    due_days: int
    deciding: tuple[frozenset[str], ...]


class FormFacts:
    """What the records need to know of the forms, read once."""

    def __init__(self, forms: Iterable[str]) -> None:
        self.assignments: dict[str, list[Assignment]] = {form: list_assignments(form) for form in forms}
        self.event_question: dict[str, str] = {}
        self.with_photos: dict[str, Branch] = {}
        for form in self.assignments:
            questions = questions_of(get_form_version(form))
            question = find_event_question(questions)
            if question is not None:
                self.event_question[form] = question.name
            if any(one.type in FILES for one in questions):
                self.with_photos[form] = outline(questions)

    def is_by_period(self, form: str) -> bool:
        return any(one.period_kind != PeriodKind.EVENT for one in self.assignments[form])

    def due_of(self, draft: Draft, level: str) -> Due:
        """By the assignment that holds on the record's last day."""
        for one in self.assignments[draft.form]:
            if one.level != level:
                continue
            due = _due_under(one, draft)
            if due is not None and holds_on(one, due.last_day):
                return due
        raise DemoBroken(draft.key, f"{draft.form}, {level}, {draft.period or draft.day}")


def _due_under(assignment: Assignment, draft: Draft) -> Due | None:
    levels = assignment.approval_levels
    deciding = (*(endorsing_levels(*pair) for pair in pairwise(levels)), deciding_levels(levels[-1] if levels else ""))
    if assignment.period_kind == PeriodKind.EVENT:
        return None if draft.day is None else Due("", draft.day, assignment.due_days, deciding)
    if draft.period is None:
        return None
    cut_off: CutOff = 15 if assignment.cut_off == 15 else 1
    period = period_starting(draft.period, cast(PeriodType, assignment.period_kind), cut_off)
    return None if period is None else Due(period.key, period.days.last, assignment.due_days, deciding)


def make_drafts(plan: DemoPlan) -> list[Draft]:
    """Every record of the plan and beside it, as it stands in the end."""
    snapshot = get_snapshot()
    fillers = Fillers(plan.fillers)
    forms = FormFacts({rows[0].form for rows in plan.planned.values()} | {row.form for row in plan.beside})
    question_of = _questions_of_elements()
    made: dict[str, list[Draft]] = {}
    for records, rows in plan.planned.items():
        repeated: dict[str, dict[str, str]] = {}
        if (restated := plan.restated.get(records)) is not None:
            repeated = {
                draft.unit: {question: draft.answers[question] for question in restated.questions}
                for draft in made.get(restated.source, [])
            }
        units = _units_of(rows[0], snapshot)
        by_period = forms.is_by_period(rows[0].form)
        made[records] = make_planned(rows, units, question_of, by_period, fillers, repeated)
    for row in plan.beside:
        places = [get_place(place, row.units_on, snapshot) for place in row.places]
        made[row.records] = make_beside(row, _keys(places, row.unit_level, row.units_on, snapshot), fillers)
    return [draft for drafts in made.values() for draft in drafts]


def split_held(plan: DemoPlan, drafts: Iterable[Draft]) -> tuple[list[Draft], list[Draft]]:
    """Those that somebody types, and those that a room sends."""
    typed: list[Draft] = []
    held: list[Draft] = []
    for draft in drafts:
        (held if draft.records in plan.throughs else typed).append(draft)
    return typed, held


def _questions_of_elements() -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for element in DataElement.objects.all():
        question = _ONE_QUESTION.fullmatch(element.expression)
        found[element.code] = question[1] if question and element.kind != ElementKind.CATEGORY else None
    return found


def _units_of(row: PlanRow, snapshot: PlaceSnapshot) -> list[str]:
    left_out: set[int] = set()
    if row.left_out:
        left_out = snapshot.subtree_on(get_place(row.left_out, row.last, snapshot), row.last)
    place = get_place(row.place, row.last, snapshot)
    return _keys([place], row.unit_level, row.last, snapshot, left_out)


def _keys(
    places: Sequence[int], level: str, day: date, snapshot: PlaceSnapshot, left_out: Iterable[int] = ()
) -> list[str]:
    without = set(left_out)
    return [
        snapshot.units[unit].key
        for place in places
        for unit in snapshot.at_level(place, level, day)
        if unit not in without
    ]


def send_all(
    plan: DemoPlan,
    drafts: Sequence[Draft],
    people: People,
    *,
    by: Actor,
    until: datetime,
    between: Sequence[Turn] = (),
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Send, return, correct and approve everything up to a moment, in the order of time. Gives the number of steps.

    `between`: what else happens, in its order of time: what is known never goes back.
    `progress` is told (steps done, steps altogether).
    """
    snapshot = get_snapshot()
    forms = FormFacts({draft.form for draft in drafts})
    dues = {d.key: forms.due_of(d, snapshot.units[snapshot.by_key[d.unit].id].level) for d in drafts}
    fates = _fates(plan, drafts)
    steps = [
        step
        for draft in drafts
        for step in make_steps(
            draft,
            choose_course(draft, plan.sending, plan.unfinished, fates),
            dues[draft.key].last_day,
            dues[draft.key].due_days,
            plan.sending,
        )
        if step.at <= until
    ]
    sender = _Sender(plan, people, snapshot, forms, dues, by, drafts)
    done = 0
    waiting = deque(sorted((turn for turn in between if turn.at <= until), key=lambda turn: turn.at))
    now = local_moment(plan.opened_on)
    for batch in make_batches(steps, plan.days_together):
        while waiting and waiting[0].at <= batch.at:
            turn = waiting.popleft()
            turn.take(max(now, turn.at))
        now = batch.at
        with as_defined_at(read_definitions()):  # sending changes no definition
            sender.send(batch)
        done += len(batch.steps)
        if progress is not None:
            progress(done, len(steps))
    for turn in waiting:
        turn.take(max(now, turn.at))
    flagged = SubmissionVersion.objects.exclude(flags=[]).select_related("submission").first()
    if flagged is not None:
        raise DemoBroken(str(flagged.submission), str(flagged.flags))
    return done


def _fates(plan: DemoPlan, drafts: Sequence[Draft]) -> dict[str, Fate]:
    fates = {}
    for story in plan.stories:
        own = [d for d in drafts if d.records == story.records and d.unit == story.unit]
        told = [d for d in own if story.period is None or d.period == story.period]
        if told:
            fates[told[-1].key] = Fate(story.course, story.comment)
    return fates


class _Sender:
    def __init__(
        self,
        plan: DemoPlan,
        people: People,
        snapshot: PlaceSnapshot,
        forms: FormFacts,
        dues: Mapping[str, Due],
        by: Actor,
        drafts: Iterable[Draft],
    ) -> None:
        self.plan, self.people, self.snapshot, self.forms, self.dues, self.by = plan, people, snapshot, forms, dues, by
        self.kept: dict[tuple[str, str], list[Draft]] = {}
        for draft in drafts:
            self.kept.setdefault((draft.records, draft.unit), []).append(draft)
        self.submissions: dict[str, int] = {}

    def send(self, batch: Batch) -> None:
        match batch.kind:
            case Kind.RECEIVE:
                self._receive(batch)
            case Kind.RETURN:
                together: dict[tuple[int, str], tuple[User, list[int]]] = {}
                for step in batch.steps:
                    user = self._approver_of(step, 0)
                    ids = together.setdefault((user.pk, step.comment), (user, []))[1]
                    ids.append(self.submissions[step.draft.key])
                for (_pk, comment), (user, ids) in together.items():
                    return_many(ids, by=user, at=batch.at, comment=comment)
            case Kind.APPROVE:
                turns = [len(self.dues[step.draft.key].deciding) for step in batch.steps]
                for turn in range(max(turns)):
                    due = [step for step, turns_of in zip(batch.steps, turns, strict=True) if turn < turns_of]
                    self._approve(due, turn, batch.at)

    def _approve(self, steps: Iterable[Step], turn: int, at: datetime) -> None:
        groups: dict[int, tuple[User, list[int]]] = {}
        for step in steps:
            user = self._approver_of(step, turn)
            groups.setdefault(user.pk, (user, []))[1].append(self.submissions[step.draft.key])
        for user, ids in groups.values():
            result = approve_many(ids, by=user, at=at)
            if result.refused:
                raise DemoBroken(str(result.refused[0][0]), result.refused[0][1])

    def _receive(self, batch: Batch) -> None:
        received = receive_many([self._incoming(step) for step in batch.steps], by=self.by, at=batch.at)
        for step, one in zip(batch.steps, received, strict=True):
            self.submissions[step.draft.key] = one.submission_id

    def _incoming(self, step: Step) -> Incoming:
        draft = step.draft
        answers = {name: self._thing_of(draft, text) for name, text in step.answers.items()}
        if draft.period is not None:
            answers[PERIOD_QUESTION] = draft.period.isoformat()
        elif draft.day is not None:
            answers[self.forms.event_question[draft.form]] = draft.day.isoformat()
        unit = self.snapshot.by_key[draft.unit].id
        user = self._recorder_of(draft, step.at.date())
        name = self.plan.sender.format(unit=self.snapshot.name_on(unit, step.at.date()))
        return Incoming(
            form_code=draft.form,
            org_unit_id=unit,
            period_key=self.dues[draft.key].period_key,
            answers=answers,
            attachments=self._photos_of(draft.form, answers),
            instance_id=_instance(draft, step.version),
            deprecated_id=_instance(draft, step.version - 1) if step.version > 1 else None,
            source="browser",
            entered_by=user,
            entered_by_name=user.full_name if user is not None else name,
            received_at=step.at,
        )

    def _thing_of(self, draft: Draft, text: str) -> str:
        """`@set` names the thing that the record of the same number in that set made, `@set:3` that of its number 3;
        `@set^` in turn those that the record's unit, or the nearest unit above it, keeps in that set."""
        if not text.startswith("@"):
            return text
        records, colon, number = text[1:].partition(":")
        if not colon and records.endswith("^"):
            kept = self._kept_near(records[:-1], draft)
            return identity_made(_instance_of(kept[draft.number % len(kept)].key, 1))
        return identity_made(_instance_of(f"{records}:{number or draft.number}", 1))

    def _kept_near(self, records: str, draft: Draft) -> list[Draft]:
        unit, day = self.snapshot.by_key[draft.unit].id, draft.day or draft.period or date.max
        for above in (unit, *self.snapshot.ancestors_on(unit, day)):
            if found := self.kept.get((records, self.snapshot.units[above].key)):
                return found
        raise DemoBroken(draft.key, records)

    def _photos_of(self, form: str, answers: Mapping[str, str]) -> list[IncomingFile]:
        if form not in self.forms.with_photos:
            return []
        names = list_answered_files(self.forms.with_photos[form], answers)
        return [IncomingFile(name, (self.plan.photos / name).read_bytes(), "image/jpeg") for name in names]

    def _recorder_of(self, draft: Draft, day: date) -> User | None:
        for account in self.people.recorders:
            if draft.unit in account.units and (account.from_day is None or account.from_day <= day):
                return self.people.users[account.username]
        return None

    def _approver_of(self, step: Step, turn: int) -> User:
        return _find_approver(step.draft, self.dues[step.draft.key].deciding[turn], step.at.date(), self.people)


def list_approvers(draft: Draft, day: date, people: People) -> list[User]:
    """Who decides about the draft's record on a day, one after the other."""
    snapshot = get_snapshot()
    due = FormFacts({draft.form}).due_of(draft, snapshot.units[snapshot.by_key[draft.unit].id].level)
    return [_find_approver(draft, levels, day, people) for levels in due.deciding]


def _find_approver(draft: Draft, levels: Collection[str], day: date, people: People) -> User:
    """Who approves on the nearest unit whose turn it is, as units lie on the day; one that ended, on its last."""
    snapshot = get_snapshot()
    unit = snapshot.by_key[draft.unit]
    last = date.max if unit.ends_on is None else unit.ends_on - ONE_DAY
    for above in [unit.id, *snapshot.ancestors_on(unit.id, min(day, last))]:
        if snapshot.units[above].level not in levels:
            continue
        key = snapshot.units[above].key
        for account in people.approvers:
            if key in account.units and (account.from_day is None or account.from_day <= day):
                return people.users[account.username]
    raise DemoBroken(draft.key, str(day))


def _instance(draft: Draft, version: int) -> str:
    """The same identity every time the demonstration is loaded."""
    return _instance_of(draft.key, version)


def _instance_of(key: str, version: int) -> str:
    return f"uuid:{uuid.uuid5(_INSTANCES, f'{key}:{version}')}"
