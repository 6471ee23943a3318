"""Something that happens in the demonstration beside the records that are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Turn:
    """`take` is given the moment, or that of the last records written before it, whichever is later."""

    at: datetime
    take: Callable[[datetime], None]
