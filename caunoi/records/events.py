"""What the records room announces. Batches, because a spreadsheet brings thousands at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from caunoi.accounts.models import User


@dataclass(frozen=True)
class Arrived:
    """One version with all that later rooms need of it, so that they read no table per record.

    `previous_version_id` is the version it replaces in the `reported` book (None for the first).
    `flagged`: it has answers outside the form's rules and goes into no book until an officer decides.
    """

    submission_id: int
    version_id: int
    form_code: str
    form_version_id: int
    org_unit_id: int
    org_unit_level: str
    day_from: date
    day_to: date
    named_from: date
    named_to: date
    answers: dict[str, Any] = field(hash=False)
    previous_version_id: int | None = None
    flagged: bool = False

    @property
    def submission_key(self) -> str:
        return f"submission:{self.submission_id}"


@dataclass(frozen=True)
class VersionsArrived:
    versions: Sequence[Arrived]
    at: datetime


@dataclass(frozen=True)
class VersionsApproved:
    """Versions that reached the last step of approval; `previous_version_id` is the one they replace in `approved`.
    `by`: who took it; None where nobody had to."""

    versions: Sequence[Arrived]
    at: datetime
    by: User | None = None


@dataclass(frozen=True)
class SubmissionsWithdrawn:
    submission_ids: Sequence[int]
    at: datetime


@dataclass(frozen=True)
class SubmissionReturned:
    submission_id: int
    org_unit_id: int
    comment: str
    at: datetime

    @property
    def submission_key(self) -> str:
        return f"submission:{self.submission_id}"


@dataclass(frozen=True)
class EntitiesChanged:
    """Things of these registers were created, changed, ended, merged or restored in these units.

    Announced after the entity versions stand, in the same transaction. Whoever counts them counts anew. `decided`:
    versions of submissions that this very act lets into a book; the rows of their submissions may not say so yet.
    """

    list_codes: frozenset[str]
    org_unit_ids: frozenset[int]
    at: datetime
    decided: frozenset[int] = frozenset()
    entity_ids: frozenset[int] = frozenset()
