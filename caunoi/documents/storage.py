"""S3-compatible object storage, when `CAUNOI_STORAGE_URL` names one: stored files and the ledger's segments are there.

Both are named by their content and never change, so the storage is the truth and this machine's disk holds copies: what
is missing or damaged here is fetched again, and nothing is named in the database before the storage has it whole.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from caunoi.documents.errors import StorageUnreachable
from caunoi.documents.s3 import Access, connect, read_address, shorten

READ_AT_ONCE = 1 << 20


class ObjectStorage:
    """Names have folders by slashes: `files/ab/abcd…`, `ledger/….parquet`. Whatever fails but the absence of a file
    raises StorageUnreachable."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._files = connect(access)

    def find_size(self, name: str) -> int | None:
        """None if it is not there."""
        with self._asking():
            found = self._files.get_file_info(self._path(name))
        return found.size if found.is_file else None

    def put_bytes(self, name: str, content: bytes) -> None:
        with self._asking(), self._files.open_output_stream(self._path(name)) as target:
            target.write(content)

    def put_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source, self._asking(), self._files.open_output_stream(self._path(name)) as target:
            while block := source.read(READ_AT_ONCE):
                target.write(block)

    def hash_of(self, name: str) -> str | None:
        """SHA-256 of what is there, in hexadecimal; None if nothing is."""
        digest = hashlib.sha256()
        try:
            for block in self._read(name):
                digest.update(block)
        except FileNotFoundError:
            return None
        return digest.hexdigest()

    def fetch(self, name: str, target: Path, sha256: str) -> bool | None:
        """A copy on this machine's disk, whole or not at all. None if the storage has no such file, False if what it
        has is damaged: then `target` stays as it is."""
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.{uuid4().hex}.{os.getpid()}.part")
        digest = hashlib.sha256()
        try:
            with beside.open("wb") as copy:
                for block in self._read(name):
                    digest.update(block)
                    copy.write(block)
                # A power cut must not leave half a file under its hash, which nobody would look at again.
                copy.flush()
                os.fsync(copy.fileno())
            if digest.hexdigest() != sha256:
                return False
            os.replace(beside, target)
        except FileNotFoundError:
            return None
        finally:
            beside.unlink(missing_ok=True)
        return True

    def _read(self, name: str) -> Iterator[bytes]:
        """Raises FileNotFoundError. What its reader does with the blocks is no fault of the storage."""
        with self._asking():
            source = self._files.open_input_stream(self._path(name))
        with source:
            while True:
                with self._asking():
                    block = source.read(READ_AT_ONCE)
                if not block:
                    return
                yield block

    def delete(self, name: str) -> None:
        with self._asking(), suppress(FileNotFoundError):
            self._files.delete_file(self._path(name))

    def list_names(self, folder: str) -> Iterator[tuple[str, datetime]]:
        """What is right in a folder, and since when."""
        from pyarrow.fs import FileSelector  # noqa: PLC0415

        with self._asking():
            found = self._files.get_file_info(FileSelector(self._path(folder), allow_not_found=True))
        return ((f"{folder}/{one.base_name}", one.mtime) for one in found if one.is_file)

    def _path(self, name: str) -> str:
        return f"{self.access.address.folder}/{name}"

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self.describe_unreachable(shorten(error)) from error

    def describe_unreachable(self, why: str) -> StorageUnreachable:
        address = self.access.address
        return StorageUnreachable(
            _("Không dùng được kho lưu trữ ở %(address)s: %(why)s. Hãy kiểm tra kho và CAUNOI_STORAGE_URL.")
            % {"address": f"{address.endpoint}/{address.folder}", "why": why}
        )


_made: dict[tuple[Any, ...], ObjectStorage] = {}
_making = threading.Lock()


def find_storage() -> ObjectStorage | None:
    """None: stored files and segments are in the folder of this office alone."""
    if not settings.CAUNOI_STORAGE_URL:
        return None
    key = (settings.CAUNOI_STORAGE_URL, settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY)
    with _making:
        if key not in _made:
            address = read_address(settings.CAUNOI_STORAGE_URL)
            _made[key] = ObjectStorage(Access(address, settings.AWS_ACCESS_KEY_ID, settings.AWS_SECRET_ACCESS_KEY))
        return _made[key]
