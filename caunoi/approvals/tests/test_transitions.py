from __future__ import annotations

import pytest

from caunoi.approvals.errors import AlreadyDone, CommentMissing, OwnApproval, StepImpossible, state_name, step_name
from caunoi.approvals.policies import find_obstacle
from caunoi.approvals.rules import NEEDS_COMMENT, State, Step, awaited_level, find_next, is_last_step

# Rows: from; columns: steps; `.` = not possible.
TABLE = """
           submit     return    endorse    approve   correct    lock    unlock    withdraw
draft      submitted  .         .          .         .          .       .         .
submitted  .          returned  submitted  approved  submitted  .       .         withdrawn
returned   .          .         .          .         submitted  .       .         withdrawn
approved   .          returned  .          .         submitted  locked  .         withdrawn
locked     .          .         .          .         .          .       approved  .
withdrawn  .          .         .          .         .          .       .         .
"""
LINES = [line.split() for line in TABLE.strip().splitlines()]
CASES = [
    (State(line[0]), Step(step), None if target == "." else State(target))
    for line in LINES[1:]
    for step, target in zip(LINES[0], line[1:], strict=True)
]


def test_the_table_names_every_state_and_step() -> None:
    assert {(state, step) for state, step, _target in CASES} == {(state, step) for state in State for step in Step}


@pytest.mark.parametrize(("state", "step", "target"), CASES)
def test_each_step_from_each_state_leads_where_the_table_says(state: State, step: Step, target: State | None) -> None:
    assert find_next(state, step) == target
    obstacle = find_obstacle(state, step, comment="vì sai số")
    assert (obstacle is None) == (target is not None)
    if obstacle is not None:
        assert isinstance(obstacle, StepImpossible)
        assert state_name(state) in obstacle.sentence


@pytest.mark.parametrize(("state", "step"), [(s, p) for s, p, target in CASES if target is not None])
def test_returning_withdrawing_and_unlocking_need_a_reason(state: State, step: Step) -> None:
    obstacle = find_obstacle(state, step, comment="  ")

    assert isinstance(obstacle, CommentMissing) == (step in NEEDS_COMMENT)


def test_the_same_button_pressed_twice_says_that_nothing_changed() -> None:
    obstacle = find_obstacle(State.APPROVED, Step.APPROVE)

    assert isinstance(obstacle, AlreadyDone)
    assert "không có gì thay đổi" in obstacle.sentence


@pytest.mark.parametrize(("is_own", "allowed", "refused"), [(0, 0, 0), (0, 1, 0), (1, 0, 1), (1, 1, 0)])
def test_nobody_approves_their_own_unless_the_assignment_allows_it(is_own: int, allowed: int, refused: int) -> None:
    obstacle = find_obstacle(State.SUBMITTED, Step.APPROVE, is_own=bool(is_own), self_approval_allowed=bool(allowed))

    assert isinstance(obstacle, OwnApproval) == bool(refused)
    assert find_obstacle(State.SUBMITTED, Step.RETURN, comment="x", is_own=bool(is_own)) is None


def test_every_state_and_step_has_a_name_for_people() -> None:
    assert len({state_name(state) for state in State}) == len(State)
    assert len({step_name(step) for step in Step}) == len(Step)


@pytest.mark.parametrize(
    ("levels", "done", "awaited", "is_last"),
    [
        ((), 0, "", True),
        (("commune",), 0, "commune", True),
        (("commune", "province"), 0, "commune", False),
        (("commune", "province"), 1, "province", True),
        (("commune", "district", "province"), 1, "district", False),
        # Two levels had approved, then the assignment was cut to one: that one's approval closes it.
        (("province",), 2, "province", True),
    ],
)
def test_levels_decide_in_turn(levels: tuple[str, ...], done: int, awaited: str, is_last: bool) -> None:
    assert awaited_level(levels, done) == awaited
    assert is_last_step(levels, done) == is_last
