"""A record names things of registers by their number; readers are shown what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from caunoi.accounts.scope import Scope
from caunoi.desk.answers import AnswerRow
from caunoi.desk.registers import address_of
from caunoi.records.entities.queries import visible_entities
from caunoi.records.models import Entity


def name_things(rows: Sequence[AnswerRow], scope: Scope, today: date) -> list[AnswerRow]:
    """Who may read the record is told what it names, as its form told whoever filled it; the thing's own page opens
    only within the reader's scope. A number that names nothing stays as it is."""
    asked = {found for row in rows for text in (row.value, row.before or "") if (found := _read(text)) is not None}
    if not asked:
        return list(rows)
    labels = {str(uuid): label for uuid, label in Entity.objects.filter(uuid__in=asked).values_list("uuid", "label")}
    own = {str(one.uuid): address_of(one) for one in _seen(asked, scope, today)}
    return [
        replace(
            row,
            value=labels.get(row.value, row.value),
            before=None if row.before is None else labels.get(row.before, row.before),
            address=own.get(row.value, ""),
        )
        for row in rows
    ]


def _seen(asked: Iterable[UUID], scope: Scope, today: date) -> list[Entity]:
    return list(visible_entities(scope, today).filter(uuid__in=asked))


def _read(text: str) -> UUID | None:
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
