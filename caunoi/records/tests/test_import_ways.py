"""How a spreadsheet comes in: by the template, by the command, on a full disk, as fifty thousand rows."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from openpyxl import load_workbook

from caunoi.accounts.models import Role
from caunoi.accounts.queries import windows_with_role
from caunoi.audit.models import AuditLine
from caunoi.cli.import_ import import_
from caunoi.documents.models import StoredFile
from caunoi.forms.rules.assignments import AssignmentRow
from caunoi.places.models import OrgUnit
from caunoi.records.actions import approve
from caunoi.records.errors import DiskFull
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import MAY_ENTER
from caunoi.records.spreadsheet import ImportResult, import_file, template_workbook
from caunoi.records.spreadsheet.importing import is_disk_full
from caunoi.records.tests.builders import AT, DAY, publish, unit, user
from caunoi.records.tests.people import NAME, PHONE, publish_contact
from caunoi.records.tests.spreadsheets import FINE, REPORT, Places, load, mistakes, one, places, xlsx
from caunoi.refusals import FileRefused

__all__ = ["places"]
pytestmark = pytest.mark.django_db


def test_the_template_is_filled_and_loaded(places: Places, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    units = [places.village.pk, places.second.pk, places.elsewhere.pk]
    path.write_bytes(template_workbook("bao_cao_thang_thon", units, today=DAY))
    book = load_workbook(path)
    assert book.sheetnames == ["Dữ liệu", "Hướng dẫn", "Danh mục"]
    page = book["Dữ liệu"]
    assert [cell.value for cell in page[1]] == REPORT
    assert str(page["A2"].value).startswith("#")
    names = [cell.value for cell in book["Danh mục"]["A"]][1:]
    assert names == ["Thôn 1", "Thôn 2, Xã Bản Qua", "Thôn 2, Xã Mường Vi"]

    for row, name in enumerate(names, start=3):
        for column, value in enumerate([name, "2023-05", *FINE[2:]], start=1):
            page.cell(row=row, column=column, value=value)
    book.save(path)

    assert load(path.read_bytes()) == ImportResult(3, 0, 0)


def test_an_empty_template_says_that_nothing_is_in_it(places: Places) -> None:
    content = template_workbook("ngay_ra_quan", [places.village.pk], today=DAY)

    assert "chưa có dòng số liệu" in one(mistakes(content, "ngay_ra_quan")).message


@pytest.fixture
def tiny_disk() -> Iterator[None]:
    """A database that cannot grow any more, as on a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told to be full")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that earlier tests left free would hold it all
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 2}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_while_importing_is_said_and_nothing_is_loaded(
    request: pytest.FixtureRequest, places: Places
) -> None:
    villages = [unit(f"Thôn A{number}", "village", places.commune, code=f"A{number}") for number in range(3)]
    rows = [
        [v.key, f"{year}-{month:02d}", *FINE[2:]] for v in villages for year in (2021, 2022) for month in range(1, 13)
    ]
    request.getfixturevalue("tiny_disk")
    with pytest.raises(DiskFull, match="chưa dòng nào"):
        load(xlsx(REPORT, *rows))
    assert Submission.objects.count() == 0


def test_a_full_disk_is_told_from_other_failures() -> None:
    assert is_disk_full(OSError(28, "No space left on device"))
    assert not is_disk_full(OSError(13, "Permission denied"))


def test_the_command_prints_counts_and_refuses_with_all_mistakes(places: Places, tmp_path: Path) -> None:
    good, bad = tmp_path / "tot.xlsx", tmp_path / "sai.xlsx"
    good.write_bytes(xlsx(REPORT, FINE))
    bad.write_bytes(xlsx(REPORT, ["Thôn 7", *FINE[1:]]))
    lan = user("Lan", (Role.EDITOR, places.other_commune))
    runner = CliRunner()

    first = runner.invoke(import_, ["bao_cao_thang_thon", str(good)])
    second = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--json"])
    refused = runner.invoke(import_, ["bao_cao_thang_thon", str(bad)])
    not_theirs = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--by", lan.username])
    nobody = runner.invoke(import_, ["bao_cao_thang_thon", str(good), "--by", "ai-do"])
    nothing = runner.invoke(import_, ["bao_cao_thang_thon", str(tmp_path / "khong-co.xlsx")])

    assert "1 bản mới" in first.output
    assert json.loads(second.output) == {"new": 0, "corrected": 0, "unchanged": 1, "notes": []}
    assert isinstance(refused.exception, FileRefused)
    assert isinstance(not_theirs.exception, FileRefused)
    assert "ai-do" in str(nobody.exception)
    assert "khong-co.xlsx" in str(nothing.exception)


def test_the_importing_user_answers_for_the_rows(places: Places) -> None:
    lan = user("Lan", (Role.EDITOR, places.commune), (Role.APPROVER, places.commune))
    scope = windows_with_role(lan, MAY_ENTER, DAY)
    import_file("bao_cao_thang_thon", xlsx(REPORT, FINE), "a.xlsx", by=lan, by_name=str(lan), at=AT, scope=scope)

    version = SubmissionVersion.objects.get()
    assert (version.entered_by, version.entered_by_name, version.source) == (lan, "Lan", "spreadsheet")
    with pytest.raises(Exception, match="chính mình"):
        approve(version.submission_id, by=lan, at=AT)


def test_yearly_reports_take_a_bare_year(places: Places) -> None:
    publish("xep_loai_to", AssignmentRow("village", "year", approval_level="commune"))

    assert load(xlsx(["don_vi", "ky", "xep_loai"], ["V1", 2022, "Tốt"]), "xep_loai_to").new == 1
    assert Submission.objects.get().period_key == "2022"
    assert OrgUnit.objects.count() == 5


@pytest.mark.soak
def test_fifty_thousand_rows_fit_into_memory(tmp_path: Path, share: Callable[[int, int], int]) -> None:
    """In a process of its own, so that the peak is the import's."""
    rows = share(50_000, 5_000)
    command = [sys.executable, "-m", "caunoi.records.tests.fifty_thousand_rows", str(tmp_path), str(rows)]

    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["new"] == rows
    assert json.loads(done.stdout)["peak_mb"] < 600


def test_of_a_file_that_names_people_only_its_hash_is_kept(places: Places) -> None:
    publish_contact()
    header = ["don_vi", "ngay", "so_nguoi", "ghi_chu", "ten", "dien_thoai"]
    content = xlsx(header, ["Thôn 1", "01/06/2023", 25, "", NAME, PHONE])

    load(content, "dau_moi")
    load(other := xlsx(REPORT, FINE))

    lines = AuditLine.objects.filter(action="submission.import")
    told = {line.detail["sha256"] for line in lines}
    assert told == {hashlib.sha256(content).hexdigest(), hashlib.sha256(other).hexdigest()}
    assert set(StoredFile.objects.values_list("sha256", flat=True)) & told == {hashlib.sha256(other).hexdigest()}
