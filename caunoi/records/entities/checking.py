"""Asked by the door: may the thing go to the stage that this record says? What may not is for an officer to decide, and
in no book until then; in a spreadsheet it is a mistake of its row."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import F

from caunoi import moments
from caunoi.approvals.rules import State
from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.questions import Question
from caunoi.records.checks import RELATION, Statement
from caunoi.records.entities.reading import read_versions
from caunoi.records.entities.rules.stages import Obstacle, Reached, find_obstacle, find_repeat, in_order, list_reached
from caunoi.records.entities.rules.versions import CREATE, RESTORE
from caunoi.records.entities.stages import (
    StageForm,
    holds_role,
    list_stage_forms,
    read_said_by,
    record_key,
    stages_of,
    tell_obstacle,
)
from caunoi.records.models import Entity, EntityList, EntityVersion, SubmissionVersion
from caunoi.remembering import remember

Followed = tuple[EntityList, StageForm]
IsCounted = Callable[[Statement, str], bool]
"""Whether a flow counts the sending by what it answers to that question."""
# After all that is stored, where it is of the same day.
NEWEST = 2**31


@dataclass(frozen=True)
class _Step:
    """What a sending says of a thing's stage."""

    statement: Statement
    register: EntityList
    form: StageForm

    @property
    def question(self) -> str:
        return self.form.question_of(self.register.stage_by)

    @property
    def stage(self) -> str:
        return str(self.statement.answers.get(self.question) or "")

    @property
    def named(self) -> str:
        return str(self.statement.answers.get(self.form.of) or "")

    @property
    def day(self) -> date:
        return self.statement.occasion.days.last

    @property
    def key(self) -> str:
        """By which it knows itself among those that came with it: a row is asked about more than once."""
        return self.statement.instance or f"{self.stage} {self.day}"

    @cached_property
    def is_here(self) -> bool:
        """What arrived once is never judged again."""
        code, instance = self.statement.form_code, self.statement.instance
        return bool(instance) and SubmissionVersion.objects.filter(form__code=code, instance_id=instance).exists()

    @cached_property
    def corrected(self) -> int | None:
        """The record that it corrects."""
        code, instance = self.statement.form_code, self.statement.corrects
        versions = SubmissionVersion.objects.filter(form__code=code, instance_id=instance)
        return versions.values_list("submission_id", flat=True).first() if instance else None

    @property
    def said_by(self) -> str:
        """As `Reached` names its record; blank before there is one."""
        return "" if self.corrected is None else record_key(self.corrected)

    @property
    def reached(self) -> Reached:
        return Reached(self.stage, self.day, self.said_by or self.key, self.corrected or NEWEST)

    def find_thing(self) -> Entity | None:
        """That it names, or that the record it corrects has made."""
        if self.named or self.corrected is None:
            return _find(self.register, self.named)
        made = EntityVersion.objects.filter(source__submission_id=self.corrected, act__in=[CREATE, RESTORE])
        return self.register.entities.filter(versions__in=made).first()


class FollowStages:
    """One for a batch of sendings: of steps that come together the later ones follow upon the earlier."""

    def __init__(self, is_counted: IsCounted) -> None:
        self._is_counted = is_counted
        self._known: dict[str, Followed] | None = None
        self._taken: dict[uuids.UUID, dict[str, Reached]] = {}

    @property
    def _forms(self) -> dict[str, Followed]:
        if self._known is None:
            self._known = remember("stage forms", _read_forms)
        return self._known

    def check(self, statement: Statement) -> list[Problem]:
        if not statement.org_unit_id or not any(_names_a_thing(one) for one in statement.questions.values()):
            return []
        followed = self._forms.get(statement.form_code)
        return self._follow(_Step(statement, *followed)) if followed else []

    def compared_forms(self) -> Collection[str]:
        return ()

    def compare(self, statements: Sequence[Statement]) -> list[list[Problem]]:
        return [[] for _one in statements]

    def _follow(self, step: _Step) -> list[Problem]:
        statement, question, stage = step.statement, step.question, step.stage
        if not stage or {question, step.form.of} & statement.unread or step.is_here:
            return []
        thing = step.find_thing()
        if step.named and thing is None:
            return []  # made on a phone and not here yet, or no thing at all: the register says so when it is taken
        obstacle = find_obstacle(
            stages_of(step.register), self._list_others(thing, step) if step.named else [], stage, step.day,
            moments.today(), level=statement.level, has_role=lambda roles: _has_role(roles, thing, step),
            corrects=bool(statement.corrects),
        )  # fmt: skip
        if obstacle is None and thing is not None:
            obstacle = self._find_repeat(thing, step)
        if obstacle is not None:
            label = thing.label if thing else str(statement.answers.get(step.form.label) or "")
            asked = statement.questions.get(question)
            sentence = tell_obstacle(step.register, obstacle, stage, label)
            return [Problem(question, asked.label() if asked else question, stage, sentence, "", RELATION)]
        if thing is not None and not statement.corrects:
            self._taken.setdefault(thing.uuid, {})[step.key] = step.reached
        return []

    def _list_others(self, thing: Entity | None, step: _Step) -> list[Reached]:
        if thing is None:
            return []
        versions = read_versions([thing.pk])[thing.pk]
        said_by = read_said_by(versions)
        kept = [one for one in versions if said_by(one) != step.said_by]
        return in_order([*list_reached(kept, step.register.stage_by, said_by), *self._list_here(thing, step)])

    def _list_here(self, thing: Entity, step: _Step) -> list[Reached]:
        """What came with it."""
        return [one for key, one in self._taken.get(thing.uuid, {}).items() if key != step.key]

    def _find_repeat(self, thing: Entity, step: _Step) -> Obstacle | None:
        """A step is one record: said by a second one it counts twice wherever a flow counts the records."""
        here, counted = self._list_here(thing, step), self._list_counted(thing, step.register)
        kept = [one for one in counted if one.said_by != step.said_by]
        found = find_repeat(in_order([*counted, *here]), in_order([*kept, *here, step.reached]), step.reached.said_by)
        if found is None:
            return None
        repeated = replace(step.statement, answers={**step.statement.answers, step.question: found.before})
        return found if self._is_counted(repeated, step.question) else None

    def _list_counted(self, thing: Entity, register: EntityList) -> list[Reached]:
        """What the records of the reported book say of the thing's stages, whether it took a step by them or not."""
        records = EntityVersion.objects.filter(entity=thing, source__isnull=False).values("source__submission_id")
        versions = SubmissionVersion.objects.filter(
            submission_id__in=records, number=F("submission__reported_number")
        ).exclude(submission__state=State.WITHDRAWN)
        found = []
        for one in versions.select_related("form", "submission").defer("xml"):
            followed = self._forms.get(one.form.code)
            if followed is None or followed[0].pk != register.pk:
                continue
            form = followed[1]
            named = str(one.answers.get(form.of) or "")
            stage = str(one.answers.get(form.question_of(register.stage_by)) or "")
            if stage and (not named or _read_identity(named) == thing.uuid):
                day = _read_day(one.answers.get(form.day)) or one.submission.day_to
                found.append(Reached(stage, day, record_key(one.submission_id), one.submission_id))
        return found


def _has_role(roles: Sequence[str], thing: Entity | None, step: _Step) -> bool:
    who, unit, today = step.statement.entered_by, step.statement.org_unit_id, moments.today()
    return holds_role(who, roles, unit, today, source=step.statement.source) or _says_again(thing, step)


def _says_again(thing: Entity | None, step: _Step) -> bool:
    """A correction of something else leaves the step as it was said by who had the role."""
    if thing is None or not step.said_by:
        return False
    versions = read_versions([thing.pk])[thing.pk]
    said_by = read_said_by(versions)
    own = [one for one in versions if said_by(one) == step.said_by]
    mine = list_reached(own, step.register.stage_by, said_by)
    return bool(mine) and (mine[-1].stage, mine[-1].day) == (step.stage, step.day)


def _names_a_thing(question: Question) -> bool:
    return question.type == "select_one" and not question.choices


def _find(register: EntityList, named: str) -> Entity | None:
    identity = _read_identity(named)
    return register.entities.filter(uuid=identity).first() if identity is not None else None


def _read_identity(named: str) -> uuids.UUID | None:
    try:
        return uuids.UUID(named.removeprefix("uuid:"))
    except ValueError:
        return None


def _read_day(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None


def _read_forms() -> dict[str, Followed]:
    """By form's code."""
    return {
        form.version.form.code: (register, form)
        for register in EntityList.objects.exclude(stage_by="")
        for form in list_stage_forms(register)
        if form.of and form.question_of(register.stage_by)
    }
