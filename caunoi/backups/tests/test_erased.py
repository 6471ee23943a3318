"""Restoring an old backup gives nobody back whose answers were erased since."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from caunoi.accounts.models import Role
from caunoi.audit.models import AuditLine
from caunoi.backups.erased import gather, read_list
from caunoi.backups.errors import NotRestored
from caunoi.backups.home import ERASED
from caunoi.backups.models import BackupRun
from caunoi.moments import local_moment
from caunoi.personal.destroying import destroy_again, list_destroyed
from caunoi.personal.models import PersonKey
from caunoi.records.actions.erasing import erase_answers
from caunoi.records.models import Submission
from caunoi.records.queries import get_version
from caunoi.records.sealed import open_version
from caunoi.records.tests.builders import BY, send, stored, unit, user
from caunoi.records.tests.people import NAME, contact, publish_contact

AT = local_moment(date(2026, 3, 5), 3)


@pytest.fixture
def record(db: None) -> Submission:
    publish_contact()
    return stored(send(contact(unit("Thôn 1", "village", unit("Xã Bản Qua", "commune")))))


def erase(record: Submission) -> None:
    manager = user("quan-ly", (Role.PROGRAMME_MANAGER, record.org_unit))
    erase_answers(record, because="Đơn", by=manager, at=AT)


def test_an_erasure_is_listed_beside_every_backup(
    record: Submission, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    BackupRun.objects.create(
        path=str(tmp_path / "a.caunoi"), started_at=AT, finished_at=AT, checked_at=AT, made_by_name="x"
    )
    of_another = uuid4()
    (tmp_path / ERASED).write_text(f"{of_another}\n")

    with django_capture_on_commit_callbacks(execute=True):
        erase(record)

    assert read_list(tmp_path / ERASED) == [of_another, *list_destroyed()]
    assert NAME not in (tmp_path / ERASED).read_text()


def test_a_key_that_a_backup_brought_back_is_destroyed_again(record: Submission) -> None:
    before = PersonKey.objects.values().get()
    erase(record)
    gone = list_destroyed()
    PersonKey.objects.update(**{name: value for name, value in before.items() if name != "id"})
    assert open_version(get_version(record, 1))["ten"] == NAME

    assert destroy_again(gone, by=BY, at=AT) == 1

    assert open_version(get_version(record, 1))["ten"] == "đã xóa theo yêu cầu"
    assert AuditLine.objects.get(action="person.erase-again").detail == {"keys": 1}
    assert destroy_again(gone, by=BY, at=AT) == 0


def test_lists_beside_the_file_and_named_ones_count_together(tmp_path: Path) -> None:
    one, other = UUID(int=1), UUID(int=2)
    named = tmp_path / "newer.txt"
    named.write_text(f"{one}\n{other}\n")
    assert gather(tmp_path / "a.caunoi", []) is None

    (tmp_path / ERASED).write_text(f"{one}\n")

    assert gather(tmp_path / "a.caunoi", [named]) == [one, other]


@pytest.mark.parametrize("text", ["khong phai so\n", f"{UUID(int=1)}\n123\n"])
def test_a_broken_list_is_refused_before_anything_is_restored(tmp_path: Path, text: str) -> None:
    (tmp_path / ERASED).write_text(text)

    with pytest.raises(NotRestored):
        gather(tmp_path / "a.caunoi", [])
