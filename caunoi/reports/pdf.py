"""A report as PDF, through LibreOffice where it is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from caunoi.reports.errors import PdfFailed, PdfUnavailable

PROGRAMS = ("soffice", "libreoffice")
LONGEST_S = 120


def find_program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def check_pdf() -> str:
    """LibreOffice's program. Raises PdfUnavailable before anything is made."""
    program = find_program()
    if program is None:
        raise PdfUnavailable(
            _(
                "Máy chủ chưa cài LibreOffice nên không chuyển báo cáo sang PDF được. Hãy cài gói libreoffice-writer,"
                " hoặc mở tệp Word rồi lưu thành PDF."
            )
        )
    return program


def make_pdf(docx: bytes) -> bytes:
    """Raises PdfUnavailable where LibreOffice is missing, PdfFailed where it gives no file in time."""
    program = check_pdf()
    with tempfile.TemporaryDirectory(prefix="caunoi-pdf-") as folder:
        word = Path(folder) / "bao-cao.docx"
        word.write_bytes(docx)
        # A profile of its own: a LibreOffice that is already open would take the file and answer nothing.
        command = [
            program, f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "pdf", "--outdir", folder, str(word),
        ]  # fmt: skip
        try:
            subprocess.run(
                command, timeout=LONGEST_S, stdin=subprocess.DEVNULL, capture_output=True, cwd=folder, check=False
            )
        except (subprocess.TimeoutExpired, OSError) as error:
            raise _failed() from error
        made = word.with_suffix(".pdf")
        if not made.exists():
            raise _failed()
        return made.read_bytes()


def _failed() -> PdfFailed:
    return PdfFailed(
        _("LibreOffice không chuyển được báo cáo này sang PDF. Hãy mở tệp Word rồi lưu thành PDF, hoặc thử lại sau.")
    )
