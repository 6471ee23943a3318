"""Which record a sending is: the same content from a spreadsheet always gets the same identity."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

_ROWS = uuid.UUID("5e0c6f3a-6f0b-5b53-9c4c-7d7c1c6d1a52")


def row_instance_id(form_code: str, unit_key: str, period_key: str, answers: Mapping[str, Any]) -> str:
    """For rows of spreadsheets, which bring no instanceID: sending the same file again finds the same records."""
    content = json.dumps([form_code, unit_key, period_key, answers], ensure_ascii=False, sort_keys=True)
    return f"uuid:{uuid.uuid5(_ROWS, content)}"
