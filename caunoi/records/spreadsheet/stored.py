"""What the records hold for the rows of a sheet, read at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import F, QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.approvals.rules import State
from caunoi.records.incoming import IncomingFile
from caunoi.records.models import Attachment, Submission, SubmissionVersion


@dataclass
class StoredRows:
    """Newest versions by unit (reports), by record number and by any instanceID of theirs (events)."""

    by_unit: dict[int, SubmissionVersion] = field(default_factory=dict)
    by_record: dict[int, SubmissionVersion] = field(default_factory=dict)
    by_instance: dict[str, SubmissionVersion] = field(default_factory=dict)
    # What stood in the rows when the workbook was made, by instanceID.
    bases: dict[str, SubmissionVersion] = field(default_factory=dict)


def record_number(text: str) -> int | None:
    """The record's number a cell gives; None for anything else, also for digits that no database can look up."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def read_reports(form_code: str, period_key: str, units: Collection[int], bases: Collection[str]) -> StoredRows:
    found = StoredRows(bases=_read_bases(form_code, bases))
    rows = _current(form_code).filter(
        submission__period_key=period_key, submission__org_unit_id__in=ids_in_sql(sorted(units))
    )
    for version in rows.exclude(submission__state=State.WITHDRAWN):
        found.by_unit[version.submission.org_unit_id] = version
    return found


def read_events(
    form_code: str, records: Collection[int], instances: Collection[str], bases: Collection[str], scope: Scope
) -> StoredRows:
    """`scope`: records that cannot be seen are as good as unknown."""
    found = StoredRows(bases=_read_bases(form_code, bases))
    made: dict[int, str] = {}
    for chunk in _chunks(sorted(instances)):
        rows = SubmissionVersion.objects.filter(form__code=form_code, instance_id__in=chunk)
        made.update(rows.values_list("submission_id", "instance_id"))
    seen = scope.filter_submissions(Submission.objects.filter(pk__in=ids_in_sql(sorted({*records, *made}))))
    for version in _current(form_code).filter(submission__in=seen):
        found.by_record[version.submission_id] = version
        if version.submission_id in made:
            found.by_instance[made[version.submission_id]] = version
    return found


def _current(form_code: str) -> QuerySet[SubmissionVersion]:
    return (
        SubmissionVersion.objects.filter(number=F("submission__current_number"), submission__form__code=form_code)
        .select_related("submission", "form_version")
        .defer("xml", "form_version__xform", "form_version__questions")
    )


def _read_bases(form_code: str, bases: Collection[str]) -> dict[str, SubmissionVersion]:
    found: dict[str, SubmissionVersion] = {}
    for chunk in _chunks(sorted(bases)):
        rows = SubmissionVersion.objects.filter(form__code=form_code, instance_id__in=chunk).defer("xml")
        found.update((version.instance_id, version) for version in rows)
    return found


def read_files(versions: Iterable[SubmissionVersion]) -> dict[int, list[IncomingFile]]:
    """By version id: the names of the files of records that a row corrects; what is there already goes along."""
    found: dict[int, list[IncomingFile]] = {}
    for one in Attachment.objects.filter(version_id__in=ids_in_sql([version.pk for version in versions])):
        found.setdefault(one.version_id, []).append(IncomingFile(one.name))
    return found


def _chunks(values: list[str], size: int = 500) -> Iterable[list[str]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
