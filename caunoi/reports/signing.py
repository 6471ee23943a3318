"""The keys that sign reports, in CAUNOI_HOME/keys for their owner alone.

`reports.pem` signs. Of keys that were rotated only the public half is kept (`retired/<name>.pem`): what they signed
still verifies, and nobody can sign with them any more.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.reports.errors import KeyUnusable


@dataclass(frozen=True)
class KnownKey:
    """`since`: when it was made, `until`: when it was retired (None: it signs now)."""

    name: str
    since: datetime
    until: datetime | None


def sign(content: bytes) -> tuple[str, str]:
    """(name of the key, signature as text)."""
    key = _get_key()
    return _name_of(key.public_key()), base64.b64encode(key.sign(content)).decode()


def is_ours(key_name: str) -> bool:
    return _find_public(key_name) is not None


def holds(content: bytes, signature: str, key_name: str) -> bool:
    """Whether the key of that name, the one in use or one retired since, signed exactly this."""
    key = _find_public(key_name)
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def ensure_key() -> str:
    """Made at set-up, so that the first report need not wait for it and a backup has it. Gives its name."""
    return _name_of(_get_key().public_key())


def rotate() -> tuple[str, str]:
    """(name of the key retired, name of the one that signs from now on).

    The public half of the old one is kept first: whoever dies in between has lost nothing.
    """
    old = _get_key()
    name = _name_of(old.public_key())
    retired = _folder() / "retired" / f"{name}.pem"
    try:
        retired.parent.mkdir(mode=0o700, exist_ok=True)
        made = (_folder() / "reports.pem").stat().st_mtime
        if not retired.exists():
            public = old.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            temporary = _write_beside(retired, public)
            # The file's time says when the key was made; the next key's, when this one was retired.
            os.replace(temporary, retired)
            os.utime(retired, (made, made))
        os.replace(_write_beside(_folder() / "reports.pem", _new_key()), _folder() / "reports.pem")
    except OSError as error:
        raise _unusable(retired) from error
    return name, ensure_key()


def list_keys() -> list[KnownKey]:
    """The one that signs first, then those retired, newest first."""
    name, path = ensure_key(), _folder() / "reports.pem"
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    files = sorted((_folder() / "retired").glob("*.pem"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = [KnownKey(name, since, None)]
    for file in files:
        found.append(KnownKey(file.stem, datetime.fromtimestamp(file.stat().st_mtime, UTC), found[-1].since))
    return found


def _name_of(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _folder() -> Path:
    return Path(settings.CAUNOI_HOME) / "keys"


def _find_public(name: str) -> Ed25519PublicKey | None:
    current = _get_key().public_key()
    if _name_of(current) == name:
        return current
    # A name is what a file claims: only what looks like one becomes part of a path.
    path = _folder() / "retired" / f"{name}.pem"
    if len(name) != 16 or not name.isalnum() or not path.exists():
        return None
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _unusable(path) from error
    return key if isinstance(key, Ed25519PublicKey) and _name_of(key) == name else None


def _get_key() -> Ed25519PrivateKey:
    path = _folder() / "reports.pem"
    try:
        if not path.exists():
            _make(path)
        return _load(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError) as error:
        raise _unusable(path) from error


def _unusable(path: Path) -> KeyUnusable:
    return KeyUnusable(
        _(
            "Không đọc hoặc không tạo được khóa ký báo cáo %(path)s. Hãy kiểm tra quyền ghi của thư mục, hoặc khôi"
            " phục khóa từ bản sao lưu."
        )
        % {"path": path}
    )


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("another kind of key")
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _make(path: Path) -> None:
    """Written whole beside its place and linked into it: of two processes that make it at once, the first one's stays,
    and nobody ever reads half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = _write_beside(path, _new_key())
    try:
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)


def _write_beside(path: Path, content: bytes) -> str:
    """A temporary file in the same folder, durable, mode 0600."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary
