"""Erasing what records say about people: the key goes, and what it sealed can be read nowhere any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from caunoi import events
from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.personal.errors import NothingToErase
from caunoi.personal.events import KeysDestroyed
from caunoi.personal.models import PersonKey
from caunoi.sentences import gettext as _
from caunoi.sentences import keep


@transaction.atomic
def destroy_keys(subject: str, *, because: str, by: Actor, at: datetime) -> int:
    """All keys of what the subject (`submission:12`) carries. Raises NothingToErase if there are none left."""
    # Protects from two people erasing at once: the second finds nothing.
    keys = list(PersonKey.objects.select_for_update().filter(subject=subject, destroyed_at=None))
    if not keys:
        raise NothingToErase(_("Bản ghi này không còn dữ liệu cá nhân nào để xóa."))
    ids = [key.pk for key in keys]
    _destroy(ids, because, by, at)
    write_line("person.erase", subject, {"because": because, "keys": len(ids)}, by=by, at=at)
    events.announce(KeysDestroyed(at))
    return len(ids)


@transaction.atomic
def destroy_again(ids: Collection[UUID], *, by: Actor, at: datetime) -> int:
    """Keys that a restored backup brought back, although they had been destroyed since it was made. How many."""
    back = list(PersonKey.objects.filter(pk__in=ids, destroyed_at=None).values_list("pk", flat=True))
    if back:
        _destroy(back, keep(_("Đã xóa từ trước; bản sao lưu cũ hơn lần xóa.")), by, at)
        write_line("person.erase-again", "backup", {"keys": len(back)}, by=by, at=at)
    return len(back)


def list_destroyed() -> list[UUID]:
    return list(
        PersonKey.objects.exclude(destroyed_at=None).order_by("destroyed_at", "pk").values_list("pk", flat=True)
    )


def _destroy(ids: Collection[UUID], because: str, by: Actor, at: datetime) -> None:
    PersonKey.objects.filter(pk__in=ids).update(
        wrapped=None, destroyed_at=at, destroyed_by_name=by.name, because=because
    )
