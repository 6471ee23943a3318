"""Who may enter records for a unit, and who decides about one. `approvals.permissions` says what each step needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, windows_with_role
from caunoi.accounts.scope import Scope
from caunoi.approvals.errors import StepNotAllowed
from caunoi.approvals.permissions import Relation, deciding_levels, roles_for
from caunoi.approvals.policies import find_obstacle
from caunoi.approvals.rules import State, Step
from caunoi.forms.models import Assignment
from caunoi.forms.queries import list_assignments
from caunoi.forms.rules.assignments import find_assignment
from caunoi.moments import local_date
from caunoi.periods.rules import Days
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


class Authority:
    """What one user may decide on that day: for each approval level, the records their roles reach from there."""

    def __init__(self, user: User, at: datetime) -> None:
        self._user, self._on = user, local_date(at)
        self._reaches: dict[tuple[Step, str], tuple[Scope, Scope]] = {}

    def scopes(self, step: Step, approval_level: str) -> Iterable[Scope]:
        """A record that any of them sees may be taken this step."""
        key = (step, approval_level)
        if key not in self._reaches:
            levels = deciding_levels(approval_level)
            self._reaches[key] = (
                windows_with_role(self._user, roles_for(step, Relation.DECIDES), self._on, levels),
                windows_with_role(self._user, roles_for(step, Relation.REACHES), self._on),
            )
        return self._reaches[key]


class Terms:
    """Whether one user may take steps on records, and whether they are possible; reads each assignment once."""

    def __init__(self, by: User, at: datetime) -> None:
        self._by = by
        self._authority = Authority(by, at)
        self._units = get_snapshot().units
        self._assignments: dict[str, list[Assignment]] = {}

    def find_obstacle(
        self, step: Step, submission: Submission, version: SubmissionVersion, comment: str, number: int | None
    ) -> Refusal | None:
        if number is not None and number != submission.current_number:
            return VersionMoved()
        assignment = self._assignment_of(submission)
        level = assignment.approval_level if assignment else self._units[submission.org_unit_id].level
        days = Days(submission.day_from, submission.day_to)
        if not any(scope.sees_record(submission.org_unit_id, days) for scope in self._authority.scopes(step, level)):
            return StepNotAllowed(step)
        return find_obstacle(
            State(submission.state),
            step,
            comment=comment,
            is_own=version.entered_by_id == self._by.pk,
            self_approval_allowed=assignment is not None and assignment.self_approval_allowed,
        )

    def _assignment_of(self, submission: Submission) -> Assignment | None:
        """The one that held on the record's last day; None if it was taken away since (then no self-approval)."""
        code = submission.form.code
        if code not in self._assignments:
            self._assignments[code] = list_assignments(code)
        return find_assignment(self._assignments[code], self._units[submission.org_unit_id].level, submission.day_to)
