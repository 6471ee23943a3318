"""Asked by the door: may the thing go to the stage that this record says? What may not is for an officer to decide, and
in no book until then; in a spreadsheet it is a mistake of its row."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Collection, Sequence
from datetime import date

from caunoi import moments
from caunoi.forms.rules.check import Problem
from caunoi.forms.rules.questions import Question
from caunoi.records.checks import RELATION, Statement
from caunoi.records.entities.reading import read_versions
from caunoi.records.entities.rules.stages import Reached, find_obstacle, in_order, list_reached
from caunoi.records.entities.stages import (
    StageForm,
    list_stage_forms,
    read_said_by,
    record_key,
    stages_of,
    tell_obstacle,
)
from caunoi.records.models import Entity, EntityList, SubmissionVersion
from caunoi.remembering import remember

Followed = tuple[EntityList, StageForm]


class FollowStages:
    """One for a batch of sendings: of steps that come together the later ones follow upon the earlier."""

    def __init__(self) -> None:
        self._forms: dict[str, Followed] | None = None
        self._taken: dict[uuids.UUID, list[Reached]] = {}

    def check(self, statement: Statement) -> list[Problem]:
        if not statement.org_unit_id or not any(_names_a_thing(one) for one in statement.questions.values()):
            return []
        if self._forms is None:
            self._forms = remember("stage forms", _read_forms)
        followed = self._forms.get(statement.form_code)
        return self._follow(statement, *followed) if followed else []

    def compared_forms(self) -> Collection[str]:
        return ()

    def compare(self, statements: Sequence[Statement]) -> list[list[Problem]]:
        return [[] for _one in statements]

    def _follow(self, statement: Statement, register: EntityList, form: StageForm) -> list[Problem]:
        stages, question = stages_of(register), form.question_of(register.stage_by)
        stage, named = str(statement.answers.get(question) or ""), str(statement.answers.get(form.of) or "")
        if not stage or {question, form.of} & statement.unread:
            return []
        found = _find(register, named) if named else None
        if named and found is None:
            return []  # made on a phone and not here yet, or no thing at all: the register says so when it is taken
        day = statement.occasion.days.last
        others = self._list_others(found, register, statement.corrects, stage, day)
        obstacle = find_obstacle(
            stages, others, stage, day, moments.today(), level=statement.level, has_role=lambda roles: True,
            corrects=bool(statement.corrects),
        )  # fmt: skip
        label = found.label if found else str(statement.answers.get(form.label) or "")
        asked = statement.questions.get(question)
        if obstacle is not None:
            sentence = tell_obstacle(register, obstacle, stage, label)
            return [Problem(question, asked.label() if asked else question, stage, sentence, "", RELATION)]
        if found is not None and not statement.corrects:
            self._taken.setdefault(found.uuid, []).append(Reached(stage, day, "here", 2**31))
        return []

    def _list_others(
        self, found: Entity | None, register: EntityList, corrects: str, stage: str, day: date
    ) -> list[Reached]:
        if found is None:
            return []
        versions = read_versions([found.pk])[found.pk]
        said_by = read_said_by(versions)
        records = SubmissionVersion.objects.filter(instance_id=corrects).values_list("submission_id", flat=True)
        own = {record_key(one) for one in records} if corrects else set()
        kept = [one for one in versions if said_by(one) not in own]
        # A row is asked about more than once: what it says itself is not before it.
        here = [one for one in self._taken.get(found.uuid, ()) if (one.stage, one.day) != (stage, day)]
        return in_order([*list_reached(kept, register.stage_by, said_by), *here])


def _names_a_thing(question: Question) -> bool:
    return question.type == "select_one" and not question.choices


def _find(register: EntityList, named: str) -> Entity | None:
    try:
        identity = uuids.UUID(named.removeprefix("uuid:"))
    except ValueError:
        return None
    return register.entities.filter(uuid=identity).first()


def _read_forms() -> dict[str, Followed]:
    """By form's code."""
    return {
        form.version.form.code: (register, form)
        for register in EntityList.objects.exclude(stage_by="")
        for form in list_stage_forms(register)
        if form.of and form.question_of(register.stage_by)
    }
