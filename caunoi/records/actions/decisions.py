"""Deciding about records: approve, return, withdraw, lock, unlock; one or many, with the same rules.

Where several levels approve in turn, `approve` by one that is not the last is the step `endorse`: the record waits for
the next level, and its figures stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import BigIntegerField, Case, F, Value, When

from caunoi import events
from caunoi.accounts.models import User
from caunoi.accounts.queries import scope_of
from caunoi.accounts.scope import ids_in_sql
from caunoi.approvals.actions import Taken, record_steps
from caunoi.approvals.errors import AlreadyDone, RemarkMisplaced, StageMoved
from caunoi.approvals.rules import TRANSITIONS, State, Step
from caunoi.audit.actions import write_line
from caunoi.audit.clock import take_numbers
from caunoi.forms.queries import checker_of
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot
from caunoi.records.actions.locking import lock_those_due
from caunoi.records.checks import AMOUNT, check_statement, make_checks
from caunoi.records.errors import SubmissionUnknown, Uncountable
from caunoi.records.events import Arrived, SubmissionReturned, SubmissionsWithdrawn, VersionsApproved, VersionsArrived
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.records.permissions import Terms
from caunoi.records.statements import arrived_of, statement_of
from caunoi.refusals import Refusal

Advance = Callable[[int], None]
Remark = Mapping[str, str]
"""{"question": its name in the form, "text": what the approver says about the answer}"""
CHUNK = 5000


@dataclass(frozen=True)
class ApproveResult:
    """`refused`: (submission id, sentence), in the order asked."""

    approved: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Decided:
    """`already`: they stood there before (a chunk sent twice). `refused`: (submission id, sentence). In order asked."""

    taken: tuple[int, ...]
    already: tuple[int, ...]
    refused: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Seen:
    """What the officer looked at: the version, and how many levels had approved it. None: whatever it is now."""

    number: int | None = None
    stage: int | None = None


UNSEEN = Seen()


def approve(
    submission_id: int,
    *,
    by: User,
    at: datetime,
    comment: str = "",
    number: int | None = None,
    stage: int | None = None,
) -> None:
    """Approve the newest version. With `number`, only if it still is that one; with `stage`, only if as many levels
    have approved it as when it was looked at.

    Raises AlreadyDone when it is approved already (the same button pressed twice), StageMoved, NotYourTurn,
    OwnApproval, StepNotAllowed, StepImpossible, VersionMoved, SubmissionUnknown.
    """
    _decide_one(Step.APPROVE, submission_id, by, at, comment, Seen(number, stage))


def return_(
    submission_id: int,
    *,
    by: User,
    at: datetime,
    comment: str = "",
    number: int | None = None,
    remarks: Sequence[Remark] = (),
) -> None:
    """Send it back to who records, with a comment, remarks to single questions, or both. What was approved stays in
    the approved book until a new version is; that one begins at the first level again."""
    _decide_one(Step.RETURN, submission_id, by, at, comment, Seen(number), remarks)


def withdraw(submission_id: int, *, by: User, at: datetime, comment: str, number: int | None = None) -> None:
    """Take the record out of both books, with a reason. For a period another first report may then be sent."""
    _decide_one(Step.WITHDRAW, submission_id, by, at, comment, Seen(number))


def lock(submission_id: int, *, by: User, at: datetime, comment: str = "", number: int | None = None) -> None:
    _decide_one(Step.LOCK, submission_id, by, at, comment, Seen(number))


def unlock(submission_id: int, *, by: User, at: datetime, comment: str, number: int | None = None) -> None:
    """It stays open until it is approved anew, or locked by hand."""
    _decide_one(Step.UNLOCK, submission_id, by, at, comment, Seen(number))


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
    seen = {pk: Seen(number) for pk, number in (numbers or {}).items()}
    taken, obstacles = _decide_many(Step.APPROVE, submission_ids, by, at, comment, seen, progress)
    return ApproveResult(tuple(taken), tuple((pk, obstacle.sentence) for pk, obstacle in obstacles.items()))


def decide_many(
    step: Step,
    submission_ids: Iterable[int],
    *,
    by: User,
    at: datetime,
    comment: str = "",
    progress: Advance | None = None,
    seen: Mapping[int, Seen] | None = None,
) -> Decided:
    """Take the step on every record it can be taken on, in one transaction; the others come back with their reason.

    Asked again it changes nothing: what stands there already is told apart from what is refused. `progress` is told
    how many more are looked at.
    """
    taken, obstacles = _decide_many(step, submission_ids, by, at, comment, seen or {}, progress)
    already = tuple(pk for pk, obstacle in obstacles.items() if isinstance(obstacle, (AlreadyDone, StageMoved)))
    refused = tuple((pk, obstacle.sentence) for pk, obstacle in obstacles.items() if pk not in already)
    return Decided(tuple(taken), already, refused)


@transaction.atomic
def _decide_many(
    step: Step,
    submission_ids: Iterable[int],
    by: User,
    at: datetime,
    comment: str,
    seen: Mapping[int, Seen],
    progress: Advance | None,
) -> tuple[list[int], dict[int, Refusal]]:
    """The ids that took the step, and what stood in the way of the others, in the order asked."""
    taken: dict[int, Step] = {}
    refused: dict[int, Refusal] = {}
    ids = list(dict.fromkeys(submission_ids))
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        done, obstacles = _decide(step, chunk, by, at, comment, seen)
        taken |= done
        refused |= obstacles
        if progress is not None:
            progress(len(chunk))
    for now in dict.fromkeys(taken.values()):
        pks = [pk for pk, one in taken.items() if one is now]
        detail: dict[str, object] = {"count": len(pks), "first": min(pks), "last": max(pks), "refused": len(refused)}
        if comment.strip():
            detail["comment"] = comment.strip()
        write_line(f"submission.{now.value}", _subject(pks), detail, by=by.actor, at=at)
    return list(taken), {pk: refused[pk] for pk in ids if pk in refused}


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
        write_line("submission.return", _subject(list(taken)), detail, by=by.actor, at=at)


@transaction.atomic
def _decide_one(
    step: Step, submission_id: int, by: User, at: datetime, comment: str, seen: Seen, remarks: Sequence[Remark] = ()
) -> None:
    taken, obstacles = _decide(step, [submission_id], by, at, comment, {submission_id: seen}, remarks)
    if not taken:
        raise obstacles[submission_id]
    detail: dict[str, object] = {"comment": comment.strip()} if comment.strip() else {}
    if remarks:
        detail["remarks"] = [dict(remark) for remark in remarks]
    write_line(f"submission.{taken[submission_id].value}", f"submission:{submission_id}", detail, by=by.actor, at=at)


def _decide(
    step: Step,
    ids: Sequence[int],
    by: User,
    at: datetime,
    comment: str,
    seen: Mapping[int, Seen],
    remarks: Sequence[Remark] = (),
) -> tuple[dict[int, Step], dict[int, Refusal]]:
    """The ids that took the step, with the step it was for each, and what stood in the way of the others."""
    scope = scope_of(by, local_date(at))
    if step is Step.UNLOCK:
        lock_those_due(ids, at=at)
    # Locked in order of id until the end: two officers (or one pressing twice) queue up, and the second sees the
    # first's decision; a correction arriving meanwhile waits, so nobody approves a version they have not seen.
    rows = scope.filter_submissions(
        Submission.objects.select_for_update(of=("self",)).select_related("form").filter(pk__in=ids_in_sql(ids))
    )
    submissions = {submission.pk: submission for submission in rows.order_by("pk")}
    versions = {version.submission_id: version for version in _current_versions(list(submissions))}
    terms = Terms(by, at)
    refused: dict[int, Refusal] = {}
    taking: dict[Step, list[tuple[Submission, SubmissionVersion]]] = {}
    for pk in ids:
        submission = submissions.get(pk)
        if submission is None:
            refused[pk] = SubmissionUnknown()
            continue
        looked_at, now = seen.get(pk, UNSEEN), terms.find_step(step, submission)
        said = comment or ("…" if remarks else "")
        obstacle = terms.find_obstacle(now, submission, versions[pk], said, looked_at.number, looked_at.stage)
        if obstacle is None:
            obstacle = _find_misplaced(remarks, versions[pk])
        if obstacle is None and now is Step.APPROVE and versions[pk].flags:
            obstacle = _find_uncountable(submission, versions[pk])
        if obstacle is None:
            taking.setdefault(now, []).append((submission, versions[pk]))
        else:
            refused[pk] = obstacle
    for now, several in taking.items():
        _take(now, several, by, at, comment, remarks)
    steps = {submission.pk: now for now, several in taking.items() for submission, _version in several}
    return {pk: steps[pk] for pk in ids if pk in steps}, refused


def _find_misplaced(remarks: Sequence[Remark], version: SubmissionVersion) -> RemarkMisplaced | None:
    if not remarks:
        return None
    known = checker_of(version.form_version).by_name
    return next((RemarkMisplaced(one["question"]) for one in remarks if one["question"] not in known), None)


def _find_uncountable(submission: Submission, version: SubmissionVersion) -> Uncountable | None:
    """A phone's answers are kept whatever they are; but what is no value cannot be accepted into the books."""
    problems = check_statement(make_checks(), statement_of(submission, version), ())
    return next((Uncountable(problem) for problem in problems if problem.kind == AMOUNT), None)


def _take(
    step: Step,
    taking: Sequence[tuple[Submission, SubmissionVersion]],
    by: User,
    at: datetime,
    comment: str,
    remarks: Sequence[Remark],
) -> None:
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
            remarks,
        )
        for submission, version in taking
    ]
    if step is Step.APPROVE:
        _announce_approved(taking, by, at)
    targets: dict[tuple[State, int], list[int]] = {}
    for one, (submission, version) in zip(steps, taking, strict=True):
        targets.setdefault((one.to_state, version.number), []).append(submission.pk)
    (changed,) = take_numbers(1)
    for (to_state, version_number), pks in targets.items():
        rows = Submission.objects.filter(pk__in=ids_in_sql(pks))
        if step is Step.APPROVE:
            rows.update(
                state=to_state.value,
                approved_number=version_number,
                approved_from=Case(
                    When(approved_number=None, then=Value(changed, BigIntegerField())), default=F("approved_from")
                ),
                reported_number=version_number,
                approved_steps=F("approved_steps") + 1,
                changed=changed,
            )
        elif step is Step.ENDORSE:
            rows.update(approved_steps=F("approved_steps") + 1, changed=changed)
        elif step is Step.RETURN:
            rows.update(state=to_state.value, approved_steps=0, changed=changed)
        elif step is Step.WITHDRAW:
            rows.update(state=to_state.value, changed=changed, withdrawn_from=changed)
        else:
            rows.update(state=to_state.value, changed=changed)
    record_steps(steps)
    if step is Step.RETURN:
        for submission, version in taking:
            said = "\n".join(filter(None, [comment.strip(), *_in_words(remarks, version)]))
            events.announce(SubmissionReturned(submission.pk, submission.org_unit_id, said, at))
    if step is Step.WITHDRAW:
        events.announce(SubmissionsWithdrawn([submission.pk for submission, _version in taking], at))


def _in_words(remarks: Sequence[Remark], version: SubmissionVersion) -> list[str]:
    """`Số lượt dự: chưa khớp biên bản`."""
    if not remarks:
        return []
    known = checker_of(version.form_version).by_name
    return [f"{known[one['question']].label()}: {one['text']}" for one in remarks]


def _announce_approved(taking: Sequence[tuple[Submission, SubmissionVersion]], by: User, at: datetime) -> None:
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
        previous = None if number is None else replaced.get((submission.pk, number))
        return arrived_of(submission, version, units[submission.org_unit_id].level, previous)

    waiting = [arrived(s, v, s.reported_number) for s, v in taking if s.reported_number != v.number]
    if waiting:
        events.announce(VersionsArrived(waiting, at))
    events.announce(VersionsApproved([arrived(s, v, s.approved_number) for s, v in taking], at, by))


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
