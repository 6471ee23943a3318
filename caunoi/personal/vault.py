"""Sealing what people answered about a person: a key for each, itself sealed with the server's secret key.

AES-SIV, because equal answers of one record must stay equal when sealed: a sending that repeats itself is known again
without being opened, and a correction shows what it changed.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from caunoi.accounts.sealing import sealer
from caunoi.personal.models import PersonKey

PREFIX = "sealed:1:"
_PURPOSE = "personal answers"
_BITS = 512


@dataclass(frozen=True)
class Key:
    id: uuid.UUID
    secret: bytes


def make_key() -> Key:
    return Key(uuid.uuid4(), AESSIV.generate_key(_BITS))


def wrap(key: Key) -> bytes:
    """As the database keeps it; of no use without the server's secret key."""
    return sealer(_PURPOSE).encrypt(key.secret)


def seal(key: Key, text: str) -> str:
    """`text` is not empty. The same text under the same key is sealed the same."""
    closed = AESSIV(key.secret).encrypt(text.encode(), None)
    return f"{PREFIX}{key.id.hex}:{base64.urlsafe_b64encode(closed).decode()}"


def is_sealed(value: object) -> bool:
    return isinstance(value, str) and value.startswith(PREFIX)


def key_id_of(sealed: str) -> uuid.UUID | None:
    """None: it only looks sealed."""
    try:
        return uuid.UUID(hex=sealed.removeprefix(PREFIX).partition(":")[0])
    except ValueError:
        return None


def open_sealed(keys: Mapping[uuid.UUID, Key], sealed: str) -> str | None:
    """None: its key was destroyed, is not at hand, or was sealed with another server's secret key."""
    number = key_id_of(sealed)
    key = keys.get(number) if number is not None else None
    if key is None:
        return None
    try:
        closed = base64.urlsafe_b64decode(sealed.removeprefix(PREFIX).partition(":")[2])
        return AESSIV(key.secret).decrypt(closed, None).decode()
    except (InvalidTag, ValueError):
        return None


def read_keys(answers: Iterable[Mapping[str, Any]]) -> dict[uuid.UUID, Key]:
    """The keys of all that is sealed in these answers, as far as they are not destroyed."""
    sealed = (value for one in answers for value in one.values() if is_sealed(value))
    return find_keys(key_id_of(value) for value in sealed)


def find_keys(ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, Key]:
    wanted = sorted({one for one in ids if one is not None})
    found = {}
    for start in range(0, len(wanted), 500):
        rows = PersonKey.objects.filter(pk__in=wanted[start : start + 500], wrapped__isnull=False)
        for pk, wrapped in rows.values_list("pk", "wrapped"):
            assert wrapped is not None, "the statement asked for those that are there"
            try:
                found[pk] = Key(pk, sealer(_PURPOSE).decrypt(bytes(wrapped)))
            except InvalidToken:
                continue  # another SECRET_KEY: `caunoi restore` and the page of backups say so
    return found


def open_answers(answers: Mapping[str, Any], keys: Mapping[uuid.UUID, Key], instead: str = "") -> dict[str, Any]:
    """With what is sealed opened; `instead` of what cannot be any more, left out if that is empty."""
    opened: dict[str, Any] = {}
    for name, value in answers.items():
        if is_sealed(value):
            value = open_sealed(keys, value) or instead
            if not value:
                continue
        opened[name] = value
    return opened
