"""What the awards room announces, in the transaction in which it happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DossierDecided:
    dossier_id: int
    at: datetime
