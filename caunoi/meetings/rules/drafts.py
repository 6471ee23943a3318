"""What is entered about a meeting before it is held, and how audit lines spell it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from caunoi.meetings.rules.agenda import AgendaItem

LONGEST_TITLE = 300
LONGEST_NAME = 200
# All halls together, as minutes and calendars name them.
LONGEST_VENUE = 300
LONGEST_ITEM = 300
MOST_ITEMS = 60
MOST_SITES = 500
MOST_INVITED = 5_000


@dataclass(frozen=True)
class MeetingDraft:
    """`kind`: a code. `halls`: where people meet on site, by name; `online`: units that take part online. `invited`:
    units, whose `offices` (by office, never by name) are asked to come."""

    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    halls: tuple[str, ...] = ()
    online: tuple[int, ...] = ()
    agenda: tuple[AgendaItem, ...] = ()
    invited: tuple[int, ...] = ()
    offices: str = ""


class Part(Enum):
    TITLE = "title"
    HALLS = "halls"
    SITES = "sites"
    INVITED = "invited"
    AGENDA = "agenda"


def find_beyond(draft: MeetingDraft) -> Part | None:
    """What is longer, or more, than can be kept; it is refused, never cut."""
    if len(draft.title) > LONGEST_TITLE:
        return Part.TITLE
    if any(len(hall) > LONGEST_NAME for hall in draft.halls) or len(", ".join(draft.halls)) > LONGEST_VENUE:
        return Part.HALLS
    if len(draft.halls) + len(draft.online) > MOST_SITES:
        return Part.SITES
    if len(draft.invited) > MOST_INVITED:
        return Part.INVITED
    if len(draft.agenda) > MOST_ITEMS or any(len(text) > LONGEST_ITEM for item in draft.agenda for text in item):
        return Part.AGENDA
    return None


def spell_draft(draft: MeetingDraft, keys: Mapping[int, str]) -> dict[str, Any]:
    """`keys`: of the units it names, by id."""
    return {
        "kind": draft.kind,
        "title": draft.title,
        "starts_at": draft.starts_at.isoformat(),
        "ends_at": draft.ends_at.isoformat(),
        "halls": list(draft.halls),
        "online": [keys[unit] for unit in draft.online],
        "agenda": len(draft.agenda),
        "invited": len(draft.invited),
        "offices": draft.offices,
    }
