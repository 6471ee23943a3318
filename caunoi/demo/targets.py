"""Targets of the running year that a province sets and breaks down, each in its own time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from caunoi.accounts.models import User
from caunoi.approvals.rules import State
from caunoi.demo.turns import Turn
from caunoi.moments import local_moment
from caunoi.periods.rules import period_from_key
from caunoi.places.queries import get_snapshot
from caunoi.records.actions import approve_many
from caunoi.records.models import Submission
from caunoi.targets.actions import Decision, break_down
from caunoi.targets.queries import get_target, read_breakdown


@dataclass(frozen=True)
class PlannedTarget:
    """`own`: of the unit itself; `parts`: by key of the units that get one."""

    code: str
    unit: str
    period: str
    own: Decimal
    decision: str
    by: str
    approved_by: str
    on: date
    parts: Mapping[str, Decimal]


def plan_targets(told: Mapping[str, Any]) -> tuple[PlannedTarget, ...]:
    """`told`: demo/targets.toml."""
    return tuple(
        PlannedTarget(
            **one | {"own": Decimal(one["own"]), "parts": {key: Decimal(part) for key, part in one["parts"].items()}}
        )
        for one in told["share"]
    )


def list_turns(planned: tuple[PlannedTarget, ...], users: Mapping[str, User]) -> list[Turn]:
    """Of units and accounts that were loaded."""
    known = get_snapshot().by_key
    return [
        Turn(local_moment(one.on, 10), partial(_set, one, users))
        for one in planned
        if one.unit in known and {one.by, one.approved_by} <= users.keys()
    ]


def _set(one: PlannedTarget, users: Mapping[str, User], at: datetime) -> None:
    target, known = get_target(one.code), get_snapshot().by_key
    seen = read_breakdown(target, known[one.unit].id, period_from_key(one.period, target.period_type))
    given = {known[key].id: part for key, part in one.parts.items() if key in known}
    parts = {line.unit: given.get(line.unit, line.value) for line in seen.lines}
    break_down(seen, one.own, parts, Decision(one.decision, one.on), by=users[one.by], at=at)
    waiting = Submission.objects.filter(
        form__code=target.element.form_code, period_key=one.period, state=State.SUBMITTED
    )
    approve_many(list(waiting.order_by("pk").values_list("pk", flat=True)), by=users[one.approved_by], at=at)
