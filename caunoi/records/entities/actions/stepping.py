"""A thing goes on to its next stage by an officer's hand: a record of the register's form, sent through the door."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import write_line
from caunoi.forms.queries import checker_of
from caunoi.forms.rules.questions import FILES
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import Incoming, IncomingFile, receive
from caunoi.records.entities.actions.storing import list_versions, lock_identities
from caunoi.records.entities.errors import (
    EntityMoved,
    EntityStageNotAllowed,
    EntityStageRefused,
    EntityUnknown,
)
from caunoi.records.entities.queries import visible_entities
from caunoi.records.entities.reading import keepers_of
from caunoi.records.entities.rules.stages import Obstacle, Stages, Transition, find_obstacle, list_reached
from caunoi.records.entities.rules.versions import Version
from caunoi.records.entities.stages import (
    StageForm,
    find_stage_form,
    holds_role,
    read_said_by,
    stages_of,
    tell_obstacle,
)
from caunoi.records.models import Entity, EntityProblem, EntityVersion
from caunoi.records.permissions import may_enter


@transaction.atomic
def reach_stage(
    entity_id: int,
    stage: str,
    day: date,
    asked: Mapping[str, str],
    files: Sequence[IncomingFile] = (),
    *,
    number: int,
    by: User,
    at: datetime,
) -> int:
    """Since that day the thing is at the stage. `asked`: question of the form -> answer, besides what the thing says of
    itself; of a file its name, and the file itself among `files`. Gives the record's number.

    Raises EntityUnknown, EntityMoved, EntityStageRefused, EntityStageNotAllowed, and what the door refuses.
    """
    entity, versions = _open(entity_id, number, by, at)
    form = find_stage_form(entity.entity_list)
    stages = stages_of(entity.entity_list)
    if form is None or not form.of or not form.question_of(stages.name):
        raise EntityStageRefused(_("Sổ này không có biểu mẫu để chuyển bước. Hãy sửa mục bằng biểu mẫu của sổ."))
    unit = _find_unit(entity, versions, stages, stage, day, by, at)
    transition = stages.find(_newest(versions, stages), stage)
    _check_asked(form, transition, asked)
    instance_id = f"uuid:{uuid.uuid4()}"
    received = receive(
        Incoming(
            form.version.form.code, unit, at, answers=_answer(form, entity, stages, stage, day, asked, at),
            instance_id=instance_id, entered_by=by, entered_by_name=str(by), attachments=files,
        ),
        by=by.actor,
        at=at,
    )  # fmt: skip
    if received.flags:
        raise EntityStageRefused(" ".join(received.flags))
    told = EntityVersion.objects.filter(entity=entity, source_id=received.version_id)
    if not told.exists():
        problem = EntityProblem.objects.filter(source_id=received.version_id).first()
        raise EntityStageRefused(problem.told if problem else _("Bước này chưa vào được sổ. Hãy thử lại."))
    detail = {"stage": stage, "from": str(day), "submission": received.submission_id}
    write_line("entity.stage", f"entity:{entity.entity_list.code}:{entity.uuid}", detail, by=by.actor, at=at)
    return received.submission_id


def _open(entity_id: int, number: int, by: User, at: datetime) -> tuple[Entity, list[Version]]:
    day = local_date(at)
    found = visible_entities(scope_of(by, day), day).filter(pk=entity_id).first()
    if found is None:
        raise EntityUnknown
    # Two officers who move the same thing at once: the second sees that the first has, and is asked to look again.
    lock_identities([str(found.uuid)])
    entity = Entity.objects.select_for_update(of=("self",)).select_related("entity_list").get(pk=entity_id)
    if entity.removed or entity.merged_into_id is not None:
        raise EntityUnknown
    if number != entity.current_number:
        raise EntityMoved
    return entity, list_versions(entity)


def _newest(versions: Sequence[Version], stages: Stages) -> str:
    reached = list_reached(versions, stages.name, read_said_by(versions))
    return reached[-1].stage if reached else ""


def _find_unit(
    entity: Entity, versions: Sequence[Version], stages: Stages, stage: str, day: date, by: User, at: datetime
) -> int:
    """In whose name the record is sent: the thing's own unit, or one above it where the pack wants that level's word.

    Raises EntityStageRefused, EntityStageNotAllowed.
    """
    today = local_date(at)
    reached = list_reached(versions, stages.name, read_said_by(versions))

    def find(unit: int, level: str) -> Obstacle | None:
        return find_obstacle(
            stages, reached, stage, day, today, level=level, has_role=lambda roles: holds_role(by, roles, unit, today)
        )

    found: Obstacle | None = None
    for unit, level in list_speakers(entity, day):
        obstacle = find(unit, level)
        if obstacle is None and reached and reached[-1].stage == stage:
            raise EntityStageRefused(_("“%(label)s” đã ở bước này rồi.") % {"label": entity.label})
        if obstacle is None and may_enter(by, unit, at):
            return unit
        found = found or obstacle
    if found is not None and found.wrong not in ("level", "role"):
        raise EntityStageRefused(tell_obstacle(entity.entity_list, found, stage, entity.label))
    raise EntityStageNotAllowed(tell_obstacle(entity.entity_list, Obstacle("role"), stage, entity.label))


def list_speakers(entity: Entity, day: date) -> list[tuple[int, str]]:
    """(unit, level) of those whose records may tell of the thing on that day, its own first."""
    places = get_snapshot()
    units = [
        places.units[one] for one in keepers_of(entity.org_unit_id, day, places) if places.units[one].exists_on(day)
    ]
    above = {one.id: len(places.ancestors_on(one.id, day)) for one in units}
    own = {one.unit for one in places.map_unit(entity.org_unit_id, day)}
    return [(one.id, one.level) for one in sorted(units, key=lambda one: (one.id not in own, -above[one.id], one.id))]


def _check_asked(form: StageForm, transition: Transition | None, asked: Mapping[str, str]) -> None:
    missing = [
        form.questions[name].label()
        for name in (transition.asks if transition else ())
        if name in form.questions and not asked.get(name)
    ]
    if missing:
        raise EntityStageRefused(_("Còn thiếu: %(names)s.") % {"names": ", ".join(missing)})


def _answer(
    form: StageForm, entity: Entity, stages: Stages, stage: str, day: date, asked: Mapping[str, str], at: datetime
) -> dict[str, str]:
    """What the thing says of itself, so that nothing of it is blanked; what was only asked for an earlier step (a
    decision's number, a photo) belongs to that step's record."""
    only_asked = {name for one in stages.transitions for name in one.asks}
    answers = {
        question: entity.properties.get(name, "")
        for name, question in form.properties.items()
        if question not in only_asked and form.questions[question].type not in FILES
    }
    answers |= {form.of: str(entity.uuid), form.question_of(stages.name): stage}
    if form.label:
        answers[form.label] = entity.label
    if form.day:
        answers[form.day] = day.isoformat()
    given = {name: value for name, value in {**answers, **asked}.items() if value}
    checked = checker_of(form.version).check(given, local_date(at), at)
    not_asked = {one.question for one in checked.problems if one.kind == "not-relevant"} - {*asked}
    return {name: value for name, value in given.items() if name not in not_asked}
