"""The reports of a batch as one zip."""

from __future__ import annotations

import zipfile
from typing import IO

from django.utils.translation import gettext as _

from caunoi.accounts.scope import Scope
from caunoi.reports.annex import make_annex
from caunoi.reports.errors import ReportUnknown
from caunoi.reports.models import ReportBatch, ReportRun
from caunoi.reports.queries import check_may_open, list_batch_units, read_run


def write_bundle(batch: ReportBatch, into: IO[bytes], scope: Scope, *, annexes: bool) -> None:
    """Every report of the batch in its newest version; `annexes`: with the workbook of each beside it.

    One file in memory at a time. Raises ReportOutOfReach where the reader may not open one of them, and ReportUnknown
    where none is made yet.
    """
    runs = [unit.run for unit in list_batch_units(batch) if unit.run is not None]
    if not runs:
        raise ReportUnknown(_("Đợt này chưa có báo cáo nào. Hãy lập báo cáo rồi tải về."))
    taken: set[str] = set()
    # Word files are packed already.
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as packed:
        for run in runs:
            content, manifest = read_run(run)
            check_may_open(manifest, scope)
            name = name_apart(run, taken).removesuffix(".docx")
            packed.writestr(f"{name}.docx", content)
            if annexes:
                packed.writestr(f"{name}.xlsx", make_annex(manifest))


def name_apart(run: ReportRun, taken: set[str]) -> str:
    """The report's file name, then `taken`. Two communes may bear one name: the second file bears its number too."""
    name = run.file_name
    if name in taken:
        name = f"{name.removesuffix('.docx')}-{run.pk}.docx"
    taken.add(name)
    return name
