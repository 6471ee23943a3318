"""What is already stored of the records that sendings may be about: found, locked, held until all is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import connection

from caunoi.approvals.rules import State
from caunoi.records.actions.door import Prepared
from caunoi.records.models import RepeatedInstance, Submission, SubmissionVersion

T = TypeVar("T")
# Rows a statement asks for at once.
CHUNK = 500


@dataclass(eq=False)
class Record:
    """A submission while sendings are laid upon it: stored or not yet."""

    submission: Submission
    versions: list[SubmissionVersion]
    version_ids: dict[int, int] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    changed: bool = False

    @property
    def state(self) -> State:
        return State(self.submission.state)

    @property
    def current(self) -> SubmissionVersion:
        return self.versions[-1]

    def id_of(self, number: int | None) -> int | None:
        if number is None:
            return None
        if number in self.version_ids:
            return self.version_ids[number]
        return next(one.version.pk for one in self.written if one.version.number == number)


@dataclass(eq=False)
class Written:
    """A new version, with the numbers it replaces in each book."""

    record: Record
    version: SubmissionVersion
    prepared: Prepared
    replaces_reported: int | None
    replaces_approved: int | None
    is_approved: bool


class StoredRecords:
    """By every way a sending may point at a record. Made inside the transaction that writes."""

    def __init__(self, prepared: Sequence[Prepared]) -> None:
        self.by_id: dict[int, Record] = {}
        self.by_occasion: dict[tuple[int, int, str], Record] = {}
        self.by_instance: dict[tuple[int, str], tuple[Record, SubmissionVersion]] = {}
        # Sendings that said nothing new, with the hash of their bytes.
        self.repeated: dict[tuple[int, str], tuple[Record, SubmissionVersion, str]] = {}
        self._read(_find_ids(prepared))

    def _read(self, ids: set[int]) -> None:
        # Locked in order of id until the end, so that two corrections of one record queue up instead of both becoming
        # version 2, and an approval sees the version it approves.
        stored: dict[int, Submission] = {}
        for chunk in chunks(sorted(ids)):
            for submission in Submission.objects.select_for_update().filter(pk__in=chunk).order_by("pk"):
                stored[submission.pk] = submission
        versions: dict[int, list[SubmissionVersion]] = {}
        for chunk in chunks(sorted(stored)):
            for version in SubmissionVersion.objects.filter(submission_id__in=chunk).order_by("number"):
                versions.setdefault(version.submission_id, []).append(version)
        for pk, submission in stored.items():
            several = versions[pk]
            record = Record(submission, several, {version.number: version.pk for version in several})
            self.by_id[pk] = record
            for version in several:
                self.by_instance[version.form_id, version.instance_id] = (record, version)
            if submission.period_key and submission.state != State.WITHDRAWN:
                self.by_occasion[submission.form_id, submission.org_unit_id, submission.period_key] = record
        for chunk in chunks(sorted(self.by_id)):
            for known in RepeatedInstance.objects.filter(version__submission_id__in=chunk).select_related("version"):
                record = self.by_id[known.version.submission_id]
                self.repeated[known.form_id, known.instance_id] = (record, known.version, known.sha256)


def _find_ids(prepared: Sequence[Prepared]) -> set[int]:
    """Submissions that any of the sendings may be about: same instance, corrected instance, same occasion."""
    instances: dict[int, set[str]] = {}
    occasions: dict[tuple[int, str], set[int]] = {}
    for one in prepared:
        form = one.version.form_id
        instances.setdefault(form, set()).update(filter(None, (one.instance_id, one.deprecated_id)))
        if one.occasion.period_key:
            occasions.setdefault((form, one.occasion.period_key), set()).add(one.unit.id)
    found: set[int] = set()
    with connection.cursor() as cursor:
        for form, names in instances.items():
            for chunk in chunks(sorted(names)):
                marks = ", ".join(["%s"] * len(chunk))
                cursor.execute(_BY_INSTANCE.format(marks=marks), [form, *chunk, form, *chunk])
                found.update(pk for (pk,) in cursor.fetchall())
        for (form, period_key), units in occasions.items():
            for units_chunk in chunks(sorted(units)):
                marks = ", ".join(["%s"] * len(units_chunk))
                cursor.execute(
                    _BY_OCCASION.format(marks=marks), [form, period_key, State.WITHDRAWN.value, *units_chunk]
                )
                found.update(pk for (pk,) in cursor.fetchall())
    return found


# Written out because they are asked for each sending, and the ORM takes ten times as long to build them as SQLite takes
# to answer.
_BY_INSTANCE = """
    SELECT submission_id FROM records_submissionversion WHERE form_id = %s AND instance_id IN ({marks})
    UNION
    SELECT v.submission_id FROM records_repeatedinstance r JOIN records_submissionversion v ON v.id = r.version_id
    WHERE r.form_id = %s AND r.instance_id IN ({marks})"""
_BY_OCCASION = """
    SELECT id FROM records_submission
    WHERE form_id = %s AND period_key = %s AND state <> %s AND org_unit_id IN ({marks})"""


def chunks(things: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
