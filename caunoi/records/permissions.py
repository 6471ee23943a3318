"""Who may enter records for a unit, and who decides about one. `approvals.permissions` says what each step needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, can_as_heir, windows_with_role
from caunoi.accounts.scope import Scope
from caunoi.approvals.errors import NotYourTurn, StageMoved, StepNotAllowed
from caunoi.approvals.models import ApprovalStep
from caunoi.approvals.permissions import Relation, deciding_levels, endorsing_levels, roles_for
from caunoi.approvals.policies import find_obstacle
from caunoi.approvals.rules import State, Step, awaited_level, is_last_step
from caunoi.forms.models import Assignment
from caunoi.forms.queries import list_assignments
from caunoi.forms.rules.assignments import find_assignment
from caunoi.forms.rules.deadlines import is_locked_on
from caunoi.moments import local_date
from caunoi.periods.rules import Days
from caunoi.places.models import Level
from caunoi.places.queries import get_snapshot
from caunoi.records.errors import EnteringNotAllowed, VersionMoved
from caunoi.records.models import Submission, SubmissionVersion
from caunoi.refusals import Refusal

MAY_ENTER: frozenset[Role] = roles_for(Step.SUBMIT, Relation.REACHES)


def may_enter(user: User, org_unit_id: int, at: datetime) -> bool:
    return can(user, MAY_ENTER, org_unit_id, local_date(at))


def check_may_enter(user: User, org_unit_id: int, at: datetime) -> None:
    """Raises EnteringNotAllowed."""
    if not may_enter(user, org_unit_id, at):
        places = get_snapshot()
        name = places.name_on(org_unit_id, local_date(at)) if org_unit_id in places.units else ""
        raise EnteringNotAllowed(name)


def may_run(user: User, org_unit_id: int, on: date) -> bool:
    """Whoever enters the unit's records runs what ends in one of them: a meeting, a class, a contest."""
    return can_as_heir(user, MAY_ENTER, org_unit_id, on)


class Authority:
    """What one user may decide on that day: by the levels whose approver decides, the records their roles reach."""

    def __init__(self, user: User, at: datetime) -> None:
        self._user, self._on = user, local_date(at)
        self._reaches: dict[tuple[Step, frozenset[str]], tuple[Scope, Scope]] = {}

    def scopes(self, step: Step, deciding: frozenset[str]) -> tuple[Scope, ...]:
        """A record that any of them sees may be taken this step."""
        key = (step, deciding)
        if key not in self._reaches:
            self._reaches[key] = (
                windows_with_role(self._user, roles_for(step, Relation.DECIDES), self._on, deciding),
                windows_with_role(self._user, roles_for(step, Relation.REACHES), self._on),
            )
        return self._reaches[key]


def deciding_for(step: Step, levels: Sequence[str], steps_done: int) -> frozenset[str]:
    """Levels whose approver may take the step on a record that so many levels have approved already."""
    if step is Step.ENDORSE:
        return endorsing_levels(levels[steps_done], levels[steps_done + 1])
    return deciding_levels(awaited_level(levels, steps_done))


class Terms:
    """Whether one user may take steps on records, and whether they are possible; reads each assignment once."""

    def __init__(self, by: User, at: datetime) -> None:
        self._by, self._today = by, local_date(at)
        self._authority = Authority(by, at)
        self._units = get_snapshot().units
        self._assignments: dict[str, list[Assignment]] = {}

    def find_obstacle(
        self,
        step: Step,
        submission: Submission,
        version: SubmissionVersion,
        comment: str,
        number: int | None,
        stage: int | None = None,
    ) -> Refusal | None:
        """`number`, `stage`: the version, and the levels that had approved it, when the user looked at it."""
        if number is not None and number != submission.current_number:
            return VersionMoved()
        if step in (Step.ENDORSE, Step.APPROVE) and stage is not None and stage != submission.approved_steps:
            return StageMoved(State(submission.state), step)
        assignment = self._assignment_of(submission)
        levels, done = self._levels(submission, assignment), submission.approved_steps
        state = State(submission.state)
        if state is State.APPROVED or state is State.LOCKED:
            done = len(levels)  # what all approved is the last one's to undo
        if not self._may(step, submission, deciding_for(step, levels, done)):
            if step is Step.ENDORSE and self._may(step, submission, deciding_levels(levels[done + 1])):
                return NotYourTurn(str(Level(levels[done]).label).lower())
            return StepNotAllowed(step)
        if state is State.APPROVED and assignment is not None and is_locked_by_now(submission, assignment, self._today):
            state = State.LOCKED if step is not Step.LOCK else state
        return find_obstacle(
            state,
            step,
            comment=comment,
            is_own=version.entered_by_id == self._by.pk,
            self_approval_allowed=assignment is not None and assignment.self_approval_allowed,
        )

    def find_step(self, step: Step, submission: Submission) -> Step:
        """What approving this record means now: `endorse` while a level above has still to approve."""
        levels = self._levels(submission, self._assignment_of(submission))
        if step is Step.APPROVE and submission.state == State.SUBMITTED:
            return Step.APPROVE if is_last_step(levels, submission.approved_steps) else Step.ENDORSE
        return step

    def _may(self, step: Step, submission: Submission, deciding: frozenset[str]) -> bool:
        days = Days(submission.day_from, submission.day_to)
        return any(scope.sees_record(submission.org_unit_id, days) for scope in self._authority.scopes(step, deciding))

    def _levels(self, submission: Submission, assignment: Assignment | None) -> tuple[str, ...]:
        return assignment.approval_levels if assignment else (self._units[submission.org_unit_id].level,)

    def _assignment_of(self, submission: Submission) -> Assignment | None:
        """The one that held on the record's last day; None if it was taken away since (then no self-approval)."""
        code = submission.form.code
        if code not in self._assignments:
            self._assignments[code] = list_assignments(code)
        return find_assignment(self._assignments[code], self._units[submission.org_unit_id].level, submission.day_to)


def is_locked_by_now(submission: Submission, assignment: Assignment, today: date) -> bool:
    """Whether the approved record's day of locking has passed, though the daily step may not have come by yet.

    One that was unlocked stays open until it is approved anew, or locked by hand.
    """
    if not submission.period_key or not is_locked_on(assignment, submission.day_to, today):
        return False
    return submission.pk not in list_kept_open([submission.pk])


def list_kept_open(submission_ids: Iterable[int]) -> set[int]:
    """Those of the records that were unlocked since they were last approved."""
    asked = list(submission_ids)
    newest: dict[str, str] = {}
    for start in range(0, len(asked), 500):
        subjects = [f"submission:{pk}" for pk in asked[start : start + 500]]
        steps = ApprovalStep.objects.filter(subject__in=subjects, step__in=[Step.APPROVE, Step.UNLOCK]).order_by("id")
        newest |= dict(steps.values_list("subject", "step"))
    return {int(subject.partition(":")[2]) for subject, step in newest.items() if step == Step.UNLOCK}
