"""Writing things and their versions; every other module of this folder writes through here."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import connection

from caunoi import events
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.personal.vault import is_sealed
from caunoi.records.entities.queries import name_thing
from caunoi.records.entities.reading import as_rule, ended_condition
from caunoi.records.entities.rules.stages import list_restatements
from caunoi.records.entities.rules.states import find_end, tell_story
from caunoi.records.entities.rules.versions import CREATE, LABEL, RESTATE, ConflictKind, Version, worse
from caunoi.records.entities.sealed import follow_end, seal_values
from caunoi.records.entities.stages import read_said_by
from caunoi.records.events import EntitiesChanged
from caunoi.records.models import Entity, EntityList, EntityVersion
from caunoi.vietnamese_text import fold

MAX_LABEL = 400
MAX_SEARCH = 800


@dataclass(frozen=True)
class Written:
    """What a new version says beside its values."""

    act: str
    from_day: date
    by: Actor
    at: datetime
    source_id: int | None = None
    base: int | None = None
    branch_id: str = ""
    trunk: int | None = None
    branch_base: int | None = None
    conflict: ConflictKind = ""
    # Of a move: the unit before and the one after.
    moved: tuple[int, int] | None = None


@dataclass
class Changes:
    """What one act touched, announced once at its end."""

    lists: set[str] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    decided: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)

    def add(self, entity: Entity) -> None:
        self.entities.add(entity.pk)
        self.lists.add(entity.entity_list.code)
        self.units.add(entity.org_unit_id)

    def announce(self, at: datetime) -> None:
        if self.lists:
            decided, entities = frozenset(self.decided), frozenset(self.entities)
            events.announce(EntitiesChanged(frozenset(self.lists), frozenset(self.units), at, decided, entities))


def lock_identities(uuids: Iterable[str]) -> None:
    """Until the end of the transaction nobody else creates, changes or waits for these things.

    A row lock would not do: an update may look for a thing at the very moment its creation is being written, find
    nothing, and wait for ever for a predecessor that has already come. SQLite has one writer at a time anyway.
    """
    wanted = sorted(set(uuids))
    if wanted and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(one, 0))"
                " FROM (SELECT unnest(%s::text[]) one ORDER BY 1) wanted",
                [wanted],
            )


def get_or_make_list(code: str, properties: Sequence[str], pack: str) -> EntityList:
    """The register; one that no pack describes is made by the first form that feeds it. It learns new properties."""
    found = EntityList.objects.filter(code=code).first()
    if found is None:
        found, _created = EntityList.objects.get_or_create(
            code=code,
            defaults={
                "title_vi": code, "pack": pack, "properties": list(properties), "known_from": take_numbers(1)[0],
            },
        )  # fmt: skip
    if new := [name for name in properties if name not in found.properties]:
        found.properties = [*found.properties, *new]
        found.save(update_fields=["properties"])
    return found


def list_versions(entity: Entity) -> list[Version]:
    return [as_rule(row) for row in entity.versions.order_by("number")]


def create_entity(
    entity_list: EntityList, uuid: str, org_unit_id: int, values: Mapping[str, str], written: Written
) -> tuple[Entity, Version]:
    """A thing and its first version. The caller holds the identity's lock and knows that there is none."""
    entity = Entity(
        entity_list=entity_list,
        uuid=uuids.UUID(uuid),
        org_unit_id=org_unit_id,
        label=values[LABEL],
        search="",
        current_number=0,
        begins_on=written.from_day,
        created_at=written.at,
        updated_at=written.at,
    )
    version = Version(
        1, CREATE, written.from_day, values, frozenset(values), source_id=written.source_id,
    )  # fmt: skip
    version = replace(version, values=kept_values(entity, values, written.at))
    _refresh(entity, [version], written.at)
    entity.save(force_insert=True)
    follow_end(entity, written.at)
    _row_of(entity, version, written).save(force_insert=True)
    return entity, version


def add_version(
    entity: Entity,
    versions: Sequence[Version],
    values: Mapping[str, str],
    changed: Iterable[str],
    written: Written,
    *,
    resolves: bool = False,
) -> Version:
    """The next version upon these, all there are. An undecided conflict stays unless `resolves`."""
    values = kept_values(entity, values, written.at)
    changed = {*changed, LABEL} if values[LABEL] != versions[-1].values.get(LABEL) else changed
    version = Version(
        number=versions[-1].number + 1,
        act=written.act,
        from_day=written.from_day,
        values=dict(values),
        changed=frozenset(changed),
        base=written.base,
        branch_id=written.branch_id,
        trunk=written.trunk,
        branch_base=written.branch_base,
        conflict=written.conflict,
        source_id=written.source_id,
    )
    _row_of(entity, version, written).save(force_insert=True)
    entity.conflict = "" if resolves else worse(_kind(entity.conflict), written.conflict)
    _refresh(entity, [*versions, version], written.at)
    entity.save()
    follow_end(entity, written.at)
    return version


def restate_stages(
    entity: Entity, versions: list[Version], by: Actor, at: datetime, source_id: int | None = None
) -> None:
    """After an older step was corrected or taken back: what later records said of the stage is put back behind it. Each
    counts in a book as the record that said so does; what stands where a step was before counts as `source_id` does."""
    name = entity.entity_list.stage_by
    for index, one in enumerate(list_restatements(versions, name, read_said_by(versions)) if name else ()):
        # A step that has only lost its cover says nothing new; one that now holds from another day on does.
        is_itself = index > 0 or any(v.from_day == one.day and v.source_id == one.source_id for v in versions)
        written = Written(
            RESTATE, one.day, by, at, one.source_id if is_itself and one.number else source_id, versions[-1].number
        )
        values = {**versions[-1].values, name: one.stage}
        versions.append(add_version(entity, versions, values, {name}, written))


def kept_values(entity: Entity, values: Mapping[str, str], at: datetime) -> dict[str, str]:
    """As they are stored: sealed where they are about a person, named by the register where it names its things."""
    sealed = seal_values(entity, values, at)
    return {**sealed, LABEL: name_thing(entity.entity_list, sealed)[:MAX_LABEL] or values[LABEL]}


def _kind(text: str) -> ConflictKind:
    return "hard" if text == "hard" else "soft" if text == "soft" else ""


def _row_of(entity: Entity, version: Version, written: Written) -> EntityVersion:
    properties = {name: value for name, value in version.values.items() if name != LABEL}
    moved_from, moved_to = written.moved or (None, None)
    return EntityVersion(
        entity=entity,
        number=version.number,
        act=version.act,
        from_day=version.from_day,
        label=version.values[LABEL],
        properties=properties,
        changed=sorted(version.changed),
        base_number=version.base,
        branch_id=version.branch_id,
        trunk_number=version.trunk,
        branch_base_number=version.branch_base,
        conflict=version.conflict,
        source_id=version.source_id,
        moved_from_id=moved_from,
        moved_to_id=moved_to,
        by_id=written.by.user_id,
        by_name=written.by.name,
        at=written.at,
    )


def _refresh(entity: Entity, versions: Sequence[Version], at: datetime) -> None:
    """The columns by which things are listed and found, from the versions."""
    newest = versions[-1]
    story = tell_story(versions, ended_condition(entity.entity_list).holds)
    entity.label = newest.values[LABEL]
    entity.properties = {name: value for name, value in newest.values.items() if name != LABEL}
    words = [entity.label, *(value for value in entity.properties.values() if value and not is_sealed(value))]
    entity.search = fold(" ".join(words))[:MAX_SEARCH]
    entity.current_number = newest.number
    entity.begins_on = story[0].first if story else entity.begins_on
    entity.ended_on = find_end(story)
    entity.updated_at = at
