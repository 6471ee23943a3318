"""The demonstration's official documents: synthetic ones, entered as an office would enter an older paper register.

A resolution before the reform and one after it, the plans that implement them, one late, one missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from caunoi.audit.rules import Actor
from caunoi.demo.rules.villages import Row
from caunoi.documents.actions import register_document
from caunoi.documents.rules.drafts import DeadlineDraft, DocumentDraft
from caunoi.documents.rules.questions import EVERY_QUESTION
from caunoi.documents.rules.spans import read_span
from caunoi.documents.uploads import prepare_file
from caunoi.moments import local_date
from caunoi.places.queries import get_snapshot


@dataclass(frozen=True)
class PlannedDocument:
    """A row of demo/documents.csv. `unit`, `to`: keys of units; `implements`: the name of an earlier row, or empty."""

    name: str
    unit: str
    implements: str
    to: tuple[str, ...]
    draft: DocumentDraft
    deadline: DeadlineDraft | None
    text: str


def plan_documents(rows: Sequence[Row]) -> tuple[PlannedDocument, ...]:
    return tuple(_plan(row) for row in rows)


def _plan(row: Row) -> PlannedDocument:
    draft = DocumentDraft(
        direction=row["direction"],
        reference=row["reference"],
        title=row["title"],
        issued_on=date.fromisoformat(row["issued_on"]),
        kind=row["kind"],
        issuing_body=row["body"],
        received_on=date.fromisoformat(row["received_on"]) if row["received_on"] else None,
        plans=read_span(row["plans"]) if row["plans"] else None,
    )
    deadline = None
    if row["deadline"]:
        wants = row["wants_document"] == "1"
        deadline = DeadlineDraft(row["deadline"], date.fromisoformat(row["due_on"]), wants_document=wants)
    to = tuple(row["to"].split(";")) if row["to"] else ()
    return PlannedDocument(row["name"], row["unit"], row["implements"], to, draft, deadline, row["text"])


def enter_documents(planned: Sequence[PlannedDocument], *, by: Actor, at: datetime) -> int:
    """How many were entered; those dated after `at`, or of units that were not loaded, are left out.

    All at the moment of loading: what they ask and when it was answered is told by their own days.
    """
    places, made = get_snapshot(), dict[str, int]()
    for one in planned:
        if any(key not in places.by_key for key in (one.unit, *one.to)) or one.draft.day_to > local_date(at):
            continue
        draft = replace(
            one.draft,
            implements=made.get(one.implements),
            addressed_to=tuple(places.by_key[key].id for key in one.to),
            deadlines=() if one.deadline is None else (one.deadline,),
        )
        files = [prepare_file(f"{one.name}.txt", one.text.encode())] if one.text else []
        unit = places.by_key[one.unit].id
        entered = register_document(
            org_unit_id=unit, draft=draft, files=files, confirmed=EVERY_QUESTION, by=by, at=at
        )  # fmt: skip
        made[one.name] = entered.pk
    return len(made)
