"""What the database keeps and must give back, opened with the server's secret key: a stolen database opens nothing."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def sealer(purpose: str) -> Fernet:
    """A key of its own for each purpose. What was sealed with another secret key raises InvalidToken."""
    return _derive(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=16)
def _derive(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"caunoi {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret_key.encode())))
