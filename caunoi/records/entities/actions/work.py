"""What one act on many things keeps in mind: what it touched, registers read once, identities looked at ahead."""

from __future__ import annotations

import uuid as uuids
from collections.abc import Mapping, Sequence
from datetime import datetime

from caunoi.accounts.models import User
from caunoi.forms.rules.entities import Declaration, EntityPart, read_parts
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.stored import chunks
from caunoi.records.entities.actions.storing import Changes, get_or_make_list, lock_identities
from caunoi.records.entities.rules.corrections import plain_uuid
from caunoi.records.entities.sealed import personal_names
from caunoi.records.models import Entity, EntityBacklog, EntityList, SubmissionVersion


class Work:
    """`accepted_by`: the officer who accepts what was flagged, and so answers for it."""

    def __init__(self, at: datetime, accepted_by: User | None = None) -> None:
        self.at, self.accepted_by = at, accepted_by
        self.changes = Changes()
        self.places = get_snapshot()
        self._lists: dict[str, EntityList] = {}
        self._personal: dict[str, frozenset[str]] = {}
        # Of the identities looked at ahead: those that stand, and those that sendings wait for. Of others nothing is
        # known.
        self.ahead: set[str] = set()
        self._standing: set[str] = set()
        self.awaited: set[str] = set()

    def look_ahead(self, sendings: Sequence[SubmissionVersion], declared: Mapping[int, Sequence[Declaration]]) -> None:
        """Lock the things of all sendings in one order, and see which of them are new: a spreadsheet's ten thousand
        new things need not be looked for one by one."""
        parts = (one for version in sendings for one in read_parts(version.xml, declared[version.form_version_id]))
        asked = {plain_uuid(one.entity_id) for one in parts}
        self.ahead = {one for one in asked if is_uuid(one)}
        lock_identities(self.ahead)
        for found, model in ((self._standing, Entity), (self.awaited, EntityBacklog)):
            for chunk in chunks(sorted(self.ahead)):
                rows = model._default_manager.filter(uuid__in=chunk)
                found.update(str(one) for one in rows.values_list("uuid", flat=True))

    def forget_lists(self) -> None:
        """After a rollback: a register made in it is not there."""
        self._lists.clear()

    def is_new(self, uuid: str) -> bool:
        return uuid in self.ahead and uuid not in self._standing

    def note_created(self, entity: Entity) -> None:
        self._standing.add(str(entity.uuid))
        self.changes.add(entity)

    def personal_of(self, list_code: str) -> frozenset[str]:
        """Names of the register's properties that are about a person."""
        if list_code not in self._personal:
            self._personal[list_code] = personal_names(list_code)
        return self._personal[list_code]

    def list_of(self, part: EntityPart, declarations: Sequence[Declaration], version: SubmissionVersion) -> EntityList:
        names = [name for one in declarations if one.list_code == part.list_code for name, _path in one.properties]
        known = self._lists.get(part.list_code)
        if known is None or any(name not in known.properties for name in names):
            known = self._lists[part.list_code] = get_or_make_list(part.list_code, names, version.form.pack)
        return known


def is_uuid(text: str) -> bool:
    try:
        uuids.UUID(text)
    except ValueError:
        return False
    return True
