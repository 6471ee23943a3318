"""Sealing what people answered about a person: a key for each, itself sealed with the server's secret key.

AES-SIV, because equal answers of one record must stay equal when sealed: a sending that repeats itself is known again
without being opened, and a correction shows what it changed.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
