"""Records that are looked at again because another one, with which they were compared, changed in the books."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_noop

from caunoi import events
from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.rules import State
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.audit.rules import Actor
from caunoi.places.queries import get_snapshot
from caunoi.records.checks import FurtherCheck, compare_statements, make_checks
from caunoi.records.events import SubmissionsWithdrawn, VersionsArrived
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.rules.doubts import flag_of, holds_back, replace_across
from caunoi.records.statements import arrived_of, statement_of

Touched = dict[int, list[tuple[date, date]]]
"""org unit -> days of which the reported book says something else now"""


def look_again_after_arrival(event: VersionsArrived) -> None:
    checks, forms = _checks_and_forms()
    changed = [one for one in event.versions if not one.flagged and one.form_code in forms]
    touched: Touched = {}
    for one in changed:
        touched.setdefault(one.org_unit_id, []).append((one.day_from, one.day_to))
    _look_again(checks, forms, touched, {one.submission_id for one in event.versions}, event.at)


def look_again_after_withdrawal(event: SubmissionsWithdrawn) -> None:
    checks, forms = _checks_and_forms()
    if not forms:
        return
    gone = Submission.objects.filter(pk__in=ids_in_sql(event.submission_ids), form__code__in=sorted(forms))
    touched: Touched = {}
    for unit, first, last in gone.values_list("org_unit_id", "day_from", "day_to"):
        touched.setdefault(unit, []).append((first, last))
    _look_again(checks, forms, touched, set(event.submission_ids), event.at)


def _checks_and_forms() -> tuple[list[FurtherCheck], set[str]]:
    checks = make_checks()
    return checks, {code for check in checks for code in check.compared_forms()}


def _look_again(
    checks: Sequence[FurtherCheck], forms: Collection[str], touched: Touched, but: Collection[int], at: datetime
) -> None:
    """One after the other, not as a batch: what one of them adds to the book counts for the next."""
    if not touched:
        return
    for pk in _list_concerned(forms, touched, but):
        _look_at(checks, pk, at)


def _list_concerned(forms: Collection[str], touched: Touched, but: Collection[int]) -> list[int]:
    """Waiting for an officer, of these units: those with a doubt (what it was about may have been another day before
    a correction), and those about the same days."""
    days = [one for several in touched.values() for one in several]
    near = Q(
        submission__day_from__lte=max(last for _first, last in days),
        submission__day_to__gte=min(first for first, _last in days),
    )
    rows = SubmissionVersion.objects.filter(
        ~Q(flags=[]) | near,
        number=F("submission__current_number"),
        submission__state=State.SUBMITTED,
        submission__form__code__in=sorted(forms),
        submission__org_unit_id__in=ids_in_sql(sorted(touched)),
    ).exclude(submission_id__in=ids_in_sql(sorted(but)))
    found = []
    for pk, unit, first, last, flags in rows.order_by("submission_id").values_list(
        "submission_id", "submission__org_unit_id", "submission__day_from", "submission__day_to", "flags"
    ):
        if flags or any(begun <= last and first <= ended for begun, ended in touched[unit]):
            found.append(pk)
    return found


@transaction.atomic
def _look_at(checks: Sequence[FurtherCheck], pk: int, at: datetime) -> None:
    # Locked against an officer who decides at this moment. One that is locked just now is passed over: it is being
    # corrected or decided, and two who wait for each other's record would never come to an end.
    rows = Submission.objects.select_for_update(of=("self",), skip_locked=True).select_related("form")
    submission = rows.filter(pk=pk, state=State.SUBMITTED).first()
    if submission is None:
        return
    version = (
        SubmissionVersion.objects.select_related("form_version")
        .defer("xml")
        .get(submission=submission, number=submission.current_number)
    )
    (problems,) = compare_statements(checks, [statement_of(submission, version)])
    is_reported = submission.reported_number == version.number
    before: list[dict[str, Any]] = version.flags
    after = replace_across(before, [flag_of(problem) for problem in problems], is_reported=is_reported)
    if after is None:
        return
    SubmissionVersion.objects.filter(pk=version.pk).update(flags=after)
    if not is_reported and not holds_back(after):
        _enter_reported(submission, version, at)
    detail = {
        "number": version.number,
        "lifted": [flag["message"] for flag in before if flag not in after],
        "set": [flag["message"] for flag in after if flag not in before],
    }
    by = Actor(gettext_noop("Tự động: bản ghi liên quan đã thay đổi"))
    write_line("submission.recheck", str(submission), detail, by=by, at=at)


def _enter_reported(submission: Submission, version: SubmissionVersion, at: datetime) -> None:
    """Nothing holds it back any more: as if it had come without the doubt."""
    replaced = SubmissionVersion.objects.filter(submission=submission, number=submission.reported_number or 0).first()
    (changed,) = take_numbers(1)
    Submission.objects.filter(pk=submission.pk).update(reported_number=version.number, changed=changed)
    level = get_snapshot().units[submission.org_unit_id].level
    arrived = arrived_of(submission, version, level, replaced.pk if replaced else None)
    events.announce(VersionsArrived([arrived], at))
