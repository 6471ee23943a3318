"""What the register tells later rooms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class OpenDuty:
    """Something a document asks of a unit: `note` says what and by which document."""

    duty_id: int
    org_unit_id: int
    note: str
    due_on: date

    @property
    def key(self) -> str:
        return duty_key(self.duty_id)


@dataclass(frozen=True)
class DutiesChanged:
    """Duties that are open from now on (new, changed, or open again), and the numbers of those that ended: answered, or
    no longer asked. A changed one stands in `opened` alone."""

    opened: tuple[OpenDuty, ...]
    closed: tuple[int, ...]
    at: datetime


def duty_key(duty_id: int) -> str:
    return f"duty:{duty_id}"
