"""A report as PDF, from the page and from the command; and what either says where LibreOffice is not installed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from caunoi.accounts.models import Role
from caunoi.cli.report import report
from caunoi.desk.tests.builders import signed_in, user
from caunoi.reports.errors import PdfFailed, PdfUnavailable
from caunoi.reports.models import ReportRun
from caunoi.reports.pdf import find_program, make_pdf
from caunoi.reports.tests.builders import DISTRICT, make, make_docx, state_usual, store_template, store_world
from caunoi.reports.tests.printed import read_pages

pytestmark = pytest.mark.django_db
with_office = pytest.mark.skipif(
    find_program() is None or shutil.which("pdftotext") is None, reason="LibreOffice or poppler is not installed here"
)


@pytest.fixture
def officer() -> Client:
    state_usual(store_world())
    store_template()
    return signed_in(user("huyen", [(Role.VIEWER, DISTRICT)]))


@pytest.fixture
def no_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def ask_page(client: Client, run: ReportRun) -> Any:
    return client.get(f"/reports/{run.pk}/file", {"format": "pdf"})


def ask_command(folder: Path) -> Result:
    arguments = ["thu", "--place", "10.082", "--from", "2023-01-01", "--to", "2023-12-31", "--pdf"]
    return CliRunner().invoke(report, [*arguments, "-o", str(folder / "bao-cao.docx")])


@with_office
def test_the_page_hands_out_the_report_as_a_pdf_of_its_words(officer: Client, tmp_path: Path) -> None:
    run = make().run
    assert "format=pdf" in officer.get(f"/reports/{run.pk}/").content.decode()

    given = ask_page(officer, run)

    assert (given.status_code, given["Content-Type"]) == (200, "application/pdf")
    name = run.file_name.removesuffix(".docx") + ".pdf"
    assert given["Content-Disposition"] == f'attachment; filename="{name}"'
    (tmp_path / "trang.pdf").write_bytes(given.content)
    assert "1.234ngàycông,32,6triệuđồng" in "".join(page.text for page in read_pages(tmp_path / "trang.pdf"))


@with_office
def test_the_command_writes_the_pdf_beside_the_word_file(officer: Client, tmp_path: Path) -> None:
    done = ask_command(tmp_path)

    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bao-cao.docx", "bao-cao.pdf"]
    pages = read_pages(tmp_path / "bao-cao.pdf")
    assert len(pages) == 1 and "1.234ngàycông" in pages[0].text


def test_without_libreoffice_the_page_has_no_button_and_says_what_to_do(officer: Client, no_office: None) -> None:
    run = make().run

    assert "format=pdf" not in officer.get(f"/reports/{run.pk}/").content.decode()
    given = ask_page(officer, run)
    assert given.status_code != 200 and given["Content-Type"].startswith("text/html")
    assert "chưa cài LibreOffice" in given.content.decode() and "lưu thành PDF" in given.content.decode()


def test_without_libreoffice_the_command_says_so_before_anything_is_made(
    officer: Client, no_office: None, tmp_path: Path
) -> None:
    done = ask_command(tmp_path)

    assert isinstance(done.exception, PdfUnavailable) and "libreoffice-writer" in done.exception.sentence
    assert list(tmp_path.iterdir()) == [] and not ReportRun.objects.exists()


def test_a_libreoffice_that_makes_no_file_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "soffice"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PdfFailed, match="không chuyển được báo cáo này"):
        make_pdf(make_docx(["Báo cáo"]))
