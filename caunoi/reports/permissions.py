"""Who may take which step of a report, as data. When a step is possible stands in `rules/life.py`."""

from __future__ import annotations

from datetime import date

from caunoi.accounts.models import Role, User
from caunoi.accounts.queries import can, roles_on
from caunoi.reports.rules.life import ReportStep

WRITERS = frozenset({Role.EDITOR, Role.APPROVER, Role.PROGRAMME_MANAGER})
DECIDERS = frozenset({Role.APPROVER, Role.PROGRAMME_MANAGER})

PERMISSIONS: dict[ReportStep, frozenset[Role]] = {
    ReportStep.REVISE: WRITERS,
    ReportStep.SUBMIT: WRITERS,
    ReportStep.RETURN: DECIDERS,
    ReportStep.APPROVE: DECIDERS,
    # Numbering is the clerk's work, not a second decision: whoever writes reports may do it once one is approved.
    ReportStep.ISSUE: WRITERS,
    ReportStep.SUPERSEDE: WRITERS,
}
"""Roles that reach the report's unit. Whoever made a report also revises and submits it, whatever their role."""
OWN = frozenset({ReportStep.REVISE, ReportStep.SUBMIT})


def may_take(step: ReportStep, *, user: User, org_unit_id: int, made_by_id: int | None, on: date) -> bool:
    held = roles_on(user, org_unit_id, on)
    return bool(held & PERMISSIONS[step]) or (step in OWN and bool(held) and made_by_id == user.pk)


def may_choose_signer(*, user: User, org_unit_id: int, made_by_id: int | None, on: date) -> bool:
    """Whoever may still write the report, or will number it."""
    steps = (ReportStep.REVISE, ReportStep.ISSUE)
    return any(may_take(one, user=user, org_unit_id=org_unit_id, made_by_id=made_by_id, on=on) for one in steps)


def may_change_templates(user: User, org_unit_id: int, on: date) -> bool:
    """Whose templates and layout hold for the unit and all below it."""
    return can(user, {Role.ADMINISTRATOR, Role.PROGRAMME_MANAGER}, org_unit_id, on)
