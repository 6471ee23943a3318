"""An agenda as people type it: a line each, the time first, the office that speaks after a bar."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_TIME = re.compile(r"([01]?\d|2[0-3])\s*[:hHgG]\s*([0-5]\d)?[\s.,–-]+(?=[^\s|])", re.ASCII)


class AgendaItem(NamedTuple):
    """`time`: `08:00`, or empty. `office`: who presents it, by office; may be empty."""

    time: str
    what: str
    office: str = ""


def read_agenda(text: str) -> tuple[AgendaItem, ...]:
    """`8h30 Báo cáo trung tâm | Văn phòng UBND xã`. A line without a time or an office is one too; empty lines are left
    out."""
    items = []
    for line in text.splitlines():
        line = " ".join(line.split())
        if not line:
            continue
        found = _TIME.match(line)
        time = f"{int(found[1]):02d}:{found[2] or '00'}" if found else ""
        what, _bar, office = line[found.end() if found else 0 :].partition("|")
        if what.strip():
            items.append(AgendaItem(time, what.strip(), office.strip()))
    return tuple(items)


def write_agenda(items: Iterable[AgendaItem]) -> str:
    """As it would be typed; reading that gives the same."""
    return "\n".join(
        f"{item.time} {item.what}".strip() + (f" | {item.office}" if item.office else "") for item in items
    )
