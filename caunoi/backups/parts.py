"""The inside of a backup: parts one after another, each ended by its size and SHA-256; the end counts them all.

The first part says what the rest is: version, moment, migrations, tables. Sizes come after what they measure, because
nothing is held in memory or written twice.

    kind, 1 byte | length, 4 bytes | content        kinds: B a part begins, D its bytes, E it ends, Z all ends
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from caunoi.backups.envelope import Writer, damaged

BLOCK = 1024 * 1024


class PartsWriter:
    def __init__(self, envelope: Writer) -> None:
        self._envelope = envelope
        self._all = hashlib.sha256()
        self.count = 0
        self.size = 0

    def add(self, about: dict[str, Any], content: Iterable[bytes | memoryview]) -> tuple[int, str]:
        """(bytes, SHA-256) of the content."""
        self._put(b"B", json.dumps(about).encode())
        digest, size = hashlib.sha256(), 0
        for block in content:
            digest.update(block)
            size += len(block)
            self._put(b"D", block)
        end = json.dumps({"size": size, "sha256": digest.hexdigest()}).encode()
        self._put(b"E", end)
        self._all.update(end)
        self.count += 1
        self.size += size
        return size, digest.hexdigest()

    def finish(self) -> str:
        """SHA-256 over the sizes and hashes of all parts."""
        end = {"parts": self.count, "size": self.size, "sha256": self._all.hexdigest()}
        self._put(b"Z", json.dumps(end).encode())
        self._envelope.finish()
        return self._all.hexdigest()

    def _put(self, kind: bytes, content: bytes | memoryview) -> None:
        self._envelope.write(kind + len(content).to_bytes(4, "big"))
        self._envelope.write(content)


class Part:
    """One part while it is read. `blocks` may be taken once; what is not taken is read and compared all the same."""

    def __init__(self, about: dict[str, Any], frames: Iterator[tuple[bytes, bytes]]) -> None:
        self.about = about
        self._frames = frames
        self.end = b""
        self.size = 0
        self.sha256 = ""
        self._blocks = self._read()

    def blocks(self) -> Iterator[bytes]:
        return self._blocks

    def _read(self) -> Iterator[bytes]:
        digest = hashlib.sha256()
        for kind, content in self._frames:
            if kind == b"D":
                digest.update(content)
                self.size += len(content)
                yield content
                continue
            said = json.loads(content) if kind == b"E" else {}
            if said != {"size": self.size, "sha256": digest.hexdigest()}:
                raise damaged()
            self.end, self.sha256 = content, said["sha256"]
            return
        raise damaged()


def read_parts(pieces: Iterable[bytes]) -> Iterator[Part]:
    """Parts in order, to their very end: a reader that takes all of them has compared all of the backup."""
    frames = _read_frames(pieces)
    digest, count, size = hashlib.sha256(), 0, 0
    for kind, content in frames:
        if kind == b"Z":
            if json.loads(content) != {"parts": count, "size": size, "sha256": digest.hexdigest()}:
                raise damaged()
            if next(frames, None) is not None:
                raise damaged()
            return
        if kind != b"B":
            raise damaged()
        part = Part(json.loads(content), frames)
        yield part
        if not part.end:
            for _rest in part.blocks():
                continue
        digest.update(part.end)
        count += 1
        size += part.size
    raise damaged()


def _read_frames(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        at = 0
        while len(waiting) - at >= 5:
            kind, length = struct.unpack_from(">cI", waiting, at)
            if len(waiting) - at - 5 < length:
                break
            yield kind, bytes(waiting[at + 5 : at + 5 + length])
            at += 5 + length
        del waiting[:at]
    if waiting:
        raise damaged()
