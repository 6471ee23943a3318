from __future__ import annotations

from typing import Any

from django.db import migrations


def forget_segments(apps: Any, schema_editor: Any) -> None:
    """Their files have columns of their own for the days. The next compaction writes them again from the ledger."""
    apps.get_model("facts", "Segment").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("facts", "0002_registers")]

    operations = [migrations.RunPython(forget_segments, migrations.RunPython.noop)]
