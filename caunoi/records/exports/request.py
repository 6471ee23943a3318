"""What is asked for: which records, and how they are to be spelled."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import F, QuerySet

from caunoi.accounts.scope import Scope, ids_in_sql
from caunoi.places.queries import get_place, get_snapshot
from caunoi.records.models import Submission, SubmissionVersion

Spelling = Literal["vi", "en", "codes"]
Format = Literal["csv", "xlsx"]


@dataclass(frozen=True)
class ExportRequest:
    """`units`: whose records (see `find_units`). A record counts by the calendar days of its named months, an event by
    its day. `states` empty: all. `split_choices`: a column for each choice of a question with several answers."""

    form_code: str
    units: frozenset[int]
    first: date
    last: date
    spelling: Spelling = "vi"
    all_versions: bool = False
    split_choices: bool = False
    states: frozenset[str] = frozenset()


def find_units(place: str, last: date) -> frozenset[int]:
    """Everything that lies, or whose successors lie, under the place on that day. Raises the refusals of `get_place`.

    A unit that was divided among several counts under each of them: its records cannot be cut.
    """
    places = get_snapshot()
    below = places.subtree_on(get_place(place, last, places), last)
    return frozenset(
        unit for unit in places.units if any(mapped.unit in below for mapped in places.map_unit(unit, last))
    )


def list_ids(request: ExportRequest, scope: Scope) -> array[int]:
    """Ids of the records, in order: eight bytes each, so that all of them are at hand however many there are. Read in
    chunks by them, the versions need no sorting, and no transaction stays open for as long as a slow line takes."""
    found = scope.filter_submissions(
        Submission.objects.filter(
            form__code=request.form_code,
            org_unit_id__in=ids_in_sql(sorted(request.units)),
            named_from__gte=request.first,
            named_to__lte=request.last,
        )
    )
    if request.states:
        found = found.filter(state__in=sorted(request.states))
    return array("q", found.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000))


def list_versions(request: ExportRequest, ids: Sequence[int]) -> QuerySet[SubmissionVersion]:
    """Of these records, in order of record and version."""
    found = SubmissionVersion.objects.filter(submission_id__in=ids_in_sql(ids))
    if not request.all_versions:
        found = found.filter(number=F("submission__current_number"))
    return found.order_by("submission_id", "number")
