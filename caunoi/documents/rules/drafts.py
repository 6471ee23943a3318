"""What is entered about a document, and how its versions keep it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from caunoi.periods.rules import Days

INCOMING, OUTGOING = "incoming", "outgoing"
LONGEST_TITLE = 2_000
MOST_DEADLINES = 20


@dataclass(frozen=True)
class DeadlineDraft:
    """`units`: ids of those it is asked of; empty: all the document is addressed to."""

    what: str
    due_on: date
    wants_document: bool = False
    units: tuple[int, ...] = ()


@dataclass(frozen=True)
class DocumentDraft:
    """`reference` as printed: `123/KH-UBND`. `kind`: a code, or empty. `issuing_unit`: an id; None: `issuing_body`
    names it. `received_on`: the day it came, of incoming ones. `implements`: the document's number in our tables."""

    direction: str
    reference: str
    title: str
    issued_on: date
    kind: str = ""
    issuing_unit: int | None = None
    issuing_body: str = ""
    received_on: date | None = None
    plans: Days | None = None
    implements: int | None = None
    addressed_to: tuple[int, ...] = ()
    deadlines: tuple[DeadlineDraft, ...] = field(default=())

    @property
    def day_to(self) -> date:
        return self.received_on or self.issued_on


def read_number(reference: str) -> int | None:
    """The digits a reference begins with: 123 of `123/KH-UBND`. None where it begins with none, or with too many."""
    found = re.match(r"\d{1,9}", reference, re.ASCII)
    return int(found[0]) if found else None


def pad_number(reference: str) -> str:
    """`05/BC-UBND` of `5/BC-UBND`: numbers below 10 take a zero (Decree 30/2020, Appendix I). Of what an office of ours
    numbers itself; what comes in from others stays as they printed it."""
    return f"0{reference}" if re.match(r"[1-9](?!\d)", reference, re.ASCII) else reference


def spell_values(draft: DocumentDraft, keys: Mapping[int, str], files: Mapping[str, str]) -> dict[str, Any]:
    """As versions and audit lines keep it: days as text, units by key, files as name -> SHA-256."""
    return {
        "direction": draft.direction,
        "reference": draft.reference,
        "kind": draft.kind,
        "issuing_body": draft.issuing_body,
        "issuing_unit": "" if draft.issuing_unit is None else keys[draft.issuing_unit],
        "issued_on": draft.issued_on.isoformat(),
        "received_on": draft.received_on.isoformat() if draft.received_on else "",
        "title": draft.title,
        "plans": f"{draft.plans.first.isoformat()}/{draft.plans.last.isoformat()}" if draft.plans else "",
        "implements": draft.implements,
        "addressed_to": [keys[unit] for unit in draft.addressed_to],
        "deadlines": [
            {
                "what": one.what,
                "due_on": one.due_on.isoformat(),
                "wants_document": one.wants_document,
                "units": [keys[unit] for unit in one.units],
            }
            for one in draft.deadlines
        ],
        "files": dict(files),
    }


def list_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """`{"title": ["before", "after"]}` for what differs."""
    return {name: [old.get(name), value] for name, value in new.items() if old.get(name) != value}
