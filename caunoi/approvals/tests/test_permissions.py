from __future__ import annotations

import pytest

from caunoi.accounts.models import Role
from caunoi.approvals.permissions import Held, Relation, deciding_levels, endorsing_levels, may_take, roles_for
from caunoi.approvals.rules import Step

# Who may take which step: with a role that reaches the unit, and with one that decides about it.
REACHING = {
    Role.RECORDER: {Step.SUBMIT, Step.CORRECT},
    Role.EDITOR: {Step.SUBMIT, Step.CORRECT},
    Role.APPROVER: set[Step](),
    Role.VIEWER: set[Step](),
    Role.PROGRAMME_MANAGER: {Step.WITHDRAW, Step.LOCK, Step.UNLOCK},
    Role.ADMINISTRATOR: set[Step](),
    Role.AUDITOR: set[Step](),
}
DECIDING = {**REACHING, Role.APPROVER: {Step.RETURN, Step.ENDORSE, Step.APPROVE, Step.WITHDRAW, Step.LOCK}}


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("role", list(Role))
def test_every_role_and_step_has_a_decision(role: Role, step: Step) -> None:
    assert may_take(step, [Held(role, Relation.REACHES)]) == (step in REACHING[role])
    assert may_take(step, [Held(role, Relation.DECIDES)]) == (step in DECIDING[role])


def test_several_roles_add_up() -> None:
    held = [Held(Role.VIEWER, Relation.REACHES), Held(Role.APPROVER, Relation.DECIDES)]

    assert may_take(Step.APPROVE, held)
    assert not may_take(Step.APPROVE, held[:1])
    assert not may_take(Step.APPROVE, [])


def test_the_roles_of_a_step_are_listed_from_the_same_table() -> None:
    assert roles_for(Step.APPROVE, Relation.DECIDES) == {Role.APPROVER}
    assert roles_for(Step.APPROVE, Relation.REACHES) == frozenset()


@pytest.mark.parametrize(
    ("level", "deciding"),
    [
        ("commune", {"country", "province", "district", "commune"}),
        ("province", {"country", "province"}),
        ("", {"country", "province", "district", "commune", "village"}),
    ],
)
def test_the_approval_level_or_a_wider_one_decides(level: str, deciding: set[str]) -> None:
    assert deciding_levels(level) == deciding


@pytest.mark.parametrize(
    ("level", "next_level", "endorsing"),
    [
        ("commune", "province", {"district", "commune"}),
        ("commune", "district", {"commune"}),
        ("village", "commune", {"village"}),
    ],
)
def test_before_the_last_step_nobody_takes_the_turn_of_the_next_level(
    level: str, next_level: str, endorsing: set[str]
) -> None:
    assert endorsing_levels(level, next_level) == endorsing
