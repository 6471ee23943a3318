"""Deciding about records: approve, return, withdraw, lock, unlock; one or many, with the same rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from caunoi import events
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.actions import Taken, record_steps
from caunoi.approvals.rules import TRANSITIONS, State, Step
from caunoi.audit.actions import write_line
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.errors import SubmissionUnknown
from caunoi.records.events import Arrived, SubmissionReturned, SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import Terms
from caunoi.refusals import Refusal

Advance = Callable[[int], None]
CHUNK = 5000


@dataclass(frozen=True)
class ApproveResult:
    """`refused`: (submission id, sentence), in the order asked."""

    approved: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


def approve(submission_id: int, *, by: User, at: datetime, comment: str = "", number: int | None = None) -> None:
    """Approve the newest version. With `number`, only if it still is that one.

    Raises AlreadyDone when it is approved already (the same button pressed twice), OwnApproval, StepNotAllowed,
    StepImpossible, VersionMoved, SubmissionUnknown.
    """
    _decide_one(Step.APPROVE, submission_id, by, at, comment, number)


def return_(submission_id: int, *, by: User, at: datetime, comment: str, number: int | None = None) -> None:
    """Send it back with a comment. What was approved stays in the approved book until a new version is."""
    _decide_one(Step.RETURN, submission_id, by, at, comment, number)


def withdraw(submission_id: int, *, by: User, at: datetime, comment: str, number: int | None = None) -> None:
    """Take the record out of both books, with a reason. For a period another first report may then be sent."""
    _decide_one(Step.WITHDRAW, submission_id, by, at, comment, number)


def lock(submission_id: int, *, by: User, at: datetime, comment: str = "") -> None:
    _decide_one(Step.LOCK, submission_id, by, at, comment, None)


def unlock(submission_id: int, *, by: User, at: datetime, comment: str) -> None:
    _decide_one(Step.UNLOCK, submission_id, by, at, comment, None)


def approve_many(
    submission_ids: Iterable[int],
    *,
    by: User,
    at: datetime,
    comment: str = "",
    progress: Advance | None = None,
    numbers: Mapping[int, int] | None = None,
) -> ApproveResult:
    """Approve what can be approved; the others come back with their reason. `progress` is told how many more.

    `numbers`: the version each was seen at; one that has a newer version by now is not approved unseen.
    """
    approved: list[int] = []
    refused: dict[int, str] = {}
    ids = list(dict.fromkeys(submission_ids))
    with transaction.atomic():
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            taken, obstacles = _decide(Step.APPROVE, chunk, by, at, comment, numbers or {})
            approved += taken
            refused |= {pk: obstacle.sentence for pk, obstacle in obstacles.items()}
            if progress is not None:
                progress(len(chunk))
        if approved:
            detail = {"count": len(approved), "first": min(approved), "last": max(approved), "refused": len(refused)}
            write_line("submission.approve", _subject(approved), detail, by=by.actor, at=at)
    return ApproveResult(tuple(approved), tuple((pk, refused[pk]) for pk in ids if pk in refused))


@transaction.atomic
def return_many(submission_ids: Iterable[int], *, by: User, at: datetime, comment: str) -> None:
    """Send all back with the same comment, or none: the first that cannot be sent back is raised."""
    ids = list(dict.fromkeys(submission_ids))
    taken, obstacles = _decide(Step.RETURN, ids, by, at, comment, {})
    for pk in ids:
        if pk in obstacles:
            raise obstacles[pk]
    if taken:
        detail = {"count": len(taken), "first": min(taken), "last": max(taken), "comment": comment.strip()}
        write_line("submission.return", _subject(taken), detail, by=by.actor, at=at)


@transaction.atomic
def _decide_one(step: Step, submission_id: int, by: User, at: datetime, comment: str, number: int | None) -> None:
    taken, obstacles = _decide(
        step, [submission_id], by, at, comment, {} if number is None else {submission_id: number}
    )
    if not taken:
        raise obstacles[submission_id]
    detail = {"comment": comment.strip()} if comment.strip() else {}
    write_line(f"submission.{step.value}", f"submission:{submission_id}", detail, by=by.actor, at=at)


def _decide(
    step: Step, ids: Sequence[int], by: User, at: datetime, comment: str, numbers: Mapping[int, int]
) -> tuple[list[int], dict[int, Refusal]]:
    """The ids that took the step, and what stood in the way of the others."""
    scope = scope_of(by, local_date(at))
    # Locked in order of id until the end: two officers (or one pressing twice) queue up, and the second sees the
    # first's decision; a correction arriving meanwhile waits, so nobody approves a version they have not seen.
    rows = scope.filter_submissions(
        Submission.objects.select_for_update(of=("self",)).select_related("form").filter(pk__in=ids_in_sql(ids))
    )
    submissions = {submission.pk: submission for submission in rows.order_by("pk")}
    versions = {version.submission_id: version for version in _current_versions(list(submissions))}
    terms = Terms(by, at)
    refused: dict[int, Refusal] = {}
    taking: list[tuple[Submission, SubmissionVersion]] = []
    for pk in ids:
        submission = submissions.get(pk)
        if submission is None:
            refused[pk] = SubmissionUnknown()
            continue
        obstacle = terms.find_obstacle(step, submission, versions[pk], comment, numbers.get(pk))
        if obstacle is None:
            taking.append((submission, versions[pk]))
        else:
            refused[pk] = obstacle
    _take(step, taking, by, at, comment)
    return [submission.pk for submission, _version in taking], refused


def _take(
    step: Step, taking: Sequence[tuple[Submission, SubmissionVersion]], by: User, at: datetime, comment: str
) -> None:
    if not taking:
        return
    steps = [
        Taken(
            str(submission),
            version.number,
            step,
            State(submission.state),
            TRANSITIONS[State(submission.state), step],
            by.actor,
            at,
            comment.strip(),
        )
        for submission, version in taking
    ]
    if step is Step.APPROVE:
        _announce_approved(taking, at)
    targets: dict[tuple[State, int], list[int]] = {}
    for one, (submission, version) in zip(steps, taking, strict=True):
        targets.setdefault((one.to_state, version.number), []).append(submission.pk)
    for (to_state, version_number), pks in targets.items():
        rows = Submission.objects.filter(pk__in=ids_in_sql(pks))
        if step is Step.APPROVE:
            rows.update(state=to_state.value, approved_number=version_number, reported_number=version_number)
        else:
            rows.update(state=to_state.value)
    record_steps(steps)
    if step is Step.RETURN:
        for submission, _version in taking:
            events.announce(SubmissionReturned(submission.pk, submission.org_unit_id, comment.strip(), at))
    if step is Step.WITHDRAW:
        events.announce(SubmissionsWithdrawn([submission.pk for submission, _version in taking], at))


def _announce_approved(taking: Sequence[tuple[Submission, SubmissionVersion]], at: datetime) -> None:
    """An approved version enters `approved` in the place of the one before; a flagged one, now decided, enters
    `reported` first."""
    units = get_snapshot().units
    replaced = _ids_of_numbers(
        [
            (s.pk, number)
            for s, v in taking
            for number in (s.approved_number, s.reported_number)
            if number not in (None, v.number)
        ]
    )

    def arrived(submission: Submission, version: SubmissionVersion, number: int | None) -> Arrived:
        return Arrived(
            submission_id=submission.pk,
            version_id=version.pk,
            form_code=submission.form.code,
            form_version_id=version.form_version_id,
            org_unit_id=submission.org_unit_id,
            org_unit_level=units[submission.org_unit_id].level,
            day_from=submission.day_from,
            day_to=submission.day_to,
            named_from=submission.named_from,
            named_to=submission.named_to,
            answers=version.answers,
            previous_version_id=None if number is None else replaced.get((submission.pk, number)),
        )

    waiting = [arrived(s, v, s.reported_number) for s, v in taking if s.reported_number != v.number]
    if waiting:
        events.announce(VersionsArrived(waiting, at))
    events.announce(VersionsApproved([arrived(s, v, s.approved_number) for s, v in taking], at))


def _current_versions(pks: Sequence[int]) -> Iterator[SubmissionVersion]:
    newest: dict[int, SubmissionVersion] = {}
    rows = SubmissionVersion.objects.filter(submission_id__in=ids_in_sql(pks)).defer("xml").order_by("number")
    for version in rows:
        newest[version.submission_id] = version
    yield from newest.values()


def _ids_of_numbers(wanted: Sequence[tuple[int, int | None]]) -> dict[tuple[int, int], int]:
    asked = set(wanted)
    rows = SubmissionVersion.objects.filter(submission_id__in=ids_in_sql({pk for pk, _number in asked}))
    return {
        (submission, number): pk
        for submission, number, pk in rows.values_list("submission_id", "number", "pk")
        if (submission, number) in asked
    }


def _subject(ids: Sequence[int]) -> str:
    return f"submission:{ids[0]}" if len(ids) == 1 else f"submissions:{min(ids)}-{max(ids)}"
