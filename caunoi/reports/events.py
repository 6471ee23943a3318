"""What the reports room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from caunoi.accounts.models import User


@dataclass(frozen=True)
class ReportIssued:
    """A report became a document: its bytes lie under `sha256`. `number`: with its symbol, `12/BC-UBND`. `replaces`: id
    of the report it supersedes."""

    report_id: int
    title: str
    number: str
    on: date
    signer: str
    org_unit_id: int
    sha256: str
    file_name: str
    replaces: int | None
    by: User
    at: datetime
