from __future__ import annotations

from datetime import date

import pytest

from caunoi.documents.actions import path_of, read_bytes, store_bytes
from caunoi.documents.models import StoredFile
from caunoi.moments import local_moment

pytestmark = pytest.mark.django_db
AT = local_moment(date(2023, 1, 1))


def test_the_same_bytes_are_kept_once() -> None:
    first = store_bytes(b"anh", media_type="image/jpeg", at=AT)
    again = store_bytes(b"anh", media_type="image/png", at=AT)

    assert first == again
    assert StoredFile.objects.get().media_type == "image/jpeg"
    assert read_bytes(first.sha256) == b"anh"


def test_no_half_written_file_is_left_beside_it() -> None:
    stored = store_bytes(b"tep khac", media_type="text/plain", at=AT)

    names = [path.name for path in path_of(stored.sha256).parent.iterdir()]
    assert stored.sha256 in names
    assert all(len(name) == 64 for name in names)
