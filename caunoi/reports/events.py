"""What the reports room announces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from caunoi.accounts.models import User


@dataclass(frozen=True)
class ReportMade:
    """Its first draft is kept."""

    report_id: int


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


@dataclass(frozen=True)
class ReportSubmitted:
    """A report waits for a decision on its unit."""

    report_id: int
    org_unit_id: int
    comment: str
    by: User
    at: datetime


@dataclass(frozen=True)
class ReportDecided:
    """A report was approved, or sent back, then with a comment. `people`: ids of who made and who submitted it."""

    report_id: int
    approved: bool
    people: frozenset[int]
    comment: str
    by: User
    at: datetime
