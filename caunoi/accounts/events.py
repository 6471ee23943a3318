"""What the accounts room announces; what runs on it stands in `config/wiring.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class AccountsChanged:
    """Accounts were made, or people are called otherwise now."""

    user_ids: Sequence[int]
