"""What a register says about people: sealed with the thing's own key as it is written, opened for those who may read.

Lists for devices, figures, exports and search never come here: they see sealed values, or none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from caunoi.accounts.models import User
from caunoi.accounts.queries import windows_with_role
from caunoi.audit.actions import note_reads
from caunoi.moments import local_date
from caunoi.personal.destroying import destroy_keys
from caunoi.personal.errors import NothingToErase
from caunoi.personal.models import CountedFrom, PersonKey
from caunoi.personal.queries import find_personal_register, list_due_keys
from caunoi.personal.vault import Key, find_keys, is_sealed, key_id_of, make_key, open_sealed, seal, wrap
from caunoi.places.queries import get_snapshot
from caunoi.records.entities.queries import visible_units
from caunoi.records.errors import ErasingNotAllowed
from caunoi.records.models import Entity, EntityBacklog, EntityList, EntityVersion, SubmissionVersion
from caunoi.records.sealed import MAY_ERASE, MAY_READ, erased, unreadable
from caunoi.sentences import gettext as _

_THING = "entity:"


def subject_of(entity: Entity) -> str:
    """Whose key it is, and of whom audit lines speak."""
    return f"{_THING}{entity.entity_list.code}:{entity.uuid}"


# -- on the way in -------------------------------------------------------------------------------------------------


def seal_values(entity: Entity, values: Mapping[str, str], at: datetime) -> dict[str, str]:
    """These values as the thing keeps them: personal ones sealed with its key, which is made if there is none yet.

    What its own keys sealed stays as it is, also what nobody can open any more. A text sealed for something else is no
    value of this one: it becomes empty.
    """
    told = {name: values[name] for name in entity.entity_list.personal if values.get(name)}
    if not told:
        return dict(values)
    rows = list(PersonKey.objects.filter(subject=subject_of(entity)).order_by("made_at", "pk"))
    own = {row.pk for row in rows}
    found = {name: value for name, value in told.items() if is_sealed(value)}
    sealed = {name: value if key_id_of(value) in own else "" for name, value in found.items()}
    plain = {name: value for name, value in told.items() if name not in found}
    if plain:
        key = _newest(rows) or _make(entity, at)
        sealed |= {name: seal(key, value) for name, value in plain.items()}
    return {**values, **sealed}


def _newest(rows: Sequence[PersonKey]) -> Key | None:
    alive = [row.pk for row in rows if row.destroyed_at is None]
    return find_keys(alive[-1:]).get(alive[-1]) if alive else None


def _make(entity: Entity, at: datetime) -> Key:
    made = make_key()
    PersonKey.objects.create(
        id=made.id,
        subject=subject_of(entity),
        register=entity.entity_list.code,
        wrapped=wrap(made),
        counted_from=_counted_from(entity, at),
        made_at=at,
    )
    return made


def _counted_from(entity: Entity, at: datetime) -> date | None:
    declared = find_personal_register(entity.entity_list.code)
    if declared is None or declared.counted_from != CountedFrom.ENDED:
        return local_date(at)
    return entity.ended_on or (local_date(at) if entity.removed or entity.merged_into_id else None)


def follow_end(entity: Entity, at: datetime) -> None:
    """Once the thing has ended, or goes on after all: from when its time of keeping runs."""
    if entity.entity_list.personal:
        alive = PersonKey.objects.filter(subject=subject_of(entity), destroyed_at=None)
        declared = find_personal_register(entity.entity_list.code)
        if declared is not None and declared.counted_from == CountedFrom.ENDED:
            alive.update(counted_from=_counted_from(entity, at))


def was_erased(entity: Entity) -> bool:
    """Somebody asked to be forgotten, or it was kept long enough, and nobody wrote anything down by hand since."""
    states = PersonKey.objects.filter(subject=subject_of(entity)).values_list("destroyed_at", flat=True)
    return bool(states) and all(states)


def open_sent(sent: Mapping[str, str], names: Collection[str], version: SubmissionVersion) -> dict[str, str]:
    """What a sending says of a thing, with its answers about a person in clear, to be sealed with the thing's key.

    A blank is left out, as devices never get what stands there; so is what cannot be opened.
    """
    closed = {name: sent[name] for name in names if is_sealed(sent.get(name, ""))}
    ids = {key_id_of(value) for value in closed.values()}
    own = PersonKey.objects.filter(pk__in=ids, subject=f"submission:{version.submission_id}") if closed else ()
    keys = find_keys(row.pk for row in own)
    told = {name: open_sealed(keys, value) or "" for name, value in closed.items()}
    return {name: told.get(name, value) for name, value in sent.items() if name not in names or told.get(name, value)}


def carry_over(values: Mapping[str, str], source: Entity, target: Entity, at: datetime) -> dict[str, str]:
    """What one thing takes over of its duplicate, sealed anew; what nobody can open any more stays behind."""
    opened = _open([source], values.values())
    told = {name: opened.get(value, "") if is_sealed(value) else value for name, value in values.items()}
    return seal_values(target, {name: value for name, value in told.items() if value}, at)


# -- for those who may read ----------------------------------------------------------------------------------------


def readable(by: User, at: datetime) -> set[int] | None:
    """Units whose people this reader may see; None: all."""
    return _units(by, at, reading=True)


def _units(by: User, at: datetime, *, reading: bool) -> set[int] | None:
    today = local_date(at)
    return visible_units(windows_with_role(by, MAY_READ if reading else MAY_ERASE, today), today, get_snapshot())


def may_read_person(by: User, entity: Entity, at: datetime) -> bool:
    units = readable(by, at)
    return units is None or entity.org_unit_id in units


def find_editable(entity: Entity, *, by: User, at: datetime) -> dict[str, str]:
    """The thing's values as whoever edits it finds them in the fields: opened, or blank where they are not shown."""
    values: dict[str, str] = dict(entity.properties)
    hidden = find_unshown(entity, values, by, at)
    opened = read_people([entity], values.values(), by=by, at=at)
    return {name: "" if name in hidden else opened.get(value, value) for name, value in values.items()}


def find_unshown(entity: Entity, values: Mapping[str, str], by: User, at: datetime) -> list[str]:
    """Names of personal values that a page does not show this reader: not theirs to see, or not to be opened."""
    sealed = {name: values[name] for name in entity.entity_list.personal if is_sealed(values.get(name, ""))}
    shown = _open([entity], sealed.values()) if may_read_person(by, entity, at) else {}
    return [name for name, value in sealed.items() if value not in shown]


def may_erase_person(by: User, entity: Entity, at: datetime) -> bool:
    units = _units(by, at, reading=False)
    return units is None or entity.org_unit_id in units


def read_people(things: Iterable[Entity], values: Iterable[str], *, by: User, at: datetime) -> dict[str, str]:
    """What these values of these things say in clear: sealed value -> text, of erased ones that they are. Only of
    things whose people the reader may see, each of which is written down; the others are not in it, and stay hidden."""
    units = readable(by, at)
    allowed = [one for one in things if one.entity_list.personal and (units is None or one.org_unit_id in units)]
    opened = _open(allowed, values, told=True)
    if opened:
        rows = PersonKey.objects.filter(pk__in={key_id_of(value) for value in opened}, destroyed_at=None)
        note_reads("person", sorted(set(rows.values_list("subject", flat=True))), by=by.actor, at=at)
    return opened


def _open(things: Sequence[Entity], values: Iterable[str], *, told: bool = False) -> dict[str, str]:
    """`told`: of what cannot be opened, why; else it is left out."""
    closed = {value for value in values if is_sealed(value)}
    if not closed or not things:
        return {}
    rows = PersonKey.objects.filter(subject__in=[subject_of(one) for one in things])
    destroyed = dict(rows.values_list("pk", "destroyed_at"))
    keys = find_keys(pk for pk, gone in destroyed.items() if gone is None)
    found = {}
    for value in closed:
        number = key_id_of(value)
        if number not in destroyed:
            continue
        text = open_sealed(keys, value)
        if text is not None:
            found[value] = text
        elif told:
            found[value] = erased() if destroyed[number] else unreadable()
    return found


# -- erasing -------------------------------------------------------------------------------------------------------


def list_subjects(entity: Entity) -> list[str]:
    """Everything that names the same person: the thing, those merged with it, and the records that told of them."""
    same = {entity.pk: entity}
    open_ = [entity]
    while open_:
        one = open_.pop()
        near = Entity.objects.select_related("entity_list").filter(Q(merged_into=one) | Q(pk=one.merged_into_id))
        for other in near:
            if other.pk not in same:
                same[other.pk] = other
                open_.append(other)
    told = EntityVersion.objects.filter(entity__in=list(same), source__isnull=False)
    uuids = [one.uuid for one in same.values()]
    waiting = EntityBacklog.objects.filter(entity_list_id=entity.entity_list_id, uuid__in=uuids)
    records = {*told.values_list("source__submission_id", flat=True)}
    records |= {*waiting.values_list("source__submission_id", flat=True)}
    return [*(subject_of(one) for one in same.values()), *(f"submission:{pk}" for pk in sorted(records))]


@transaction.atomic
def erase_thing(entity: Entity, *, because: str, by: User, at: datetime) -> int:
    """The person is forgotten, here and in the records that told of them; the thing stays and counts as before. How
    many keys. Raises ErasingNotAllowed, NothingToErase."""
    if not may_erase_person(by, entity, at):
        raise ErasingNotAllowed
    done = 0
    for subject in list_subjects(entity):
        with suppress(NothingToErase):
            done += destroy_keys(subject, because=because, by=by.actor, at=at)
    if not done:
        raise NothingToErase(_("Mục này không còn dữ liệu cá nhân nào để xóa."))
    return done


@dataclass(frozen=True)
class OverdueThing:
    """`since`: the first day too long."""

    entity: Entity
    since: date
    erases_itself: bool


def list_overdue_things(by: User, at: datetime) -> list[OverdueThing]:
    """Things that say something about a person longer than their pack keeps it, of those this officer may erase."""
    due = {one.key.subject: one for one in reversed(list_due_keys(local_date(at))) if one.key.register}
    units = _units(by, at, reading=False)
    uuids = [subject.rpartition(":")[2] for subject in due]
    found = []
    for start in range(0, len(uuids), 500):
        rows = Entity.objects.select_related("entity_list", "org_unit").filter(uuid__in=uuids[start : start + 500])
        for entity in rows:
            one = due.get(subject_of(entity))
            if one is not None and (units is None or entity.org_unit_id in units):
                found.append(OverdueThing(entity, one.since, one.erases_itself))
    return sorted(found, key=lambda one: (one.since, one.entity.pk))


def personal_names(list_code: str) -> frozenset[str]:
    names = EntityList.objects.filter(code=list_code).values_list("personal", flat=True).first()
    return frozenset(names or ())
