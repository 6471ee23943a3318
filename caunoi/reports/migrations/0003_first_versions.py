from __future__ import annotations

import secrets
from typing import Any

from django.db import migrations


def give_first_versions(apps: Any, _editor: Any) -> None:
    """Reports made so far become drafts of one version. Run again after an interruption it goes on where it was."""
    ReportRun = apps.get_model("reports", "ReportRun")
    ReportVersion = apps.get_model("reports", "ReportVersion")
    for run in ReportRun.objects.filter(key__isnull=True).iterator(chunk_size=500):
        ReportVersion.objects.get_or_create(
            run=run,
            number=1,
            defaults={
                "kind": "made", "file_id": run.file_id, "as_known": run.as_known, "figures": run.figures,
                "by_id": run.made_by_id, "by_name": run.made_by_name, "at": run.made_at,
            },
        )  # fmt: skip
        run.key = secrets.token_urlsafe(16)
        run.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [("reports", "0002_life_of_a_report")]
    operations = [migrations.RunPython(give_first_versions, migrations.RunPython.noop)]
