from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from caunoi.documents.actions import read_bytes, store_bytes
from caunoi.documents.models import StoredFile
from caunoi.documents.waiting import KEPT, clear_waiting, find_waiting, keep_waiting
from caunoi.moments import local_moment

NOON = local_moment(date(2026, 8, 1))
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path) -> None:
    settings.CAUNOI_HOME = tmp_path


def test_an_upload_waits_a_day_and_is_gone_after_it() -> None:
    early, later = keep_waiting(b"early", at=NOON), keep_waiting(b"later", at=NOON + timedelta(hours=3))

    assert clear_waiting(at=NOON + KEPT) == 0
    assert clear_waiting(at=NOON + KEPT + MINUTE) == 1
    assert find_waiting(early) is None
    assert find_waiting(later) == b"later"


def test_the_same_bytes_uploaded_again_begin_their_day_anew() -> None:
    sha256 = keep_waiting(b"book", at=NOON)
    keep_waiting(b"book", at=NOON + KEPT)

    assert clear_waiting(at=NOON + KEPT + MINUTE) == 0
    assert find_waiting(sha256) == b"book"


@pytest.mark.django_db
def test_documents_are_never_touched_however_old_they_are() -> None:
    document = store_bytes(b"book", media_type="text/plain", at=NOON)
    keep_waiting(b"book", at=NOON)

    assert clear_waiting(at=NOON + timedelta(days=4000)) == 1
    assert read_bytes(document.sha256) == b"book"
    assert StoredFile.objects.get() == document


def test_nothing_but_a_hash_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "waiting").mkdir()
    (tmp_path / "secret").write_bytes(b"x")

    assert find_waiting("../secret") is None
    assert clear_waiting(at=NOON) == 0
