from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from caunoi.approvals.models import ApprovalStep
from caunoi.audit.rules import Actor
from caunoi.bulk_rows import insert_rows

P = TypeVar("P", bound=StrEnum)
S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Taken(Generic[P, S]):
    """One step taken on a version of a subject (`submission:12`), in the words of its own transition table."""

    subject: str
    number: int
    step: P
    from_state: S
    to_state: S
    by: Actor
    at: datetime
    comment: str = ""
    remarks: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def record_steps(steps: Iterable[Taken[Any, Any]]) -> None:
    """Keep the steps, in order, inside the transaction of the action that took them (which writes the audit line)."""
    insert_rows(
        [
            ApprovalStep(
                subject=one.subject,
                number=one.number,
                step=one.step.value,
                from_state=one.from_state.value,
                to_state=one.to_state.value,
                by_id=one.by.user_id,
                by_name=one.by.name,
                at=one.at,
                comment=one.comment,
                remarks=[dict(remark) for remark in one.remarks],
            )
            for one in steps
        ]
    )
