"""What must be told on the first page before all else; other rooms have it told (joined in the wiring)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from caunoi.accounts.models import User


@dataclass(frozen=True)
class Alarm:
    """`address`: where one sees more and what to do."""

    text: str
    address: str


Source = Callable[[User, datetime], list[Alarm]]
_sources: list[Source] = []


def sound(source: Source) -> None:
    """Registering twice changes nothing."""
    if source not in _sources:
        _sources.append(source)


def list_alarms(user: User, at: datetime) -> list[Alarm]:
    return [alarm for source in _sources for alarm in source(user, at)]
