"""Backups made in a home: the schedule, the page, what is refused and what is left behind then."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from caunoi.accounts.models import Role
from caunoi.audit.models import AuditLine
from caunoi.audit.queries import find_chain_break
from caunoi.backups import envelope
from caunoi.backups.actions import make_backup
from caunoi.backups.checking import asks_for_passphrase, check_backup
from caunoi.backups.errors import BackupCutShort, BackupNewer, BackupNotWritten, HomeNotEmpty, NotABackup
from caunoi.backups.making import write_backup
from caunoi.backups.models import BackupRun
from caunoi.backups.restoring import restore_backup
from caunoi.backups.rules.warnings import OLD_AFTER, Standing, list_warnings
from caunoi.backups.schedule import back_up_if_due
from caunoi.cli.frame import run
from caunoi.cli.main import cli
from caunoi.documents.actions import path_of, store_bytes
from caunoi.moments import local_moment
from caunoi.records.tests.builders import BY, unit, user

AT = local_moment(date(2026, 3, 5), 3)
# A snapshot is another connection: it sees what was committed.
database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    settings.CAUNOI_HOME = made
    return made


@database
def test_a_backup_counts_what_it_holds_and_the_audit_tells_of_it(home: Path, tmp_path: Path) -> None:
    unit("Xã Bản Qua", "commune")
    store_bytes(b"anh", media_type="image/jpeg", at=AT)

    made = make_backup(tmp_path / "a.caunoi", by=BY, at=AT)

    assert check_backup(made.path) == made.summary
    assert (made.summary.files, made.missing, made.damaged) == (2, (), ())
    run = BackupRun.objects.get()
    assert (run.sha256, run.problem, run.is_there) == (made.sha256, "", False)
    assert AuditLine.objects.get(action="backup.make").detail["sha256"] == made.sha256
    assert find_chain_break() is None
    assert oct(made.path.stat().st_mode & 0o777) == "0o600"


@database
def test_stored_files_that_are_missing_or_damaged_are_named_and_the_rest_is_saved(home: Path, tmp_path: Path) -> None:
    kept, missing, damaged = (store_bytes(text, media_type="x", at=AT) for text in (b"mot", b"hai", b"ba"))
    path_of(missing.sha256).unlink()
    path_of(damaged.sha256).write_bytes(b"khac")

    made = write_backup(tmp_path / "a.caunoi", at=AT)

    assert (made.missing, made.damaged) == ((missing.sha256,), (damaged.sha256,))
    assert path_of(kept.sha256).exists() and made.summary.files == 3


@database
def test_a_name_that_is_taken_is_refused_and_the_file_stays(home: Path, tmp_path: Path) -> None:
    taken = tmp_path / "a.caunoi"
    taken.write_text("của người khác")

    with pytest.raises(BackupNotWritten, match="Đã có tệp"):
        make_backup(taken, by=BY, at=AT)

    assert taken.read_text() == "của người khác"
    assert "Đã có tệp" in BackupRun.objects.get().problem


@database
def test_a_full_disk_is_said_in_a_sentence_and_nothing_is_left_on_it(
    home: Path, mount_disk: Callable[[str], Path]
) -> None:
    small_disk = mount_disk("1m")
    store_bytes(os.urandom(3_000_000), media_type="x", at=AT)

    with pytest.raises(BackupNotWritten, match="Không đủ chỗ trống"):
        make_backup(small_disk / "a.caunoi", by=BY, at=AT)

    assert list(small_disk.iterdir()) == []


@database
def test_only_an_empty_home_is_restored_into_and_only_from_a_whole_file_of_a_known_version(
    home: Path, tmp_path: Path, settings: Any
) -> None:
    unit("Xã Bản Qua", "commune")
    store_bytes(b"anh", media_type="x", at=AT)
    whole = write_backup(tmp_path / "a.caunoi", at=AT).path
    cut = tmp_path / "cut.caunoi"
    cut.write_bytes(whole.read_bytes()[:-100])
    before = sorted(path for path in home.rglob("*"))

    with pytest.raises(HomeNotEmpty, match="files/"):
        restore_backup(whole)
    with pytest.raises(BackupCutShort):
        restore_backup(cut)
    settings.CAUNOI_HOME = tmp_path / "empty"
    settings.CAUNOI_HOME.mkdir()
    with pytest.raises(HomeNotEmpty, match="bảng"):
        restore_backup(whole)

    assert sorted(path for path in home.rglob("*")) == before
    assert list(settings.CAUNOI_HOME.iterdir()) == []


def write_backup_of_the_future(path: Path) -> Path:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    recorder = MigrationRecorder(connection)
    recorder.record_applied("records", "9999_of_the_future")
    try:
        return write_backup(path, at=AT).path
    finally:
        recorder.record_unapplied("records", "9999_of_the_future")


@database
def test_a_backup_that_knows_a_migration_of_the_future_is_refused(home: Path, tmp_path: Path) -> None:
    newer = write_backup_of_the_future(tmp_path / "a.caunoi")

    with pytest.raises(BackupNewer, match="9999_of_the_future"):
        restore_backup(newer)


@database
@pytest.mark.parametrize("what", ["migration", "VERSION", "PACKED", "LOCK"])
def test_restoring_what_a_newer_version_wrote_is_refused_with_what_to_do_and_touches_nothing(
    what: str,
    home: Path,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Other tables, another shape of the file, another way of packing it, another lock."""
    file = tmp_path / "newer.caunoi"
    if what == "migration":
        write_backup_of_the_future(file)
    else:
        with monkeypatch.context() as future:
            # What is written is read back at once, in the future, too.
            future.setattr(envelope, what, {"VERSION": 2, "PACKED": "lz4_raw", "LOCK": "argon2-aes-256-gcm"}[what])
            write_backup(file, at=AT, passphrase="mot mat khau" if what == "LOCK" else "")
    settings.CAUNOI_HOME = tmp_path / "empty"
    settings.CAUNOI_HOME.mkdir()
    monkeypatch.setattr("sys.argv", ["caunoi", "restore", str(file)])
    monkeypatch.setenv("CAUNOI_BACKUP_PASSPHRASE", "mot mat khau")

    with translation.override("vi"):
        done = run(cli)

    said = capsys.readouterr().err
    assert done == 1 and "mới hơn" in said and "Hãy cập nhật phần mềm" in said
    assert list(settings.CAUNOI_HOME.iterdir()) == []


# -- reasons that the system gives --------------------------------------------------------------------------------


@database
def test_why_a_backup_cannot_be_written_is_told_in_vietnamese(home: Path, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "nights").write_text("a file where a folder should be")
    settings.CAUNOI_BACKUP_FOLDER = str(tmp_path / "nights")

    with pytest.raises(BackupNotWritten, match="không có tệp hoặc thư mục này"):
        make_backup(tmp_path / "none" / "a.caunoi", by=BY, at=AT)
    with pytest.raises(BackupNotWritten, match="một phần của đường dẫn không phải thư mục"):
        make_backup(tmp_path / "nights" / "a.caunoi", by=BY, at=AT)
    with pytest.raises(BackupNotWritten, match="đã có tệp hoặc thư mục mang tên này"):
        back_up_if_due(at=AT)

    assert "không có tệp hoặc thư mục này" in BackupRun.objects.get(path__contains="none").problem


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("/none.caunoi", "không có tệp hoặc thư mục này"),
        ("/proc", "đây là thư mục, không phải tệp"),
        # Opens, and fails when it is read, as a disk does that is about to die.
        ("/proc/self/mem", "đĩa đọc hoặc ghi bị lỗi"),
    ],
)
def test_why_a_backup_cannot_be_read_is_told_in_vietnamese(file: str, why: str) -> None:
    with pytest.raises(NotABackup, match=why):
        check_backup(Path(file))
    with pytest.raises(NotABackup, match=why):
        asks_for_passphrase(Path(file))


@database
def test_the_schedule_makes_one_a_day_keeps_what_the_settings_say_and_leaves_other_files_alone(
    home: Path, tmp_path: Path, settings: Any
) -> None:
    folder = tmp_path / "nights"
    settings.CAUNOI_BACKUP_FOLDER = str(folder)
    settings.CAUNOI_BACKUP_KEEP = "2,0,0"

    made = [back_up_if_due(at=AT + timedelta(hours=hours)) for hours in (0, 1, 24, 30, 48)]
    (folder / "của-tôi.caunoi").write_text("không phải của lịch")
    back_up_if_due(at=AT + timedelta(hours=72))

    assert [one is not None for one in made] == [True, False, True, False, True]
    assert sorted(path.name for path in folder.iterdir()) == [
        "caunoi-20260307-030000.caunoi", "caunoi-20260308-030000.caunoi", "của-tôi.caunoi",
    ]  # fmt: skip


def test_without_a_folder_in_the_settings_nothing_is_scheduled(settings: Any, db: None) -> None:
    assert settings.CAUNOI_BACKUP_FOLDER == ""
    assert back_up_if_due(at=AT) is None


@pytest.mark.parametrize(
    ("standing", "warned"),
    [
        (Standing(True, AT, False, False), []),
        (Standing(True, AT - OLD_AFTER - timedelta(minutes=1), False, False), ["old"]),
        (Standing(True, AT, True, True), ["failed", "same-disk"]),
        (Standing(False, None, False, False), ["none-yet", "no-schedule"]),
    ],
)
def test_whoever_looks_is_warned_of_what_is_wrong(standing: Standing, warned: list[str]) -> None:
    assert list_warnings(standing, AT) == warned


@database
def test_the_page_is_for_those_who_answer_for_everything(home: Path, tmp_path: Path, client: Client) -> None:
    country = unit("Việt Nam", "country")
    province = unit("Tỉnh Lào Cai", "province", country)
    make_backup(tmp_path / "a.caunoi", by=BY, at=AT)
    BackupRun.objects.create(
        path="/mnt/b.caunoi", started_at=AT, finished_at=AT, problem="Đĩa đầy.", made_by_name="Máy"
    )

    client.force_login(user("ở trên", (Role.ADMINISTRATOR, country)))
    page = client.get("/backups/").content.decode()
    client.force_login(user("ở tỉnh", (Role.ADMINISTRATOR, province)))
    refused = client.get("/backups/")

    assert "a.caunoi" in page and "Đĩa đầy." in page and "Chưa đặt lịch sao lưu" in page
    assert refused.status_code == 403


@pytest.mark.django_db
def test_an_overdue_backup_is_told_on_the_first_page_of_administrators(client: Client) -> None:
    country = unit("Việt Nam", "country")

    def first_page_of(role: Role) -> str:
        client.force_login(user(role.value, (role, country)))
        return client.get("/").content.decode()

    assert "Chưa có bản sao lưu nào" in first_page_of(Role.ADMINISTRATOR)
    assert "Chưa có bản sao lưu nào" not in first_page_of(Role.VIEWER)
