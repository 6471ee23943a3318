"""The key that signs reports: made once, kept in CAUNOI_HOME/keys for its owner alone."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.reports.errors import KeyUnusable


def sign(content: bytes) -> tuple[str, str]:
    """(name of the key, signature as text)."""
    key = _get_key()
    return _name_of(key), base64.b64encode(key.sign(content)).decode()


def is_ours(key_name: str) -> bool:
    return key_name == _name_of(_get_key())


def holds(content: bytes, signature: str) -> bool:
    try:
        _get_key().public_key().verify(base64.b64decode(signature, validate=True), content)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _name_of(key: Ed25519PrivateKey) -> str:
    return hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def _get_key() -> Ed25519PrivateKey:
    path = Path(settings.CAUNOI_HOME) / "keys" / "reports.pem"
    try:
        if not path.exists():
            _make(path)
        return _load(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnusable(
            _(
                "Không đọc hoặc không tạo được khóa ký báo cáo %(path)s. Hãy kiểm tra quyền ghi của thư mục, hoặc khôi"
                " phục khóa từ bản sao lưu."
            )
            % {"path": path}
        ) from error


@lru_cache(maxsize=4)
def _load(path: Path, _changed: int) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("another kind of key")
    return key


def _make(path: Path) -> None:
    """Written whole beside its place and linked into it: of two processes that make it at once, the first one's stays,
    and nobody ever reads half a key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)
