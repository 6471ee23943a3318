"""`export_many.py make FOLDER ROWS` makes that many records in a database of its own, every tenth of them in January.
`export_many.py csv|xlsx FOLDER [few]` exports all, or January's, and prints how many they were and the peak memory of
the process in KB: making and exporting are two processes, so that only the export counts."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

JANUARY, JUNE = date(2023, 1, 31), date(2023, 6, 30)


def main(what: str, folder: Path, option: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["CAUNOI_HOME"] = str(folder)
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "caunoi.config.settings"
    import django

    django.setup()
    if what == "make":
        make(int(option))
    else:
        export(what, folder, JANUARY if option == "few" else JUNE)


def export(format: str, folder: Path, last: date) -> None:
    from caunoi.accounts.scope import EVERYTHING
    from caunoi.places.models import OrgUnit
    from caunoi.records.exports import Export, ExportRequest, write_file
    from caunoi.records.tests.memory import read_peak_kb

    units = frozenset(OrgUnit.objects.values_list("pk", flat=True))
    found = Export(ExportRequest("bao_cao_thang_thon", units, date(2023, 1, 1), last), EVERYTHING)
    write_file(found, "xlsx" if format == "xlsx" else "csv", folder / f"export.{format}")
    sys.stdout.write(f"{found.count()} {read_peak_kb()}\n")


def make(rows: int) -> None:
    """Written to the tables directly: a hundred times quicker than through the door, and only read here."""
    from django.core.management import call_command
    from django.db import transaction

    from caunoi.bulk_rows import insert_rows
    from caunoi.moments import local_moment
    from caunoi.records.models import Submission, SubmissionVersion
    from caunoi.records.tests.builders import REPORT, publish, unit

    call_command("migrate", verbosity=0)
    version = publish("bao_cao_thang_thon")
    village = unit("Thôn 1", "village", code="V1")
    at = local_moment(JUNE)
    with transaction.atomic():
        for start in range(0, rows, 10_000):
            several = range(start, min(start + 10_000, rows))
            days = [JUNE if index % 10 else JANUARY for index in several]
            submissions = [
                Submission(
                    form_id=version.form_id, org_unit_id=village.pk, period_key="", day_from=day, day_to=day,
                    named_from=day, named_to=day, due_on=day, state="approved", current_number=1, created_at=at,
                    first_received_at=at,
                )
                for day in days
            ]  # fmt: skip
            insert_rows(submissions)
            insert_rows(
                [
                    SubmissionVersion(
                        submission_id=submission.pk, number=1, form_id=version.form_id, form_version_id=version.pk,
                        instance_id=f"uuid:{index}", xml="", answers=REPORT, source="browser",
                        entered_by_name="Người thử", received_at=at,
                    )
                    for index, submission in zip(several, submissions, strict=True)
                ]
            )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
