"""The outside of a backup: a preamble, then pieces that are packed, sealed and counted.

    "CAUNOI-BACKUP\n" | version, 2 bytes | length, 4 bytes | preamble, JSON | SHA-256 of all of these
    pieces: last or not, 1 byte | length, 4 bytes | sealed (length unpacked, 4 bytes | zstd)

A seal covers the preamble, the piece's number and whether it is the last, so that no piece can be changed, left out,
moved or cut off unnoticed. Without a passphrase the seal is a hash (against broken disks and copies); with one it is
AES-256-GCM under a key that scrypt makes from passphrase and salt. Each file has its own salt, so its own key: the
number of a piece is used only once with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from caunoi.backups.errors import BackupCutShort, BackupDamaged, BackupNewer, NotABackup, PassphraseNeeded

MAGIC = b"CAUNOI-BACKUP\n"
VERSION = 1
PIECE = 4 * 1024 * 1024
# Sealed pieces may be a little longer than what they hold; anything beyond is a flipped length.
LONGEST = PIECE + PIECE // 16
LONGEST_PREAMBLE = 64 * 1024
# 32 MB of memory and about a tenth of a second for each guess.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
PACKED, LOCK = "zstd", "scrypt-aes-256-gcm"
DIGEST = 16


class Seal(Protocol):
    def close(self, piece: bytes, about: bytes, number: int) -> bytes: ...

    def open(self, sealed: bytes, about: bytes, number: int) -> bytes | None:
        """None if it is not what was closed."""
        ...


class HashSeal:
    def close(self, piece: bytes, about: bytes, number: int) -> bytes:
        return piece + self._digest(piece, about)

    def open(self, sealed: bytes, about: bytes, number: int) -> bytes | None:
        piece = sealed[:-DIGEST]
        return piece if self._digest(piece, about) == sealed[-DIGEST:] else None

    def _digest(self, piece: bytes, about: bytes) -> bytes:
        return hashlib.sha256(about + piece).digest()[:DIGEST]


class PassphraseSeal:
    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, piece: bytes, about: bytes, number: int) -> bytes:
        return self._cipher.encrypt(number.to_bytes(12, "big"), piece, about)

    def open(self, sealed: bytes, about: bytes, number: int) -> bytes | None:
        try:
            return self._cipher.decrypt(number.to_bytes(12, "big"), sealed, about)
        except InvalidTag:
            return None


def _derive(passphrase: str, lock: dict[str, Any]) -> tuple[bytes, str]:
    """(key, proof): the proof stands in the preamble, so that a wrong passphrase is told from a damaged file."""
    made = Scrypt(salt=bytes.fromhex(lock["salt"]), length=64, n=lock["n"], r=lock["r"], p=lock["p"]).derive(
        passphrase.encode()
    )
    return made[:32], hashlib.sha256(made[32:]).hexdigest()


class Writer:
    def __init__(self, file: BinaryIO, passphrase: str = "") -> None:
        preamble: dict[str, Any] = {"packed": PACKED}
        self._seal: Seal = HashSeal()
        if passphrase:
            lock = {"kind": LOCK, "salt": os.urandom(16).hex(), "n": SCRYPT_N, "r": SCRYPT_R,
                    "p": SCRYPT_P}  # fmt: skip
            key, proof = _derive(passphrase, lock)
            preamble["lock"] = {**lock, "proof": proof}
            self._seal = PassphraseSeal(key)
        content = json.dumps(preamble).encode()
        head = MAGIC + struct.pack(">HI", VERSION, len(content)) + content
        self._about = hashlib.sha256(head).digest()
        file.write(head + self._about)
        self._file = file
        self._codec = _make_codec()
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes | memoryview) -> None:
        self._waiting += content
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        self._put(bytes(self._waiting), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        packed = len(piece).to_bytes(4, "big") + self._codec.compress(piece, asbytes=True)
        sealed = self._seal.close(packed, _about_piece(self._about, self._number, last), self._number)
        self._file.write(struct.pack(">BI", last, len(sealed)) + sealed)
        self._number += 1


def _make_codec() -> Any:
    import pyarrow  # noqa: PLC0415 - slow to import, and every start of the program passes through here

    return pyarrow.Codec(PACKED, compression_level=1)


def read_pieces(file: BinaryIO, passphrase: str = "") -> Iterator[bytes]:
    """What was written, piece by piece; refuses whatever is not whole as soon as it comes to it."""
    about, preamble = read_preamble(file)
    seal: Seal = HashSeal()
    if lock := preamble.get("lock"):
        if not passphrase:
            raise PassphraseNeeded(_("Bản sao lưu này được mã hóa. Hãy cho biết mật khẩu của nó."))
        key, proof = _derive(passphrase, lock)
        if proof != lock["proof"]:
            raise PassphraseNeeded(_("Mật khẩu không mở được bản sao lưu này. Hãy kiểm tra lại mật khẩu."))
        seal = PassphraseSeal(key)
    codec = _make_codec()
    number, last = 0, False
    while not last:
        last, length = struct.unpack(">?I", _read(file, 5))
        if length > LONGEST:
            raise damaged()
        packed = seal.open(_read(file, length), _about_piece(about, number, last), number)
        if packed is None or len(packed) < 4 or (size := int.from_bytes(packed[:4], "big")) > PIECE:
            raise damaged()
        yield codec.decompress(packed[4:], decompressed_size=size, asbytes=True)
        number += 1
    if file.read(1):
        raise damaged()


def read_preamble(file: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    """(SHA-256 of it, what it says). A file too short to hold the first word is no backup of ours."""
    if file.read(len(MAGIC)) != MAGIC:
        raise NotABackup(_("Tệp này không phải bản sao lưu của Cầu Nối. Hãy chọn tệp do “caunoi backup” ghi ra."))
    numbers = _read(file, 6)
    version, length = struct.unpack(">HI", numbers)
    if length > LONGEST_PREAMBLE:
        raise damaged()
    content = _read(file, length)
    about = hashlib.sha256(MAGIC + numbers + content).digest()
    if _read(file, len(about)) != about:
        raise damaged()
    if version > VERSION:
        raise _newer()
    preamble: dict[str, Any] = json.loads(content)
    if preamble.get("packed") != PACKED or preamble.get("lock", {}).get("kind", LOCK) != LOCK:
        raise _newer()
    return about, preamble


def is_encrypted(file: BinaryIO) -> bool:
    """The file is then where it was."""
    place = file.tell()
    _about, preamble = read_preamble(file)
    file.seek(place)
    return "lock" in preamble


def _about_piece(about: bytes, number: int, last: bool) -> bytes:
    return about + struct.pack(">QB", number, last)


def _read(file: BinaryIO, length: int) -> bytes:
    content = file.read(length)
    if len(content) < length:
        raise BackupCutShort(
            _("Bản sao lưu bị cụt: tệp kết thúc giữa chừng. Hãy chép lại tệp từ nơi cất giữ, hoặc dùng bản khác.")
        )
    return content


def _newer() -> BackupNewer:
    return BackupNewer(_("Bản sao lưu này do một phiên bản Cầu Nối mới hơn ghi ra. Hãy cập nhật phần mềm rồi làm lại."))


def damaged() -> BackupDamaged:
    return BackupDamaged(
        _("Bản sao lưu bị hỏng: nội dung không còn như khi ghi. Hãy chép lại tệp từ nơi cất giữ, hoặc dùng bản khác.")
    )
