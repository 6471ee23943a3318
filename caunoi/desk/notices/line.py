from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Line:
    """A notice as it is shown. `why`: the reason the reader gets it; `address` empty: it leads nowhere."""

    sentence: str
    comment: str
    why: str
    address: str
    at: datetime
    is_new: bool
