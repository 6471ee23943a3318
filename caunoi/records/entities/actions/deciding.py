"""What officers do to things by hand: enter, edit, decide conflicts, merge duplicates, settle problems.

Each act names the version the officer saw (`number`); if it is no longer the newest, nothing is done.
"""

from __future__ import annotations

import uuid as uuids
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.audit.actions import write_line
from caunoi.audit.values import changes_of
from caunoi.moments import local_date
from caunoi.periods.rules import BEGINNING
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.actions import taking
from caunoi.records.entities.actions.storing import (
    MAX_LABEL,
    Changes,
    Written,
    add_version,
    create_entity,
    list_versions,
    lock_identities,
)
from caunoi.records.entities.errors import (
    EntityChoiceMissing,
    EntityDayWrong,
    EntityLabelMissing,
    EntityMergeImpossible,
    EntityMoved,
    EntityNoConflict,
    EntityNotMerged,
    EntityStageRefused,
    EntityUnchanged,
    EntityUnitWrong,
    EntityUnknown,
)
from caunoi.records.entities.permissions import check_may_edit
from caunoi.records.entities.queries import get_problem, get_register, name_thing, visible_entities
from caunoi.records.entities.rules.merging import fill_blanks, find_refill
from caunoi.records.entities.rules.stages import find_obstacle
from caunoi.records.entities.rules.versions import (
    LABEL,
    MERGE,
    MOVE,
    REMOVE,
    RESOLVE,
    RESTORE,
    UNMERGE,
    UPDATE,
    Version,
    list_sayings,
)
from caunoi.records.entities.sealed import carry_over, find_unshown, seal_values
from caunoi.records.entities.stages import holds_role, stages_of, tell_obstacle
from caunoi.records.errors import ReasonMissing
from caunoi.records.models import Entity, EntityList
from caunoi.vietnamese_text import clean

_SIMPLE_ACTS = {REMOVE: "entity.remove", RESTORE: "entity.restore"}


@transaction.atomic
def enter_entity(
    list_code: str, org_unit_id: int, label: str, values: Mapping[str, str], from_day: date, *, by: User, at: datetime
) -> Entity:
    """A new thing. Unknown properties are left out; those not given are empty.

    Raises EntityEditNotAllowed, EntityLabelMissing, EntityDayWrong, EntityListUnknown, EntityStageRefused.
    """
    register = get_register(list_code)
    check_may_edit(by, org_unit_id, at)
    _check_day(from_day, at)
    given = _clean(register, values)
    given[LABEL] = _label(name_thing(register, given) or label)
    _check_first_stage(register, given, org_unit_id, from_day, by, at)
    written = Written("create", from_day, by.actor, at)
    entity, _version = create_entity(register, str(uuids.uuid4()), org_unit_id, given, written)
    detail = {"unit": get_snapshot().units[org_unit_id].key, "from": str(from_day), "changes": _marks({}, given)}
    _finish("entity.create", entity, detail, by, at)
    return entity


@transaction.atomic
def edit_entity(
    entity_id: int,
    label: str,
    values: Mapping[str, str],
    from_day: date,
    *,
    number: int,
    by: User,
    at: datetime,
) -> None:
    """Only what differs changes, from that day on. `label` counts where the register does not name its things itself.

    Raises EntityMoved, EntityUnchanged, EntityLabelMissing, EntityDayWrong, EntityEditNotAllowed, EntityUnknown.
    """
    entity, versions = _open(entity_id, number, by, at)
    if _is_gone(entity):
        raise EntityUnknown
    _check_day(from_day, at)
    current = versions[-1].values
    wanted = seal_values(entity, _clean(entity.entity_list, values), at)
    if entity.entity_list.stage_by:
        # A step is a record with its day, reason and photo: never a field among others.
        wanted[entity.entity_list.stage_by] = current.get(entity.entity_list.stage_by, "")
    for name in find_unshown(entity, current, by, at):
        if not wanted.get(name):
            wanted[name] = current[name]  # nobody blanks what they could not see
    wanted[LABEL] = _label(name_thing(entity.entity_list, {**current, **wanted}) or label)
    changed = {name: value for name, value in wanted.items() if current.get(name, "") != value}
    # Looked at again and found as it was: where things are reviewed every year, that is worth a day.
    reviewed = bool(entity.entity_list.review_from) and from_day > versions[-1].from_day
    if not changed and not reviewed:
        raise EntityUnchanged
    written = Written(UPDATE, from_day, by.actor, at, base=versions[-1].number)
    add_version(entity, versions, {**current, **changed}, changed, written)
    detail = {"from": str(from_day), "changes": _marks({name: current.get(name, "") for name in changed}, changed)}
    _finish("entity.edit", entity, detail, by, at)


@transaction.atomic
def move_entity(entity_id: int, org_unit_id: int, reason: str, *, number: int, by: User, at: datetime) -> None:
    """It was written down for the wrong unit: with all its story it belongs to another one, of the same level. From now
    on both units' figures say so for every day; what was known before stays as it was known.

    Raises EntityUnitWrong, ReasonMissing, EntityMoved, EntityEditNotAllowed (of either unit), EntityUnknown.
    """
    entity, versions = _open(entity_id, number, by, at)
    if _is_gone(entity):
        raise EntityUnknown
    if not reason.strip():
        raise ReasonMissing
    check_may_edit(by, org_unit_id, at)
    places, before = get_snapshot(), entity.org_unit_id
    old, new = places.units[before], places.units[org_unit_id]
    if new == old or new.level != old.level or not new.exists_on(local_date(at)):
        raise EntityUnitWrong
    entity.org_unit_id = new.id
    # The day on which it began: nothing about the thing itself changes on any day.
    written = Written(MOVE, entity.begins_on, by.actor, at, base=versions[-1].number, moved=(old.id, new.id))
    add_version(entity, versions, versions[-1].values, (), written)
    detail = {"old": old.key, "new": new.key, "reason": clean(reason)}
    _finish("entity.move", entity, detail, by, at, also_of=(before,))


@transaction.atomic
def resolve_conflict(entity_id: int, chosen: Mapping[str, str], *, number: int, by: User, at: datetime) -> None:
    """A person's word on everything that was said differently; `chosen` must name each of these properties.

    Raises EntityNoConflict, EntityChoiceMissing, EntityMoved, EntityEditNotAllowed, EntityUnknown.
    """
    entity, versions = _open(entity_id, number, by, at)
    if not entity.conflict:
        raise EntityNoConflict
    sayings = list_sayings(versions)
    if any(name not in chosen for name in sayings):
        raise EntityChoiceMissing
    decided = {name: clean(chosen[name]) for name in sayings}
    if LABEL in decided:
        decided[LABEL] = _label(decided[LABEL])
    decided = seal_values(entity, decided, at)
    current = versions[-1]
    # From the latest day any of them tells of: the decision says what holds in the end.
    from_day = max(one.from_day for one in versions)
    written = Written(RESOLVE, from_day, by.actor, at, base=current.number)
    add_version(entity, versions, {**current.values, **decided}, decided, written, resolves=True)
    detail = {"changes": _marks({name: current.values.get(name, "") for name in decided}, decided)}
    _finish("entity.resolve", entity, detail, by, at)


@transaction.atomic
def merge_entities(keep_id: int, duplicate_id: int, *, numbers: tuple[int, int], by: User, at: datetime) -> None:
    """The duplicate goes into the thing that is kept, which takes over what it leaves blank and begins when the earlier
    of the two began. Both histories stay. Raises EntityMergeImpossible, EntityMoved, EntityEditNotAllowed."""
    if keep_id == duplicate_id:
        raise EntityMergeImpossible
    _lock(keep_id, duplicate_id)
    keep, kept = _open(keep_id, numbers[0], by, at)
    duplicate, gone = _open(duplicate_id, numbers[1], by, at)
    if (
        keep.entity_list_id != duplicate.entity_list_id
        or keep.org_unit_id != duplicate.org_unit_id
        or _is_gone(keep)
        or _is_gone(duplicate)
    ):
        raise EntityMergeImpossible
    filled = carry_over(fill_blanks(kept[-1].values, gone[-1].values), duplicate, keep, at)
    begins = min(keep.begins_on, duplicate.begins_on)
    written = Written(MERGE, begins, by.actor, at, base=kept[-1].number)
    merge = add_version(keep, kept, {**kept[-1].values, **filled}, filled, written)
    duplicate.merged_into = keep
    # Its base is the version by which the other took it in: there the undoing finds what went over.
    written = Written(MERGE, duplicate.begins_on, by.actor, at, base=merge.number)
    add_version(duplicate, gone, gone[-1].values, (), written)
    detail = {"duplicate": str(duplicate.uuid), "changes": _marks({}, filled)}
    _finish("entity.merge", keep, detail, by, at, duplicate)


@transaction.atomic
def unmerge_entity(duplicate_id: int, *, by: User, at: datetime) -> Entity:
    """The duplicate stands by itself again; what the other took over from it goes back where nobody changed it since.
    Gives the thing it had gone into. Raises EntityNotMerged, EntityEditNotAllowed, EntityUnknown."""
    duplicate = _find(duplicate_id, by, at)
    if duplicate.merged_into_id is None:
        raise EntityNotMerged
    _lock(duplicate_id, duplicate.merged_into_id)
    keep, kept = _open(duplicate.merged_into_id, None, by, at)
    duplicate, gone = _open(duplicate_id, None, by, at)
    taken_in = next(one.base for one in reversed(gone) if one.act == MERGE)
    merge = next(one for one in kept if one.number == taken_in)
    emptied = find_refill(kept, merge)
    duplicate.merged_into = None
    add_version(
        duplicate, gone, gone[-1].values, (), Written(UNMERGE, duplicate.begins_on, by.actor, at, base=gone[-1].number)
    )
    written = Written(UNMERGE, merge.from_day, by.actor, at, base=merge.number)
    add_version(keep, kept, {**kept[-1].values, **emptied}, emptied, written)
    detail = {"duplicate": str(duplicate.uuid), "emptied": sorted(emptied)}
    _finish("entity.unmerge", keep, detail, by, at, duplicate)
    return keep


@transaction.atomic
def remove_entity(entity_id: int, reason: str, *, number: int, by: User, at: datetime) -> None:
    """Entered by mistake: it counts on no day. Its history stays, and it can be restored."""
    entity, versions = _open(entity_id, number, by, at)
    if _is_gone(entity):
        raise EntityUnknown
    entity.removed = True
    _add_plain(entity, versions, REMOVE, reason, by, at)


@transaction.atomic
def restore_entity(entity_id: int, *, number: int, by: User, at: datetime) -> None:
    entity, versions = _open(entity_id, number, by, at)
    if not entity.removed:
        raise EntityUnknown
    entity.removed = False
    _add_plain(entity, versions, RESTORE, "", by, at)


@transaction.atomic
def settle_problem(problem_id: int, *, by: User, at: datetime) -> None:
    """Looked at; nothing more to do. Raises EntityProblemUnknown, EntityEditNotAllowed."""
    problem = get_problem(problem_id, scope_of(by, local_date(at)))
    check_may_edit(by, problem.org_unit_id, at)
    problem.settled_by, problem.settled_at = str(by), at
    problem.save(update_fields=["settled_by", "settled_at"])
    detail = {"list": problem.list_code, "problem": problem.pk}
    write_line("entity.settle", f"submission:{problem.source.submission_id}", detail, by=by.actor, at=at)


@transaction.atomic
def retry_problem(problem_id: int, *, by: User, at: datetime) -> bool:
    """Carry the sending's entities out once more, after what stood in the way was removed. False: it still does."""
    problem = get_problem(problem_id, scope_of(by, local_date(at)))
    check_may_edit(by, problem.org_unit_id, at)
    done = taking.retry(problem.source, at)
    problem.settled_by, problem.settled_at = str(by), at
    problem.save(update_fields=["settled_by", "settled_at"])
    detail = {"list": problem.list_code, "done": done}
    write_line("entity.retry", f"submission:{problem.source.submission_id}", detail, by=by.actor, at=at)
    return done


def _find(entity_id: int, by: User, at: datetime) -> Entity:
    """Raises EntityUnknown, EntityEditNotAllowed."""
    day = local_date(at)
    entity = visible_entities(scope_of(by, day), day).filter(pk=entity_id).first()
    if entity is None:
        raise EntityUnknown
    check_may_edit(by, entity.org_unit_id, at)
    return entity


def _lock(*entity_ids: int) -> None:
    # In one order, so that two officers who merge the same two the other way round don't wait for each other.
    lock_identities(str(uuid) for uuid in Entity.objects.filter(pk__in=entity_ids).values_list("uuid", flat=True))


def _open(entity_id: int, number: int | None, by: User, at: datetime) -> tuple[Entity, list[Version]]:
    """Locked until the end, against a sending that changes it while the officer decides."""
    entity = _find(entity_id, by, at)
    lock_identities([str(entity.uuid)])
    entity = (
        Entity.objects.select_for_update(of=("self",)).select_related("entity_list", "merged_into").get(pk=entity_id)
    )
    if number is not None and number != entity.current_number:
        raise EntityMoved
    return entity, list_versions(entity)


def _is_gone(entity: Entity) -> bool:
    return entity.removed or entity.merged_into_id is not None


def _add_plain(entity: Entity, versions: list[Version], act: str, reason: str, by: User, at: datetime) -> None:
    # The day stays that on which it came into being: as if nothing had happened, or as if it had never been.
    written = Written(act, entity.begins_on, by.actor, at, base=versions[-1].number)
    add_version(entity, versions, versions[-1].values, (), written)
    detail = {"reason": clean(reason)} if reason.strip() else {}
    _finish(_SIMPLE_ACTS[act], entity, detail, by, at)


def _check_first_stage(
    register: EntityList, given: Mapping[str, str], unit: int, day: date, by: User, at: datetime
) -> None:
    stages, today = stages_of(register), local_date(at)
    stage = given.get(stages.name, "")
    if not stage:
        return
    level = get_snapshot().units[unit].level
    obstacle = find_obstacle(
        stages, (), stage, day, today, level=level, has_role=lambda roles: holds_role(by, roles, unit, today)
    )
    if obstacle is not None:
        raise EntityStageRefused(tell_obstacle(register, obstacle, stage, given[LABEL]))


def _finish(
    action: str,
    entity: Entity,
    detail: dict[str, Any],
    by: User,
    at: datetime,
    *others: Entity,
    also_of: Iterable[int] = (),
) -> None:
    """`also_of`: units whose figures change too."""
    changes = Changes()
    changes.units.update(also_of)
    for one in (entity, *others):
        changes.add(one)
    changes.announce(at)
    write_line(action, f"entity:{entity.entity_list.code}:{entity.uuid}", detail, by=by.actor, at=at)


def _marks(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[Any]]:
    """What a register says of households and people is personal: the line tells which fields changed and whether they
    changed back; what they were stands in the thing's own history, which can be erased."""
    return changes_of(old, new, personal={*old, *new})


def _clean(register: EntityList, values: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(values[name]) for name in register.properties if name in values}


def _label(text: str) -> str:
    label = clean(text)
    if not label or len(label) > MAX_LABEL:
        raise EntityLabelMissing
    return label


def _check_day(day: date, at: datetime) -> None:
    if not BEGINNING <= day <= local_date(at):
        raise EntityDayWrong
