from __future__ import annotations

from datetime import datetime

from django.db import transaction

from caunoi.audit.actions import write_line
from caunoi.audit.rules import Actor
from caunoi.reports import signing


@transaction.atomic
def rotate_key(*, by: Actor, at: datetime) -> tuple[str, str]:
    """(name of the key retired, name of the one that signs from now on). What the old one signed still verifies."""
    old, new = signing.rotate()
    write_line("report.rotate-key", "report-key", {"old": old, "new": new}, by=by, at=at)
    return old, new
